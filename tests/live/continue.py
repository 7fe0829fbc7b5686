# SPDX-License-Identifier: MIT
"""Calls that a rule intercepts, and that go on: what a block may decide, what the program and the log see of it."""

import json
import os
import re
import unittest

from live import Live, main, need_program, unwarned

PYTHON = "/usr/bin/python3"


def intercepting(*calls, block="call.continue", options=""):
    return f"Seccomp.new(default: :allow) {{ |rule| rule.intercept({', '.join(calls)}{options}) {{ |call| {block} }} }}\n"


class Continued(Live):
    def setUp(self):
        super().setUp()
        need_program(PYTHON)

    def run_python(self, policy, code, *arguments, **variables):
        """Its result, and the records of its own, without those of exec'd children."""
        log = self.path("log")
        if os.path.exists(log):
            os.unlink(log)
        result = self.start(self.policy(policy), PYTHON, "-c", code, *arguments, env={"SECCOMP_LOG": log, **variables})
        return result, unwarned(self.log())

    def assert_prints(self, expected, policy, code, *arguments):
        result, records = self.run_python(policy, code, *arguments)
        self.assertEqual((result.stdout, result.returncode), (expected, 0), (result, records))
        return records


class Decisions(Continued):
    def test_the_call_runs_and_its_result_is_recorded(self):
        records = self.assert_prints(
            "True\n", intercepting(":mkdir", ":rmdir"), "import os, sys; p = sys.argv[1]; os.mkdir(p); print(os.path.isdir(p)); os.rmdir(p)",
            self.path("made"),
        )
        self.assertEqual(len(records), 2, records)
        self.assertRegex(records[0], r'^scmp\[\d+\] python3: mkdir\(".*/made", 0777\) = 0  intercept p\.rb:1  from \S+$')

    def test_an_error_is_the_kernels(self):
        records = self.assert_prints(
            "17\n", intercepting(":mkdir"), "import os\ntry: os.mkdir('/')\nexcept OSError as e: print(e.errno)"
        )
        self.assertRegex(records[0], r'mkdir\("/", 0777\) = -1 EEXIST  intercept p\.rb:1  from \S+$')

    def test_without_a_decision_it_does_not_run(self):
        code = "import os, sys\ntry: os.mkdir(sys.argv[1])\nexcept OSError as e: print(e.errno, os.path.isdir(sys.argv[1]))"
        for block in "", "raise 'no'", "call.continue; raise 'no'":
            with self.subTest(block=block):
                records = self.assert_prints("1 False\n", intercepting(":mkdir", block=block), code, self.path("made"))
                self.assertRegex(records[-1], r"= -1 EPERM  intercept p\.rb:1")

    def test_another_decision_stands_and_a_second_raises(self):
        code = "import os\ntry: os.mkdir('/')\nexcept OSError as e: print(e.errno)"
        self.assert_prints("28\n", intercepting(":mkdir", block="call.errno :ENOSPC"), code)
        records = self.assert_prints("1\n", intercepting(":mkdir", block="call.return 0; call.continue"), code)
        self.assertIn("p.rb:1: this call is decided already: a block makes one decision (RuntimeError)", records[0])

    def test_the_third_one_fails_and_the_others_run(self):
        policy = intercepting(":fsync", block="call.nth == 3 ? call.errno(:EIO) : call.continue")
        code = (
            "import os, sys\nfd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)\n"
            "for i in range(4):\n  try: os.fsync(fd); print('ok')\n  except OSError as e: print(e.errno)"
        )
        self.assert_prints("ok\nok\n5\nok\n", policy, code, self.path("file"))

    def test_on_trap_decides_for_rules_without_a_block(self):
        policy = (
            "Seccomp.new(default: :allow) { |rule| rule.intercept :mkdir, :uname, log: false }\n"
            "Seccomp.on_trap { |number, call| call.syscall == :mkdir ? call.errno(:EROFS) : call.continue }\n"
        )
        code = "import os\nprint(os.uname().sysname)\ntry: os.mkdir('/x')\nexcept OSError as e: print(e.errno)"
        self.assertEqual(self.assert_prints("Linux\n30\n", policy, code), [])

    def test_a_trapped_call_cannot_continue(self):
        policy = "Seccomp.new(default: :allow) { |rule| rule.trap(:mkdir) { |call| call.continue } }\n"
        code = "import os\ntry: os.mkdir('/')\nexcept OSError as e: print(e.errno)"
        records = self.assert_prints("1\n", policy, code)
        self.assertIn("a trapped call never runs: say rule.intercept for one that may continue", records[0])

    def test_everything_can_be_intercepted(self):
        policy = "Seccomp.new(default: :intercept, log: false)\nSeccomp.on_trap { |number, call| call.continue }\n"
        code = "import os, threading\nt = threading.Thread(target=lambda: print(os.uname().sysname))\nt.start()\nt.join()"
        self.assert_prints("Linux\n", policy, code)

    def test_an_earlier_rule_and_another_context_still_refuse(self):
        code = "import os\nfor mode in 0o755, 0o700:\n  try: os.mkdir('/no', mode)\n  except OSError as e: print(e.errno)"
        first = (
            "Seccomp.new(default: :allow) do |rule|\n  rule.errno :ENOSPC, :mkdir, mode: 0o755\n"
            "  rule.intercept(:mkdir, log: false) { |call| call.continue }\nend.load\n"
        )
        second = "Seccomp.new(default: :allow) { |rule| rule.errno :EROFS, :mkdir, mode: 0o700 }.load\n"
        self.assert_prints("28\n30\n", first + second, code)
        policy = first + second.replace("errno :EROFS, :mkdir, mode: 0o700", "trap :mkdir")
        records = self.assert_prints("1\n1\n", policy, code)
        self.assertEqual([re.search(r"(trap|intercept) p.rb:\d", record)[0] for record in records], ["trap p.rb:5"] * 2)


