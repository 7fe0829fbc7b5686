# SPDX-License-Identifier: MIT
"""on_trap under load: threads, allocators, signals, small stacks and children; every count is exact.

With SCMP_LONG=1 what takes seconds takes minutes; SCMP_LOAD names another build of the host.
"""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from live import Live, host, main, need_host

HOST = os.environ.get("SCMP_LOAD", "load")
LONG = os.environ.get("SCMP_LONG") == "1"
ANSWER = "Seccomp.new(default: :allow) { |rule| rule.trap(:uname) { |call| $n = ($n || 0) + 1; call.return %s } }.load\n"
RECORD = re.compile(
    r"scmp\[\d+\] load[a-z-]*: (\w+)\([^()]*\) = (0x)?-?\w+( E\w+)?  (?:trap|intercept) p\.rb:\d+  from \S+\+0x[0-9a-f]+"
)


class Load(Live):
    def load(self, policy, *words, **options):
        result = self.start(
            self.policy(policy),
            need_host(HOST),
            *words,
            timeout=200 if LONG else 60,
            env={"SECCOMP_LOG": self.path("log"), **options.pop("env", {})},
            **options,
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""), (result, self.log()[-3:]))
        return result

    def records(self):
        """How many of each name; a line that is no whole record fails."""
        counts = {}
        for line in self.log():
            if ": warning: " in line:
                continue
            match = RECORD.fullmatch(line)
            self.assertTrue(match, line)
            counts[match[1]] = counts.get(match[1], 0) + 1
        return counts


class Threads(Load):
    def test_32_threads_lose_no_record_and_no_count(self):
        lines = self.thirty_two("text", 10000)
        self.assertEqual(lines.pop(), "320000 320000")
        self.assertEqual(len(lines), 320000)
        for line in lines:
            self.assertTrue(RECORD.fullmatch(line), line)

    def test_32_threads_lose_no_object(self):
        objects = [json.loads(line) for line in self.thirty_two("json", 10000)]
        self.assertEqual(objects.pop(), {"message": "320000 320000"})
        self.assertEqual(len(objects), 320000)
        self.assertTrue(all(object["result"] == 7 and object["syscall"] == "uname" for object in objects))

    def thirty_two(self, form, each):
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:uname) { |call| $n = ($n || 0) + 1; call.return 7; $seen = call.nth if !$seen || call.nth > $seen }\n"
            f"  rule.trap(:sync, log: false) {{ |call| puts \"#{{$n}} #{{$seen}}\" }}\n"
            "end.load\n"
        )
        result = self.start(
            self.policy(policy),
            need_host(HOST),
            "threads",
            "32",
            str(each),
            "sync",
            env={"SECCOMP_LOG": self.path("log"), "SECCOMP_LOG_FORMAT": form},
        )
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        return self.log()

    def test_a_thread_that_is_cancelled_in_a_block_leaves_no_lock_behind(self):
        self.load(ANSWER % 7, "cancel", "2000" if LONG else "200")
        self.records()

    def test_the_smallest_stacks_are_enough(self):
        self.load(ANSWER % 7, "stacks")
        self.assertEqual(self.records(), {"uname": 400})


class Refused(Load):
    """Of a host whose malloc is libc's: a sanitizer's ends it where mmap is refused."""

    def test_a_trap_in_the_middle_of_malloc(self):
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:brk, :munmap) { |call| $text = [$text.to_s[0, 500], call.inspect].join; call.return 0 }\n"
            "  rule.trap(:mremap) { |call| call.errno :ENOMEM }\n"
            "  rule.trap(:mmap, Seccomp::ARG(:>=, 0), Seccomp::ARG(:>, 700_000)) { |call| call.errno :ENOMEM }\n"
            "end.load\n"
        )
        self.load(policy, "malloc", "20000")
        counts = self.records()
        for name in "brk", "munmap":
            self.assertGreater(counts.get(name, 0), 0, counts)


class Interrupted(Load):
    def test_a_trap_that_lets_go_on_in_the_middle_of_malloc(self):
        block = "{ |call| $text = [$text.to_s[0, 500], call.syscall, call[0]].join; call.continue%s }"
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            f"  rule.intercept(:brk, :mmap, :mremap) {block % ''}\n"
            f"  rule.intercept(:munmap, :madvise) {block % ' { |result| result }'}\n"
            "end.load\n"
        )
        self.load(policy, "malloc", "2000")
        counts = self.records()
        for name in "mmap", "munmap":
            self.assertGreater(counts.get(name, 0), 0, counts)

    def test_a_trap_in_the_middle_of_fflush(self):
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:write, Seccomp::ARG(:==, 9)) { |call| call.return call[2] }\n"
            "end.load\n"
        )
        self.load(policy, "fflush", self.path("out"), "1000")
        self.assertEqual(self.records(), {"write": 1000})
        self.assertEqual(os.path.getsize(self.path("out")), 0)

    def test_a_trap_in_the_middle_of_dlopen(self):
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:close, :munmap) { |call| call.return 0 }\n"
            "end.load\n"
        )
        self.load(policy, "dlopen", need_host("libearly.so"), "strlen", "100")
        counts = self.records()
        self.assertGreaterEqual(counts.get("close", 0), 100)
        self.assertGreaterEqual(counts.get("munmap", 0), 100)

    def test_a_trap_in_a_signal_handler_and_in_what_it_interrupts(self):
        result = self.load(ANSWER % 7, "signals", "60" if LONG else "2")
        self.assertEqual(self.records(), {"uname": int(result.stdout)})

    def test_a_handler_that_jumps_away_leaves_no_lock_behind(self):
        result = self.load(ANSWER % "call.nth", "longjmp", "60" if LONG else "2")
        self.assertEqual(self.records(), {"uname": int(result.stdout)})


class Children(Load):
    def test_children_made_while_all_threads_trap(self):
        threads, times = 8, 200 if LONG else 30
        self.load(ANSWER % 7, "forks", str(threads), str(times), need_host(HOST))
        lines = self.log()
        begun = [line for line in lines if "the policy begins anew" in line]
        records = [line for line in lines if line not in begun]
        for line in records:
            self.assertTrue(RECORD.fullmatch(line), line)
        spawned = threads // 2 * ((times + 9) // 10)
        self.assertEqual(len(records), threads * times * 5 + spawned * 3)


class Memory(Load):
    def private(self, pid):
        """Not Private_*: pages of a file that nobody else has mapped at the moment count there."""
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(map(int, re.findall(r"^Anonymous: +(\d+) kB", file.read(), re.M)))

    def test_traps_at_full_speed_do_not_grow_the_host(self):
        policy = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:uname, log: false) do |call|\n"
            "    list = (0..50).map { |i| \"#{call.nth} #{i}\" }\n"
            "    $last = { call.nth => list.join(','), :text => list[-1] * 20 }\n"
            "    call.return 7\n"
            "  end\n"
            "end.load\n"
        )
        process = subprocess.Popen(
            [need_host(HOST), "loop", "20000"],
            env=self.environment(self.policy(policy)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        try:
            self.assertEqual(process.stdout.readline(), b"warm\n")
            before = self.private(process.pid)
            time.sleep(300 if LONG else 3)
            after = self.private(process.pid)
            self.assertIsNone(process.poll())
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
        self.assertLessEqual(after, before + 64, "KiB of memory of its own")


if __name__ == "__main__":
    main()
