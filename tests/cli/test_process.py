# SPDX-License-Identifier: MIT
"""What scripts have beside Seccomp: fork, wait, exec, Uname."""

import os
import unittest

from command import ruby


class Processes(unittest.TestCase):
    def lines(self, source, **options):
        result = ruby(source, **options)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, 0)
        return result.stdout.splitlines()

    def test_fork_runs_its_block_in_a_child_that_then_exits(self):
        self.assertEqual(
            self.lines("pid = Process.fork { puts 'child' }\nProcess.waitpid pid\nputs 'parent'"),
            ["child", "parent"],
        )

    def test_fork_without_a_block_returns_nil_in_the_child(self):
        self.assertEqual(
            self.lines("if pid = Process.fork\n  p Process.waitpid(pid) == pid\nelse\n  puts 'child'\nend"),
            ["child", "true"],
        )

    def test_what_was_printed_before_a_fork_appears_once(self):
        self.assertEqual(
            self.lines("print 'before '\np :x\nProcess.waitpid Process.fork { print 'in ' }\nputs 'after'"),
            ["before :x", "in after"],
        )

    def test_what_was_printed_before_an_exec_appears(self):
        self.assertEqual(self.lines("puts 'before'\nexec 'echo', 'after'"), ["before", "after"])

    def test_an_exception_in_a_forked_block_is_reported_and_the_child_exits_with_1(self):
        result = ruby("pid = Process.fork { raise 'in the child' }\np Process.waitpid2(pid)[1].exitstatus")
        self.assertEqual(result.stdout, "1\n")
        self.assertTrue(result.stderr.startswith("script.rb:1: in the child (RuntimeError)\n"), result.stderr)

    def test_a_break_out_of_a_forked_block_does_not_reach_the_parents_code(self):
        result = ruby("Process.fork { break }\nProcess.waitpid\nputs $?.exitstatus")
        self.assertEqual(result.stdout, "1\n")
        self.assertEqual(result.stderr, "scmp: break from a block whose caller is gone\n")

    def test_waitpid2_returns_the_pid_and_a_status_which_is_also_in_the_global(self):
        self.assertEqual(
            self.lines(
                "pid = Process.fork { exit 7 }\n"
                "pair = Process.waitpid2 pid\n"
                "p pair[0] == pid, pair[1].pid == pid, $?.equal?(pair[1])\n"
                "p $?.exited?, $?.exitstatus, $?.success?, $?.signaled?, $?.termsig, $?.to_i\n"
                "p $?.to_s == \"pid #{pid} exit 7\", $?.inspect == \"#<Process::Status: pid #{pid} exit 7>\"\n"
            ),
            "true true true true 7 false false nil 1792 true true".split(),
        )

    def test_a_status_says_which_signal_ended_a_process(self):
        lines = self.lines(
            "pid = Process.fork { exec 'kill -SYS $$' }\n"
            "status = Process.waitpid2(pid)[1]\n"
            "p status.exited?, status.exitstatus, status.success?, status.signaled?, status.termsig\n"
            "p status\n"
        )
        self.assertEqual(lines[:5], ["false", "nil", "nil", "true", "31"])
        self.assertRegex(
            lines[5], r"\A#<Process::Status: pid \d+ SIGSYS \(signal 31\)( \(core dumped\))?>\Z"
        )

    def test_waitpid2_with_wnohang_returns_nil_while_the_child_runs(self):
        self.assertEqual(
            self.lines(
                "pid = Process.fork { exec 'sleep', '60' }\n"
                "p Process.waitpid2(pid, Process::WNOHANG)\n"
                "`kill #{pid}`\n"
                "p Process.waitpid2(pid)[1].termsig\n"
            ),
            ["nil", "15"],
        )

    def test_waiting_for_nobody_is_an_error(self):
        self.assertEqual(
            self.lines("begin\n  Process.waitpid\nrescue => e\n  puts e.message\nend"),
            ["No child processes - waitpid"],
        )

    def test_backticks_leave_a_status_too(self):
        self.assertEqual(self.lines("`exit 3`\np $?.exitstatus"), ["3"])

    def test_pid_is_the_process(self):
        self.assertEqual(self.lines("p Process.pid == `echo $PPID`.to_i"), ["true"])


class Exec(unittest.TestCase):
    def test_one_word_string_is_found_in_the_path(self):
        self.assertEqual(ruby("exec 'true'").returncode, 0)

    def test_a_line_without_shell_characters_is_split_at_blanks(self):
        self.assertEqual(ruby("exec \"  echo  a\t b\"").stdout, "a b\n")

    def test_a_line_without_shell_characters_needs_no_shell(self):
        result = ruby("begin\n  exec 'type ls'\nrescue => e\n  puts e.message\nend")
        self.assertEqual(result.stdout, "No such file or directory - type ls\n")

    def test_a_line_with_shell_characters_goes_to_the_shell(self):
        self.assertEqual(ruby("exec 'echo a; echo $((1 + 1)) | cat'").stdout, "a\n2\n")

    def test_several_words_are_taken_as_they_are(self):
        self.assertEqual(ruby("exec 'echo', '$HOME  *', ';'").stdout, "$HOME  * ;\n")

    def test_a_program_that_is_not_there_is_named_and_the_script_goes_on(self):
        result = ruby("begin\n  exec 'no-such-program', 'x'\nrescue => e\n  puts e.message\nend")
        self.assertEqual(result.stdout, "No such file or directory - no-such-program\n")

    def test_an_empty_line_is_an_error(self):
        result = ruby("begin\n  exec ' '\nrescue => e\n  puts e.message\nend")
        self.assertIn("No such file or directory", result.stdout)

    def test_words_that_are_no_strings_are_refused(self):
        result = ruby("begin\n  exec 'echo', 3\nrescue => e\n  puts e.class\nend")
        self.assertEqual(result.stdout, "TypeError\n")


class UnameModule(unittest.TestCase):
    def test_uname_has_the_five_fields(self):
        result = ruby("p [Uname.sysname, Uname.nodename, Uname.release, Uname.version, Uname.machine]")
        self.assertEqual(result.stdout, str(list(os.uname())).replace("'", '"') + "\n")


if __name__ == "__main__":
    unittest.main()
