# SPDX-License-Identifier: MIT
"""Each way of losing the log: what can be written is, what cannot is counted, and the host never notices."""

import os
import re
import subprocess
import unittest

from live import LIBSCMP, Live, cannot_run, main, need_host, need_program

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

    def test_a_policy_without_close_range_may_lose_it_and_lives(self):
        rules = "  rule.errno :ENOSYS, :close_range\n"
        for how in "close", "closefrom":
            with self.subTest(how):
                if os.path.exists(self.path("log")):
                    os.remove(self.path("log"))
                self.lose(how, rules=rules)
                self.assert_lines(self.log(), RECORD)

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
