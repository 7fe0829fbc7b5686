# SPDX-License-Identifier: MIT
"""The gate: from its address only the doors of gem/filter/doors.c pass, whatever the policy refuses.

The host call.c makes system calls by number, through its own instruction or the gate's.
"""

import os
import re
import signal
import subprocess
import unittest

from live import LIBSCMP, SOURCE, Live, host, main, need_program

EPERM, EBADF, EXDEV, EROFS, EXFULL = 1, 9, 18, 30, 54
LAST = 470
IOCTL, FCNTL = 16, 72
READ, WRITE, FSTAT, LSEEK, RT_SIGACTION, RT_SIGPROCMASK, MREMAP, GETPID = 0, 1, 5, 8, 13, 14, 25, 39
BRK, MADVISE, UNAME, RT_SIGTIMEDWAIT, SIGALTSTACK, PRCTL, ARCH_PRCTL = 12, 28, 63, 128, 131, 157, 158
CLOSE, DUP2, GETPPID, GETTID, FUTEX, DUP3, CLOSE_RANGE = 3, 33, 110, 186, 202, 292, 436
SIGSYS = 31

# Always allowed, and nothing that one could try and come back from.
ALWAYS = {15: "rt_sigreturn", 219: "restart_syscall", 231: "exit_group"}

# Linux 6.13 and later run these for every filter, and refuse them for all but their own trampolines.
PAST_SECCOMP = {335: "uretprobe", 336: "uprobe"}

NUMBERS = [n for n in range(LAST + 1) if n not in ALWAYS and n not in PAST_SECCOMP]

# writev(2) to stdout is what the host prints with; uname is there for a trap, and so for a gate.
HARD = "Seccomp.new(default: {}) do |rule|\n  rule.allow :writev, Seccomp::ARG(:==, 1)\n  rule.trap :uname\nend.load\n"

# Through the gate these need no particular arguments.
BARE_DOORS = {GETPID, GETTID, RT_SIGTIMEDWAIT}

# Refused as well, but each in its own way: brk(2) answers with an address, close_range(2) is not there
# since it could close the log, uname(2) has its own trap; and those that cannot fail say something harmless:
# getpid, gettid, getppid, getpgrp, alarm, set_tid_address, sched_yield; umask and the ids where it is a trap that answers.
OTHERWISE = {BRK: {0}, UNAME: {-1}, 95: {0o22}}
OTHERWISE.update({number: {0} for number in (GETPID, GETTID, GETPPID, 111, 37, 218, 24)})
OTHERWISE.update({number: {65534} for number in (102, 104, 107, 108)})


def gate_address():
    with open(os.path.join(SOURCE, "gem/trap/gate.h"), encoding="utf-8") as file:
        return int(re.search(r"SCMP_GATE_ADDRESS (0x[0-9a-f]+)", file.read())[1], 16)


class Gate(Live):
    def calls(self, policy, *what):
        """The results of calls, in their order."""
        result = self.start(policy, host("call"), *what, env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)
        return [tuple(map(int, line.split())) for line in result.stdout.splitlines()]

    def passing(self, policy, refused, prefix, arguments=""):
        """The numbers of the calls that are not refused."""
        results = self.calls(policy, *(f"{prefix}{number}{arguments}" for number in NUMBERS))
        self.assertEqual([number for number, _ in results], NUMBERS)
        return {number for number, result in results if result not in {refused} | OTHERWISE.get(number, set())}


