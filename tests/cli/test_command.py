# SPDX-License-Identifier: MIT
"""The command line of scmp, and what `scmp ruby` says of a script that cannot run."""

import os
import tempfile
import unittest

from command import ruby, scmp


class CommandLine(unittest.TestCase):
    def test_help_goes_to_stdout(self):
        result = scmp("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("scmp ruby FILE", result.stdout)
        self.assertEqual(result.stderr, "")

    def test_version_is_one_line(self):
        result = scmp("--version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"\Ascmp \d+\.\d+\.\d+\n\Z")

    def test_no_command_shows_the_usage_and_exits_with_2(self):
        result = scmp()
        self.assertEqual(result.returncode, 2)
        self.assertIn("usage: scmp", result.stderr)

    def test_an_unknown_command_is_named_and_exits_with_2(self):
        result = scmp("rubby")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, "scmp: unknown command: rubby (scmp --help)\n")

    def test_ruby_without_a_file_exits_with_2(self):
        result = scmp("ruby")
        self.assertEqual(result.returncode, 2)
        self.assertIn("which FILE?", result.stderr)


class Scripts(unittest.TestCase):
    def test_a_missing_file_is_named(self):
        result = scmp("ruby", "/nonexistent.rb")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "scmp: /nonexistent.rb: No such file or directory\n")

    def test_a_folder_is_not_an_empty_script(self):
        result = scmp("ruby", "/")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "scmp: /: Is a directory\n")

    def test_an_empty_script_does_nothing(self):
        result = ruby("")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_arguments_and_the_name_of_the_script_are_there(self):
        result = ruby("p $0, ARGV", "a b", "-c")
        self.assertEqual(result.stdout, '"script.rb"\n["a b", "-c"]\n')

    def test_a_first_line_for_the_kernel_is_a_comment(self):
        self.assertEqual(ruby("#!/usr/bin/env scmp\nputs 1").stdout, "1\n")

    def test_every_syntax_error_is_reported_with_file_and_line_and_nothing_runs(self):
        result = ruby('puts "ran"\nx = = 3\ny = 1\nz = = 4\n')
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, r"\Ascript\.rb:2: syntax error.*\nscript\.rb:4: syntax error.*\n\Z")

    def test_an_exception_ends_the_script_with_place_message_class_and_backtrace(self):
        result = ruby('puts "ran"\ndef deep\n  raise ArgumentError, "so"\nend\ndeep\n')
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "ran\n")
        self.assertEqual(
            result.stderr,
            "script.rb:3: so (ArgumentError)\n\tfrom script.rb:3:in deep\n\tfrom script.rb:5\n",
        )

    def test_an_exception_whose_message_raises_is_reported_all_the_same(self):
        result = ruby("class E < StandardError\n  def message; raise 'no'; end\nend\nraise E")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "scmp: a E whose own methods raise\n")

    def test_the_faults_of_a_policy_keep_their_own_places(self):
        result = ruby(
            "context = Seccomp.new(default: :allow) do |rule|\n  rule.kill :unam\n  rule.kill :opne\nend\ncontext.load"
        )
        self.assertEqual(result.returncode, 1)
        self.assertEqual(
            result.stderr.splitlines()[:2],
            [
                "script.rb:2: unknown syscall :unam (did you mean :uname?)",
                "script.rb:3: unknown syscall :opne (did you mean :open?) (Seccomp::PolicyError)",
            ],
        )

    def test_exit_takes_a_status_or_a_truth_value(self):
        for argument, status in ("", 0), ("3", 3), ("true", 0), ("false", 1):
            with self.subTest(argument=argument):
                self.assertEqual(ruby(f"exit {argument}\nputs 'not reached'").returncode, status)
                self.assertEqual(ruby(f"exit {argument}\nputs 'not reached'").stdout, "")

    def test_the_script_may_be_named_by_an_absolute_path(self):
        with tempfile.NamedTemporaryFile("w", suffix=".rb") as file:
            file.write("puts 2")
            file.flush()
            self.assertEqual(scmp("ruby", os.path.abspath(file.name)).stdout, "2\n")


if __name__ == "__main__":
    unittest.main()
