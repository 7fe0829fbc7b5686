# SPDX-License-Identifier: MIT
"""What programs seldom do, under a policy that traps or intercepts: they print what they print without one."""

import unittest

from live import Live, host, main

TRAPPING = "Seccomp.new(default: :allow) { |rule| rule.trap :uname }\n"

# Sent to the gate; made in the handler, for the record; and for a block.
WAYS = ("{0}, log: false) {{ |call| call.continue }}", "{0}) {{ |call| call.continue }}", "{0}, log: false) {{ |call| call.continue {{ |r| r }} }}")


class Odd(Live):
    def assert_unchanged(self, policy, *argv):
        plain = self.start("none", *argv)
        self.assertEqual(plain.returncode, 0, plain)
        result = self.start(self.policy(policy), *argv, env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual((result.stdout, result.returncode), (plain.stdout, 0), (policy, result, self.log()))

    def assert_unchanged_intercepting(self, calls, *argv, ways=WAYS):
        for way in ways:
            with self.subTest(way=way):
                rule = f"rule.intercept({way.format(calls)}"
                self.assert_unchanged(f"Seccomp.new(default: :allow) {{ |rule| {rule} }}\n", *argv)

    def test_a_vfork_child_that_calls_vfork_in_the_same_function(self):
        self.assert_unchanged_intercepting(":vfork, :clone", host("odd"), "nested-vfork", ways=WAYS[:2])

    def test_a_small_alternate_stack_is_not_run_over_by_an_exec(self):
        self.assert_unchanged(TRAPPING, host("odd"), "exec-on-alternate")

    def test_an_alternate_stack_that_is_disarmed_while_in_use(self):
        self.assert_unchanged_intercepting(":read", host("odd"), "disarmed")

    def test_a_call_in_a_handler_leaves_the_block_of_the_one_below(self):
        policy = "Seccomp.new(default: :allow) { |rule| rule.intercept(:read, log: false) { |call| call.continue { |r| r == 1 ? 41 : r } } }\n"
        result = self.start(self.policy(policy), host("odd"), "read-in-read", env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.stdout, "41 41\n", (result, self.log()))

    def test_a_thread_traps_while_another_waits_for_its_child(self):
        self.assert_unchanged_intercepting(":getppid", host("odd"), "sleeping-parent", ways=WAYS[:1])

    def test_a_filter_and_a_handler_of_its_own(self):
        for name in "filter", "filter-ignored", "action", "actions":
            with self.subTest(name):
                self.assert_unchanged(TRAPPING, host("odd"), name)

    def test_a_stack_pointer_at_the_end_of_its_memory(self):
        self.assert_unchanged_intercepting(":getppid", host("odd"), "at-the-edge")


if __name__ == "__main__":
    main()