class HardRules(Gate):
    def setUp(self):
        super().setUp()
        self.errno = self.policy(HARD.format("[:errno, :EXFULL]"), "errno.rb")
        self.trap = self.policy(HARD.format(":trap"), "trap.rb")
        self.kill = self.policy(HARD.format(":kill"), "kill.rb")

    def test_through_the_gate_every_number_but_the_doors_is_refused(self):
        # sigaltstack is let through to set a stack, not to ask for one: here its second argument is 0.
        self.assertEqual(self.passing(self.errno, -EXFULL, "gate:"), BARE_DOORS | {SIGALTSTACK})

    def test_through_the_gate_arguments_of_all_ones_open_no_more(self):
        ones = ":0xffffffffffffffff" * 6
        self.assertEqual(self.passing(self.errno, -EXFULL, "gate:", ones), BARE_DOORS)

    def test_beside_the_gate_there_is_no_door(self):
        self.assertEqual(self.passing(self.errno, -EXFULL, ""), set())

    def test_a_trap_by_default_is_refused_as_well(self):
        self.assertEqual(self.passing(self.trap, -EPERM, "gate:"), BARE_DOORS | {SIGALTSTACK})

    def test_kill_by_default_stays_kill(self):
        lived = set()
        for number in NUMBERS:
            result = self.start(self.kill, host("call"), f"gate:{number}")
            if result.returncode != -signal.SIGSYS:
                self.assertEqual(result.returncode, 0, (number, result))
                lived.add(number)
        self.assertEqual(lived, BARE_DOORS | {SIGALTSTACK, UNAME})

    def test_kill_rules_stay_kills_beside_the_doors_of_the_same_call(self):
        policy = self.policy(
            "Seccomp.new(default: :allow) do |rule|\n  rule.trap :uname\n"
            "  rule.kill :write, :fstat, :futex, :rt_sigprocmask, :rt_sigaction, :sigaltstack, :prctl\nend.load\n"
        )
        for what in (
            f"gate:{WRITE}:1:@:0",
            f"gate:{FSTAT}:0:@",
            f"gate:{FUTEX}:@:0",
            f"gate:{RT_SIGPROCMASK}:0:@:0:8",
            f"gate:{RT_SIGACTION}:10:0:@:8",
            f"gate:{SIGALTSTACK}:@:@",
            f"gate:{PRCTL}:3",
        ):
            with self.subTest(what=what):
                self.assertEqual(self.start(policy, host("call"), what).returncode, -signal.SIGSYS)

    def test_the_doors_to_die_kill_and_only_through_the_gate(self):
        for key in "0x5cc000000000d1e5", "0x5cc000000000d1e7":
            die = f"{PRCTL}:0x5cc0de01:{key}"
            self.assertEqual(self.start(self.errno, host("call"), "gate:" + die).returncode, -signal.SIGSYS)
            self.assertEqual(self.calls(self.errno, die), [(PRCTL, -22)])

    def test_write_and_fstat_pass_to_the_logs_number_only(self):
        for number, arguments in (WRITE, ":@:0"), (FSTAT, ":@"):
            results = self.calls(self.errno, *(f"gate:{number}:{fd}{arguments}" for fd in range(1100)))
            passing = [fd for fd, (_, result) in enumerate(results) if result != -EXFULL]
            self.assertEqual(len(passing), 1, passing)
            self.assertGreater(passing[0], 2)
            # The kernel takes an int: the upper half of the register is nothing.
            high = self.calls(self.errno, f"gate:{number}:{passing[0] + (1 << 32)}{arguments}")
            self.assertEqual(high, [(number, 0)])

    def test_nobody_can_put_another_file_in_the_logs_place(self):
        results = self.calls(self.errno, *(f"gate:{WRITE}:{fd}:@:0" for fd in range(1100)))
        log = results.index((WRITE, 0))
        allowed = self.policy(
            "Seccomp.new(default: [:errno, :EXFULL]) do |rule|\n  rule.trap :uname\n"
            "  rule.allow :writev, :close, :dup2, :dup3, :close_range, :fcntl, :ioctl\nend.load\n"
        )
        for prefix in "", "gate:":
            self.assertEqual(
                self.calls(
                    allowed,
                    f"{prefix}{CLOSE}:{log}",
                    f"{prefix}{CLOSE}:{log + (1 << 32)}",
                    f"{prefix}{DUP2}:1:{log}",
                    f"{prefix}{DUP3}:1:{log}:0",
                    f"{prefix}{DUP3}:1:{log}:0x80000",
                    f"{prefix}{CLOSE_RANGE}:{log}:{log}:0",
                    f"{prefix}{CLOSE_RANGE}:{log + (1 << 32)}:{log + (1 << 32)}:0",
                    f"{prefix}{CLOSE_RANGE}:{log}:{log + (1 << 32)}:4",
                    f"{prefix}{CLOSE_RANGE}:{log - 1}:{log + 1}:0",
                    f"{prefix}{FCNTL}:{log}:2:1",
                    f"{prefix}{FCNTL}:{log}:2:0",
                    f"{prefix}{IOCTL}:{log}:0x5451",
                    f"gate:{WRITE}:{log}:@:0",
                    f"{prefix}{CLOSE}:0",
                ),
                [(CLOSE, -9)] * 2 + [(DUP2, -9)] + [(DUP3, -9)] * 2
                + [(CLOSE_RANGE, -EPERM if prefix else 0)] * 4 + [(FCNTL, -9), (FCNTL, -9), (IOCTL, -9)]
                + [(WRITE, 0), (CLOSE, 0)],
            )

    def test_each_door_opens_for_its_own_arguments_and_no_others(self):
        gate = gate_address()
        refused = -EXFULL
        for what, expected in {
            f"{FUTEX}:@:129:0": 0,  # WAKE, private
            f"{FUTEX}:@:128:1": -11,  # WAIT, private: the value is another
            f"{FUTEX}:@:1:0": refused,  # WAKE, shared
            f"{FUTEX}:@:0:1": refused,  # WAIT, shared
            f"{FUTEX}:@:384:1": refused,  # WAIT, private, by the real-time clock
            f"{FUTEX}:@:134:0": refused,  # LOCK_PI, private
            f"{FUTEX}:@:138:0": refused,  # WAKE_BITSET, private
            f"{RT_SIGPROCMASK}:1:@:0:8": 0,  # UNBLOCK
            f"{RT_SIGPROCMASK}:0:@:0:8": refused,  # BLOCK
            f"{RT_SIGPROCMASK}:2:@:0:8": 0,  # SETMASK
            f"{RT_SIGACTION}:{SIGSYS}:0:@:8": 0,
            f"{RT_SIGACTION}:10:0:@:8": refused,
            f"{RT_SIGACTION}:9:0:0:8": refused,
            f"{SIGALTSTACK}:0:0": 0,
            f"{SIGALTSTACK}:0:@": refused,
            f"{PRCTL}:0x5cc0de01:1": -22,  # a probe for another filter
            f"{PRCTL}:3": refused,  # PR_GET_DUMPABLE
            f"{PRCTL}:38:1": refused,  # PR_SET_NO_NEW_PRIVS
            f"{MADVISE}:0:0:18": 0,  # WIPEONFORK
            f"{MADVISE}:0:0:4": refused,  # DONTNEED
            f"{ARCH_PRCTL}:0x1003:@": 0,  # GET_FS
            f"{ARCH_PRCTL}:0x1002:0": refused,  # SET_FS
            f"{MREMAP}:0:4096:4096:3:{gate}": -14,  # what an exec'd child opens its gate with: nothing is at 0
            f"{MREMAP}:0:4096:4096:3:{gate + 4096}": refused,
            f"{MREMAP}:0:8192:4096:3:{gate}": refused,
            f"{MREMAP}:0:4096:8192:3:{gate}": refused,
            f"{MREMAP}:0:4096:4096:1:{gate}": refused,
        }.items():
            with self.subTest(what=what):
                number = int(what.split(":")[0])
                self.assertEqual(self.calls(self.errno, "gate:" + what), [(number, expected)])

    def test_without_traps_there_is_no_gate(self):
        policy = self.policy(HARD.format("[:errno, :EXFULL]").replace("  rule.trap :uname\n", ""))
        result = self.start(policy, host("call"), f"gate:{GETPID}")
        self.assertEqual(result.returncode, -signal.SIGSEGV)


