# SPDX-License-Identifier: MIT
"""Every call of the table, intercepted and continued, one at a time and all at once: the host cannot tell.

The host every.c prints what it sees of threads, children, signals and masks.
"""

import difflib
import os
import re
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor

from live import SOURCE, Live, host, main

# What ld.so calls in an exec'd child before the library's constructor: there is no handler yet, and
# the child ends with SIGSYS. (The parent's own are past; exec itself is made by the parent.)
LOADER = {
    "access", "arch_prctl", "brk", "close", "mmap", "mprotect", "munmap", "newfstatat", "openat", "pread64",
    "prlimit64", "read", "rseq", "set_robust_list", "set_tid_address",
}

# What cannot be refused cannot be intercepted either: an error of the policy.
NEVER = {"exit_group", "restart_syscall", "rt_sigreturn"}

LIVES, CHILDREN_DIE, REFUSED = "lives", "children die", "refused"

# Of a line about an exec'd child that ended.
ENDED = re.compile(r"^(executed by \w+): exited 7$", re.M)

ONE = "Seccomp.new(default: :allow) { |rule| rule.intercept(%s%s) { |call| call.continue } }\n"
ALL = "Seccomp.new(default: :intercept%s)\nSeccomp.on_trap { |number, call| call.continue }\n"


def syscalls():
    """Every name that libseccomp may know, from our table of them."""
    with open(os.path.join(SOURCE, "gem", "data", "syscalls.def"), encoding="utf-8") as file:
        return sorted(set(re.findall(r"^NUMBER\(\d+, (\w+)", file.read(), re.M)))


def without_children(stdout):
    """What the host prints where its exec'd children, and what it becomes in the end, are killed by SIGSYS."""
    kept = [line for line in stdout.splitlines(keepends=True) if not re.match(r"executed, ", line)]
    return ENDED.sub(rf"\1: signal {signal.SIGSYS:d}", "".join(kept))


class Every(Live):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plain = None

    def setUp(self):
        super().setUp()
        if not self.plain:
            result = self.start("none", host("every"))
            self.assertEqual((result.returncode, result.stderr), (7, ""), result)
            type(self).plain = result.stdout

    def run_under(self, text, name):
        """What comes of it; else how it is not the same."""
        log = name + ".log"
        result = self.start(self.policy(text, name + ".rb"), host("every"), env={"SECCOMP_LOG": self.path(log)})
        said = [line for line in self.log(log) if "libscmp: " in line]
        for outcome, returncode, stdout in (
            (LIVES, 7, self.plain),
            (CHILDREN_DIE, -signal.SIGSYS, without_children(self.plain)),
        ):
            if (result.returncode, result.stdout, result.stderr, said) == (returncode, stdout, "", []):
                return outcome
        if result.returncode == 125 and not result.stdout:
            return REFUSED
        differences = difflib.ndiff(self.plain.splitlines(), result.stdout.splitlines())
        return [line for line in differences if line[0] != " "], result.returncode, result.stderr, said

    def each(self, options):
        names = syscalls()
        self.assertGreater(len(names), 250)
        # Most of the time the host sleeps.
        with ThreadPoolExecutor(4 * os.cpu_count()) as pool:
            outcomes = dict(zip(names, pool.map(lambda name: self.run_under(ONE % (":" + name, options), name), names)))
        for name, outcome in outcomes.items():
            with self.subTest(name=name):
                self.assertIn(outcome, (LIVES, CHILDREN_DIE, REFUSED))
        self.assertEqual({name for name in names if outcomes[name] == CHILDREN_DIE}, LOADER)
        self.assertEqual({name for name in names if outcomes[name] == REFUSED}, NEVER)

    def test_each_call_without_records(self):
        self.each(", log: false")

    def test_each_call_with_records(self):
        self.each("")

    def test_all_at_once(self):
        for options in ", log: false", "":
            with self.subTest(options=options):
                every = ", ".join(":" + name for name in syscalls() if name not in NEVER)
                self.assertEqual(self.run_under(ONE % (every, options), "all"), CHILDREN_DIE)
                self.assertEqual(self.run_under(ALL % options, "default"), CHILDREN_DIE)
                but_the_loaders = ", ".join(":" + name for name in syscalls() if name not in NEVER | LOADER)
                self.assertEqual(self.run_under(ONE % (but_the_loaders, options), "but-the-loaders"), LIVES)


if __name__ == "__main__":
    main()
