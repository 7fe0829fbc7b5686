# SPDX-License-Identifier: MIT
"""Hosts that treat signals, masks, stacks and environments as badly as programs may, under traps and interceptions.

The host hostile.c prints what it sees; it is the same as without a policy, and its own call is answered
as the policy says, at all times.
"""

import difflib
import os
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor

from every import LOADER, NEVER, syscalls
from live import Live, host, main

# The host's call is answered with 7, or goes on; and with "everything" so does every other call of its own.
EVERYTHING = "rule.intercept(%s%%s) { |call| call.continue }" % ", ".join(
    f":{name}" for name in syscalls() if name not in LOADER | NEVER | {"uname"}
)
TRAP = "rule.trap(:uname%s) { |call| call.return 7 }"
INTERCEPT = "rule.intercept(:uname%s) { |call| call.continue }"

POLICIES = {
    name + (", recorded" if records else ""): (answer, rules % ((("" if records else ", log: false"),) * rules.count("%s")))
    for name, answer, rules in (
        ("trap", 7, TRAP),
        ("intercept", 0, INTERCEPT),
        ("trap and intercept everything", 7, TRAP + "\n" + EVERYTHING),
        ("intercept everything", 0, INTERCEPT + "\n" + EVERYTHING),
    )
    for records in (False, True)
}


# SS_AUTODISARM: the kernel takes the alternate stack away while a handler runs on it.
AUTODISARM = str(-(1 << 31))


class Hostile(Live):
    def plain(self, *argv, **options):
        return self.start("none", *argv, **options)

    def assert_same(self, mode, *words, returncode=0, said=(), **options):
        """As without a policy, under all of them; nothing but `said` is in the log beside the records."""
        plain = self.start("none", host("hostile"), mode, "0", *words, **options)
        self.assertEqual((plain.returncode, plain.stderr), (returncode, ""), plain)
        with ThreadPoolExecutor() as pool:
            results = pool.map(lambda name: self.run_under(name, mode, *words, **options), POLICIES)
            for name, (result, lines) in zip(POLICIES, results):
                with self.subTest(policy=name):
                    differences = difflib.ndiff(plain.stdout.splitlines(), result.stdout.splitlines())
                    differences = [line for line in differences if line[0] != " "]
                    self.assertEqual((differences, result.returncode, result.stderr), ([], returncode, ""))
                    self.assertEqual(lines, set(said))

    def run_under(self, name, mode, *words, **options):
        """Its result, and what the library has said."""
        answer, rules = POLICIES[name]
        policy = self.policy("Seccomp.new(default: :allow) do |rule|\n%s\nend\n" % rules, name + ".rb")
        log = name + ".log"
        if os.path.exists(self.path(log)):
            os.unlink(self.path(log))
        env = {"SECCOMP_LOG": self.path(log)}
        result = self.start(policy, host("hostile"), mode, str(answer), *words, env=env, **options)
        return result, {line.partition("libscmp: ")[2] for line in self.log(log) if "libscmp: " in line}


class Signals(Hostile):
    def test_all_signals_blocked(self):
        self.assert_same("masks")

    def test_a_handler_that_interrupts_a_call_that_blocks(self):
        self.assert_same("blocking")

    def test_a_handler_that_jumps_away(self):
        self.assert_same("jumps", "0", "0")

    def test_a_handler_on_an_alternate_stack_that_jumps_away(self):
        for size in 65536, 16384:
            with self.subTest(size=size):
                self.assert_same("jumps", str(size), "0")

    def test_a_handler_on_an_alternate_stack_that_disarms_itself(self):
        self.assert_same("jumps", "65536", AUTODISARM)

    def test_its_own_sigsys(self):
        said = {
            "a SIGSYS that no rule of the policy has sent (kill(2), another filter): the process ends of it, "
            "as it would without libscmp"
        }
        self.assert_same("sigsys", returncode=-signal.SIGSYS, said=said)

    def test_children_that_reset_sigsys(self):
        self.assert_same("resetting")

    def test_errors_are_the_kernels(self):
        self.assert_same("errors")

    def test_small_stacks(self):
        for size in 16384, 8192, 6144, 2048, 2500, 3072:
            with self.subTest(size=size):
                self.assert_same("stacks", str(size), "0")

    def test_stacks_that_disarm_themselves(self):
        for size in 32768, 8192:
            with self.subTest(size=size):
                self.assert_same("stacks", str(size), AUTODISARM)


class Inherited(Hostile):
    def test_all_signals_blocked_by_who_executes(self):
        self.assert_same("inherited", returncode=7)

    def test_sigsys_blocked_and_ignored_by_who_starts_it_all(self):
        def hostile():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            signal.signal(signal.SIGSYS, signal.SIG_IGN)

        self.assert_same("executed", returncode=7, preexec_fn=hostile)


class Environments(Hostile):
    def test_children_are_armed_again(self):
        self.assert_same("environments")

    def test_children_are_armed_again_by_a_thread_or_a_handler_with_a_small_stack(self):
        self.assert_same("room", "100")

    def test_an_environment_without_room_is_left_alone(self):
        for rules in TRAP % "", INTERCEPT % "":
            result = self.start(
                self.policy("Seccomp.new(default: :allow) do |rule|\n%s\nend\n" % rules), host("hostile"), "room", "0", "1900",
                env={"SECCOMP_LOG": self.path("log")},
            )
            expected = "on a small stack: signal 31\nin a handler: signal 31\nbelow the alternate stack: 1\n"
            self.assertEqual((result.stdout, result.stderr, result.returncode), (expected, "", 0))


if __name__ == "__main__":
    main()