class Results(Continued):
    WRITE = "import os, sys\nprint(os.write(1, b'abc'))"

    def test_the_second_block_has_the_last_word(self):
        code = "import os, sys\nfd = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)\nprint(os.pwrite(fd, b'abc', 0), os.path.getsize(sys.argv[1]))"
        policy = intercepting(":pwrite64", block="call.continue { |result| [result, 1].min }")
        records = self.assert_prints("1 3\n", policy, code, self.path("file"))
        self.assertRegex(records[0], r'pwrite64\(3, "abc", 3, 0\) = 1  intercept p\.rb:1')

    def test_it_may_name_an_errno(self):
        policy = intercepting(":mkdir", block="call.continue { |result| result == 0 ? :EIO : result }")
        code = "import os, sys\ntry: os.mkdir(sys.argv[1])\nexcept OSError as e: print(e.errno, os.path.isdir(sys.argv[1]))"
        self.assert_prints("5 True\n", policy, code, self.path("made"))

    def test_it_sees_the_call_and_what_the_kernel_has_written(self):
        policy = intercepting(":uname", block="""call.continue { |result|
            puts "#{call.syscall} #{call.nth} #{result} #{call.string(call[0])}"
            call.write(call[0], "Other")
            result }""", options=", log: false")
        records = self.assert_prints("Other\n", policy, "import os; print(os.uname().sysname)")
        self.assertEqual(records, ["uname 1 0 Linux"])

    def test_one_that_gives_no_result_leaves_the_kernels(self):
        code = "import os; print(os.uname().sysname)"
        for block, said in {
            "nil": "the block of continue gives the result, an Integer or an errno such as :EIO, not nil (TypeError)",
            ":EWRONG": "the block of continue gives the result, an Integer or an errno such as :EIO, not :EWRONG (TypeError)",
            "raise 'no'": "no (RuntimeError)",
            "call.errno(:EIO)": "this call is decided already: a block makes one decision (RuntimeError)",
        }.items():
            with self.subTest(block=block):
                policy = intercepting(":uname", block=f"call.continue {{ |result| {block} }}")
                records = self.assert_prints("Linux\n", policy, code)
                self.assertIn(said, records[0])
                self.assertRegex(records[1], r"= 0  intercept p\.rb:1")

    def test_leaving_it_by_return_is_refused_at_the_start(self):
        policy = intercepting(":uname", block="call.continue { |result| return 3 }")
        result, _ = self.run_python(policy, "")
        self.assertEqual(result.returncode, 125)
        self.assertIn("p.rb:1: return leaves more than the block", result.stderr)

    def test_a_fork_returns_twice(self):
        policy = intercepting(":clone", ":fork", block="call.continue { |pid| puts(pid > 0); pid }")
        code = "import os\npid = os.fork()\nif pid == 0: os._exit(7)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
        records = self.assert_prints("7\n", policy, code)
        self.assertEqual(sorted(record for record in records if "clone" not in record), ["false", "true"], records)
        self.assertEqual(sum(bool(re.search(r"clone\(.*SIGCHLD.*\) = [1-9]\d*  ", record)) for record in records), 1)

    def test_what_comes_back_elsewhere_takes_no_second_block(self):
        policy = intercepting(":vfork", block="call.continue { |pid| pid }")
        code = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nr = libc.syscall(58)\nif r == 0: os._exit(0)\nprint(r, ctypes.get_errno())"
        records = self.assert_prints("-1 1\n", policy, code)
        self.assertIn("vfork does not come back here with a result: say continue without a block", records[0])