# An interception and, for other arguments of the same call, all that refuses; LSEEK answers EBADF where it runs.
MIXED = (
    "Seccomp.new(default: :allow) do |rule|\n"
    "  rule.errno :EROFS, :lseek, fd: 4, whence: 3\n"
    "  rule.intercept(:lseek, fd: 4..5, log: false) { |call| call.errno :EXDEV }\n"
    "  rule.errno :EXFULL, :lseek, fd: 6\n"
    "  rule.errno :EXFULL, :lseek, fd: 7, log: true\n"
    "  rule.trap(:lseek, fd: 8) { |call| call.return 8 }\n"
    "  rule.return 9, :lseek, fd: 9\n"
    "  rule.kill :lseek, fd: 10\n"
    "  rule.kill :lseek, fd: 11, log: true\n"
    "end.load\n"
)


class Interceptions(Gate):
    def test_from_the_gate_an_intercepted_call_passes_and_others_are_refused_as_ever(self):
        policy = self.policy(MIXED)
        answers = {"4": -EXDEV, "5": -EXDEV, "6": -EXFULL, "7": -EXFULL, "8": 8, "9": 9, "4:0:3": -EROFS}
        self.assertEqual(
            self.calls(policy, *(f"{LSEEK}:{what}" for what in answers)), [(LSEEK, answer) for answer in answers.values()]
        )
        self.assertEqual(sum("lseek(" in line for line in self.log()), 2, self.log())
        os.unlink(self.path("log"))
        # A trap from there is not asked of its block, and leaves no record.
        answers.update({"4": -EBADF, "5": -EBADF, "8": -EPERM})
        self.assertEqual(
            self.calls(policy, *(f"gate:{LSEEK}:{what}" for what in answers)), [(LSEEK, answer) for answer in answers.values()]
        )
        self.assertEqual([line for line in self.log() if "lseek(" in line], [])

    def test_from_the_gate_a_kill_stays_one(self):
        for fd in 10, 11:
            result = self.start(self.policy(MIXED), host("call"), f"gate:{LSEEK}:{fd}", env={"SECCOMP_LOG": self.path("log")})
            self.assertEqual(result.returncode, -signal.SIGSYS)

    def test_from_the_gate_another_context_still_refuses(self):
        for second, answer in ("errno :EROFS, :lseek", -EROFS), ("trap :lseek", -EPERM), ("return 9, :lseek", 9):
            policy = self.policy(MIXED + "Seccomp.new(default: :allow) { |rule| rule.%s }.load\n" % second)
            with self.subTest(second=second):
                self.assertEqual(self.calls(policy, f"gate:{LSEEK}:5"), [(LSEEK, answer)])

    def test_under_a_default_that_refuses_it_opens_for_its_own_conditions_only(self):
        for default, refused in ("[:errno, :EXFULL]", -EXFULL), (":trap", -EPERM):
            text = HARD.format(default).replace(
                "end.load", "  rule.intercept(:lseek, fd: 5) { |call| call.continue }\nend.load"
            )
            policy = self.policy(text)
            with self.subTest(default=default):
                self.assertEqual(self.passing(policy, refused, "gate:"), BARE_DOORS | {SIGALTSTACK})
                self.assertEqual(self.passing(policy, refused, "gate:", ":5"), BARE_DOORS | {SIGALTSTACK, LSEEK})


