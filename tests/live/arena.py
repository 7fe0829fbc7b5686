# SPDX-License-Identifier: MIT
"""Every allocation of a start made to fail, one at a time: never a main, and each time a message.

The library here is a variant of the same sources between whose parts and whose arena
failing-arena.c stands.
"""

import concurrent.futures
import os
import subprocess

from live import Live, host, main, state

FAILING = host("libscmp-failing.so")
EPERM, EXDEV = 1, 18
WORKERS = os.cpu_count() or 1

BLOCKS = """
why = "a host's name is nobody's business"
context = Seccomp.new(default: :allow) do |rule|
  rule.trap(:uname, why: why) do |call|
    kept = (0..1500).map { |i| "#{call.number} #{i}" }
    puts kept.join(", ").size
    call.errno :EXDEV
  end
  rule.errno :EPERM, :mkdir, :mkdirat, Seccomp::ARG(:==, 1), log: true
  rule.return 7, :fsync
end
Seccomp.on_trap { |number, call| puts "Trapped: #{Seccomp.syscall_to_name(number)}" }
context.load
"""
PLAIN = "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }.load\n"
TWO = (
    "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }\n"
    "Seccomp.new(default: :allow) { |rule| rule.trap :mkdir }\n"
)


class EveryAllocation(Live):
    def setUp(self):
        super().setUp()
        self.marks = self.path("marks")
        os.mkdir(self.marks)

    def run_failing(self, policy, argv, **variables):
        """argv under the variant; the marks are one folder's for all, as a single one tells that something is wrong."""
        return subprocess.run(
            argv,
            env=self.environment(policy, LD_PRELOAD=FAILING, SECCOMP_LOG=self.path("log"), **variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )

    def count(self, policy, *argv):
        file = self.path("count")
        if os.path.exists(file):
            os.unlink(file)
        result = self.run_failing(policy, argv, SCMP_FAIL_COUNT=file)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)
        with open(file, encoding="ascii") as counts:
            return [int(line) for line in counts][-1]

    def each(self, numbers, check):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            wrong = [failure for failure in pool.map(check, numbers) if failure]
        self.assertEqual(wrong, [], f"{len(wrong)} of {len(numbers)}")

    def start_fails(self, policy, variable="SCMP_FAIL_AT"):
        policy = self.policy(policy)
        n = self.count(policy, host("call"))
        self.assertGreater(n, 500)
        print(f"{n} allocations ", end="", flush=True)

        def check(number):
            result = self.run_failing(policy, [host("marker"), self.marks], **{variable: str(number)})
            first = result.stderr.split("\n")[0]
            if result.returncode == 125 and not result.stdout and first.startswith("scmp: ") and len(first) > 20:
                return None
            return number, result.returncode, result.stdout, result.stderr[:300]

        self.each(range(1, n + 1), check)
        self.assertEqual(os.listdir(self.marks), [])

    def test_the_control_without_a_failure_main_runs(self):
        result = self.run_failing(self.policy(BLOCKS), [host("marker"), self.marks])
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV), result)

    def test_a_policy_with_traps_and_blocks_never_reaches_main(self):
        self.start_fails(BLOCKS)

    def test_a_policy_without_traps_never_reaches_main(self):
        self.start_fails(PLAIN)

    def test_a_policy_of_two_contexts_never_reaches_main(self):
        self.start_fails(TWO)

    def test_memory_that_ends_for_good_never_lets_main_run(self):
        self.start_fails(BLOCKS, variable="SCMP_FAIL_FROM")

    def test_an_execd_child_under_the_filter_goes_on_with_static_answers(self):
        policy = self.policy(BLOCKS)
        n = self.count(policy, host("marker"), self.marks, "again")

        def check(number):
            marks = self.path(f"marks-{number}")
            log = self.path(f"log-{number}")
            os.mkdir(marks)
            argv = [host("marker"), marks, "again", f"SCMP_FAIL_AT={number}", f"SECCOMP_LOG={log}"]
            result = self.run_failing(policy, argv)
            seen = state(result.stdout)
            if result.returncode == 0 and seen and seen[:2] == (2, 1) and seen[2] in (-EPERM, -EXDEV):
                if not result.stderr and sorted(os.listdir(marks)) == ["constructor", "main"]:
                    return None
            return number, result.returncode, result.stdout, result.stderr[:300]

        self.each(range(1, n + 1), check)
        said = [line for line in self.log() if "static answers" in line]
        self.assertGreater(len(said), n // 4)

    def test_memory_that_ends_in_a_block_costs_its_answer_and_not_the_host(self):
        policy = self.policy(BLOCKS)
        first = self.count(policy, host("call")) + 1
        last = self.count(policy, host("marker"), self.marks)
        self.assertGreaterEqual(last, first)

        def check(wish):
            variable, number = wish
            result = self.run_failing(policy, [host("marker"), self.marks], **{variable: str(number)})
            seen = state(result.stdout)
            if result.returncode == 0 and seen and seen[:2] == (2, 1) and seen[2] in (-EPERM, -EXDEV):
                return None
            return variable, number, result.returncode, result.stdout, result.stderr[:300]

        numbers = range(first, last + 1)
        self.each([(v, n) for v in ("SCMP_FAIL_AT", "SCMP_FAIL_FROM") for n in numbers], check)

    def test_memory_that_ends_where_a_block_raises_costs_no_more_and_not_the_host(self):
        policy = self.policy(BLOCKS.replace("call.errno :EXDEV", 'raise "#{kept.size} " * 400'))
        first = self.count(policy, host("call")) + 1
        last = self.count(policy, host("marker"), self.marks)
        self.assertGreaterEqual(last, first)

        def check(number):
            result = self.run_failing(policy, [host("marker"), self.marks], SCMP_FAIL_FROM=str(number))
            if result.returncode == 0 and state(result.stdout) == (2, 1, -EPERM):
                return None
            return number, result.returncode, result.stdout, result.stderr[:300]

        self.each(range(first, last + 1), check)
        self.assertTrue(any("NoMemoryError" in line for line in self.log()))


if __name__ == "__main__":
    main()
