#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checked-in tables, against the C headers of this machine.

Numbers of system calls against <asm/unistd.h>, values of constants against the
headers from which make-constants takes them. Headers may be older than the
tables; what both know must agree.
"""

import importlib.machinery
import importlib.util
import os
import platform
import re
import subprocess
import unittest

DATA = f"{os.environ['SCMP_SOURCE']}/gem/data"


def definitions(header):
    """name -> text, of all that <header> defines."""
    output = subprocess.run(['gcc', '-E', '-dM', '-x', 'c', '-'], input=f'#include <{header}>\n', capture_output=True,
                            text=True, check=True).stdout
    return dict(re.findall(r'#define (\w+) +(.+)', output))


def script(name):
    """A script of gem/data, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace('-', '_'), f'{DATA}/{name}')
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Tables(unittest.TestCase):
    def test_numbers_are_those_of_the_headers(self):
        with open(f'{DATA}/syscalls.def', encoding='utf-8') as file:
            rows = {name: numbers for name, *numbers in re.findall(r'^SYSCALL\((\w+), (-?\d+), (-?\d+),', file.read(),
                                                                   flags=re.M)}
        column = ['x86_64', 'aarch64'].index(platform.machine())
        theirs = {name[5:]: int(number) for name, number in definitions('asm/unistd.h').items()
                  if re.match(r'__NR_\w+$', name) and number.isdigit()}
        self.assertGreater(len(theirs), 300)
        for name, number in theirs.items():
            with self.subTest(name):
                self.assertIn(name, rows)
                self.assertEqual(number, int(rows[name][column]))
        for name, numbers in rows.items():
            with self.subTest(name):
                self.assertTrue(name in theirs or int(numbers[column]) in (-1, *range(335, 337), *range(451, 500)))

    @unittest.skipUnless(platform.machine() == 'x86_64', 'the table of constants is made on x86_64')
    def test_constants_are_those_of_the_headers(self):
        made = subprocess.run([f'{DATA}/make-constants'], capture_output=True, text=True, check=True).stdout
        with open(f'{DATA}/constants.def', encoding='utf-8') as file:
            ours = file.read()
        shape = r'^CONSTANT\((\w+), (\w+), (0x[0-9a-f]+)\)'
        values = {(group, name): value for group, name, value in re.findall(shape, made, flags=re.M)}
        kept = {}
        for group, name, value in re.findall(shape, ours, flags=re.M):
            kept.setdefault((group, name), set()).add(value)
        self.assertGreater(len(kept), 900)
        for key, value in values.items():
            with self.subTest(key):
                self.assertIn(value, kept.get(key, {value}))
        # What the headers no longer say, or never did.
        self.assertLess(len(set(kept) - set(values)), 20)

    def test_the_scripts_know_only_arguments_that_there_are(self):
        with open(f'{DATA}/syscalls.def', encoding='utf-8') as file:
            text = file.read()
        names = set()
        for call, rest in re.findall(r'^SYSCALL\((\w+), (.*)\)$', text, flags=re.M):
            names |= {f'{call}.{word}' for word in re.findall(r'ARGUMENT\((\w+),', rest)}
        words = {name.split('.')[1] for name in names}
        module = script('make-syscalls')
        for key in [*module.MEANS, *module.ALIASES, *module.NARROW]:
            with self.subTest(key):
                self.assertTrue(key[2:] in words if key[0] == '*' else key in names)


if __name__ == '__main__':
    unittest.main(verbosity=2)