# What the handler itself calls, with arguments that the policy's rules see and no door takes.
NEEDED = {
    "write": f"{WRITE}:1:@:0",
    "fstat": f"{FSTAT}:0:@",
    "getpid": f"{GETPID}",
    "gettid": f"{GETTID}",
    "futex": f"{FUTEX}:@:129:0",
    "rt_sigprocmask": f"{RT_SIGPROCMASK}:0:@:0:8",
    "rt_sigtimedwait": f"{RT_SIGTIMEDWAIT}:@:0:@:8",
    "prctl": f"{PRCTL}:3",
    "mremap": f"{MREMAP}:0:0:0",
    "rt_sigaction": f"{RT_SIGACTION}:10:0:@:8",
    "sigaltstack": f"{SIGALTSTACK}:0:@",
    "madvise": f"{MADVISE}:0:0:0",
    "arch_prctl": f"{ARCH_PRCTL}:0x1004:@",
    "mmap": "9:0:0",
}

# A trap of these needs somebody who chooses a result: they never fail.
UNFAILING = {"getpid", "gettid"}


class CallsOfTheHandler(Gate):
    def traps(self, names, block):
        """Each call is answered by its trap and has its one record; once direct, and in a child that was exec'd."""
        names = [name for name in names if block or name not in UNFAILING]
        text = "Seccomp.new(default: :allow) { |rule| rule.trap %s }.load\n" % ", ".join(":" + name for name in names)
        if block:
            text += "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
        policy = self.policy(text)
        calls = [NEEDED[name] for name in names]
        expected = [(int(call.split(":")[0]), -EXDEV if block else -EPERM) for call in calls]

        self.assertEqual(self.calls(policy, *calls), expected)
        self.assert_records(names, "call", "EXDEV" if block else "EPERM")

    def assert_records(self, names, program, error):
        lines = [line for line in self.log() if f"] {program}: " in line]
        for name in names:
            records = [line for line in lines if re.match(rf"scmp\[\d+\] {program}: {name}\(", line)]
            self.assertEqual(len(records), 1, (name, lines))
            self.assertRegex(records[0], rf" = -1 {error}  trap p\.rb:1  from ")
        self.assertEqual(len(lines), len(names), lines)
        os.unlink(self.path("log"))

    def test_one_at_a_time_without_a_block(self):
        for name in NEEDED.keys() - UNFAILING:
            with self.subTest(name=name):
                self.traps([name], False)

    def test_one_at_a_time_with_a_block(self):
        for name in NEEDED:
            with self.subTest(name=name):
                self.traps([name], True)

    def test_all_at_once_without_a_block(self):
        self.traps(NEEDED, False)

    def test_all_at_once_with_a_block(self):
        self.traps(NEEDED, True)

    def test_all_at_once_in_an_execd_child(self):
        # But for what ld.so needs before the child's handler is there.
        names = sorted(NEEDED.keys() - {"mmap", "arch_prctl"})
        policy = self.policy(
            "Seccomp.new(default: :allow) { |rule| rule.trap %s }.load\n" % ", ".join(":" + name for name in names)
            + "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
        )
        calls = [NEEDED[name] for name in names]
        log = {"SECCOMP_LOG": self.path("log")}
        result = self.start(policy, "sh", "-c", 'exec "$0" "$@"', host("call"), *calls, env=log)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)
        self.assertEqual([line.split()[1] for line in result.stdout.splitlines()], [str(-EXDEV)] * len(names))
        self.assert_records(names, "call", "EXDEV")

    def test_a_block_that_prints_under_a_trap_of_write_does_not_trap_itself(self):
        policy = self.policy(
            "Seccomp.new(default: :allow) { |rule| rule.trap :write, family(:stat), :gettid, :getpid\n"
            "rule.errno :ENOSYS, family(:io_uring)\n"
            "rule.silence :loader_critical, why: 'nothing is executed' }.load\n"
            "Seccomp.on_trap { |number, call| puts 'seen'; call.return 5 }\n"
        )
        self.assertEqual(self.calls(policy, NEEDED["write"], NEEDED["getpid"]), [(WRITE, 5), (GETPID, 5)])
        lines = self.log()
        self.assertEqual([line == "seen" for line in lines], [True, False, True, False], lines)

    def test_the_hosts_own_handler_for_sigsys_is_taken_and_changes_nothing(self):
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.trap :uname }.load\n")
        results = self.calls(policy, f"{RT_SIGACTION}:{SIGSYS}:@:0:8", "63:@")
        self.assertEqual(results, [(RT_SIGACTION, 0), (63, -EPERM)])


