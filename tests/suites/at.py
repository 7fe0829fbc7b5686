# SPDX-License-Identifier: MIT
"""Where and how programs do the work that programs.py compares.

A work is a function that gives lines: what its programs show and what they have made. What
changes from run to run (process numbers, rates) is left out of them.
"""

import contextlib
import hashlib
import os
import subprocess
import time

import suites


def needs(*programs):
    """Name the programs that a work needs."""

    def name(function):
        function.needs = programs
        return function

    return name


def host(name):
    return os.path.join(suites.HERE, "hosts", name)


def digest(data):
    return hashlib.sha256(data).hexdigest()


class At:
    """Where a program does its work; every program that is named to it runs in the way that is asked for."""

    def __init__(self, place):
        self.place = place
        self.environment = {}

    def path(self, name):
        return os.path.join(self.place.work, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def start(self, seconds, *argv, **options):
        return self.place.start(seconds, *self.place.command(*argv), env=self.environment, **options)

    def run(self, *argv, input="", seconds=200, status=0):
        """What a program shows, as lines; it has to end with this status (None: with any)."""
        with open(self.write(".input", input), encoding="utf-8") as given:
            process = self.start(seconds, *argv, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            shown = process.communicate()[0].decode(errors="replace")
        if status not in (None, process.returncode):
            raise AssertionError(f"{argv} {suites.ended(process.returncode)}:\n{shown[-2000:]}")
        return shown.splitlines()

    @contextlib.contextmanager
    def serving(self, *argv, seconds=120):
        """A server."""
        with open(self.path(".served"), "ab") as shown:
            process = self.start(seconds, *argv, stdout=shown, stderr=shown)
            try:
                yield process
            finally:
                suites.end(process)

    def served(self):
        """What the servers have shown, as lines."""
        with open(self.path(".served"), "a+", encoding="utf-8", errors="replace") as shown:
            shown.seek(0)
            return shown.read().splitlines()

    def until(self, true, seconds=60):
        """Wait until something is true."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                raise TimeoutError(f"not true after {seconds} s")
            time.sleep(0.05)