class Waiting(Continued):
    def test_other_threads_blocks_run_while_a_call_continues(self):
        code = """
import os, threading
r, w = os.pipe()
data = []
reader = threading.Thread(target=lambda: data.append(os.read(r, 3)))
reader.start()
for i in range(1000): os.getppid()
os.write(w, b"abc")
reader.join()
print(data, os.uname().sysname)
"""
        for block in "call.continue", "call.continue { |result| result }":
            policy = intercepting(":read", ":getppid", ":uname", block=block)
            with self.subTest(block=block):
                records = self.assert_prints("[b'abc'] Linux\n", policy, code)
                self.assertEqual(sum("getppid(" in record for record in records), 1000)
                self.assertEqual(sum(bool(re.search(r'read\(\d+, 0x[0-9a-f]+, 3\) = 3', record)) for record in records), 1)

    def test_a_signal_interrupts_it_as_ever(self):
        code = """
import ctypes, os, select, signal, time
def handler(*_): order.append("handler")
def reader(flag):
    signal.siginterrupt(signal.SIGALRM, flag)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    r, w = os.pipe()
    if not flag and os.fork() == 0:
        time.sleep(0.4); os.write(w, b"late"); os._exit(0)
    buffer = ctypes.create_string_buffer(8)
    n = libc.read(r, buffer, 8)
    order.append((n, ctypes.get_errno() if n < 0 else buffer.value))
libc = ctypes.CDLL(None, use_errno=True)
order = []
signal.signal(signal.SIGALRM, handler)
reader(True)
reader(False)
print(order)
"""
        plain = self.start("none", PYTHON, "-c", code).stdout
        self.assertEqual(plain, "['handler', (-1, 4), 'handler', (4, b'late')]\n")
        for options in "", ", log: false":
            self.assert_prints(plain, intercepting(":read", options=options), code)


class Recorded(Continued):
    def test_what_may_not_come_back_is_recorded_before(self):
        policy = intercepting(":execve")
        result = self.start(self.policy(policy), "sh", "-c", "exec /bin/echo done", env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.stdout, "done\n", result)
        self.assertRegex(unwarned(self.log())[0], r'sh: execve\("/bin/echo", \["/bin/echo", "done"\], 0x[0-9a-f]+\) = \?  intercept p.rb:1')
        os.unlink(self.path("log"))
        result = self.start(self.policy(policy), "sh", "-c", "exec /no/such", env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.returncode, 127)
        self.assertRegex(unwarned(self.log())[0], r"= \?  intercept")
        self.assertRegex(unwarned(self.log())[1], r"= -1 ENOENT  intercept")

    def test_json_has_no_result_where_there_is_none(self):
        result, _ = self.run_python(
            intercepting(":clone"), "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
            SECCOMP_LOG_FORMAT="json",
        )
        self.assertEqual(result.stdout, "\n", result)
        records = [json.loads(line) for line in self.log()]
        self.assertEqual([(r["syscall"], r["result"], r["action"]) for r in records if "syscall" in r], [("clone", None, "intercept")])


class Refused(Live):
    """A parent whose every exec is trapped lives, and the log names the calls."""

    def test_system_popen_and_posix_spawn_under_a_trapped_execve(self):
        code = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
print(os.waitstatus_to_exitcode(libc.system(b"true")))
libc.popen.restype = ctypes.c_void_p
print(libc.popen(b"true", b"r"))
try: os.posix_spawn("/bin/true", ["true"], {})
except OSError as e: print(e.errno)
try: subprocess.run(["/bin/true"])
except OSError as e: print(e.errno)
print("alive")
"""
        policy = "Seccomp.new(default: :allow) { |rule| rule.trap family(:exec) }\n"
        result = self.start(self.policy(policy), PYTHON, "-c", code, env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.stdout, "127\nNone\n1\n1\nalive\n", result)
        records = unwarned(self.log())
        self.assertEqual(len(records), 4, records)
        for record in records:
            self.assertRegex(record, r'execve\("/bin/(sh|true)", .* = -1 EPERM  trap p.rb:1  from \S+  add: rule.allow :execve$|= -1 EPERM  trap p.rb:1  from \S+$')


class Mistakes(Live):
    def test_without_a_block_there_is_nothing_to_intercept_with(self):
        for text, name in ("rule.intercept :mkdir", "mkdir"), ("", "fsync"):
            default = "allow" if text else "intercept"
            result = self.start(self.policy(f"Seccomp.new(default: :{default}) {{ |rule| {text} }}"), "true")
            self.assertEqual(result.returncode, 125)
            self.assertIn(
                f"p.rb:1: intercept asks a block, and there is none: `rule.intercept(:{name}) {{ |call| call.continue }}`, or "
                "Seccomp.on_trap for all rules",
                result.stderr,
            )

    def test_a_thread_ends_whatever_is_decided_of_its_exit(self):
        code = (
            "import os, threading, time\nt = threading.Thread(target=print)\nt.start()\nt.join()\n"
            "while len(os.listdir('/proc/self/task')) > 1: time.sleep(0.001)\nprint('ended')"
        )
        for block in "call.continue", "call.errno :EIO", "raise 'no'", "":
            with self.subTest(block=block):
                result = self.start(self.policy(intercepting(":exit", block=block)), PYTHON, "-c", code)
                self.assertEqual((result.returncode, result.stdout), (0, "\nended\n"), result)
                self.assertRegex(result.stderr, r"python3: exit\(0\) = \?  intercept p.rb:1")

    def test_what_cannot_be_refused_cannot_be_intercepted(self):
        for call in "rt_sigreturn", "restart_syscall", "exit_group":
            result = self.start(self.policy(intercepting(":" + call)), "true")
            self.assertEqual(result.returncode, 125)
            self.assertIn(f"p.rb:1: {call} ", result.stderr)


if __name__ == "__main__":
    main()