class Library(unittest.TestCase):
    def tool(self, *argv):
        need_program(argv[0])
        return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout

    def test_it_exports_no_symbol(self):
        self.assertEqual(self.tool("nm", "-D", "--defined-only", LIBSCMP), "")

    def test_the_control_nm_sees_what_a_library_exports(self):
        with open("/proc/self/maps", encoding="utf-8") as maps:
            libc = re.search(r"/\S*/libc\.so\.6", maps.read())[0]
        self.assertIn(" getpid@@", self.tool("nm", "-D", "--defined-only", libc))

    def test_its_dynamic_section_is_as_a_signal_handler_wants_it(self):
        dynamic = self.tool("readelf", "-W", "-d", LIBSCMP)
        self.assertRegex(dynamic, r"\(FLAGS\) +BIND_NOW")
        flags = re.search(r"\(FLAGS_1\) +Flags: (.*)", dynamic)[1].split()
        self.assertEqual(sorted(flags), ["INITFIRST", "NODELETE", "NOW"])
        self.assertNotIn("TEXTREL", dynamic)
        needed = re.findall(r"\(NEEDED\) +Shared library: \[(.*)\]", dynamic)
        self.assertEqual(sorted(needed), ["libc.so.6", "libm.so.6"])

    def test_its_relocations_are_read_only_and_its_stack_is_not_executable(self):
        segments = self.tool("readelf", "-W", "-l", LIBSCMP)
        self.assertRegex(segments, r"GNU_RELRO ")
        self.assertRegex(segments, r"GNU_STACK .* RW ")
        self.assertNotRegex(segments, r"LOAD .* RWE ")

    def test_it_has_no_thread_variables_that_would_need_an_allocation(self):
        self.assertNotIn("__tls_get_addr", self.tool("nm", "-D", "--undefined-only", LIBSCMP))

    def test_what_a_sanitizer_intercepts_in_every_line_is_the_librarys_own(self):
        wanted = self.tool("nm", "-D", "--undefined-only", LIBSCMP)
        self.assertIn(" snprintf", wanted)
        for name in "memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "setjmp", "_setjmp", "longjmp":
            self.assertNotRegex(wanted, rf" {name}(@|$)")


if __name__ == "__main__":
    main()
