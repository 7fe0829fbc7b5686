# SPDX-License-Identifier: MIT
"""Each way of losing the log: what can be written is, what cannot is counted, and the host never notices."""

import json
import os
import re
import subprocess
import unittest

from live import LIBSCMP, Live, cannot_run, main, need_host, need_program, unwarned

POLICY = "Seccomp.new(default: :allow) do |rule|\n%s  rule.trap(:uname) { |call| call.return 7 }\nend.load\n"
RECORD = r"scmp\[\d+\] load: uname\(0x[0-9a-f]+\) = 7  trap p\.rb:\d+  from \S+\+0x[0-9a-f]+"
LOST = r"scmp\[\d+\] %d records? lost"


class Losing(Live):
    def lose(self, how, *more, log=None, rules="", **options):
        result = self.start(
            self.policy(POLICY % rules),
            need_host("load"),
            "lose",
            how,
            *more,
            env={"SECCOMP_LOG": log or self.path("log")},
            **options,
        )
        self.assertEqual((result.returncode, result.stdout), (0, ""), result)
        return result

    def assert_lines(self, lines, *patterns):
        self.assertEqual(len(lines), len(patterns), lines)
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, rf"\A{pattern}\Z")

    def test_closing_and_replacing_does_not_lose_it(self):
        for how in "nothing", "closefrom", "close_range", "close_on_exec", "close", "dup2":
            with self.subTest(how):
                if os.path.exists(self.path("log")):
                    os.remove(self.path("log"))
                result = self.lose(how)
                self.assert_lines(self.log(), RECORD, RECORD, RECORD)
                self.assertEqual(result.stderr, "")
                self.assert_lines(self.lose(how, log="stderr").stderr.splitlines(), RECORD, RECORD, RECORD)

    def test_a_policy_without_close_range_opens_it_again_where_it_can(self):
        without = "  rule.errno :ENOSYS, :close_range\n"
        closed = without + "  rule.errno :EACCES, :openat\n"
        for how, rules, records in ("close", without, 3), ("closefrom", without, 3), ("close", closed, 1):
            with self.subTest(how, rules=rules):
                if os.path.exists(self.path("log")):
                    os.remove(self.path("log"))
                self.lose(how, rules=rules)
                self.assert_lines(unwarned(self.log()), *[RECORD] * records)

    def test_a_log_said_by_its_number_is_closed_with_the_others(self):
        reader, writer = os.pipe()
        with open(reader, encoding="ascii") as pipe:
            self.lose("closefrom", log=f"fd:{writer}", pass_fds=[writer])
            os.close(writer)
            self.assert_lines(pipe.read().splitlines(), RECORD)

    def test_a_log_that_is_not_there_for_a_child_is_opened_again_by_it(self):
        """posix_spawn closes it with all signals blocked, where a trap would be death."""
        load = need_host("load")
        for policy in POLICY % "", "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, family(:mkdir), log: true }\n":
            result = self.start(self.policy(policy), load, "spawn", "/bin/echo", "alive")
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "alive\n", ""), result)
        for log in "stderr", self.path("log"):
            result = self.start(
                self.policy(POLICY % ""), load, "spawn", load, "lose", "nothing", env={"SECCOMP_LOG": log}
            )
            lines = self.log() if log != "stderr" else result.stderr.splitlines()
            self.assert_lines(lines, RECORD, RECORD, RECORD)

    def test_a_standard_error_that_is_another_file_by_now_is_not_taken_for_the_log(self):
        script = f'exec 2>"$0"; {need_host("load")} spawn {need_host("load")} lose nothing'
        result = self.start(self.policy(POLICY % ""), "sh", "-c", script, self.path("other"))
        self.assertEqual((result.returncode, result.stderr, self.log("other")), (0, "", []))

    def test_a_record_that_is_torn_spoils_no_other(self):
        for form in "text", "json":
            name = "log-" + form
            result = self.start(
                self.policy(POLICY % ""),
                need_host("load"),
                "torn",
                "20",
                env={"SECCOMP_LOG": self.path(name), "SECCOMP_LOG_FORMAT": form},
            )
            self.assertEqual(result.returncode, 0, result)
            begun, *whole = self.log(name)
            self.assertEqual(len(begun), 20)
            if form == "json":
                self.assertEqual([json.loads(line).get("message") for line in whole], ["1 record lost", None])
            else:
                self.assert_lines(whole, LOST % 1, RECORD)

    def test_what_is_lost_before_a_fork_is_told_by_the_parent_alone(self):
        result = self.start(
            self.policy(POLICY % ""), need_host("load"), "lost-fork", env={"SECCOMP_LOG": self.path("log")}
        )
        self.assertEqual(result.returncode, 0, result)
        begun, *whole = self.log()
        self.assertEqual(begun, "s")
        self.assert_lines([line for line in whole if line], RECORD, LOST % 2, RECORD)

    def test_chroot_does_not_lose_it(self):
        if os.geteuid() != 0:
            cannot_run("chroot needs root")
        self.lose("chroot", self.folder)
        self.assert_lines(self.log(), RECORD, RECORD, RECORD)

    def test_a_limit_on_files_costs_a_record_that_is_counted(self):
        self.lose("fsize")
        self.assert_lines(self.log(), RECORD, LOST % 1, RECORD)

    def test_a_policy_that_refuses_opens_and_writes_does_not_lose_it(self):
        for refused in "family(:open)", ":write, :writev":
            with self.subTest(refused):
                if os.path.exists(self.path("log")):
                    os.remove(self.path("log"))
                self.lose("close_range", rules=f"  rule.errno :EACCES, {refused}\n  rule.errno :ENOSYS, family(:io_uring)\n")
                self.assert_lines(self.log(), RECORD, RECORD, RECORD)

    def test_a_pipe_without_a_reader_ends_nothing(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        self.lose("nothing", log=f"fd:{writer}", pass_fds=[writer])

    def test_a_full_disk_ends_nothing(self):
        self.lose("nothing", log="/dev/full")

    def test_a_closed_stderr_ends_nothing(self):
        script = 'exec 2>&-; exec "$@"'
        result = subprocess.run(
            ["sh", "-c", script, "sh", "env", f"LD_PRELOAD={LIBSCMP}", need_host("load"), "lose", "nothing"],
            env=self.environment(self.policy(POLICY % ""), LD_PRELOAD=None),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_a_full_pipe_that_does_not_wait_counts_what_it_could_not_take(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        self.lose("nothing", log=f"fd:{writer}", pass_fds=[writer])
        os.close(writer)

    def test_a_shell_that_moves_its_stderr_keeps_the_log_where_it_was(self):
        script = f'{need_host("load")} lose nothing; exec 2>"$0"; {need_host("load")} lose nothing; echo to the file >&2'
        result = self.start(self.policy(POLICY % ""), "sh", "-c", script, self.path("other"))
        self.assertEqual(result.returncode, 0)
        self.assert_lines(result.stderr.splitlines(), *[RECORD] * 6)
        self.assertEqual(self.log("other"), ["to the file"])

    def test_the_children_of_programs_that_close_what_they_did_not_open_keep_it(self):
        need_program("perl")
        load = need_host("load")
        programs = {
            "python": ["/usr/bin/python3", "-c", f"import subprocess; subprocess.run(['{load}', 'lose', 'nothing'], check=True)"],
            "capture": [
                "/usr/bin/python3",
                "-c",
                f"import subprocess; subprocess.run(['{load}', 'lose', 'nothing'], check=True, capture_output=True)",
            ],
            "perl": ["perl", "-e", f"use POSIX; POSIX::close($_) for 3..2000; exec '{load}', 'lose', 'nothing'"],
        }
        for name, command in programs.items():
            with self.subTest(name):
                log = self.path("log-" + name)
                result = self.start(self.policy(POLICY % ""), *command, env={"SECCOMP_LOG": log})
                self.assertEqual(result.returncode, 0, result)
                lines = [line for line in self.log("log-" + name) if re.search(r" load: ", line)]
                self.assert_lines(lines, RECORD, RECORD, RECORD)


if __name__ == "__main__":
    main()
