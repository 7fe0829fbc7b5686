# SPDX-License-Identifier: MIT
"""Programs that the host executes, under traps of what they need to start."""

import os
import re
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor

from live import SOURCE, Live, host, main

WARNING = "a program that the host executes ends with SIGSYS: it calls "
TRAPS = "Seccomp.new(default: :allow) { |rule| rule.trap %s }.load\nSeccomp.on_trap { |_, call| call.errno :EPERM }\n"


def syscalls():
    """Every name that libseccomp may know, from our table of them."""
    with open(os.path.join(SOURCE, "gem", "data", "syscalls.def"), encoding="utf-8") as file:
        return sorted(set(re.findall(r"^NUMBER\(\d+, (\w+)", file.read(), re.M)))


class Exec(Live):
    def one(self, name):
        """Run a program by way of a shell while `name` is trapped: was it warned of, and has a trap ended it?"""
        policy = self.policy(TRAPS % f":{name}", f"{name}.rb")
        result = self.start(policy, "sh", "-c", "exec /bin/true")
        return name, result.returncode == 125, WARNING + name + " " in result.stderr, result.returncode == -signal.SIGSYS

    def test_every_call_that_ends_them_is_warned_of_and_no_other(self):
        with ThreadPoolExecutor() as pool:
            answers = [a for a in pool.map(self.one, syscalls()) if not a[1]]
        self.assertGreater(len(answers), 250)
        # The shell itself executes nothing under these.
        dead = {name for name, _, _, died in answers if died} - {"execve"}
        warned = {name for name, _, warning, _ in answers if warning}
        self.assertEqual(warned, dead)

    def test_a_line_is_warned_of_once_with_all_its_calls(self):
        result = self.start(self.policy("Seccomp.new(default: :allow) { |rule|\n rule.trap :read, :uname, :openat }"), "true")
        self.assertEqual((result.returncode, result.stderr.count(WARNING)), (0, 1), result)
        self.assertIn(f"p.rb:2: warning: {WARNING}openat, read before it can have a handler; ", result.stderr)

    def test_a_default_that_traps_is_warned_of_where_a_program_can_be_executed(self):
        policy = "Seccomp.new(default: :trap) { |rule| rule.%s :execve, :exit_group }"
        result = self.start(self.policy(policy % "allow"), "true")
        self.assertRegex(result.stderr, r"p.rb:1: warning: " + WARNING + r"access, arch_prctl, brk, .*, set_tid_address ")
        result = self.start(self.policy(policy.replace(":execve, ", "") % "allow"), "true")
        self.assertNotIn(WARNING, result.stderr)

    def test_a_default_that_refuses_what_programs_start_with_is_warned_of_where_one_can_be_executed(self):
        policy = "Seccomp.new(default: %s) { |rule| rule.allow %s; rule.allow :exit_group, :write, :openat, :read }"
        missing = "p.rb:1: warning: a program that the host executes cannot start: it needs mmap, mprotect, newfstatat, "
        for default in ":kill", "[:errno, :EPERM]", "[:return, 0]":
            result = self.start(self.policy(policy % (default, ":execve")), host("call"))
            self.assertIn(missing + "which no rule allows", result.stderr)
            result = self.start(self.policy(policy % (default, ":mkdir")), host("call"))
            self.assertNotIn("cannot start", result.stderr)
            result = self.start(self.policy(policy % (default, ":execve, :mmap, :mprotect, :newfstatat")), host("call"))
            self.assertNotIn("cannot start", result.stderr)

    def test_kernel_answers_and_conditions_are_not_warned_of(self):
        for rules in "rule.errno :ENOENT, :openat", "rule.trap :read, Seccomp::ARG(:==, 77)", "rule.kill :openat":
            result = self.start(self.policy("Seccomp.new(default: :allow) { |rule| %s }" % rules), "true")
            self.assertNotIn(WARNING, result.stderr)


@unittest.skipUnless(os.uname().machine == "x86_64", "the numbers are those of x86_64")
class Unnamed(Live):
    """Calls that cannot fail, under a default that refuses them."""

    ALLOWED = "Seccomp.new(default: %s) { |rule| rule.allow :writev, :write, :exit_group }.load\n"
    # getpid, gettid, getppid, alarm, sched_yield, brk, getuid, umask

    NUMBERS = ("39", "186", "110", "37", "24", "12", "102", "95")

    def answers(self, default):
        result = self.start(
            self.policy(self.ALLOWED % default), host("call"), *self.NUMBERS,
            env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.returncode, 0, result)
        return [int(line.split()[1]) for line in result.stdout.splitlines()]

    def test_an_errno_never_looks_like_a_process(self):
        self.assertEqual(self.answers("[:errno, :EACCES]"), [0, 0, 0, 0, 0, 0, -13, -13])

    def test_a_trap_answers_as_a_rule_of_their_own_would(self):
        self.assertEqual(self.answers(":trap"), [0, 0, 0, 0, 0, 0, 65534, 0o22])


if __name__ == "__main__":
    main()
