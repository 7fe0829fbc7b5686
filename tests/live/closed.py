# SPDX-License-Identifier: MIT
"""Failing closed: where anything is wrong before the filter is in the kernel, no part of the host runs."""

import os
import re
import resource
import shutil
import signal
import subprocess
import time
import unittest

from live import LIBSCMP, Marked, cannot_run, host, main, state

GOOD = "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }.load\n"
EXDEV, EPERM = 18, 1
NOBODY = 65534


class GoodPolicies(Marked):
    """The positive controls: without them, the tests below would pass with a host that never runs."""

    def test_under_a_good_policy_the_constructor_and_main_run_and_are_filtered(self):
        result = self.mark(self.policy(GOOD))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV))
        self.assertEqual(self.marks(), ["constructor", "main"])

    def test_none_means_unfiltered_and_says_nothing(self):
        result = self.mark("none")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(state(result.stdout), (0, 0, 0))
        self.assertEqual(self.marks(), ["constructor", "main"])

    def test_contexts_that_are_never_loaded_are_loaded_in_order(self):
        result = self.mark(
            self.policy(
                "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }\n"
                "Seccomp.new(default: :allow) { |rule| rule.errno :ENOTTY, :sync }\n"
            )
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(state(result.stdout), (2, 2, -EXDEV))

    def test_a_context_may_refuse_prctl_and_be_followed_by_another(self):
        result = self.mark(
            self.policy("Seccomp.new(default: :allow) { |rule| rule.errno :ENOTTY, :prctl }.load\n" + GOOD)
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(state(result.stdout), (2, 2, -EXDEV))

    def test_only_the_loaded_context_is_loaded_where_the_policy_loads_one(self):
        result = self.mark(
            self.policy(
                "Seccomp.new(default: :allow) { |rule| rule.errno :ENOTTY, :uname }\n"
                "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }.load\n"
            )
        )
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV))
        self.assertRegex(result.stderr, r"\Ascmp: \S*p\.rb:1: warning: this context has no effect.*\n\Z")

    def test_a_number_that_no_syscall_has_is_taken_and_said(self):
        result = self.mark(self.policy(GOOD.replace(":uname", ":uname, 9999")))
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV))
        self.assertRegex(result.stderr, r"\Ascmp: \S*p\.rb:1: warning: no syscall of the number 9999 .*\n\Z")

    def test_a_default_is_recorded_where_it_says_so(self):
        policy = self.policy(
            "Seccomp.new(default: :kill, log: true, why: 'not listed') do |rule|\n"
            "  rule.allow %w(write read exit_group fstat newfstatat mmap brk openat open close).map { |n| n.to_sym }\n"
            "end\n"
        )
        result = self.mark(policy)
        self.assertEqual((result.returncode, result.stdout), (-signal.SIGSYS, ""))
        self.assertRegex(result.stderr, r"scmp\[\d+\] marker: \w+\(.*\) = \? killed  kill p\.rb:1 \"not listed\" .*\n\Z")


    def test_newer_calls_than_are_known_get_the_error_that_unknown_names(self):
        """601 is named, 600 is not; 500 is far above the last one that any kernel has."""
        policy = self.policy("Seccomp.new(default: :allow, unknown: :EXDEV) { |rule| rule.errno :EPERM, 601 }\n")
        code = "foreach (500, 600, 601, 39) { $r = syscall($_); print $r < 0 ? $! + 0 : 'ok', ' ' }"
        self.assertEqual(self.start(policy, "perl", "-e", code).stdout, f"{EXDEV} {EXDEV} {EPERM} ok ")


class BadPolicies(Marked):
    def closed(self, text, pattern):
        self.clear_marks()
        result = self.mark(self.policy(text))
        self.assert_closed(result, pattern)
        return result.stderr.splitlines()

    def faults(self, text, pattern):
        """Without the lines that are quoted below them."""
        return [line for line in self.closed(text, pattern) if not line.startswith(" ")]

    def test_a_misspelt_syscall_is_named_with_its_place_and_the_likely_one(self):
        lines = self.closed(
            "\nSeccomp.new(default: :allow) do |rule|\n  rule.kill :opne\nend\n",
            r"\S*p\.rb:3: unknown syscall :opne \(did you mean :open\?\)",
        )
        self.assertEqual(lines[1:], ["      rule.kill :opne", "                ^^^^^"])

    def test_a_fault_in_a_statement_of_several_lines_is_told_by_its_own(self):
        lines = self.closed(
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.kill :socket,\n\tdomain: :AF_UNIX, # \u00fc\n\ttype: \"\u00fc\"; rule.kill(:mkdir,\n    wy: 3)\n"
            "end\n",
            r"\S*p\.rb:4: \"\\xc3\\xbc\" is not a value of socket's type: .*",
        )
        self.assertEqual(lines[1:3], ["     type: \"\u00fc\"; rule.kill(:mkdir,", "     ^^^^"])
        self.assertRegex(lines[3], r"\Ascmp: \S*p\.rb:5: mkdir has no argument wy: .*")

    def test_a_keyword_given_twice_is_found_before_ruby_drops_it(self):
        lines = self.closed(
            "Seccomp.new(default: :allow) { |rule| rule.kill :mmap, prot: 1, flags: 2, prot: 3 }\n",
            r"\S*p\.rb:1: prot: is given twice, and Ruby keeps the last: join two tests by &",
        )
        self.assertEqual(lines[2].strip(), "^^^^")

    def test_an_operator_of_rubys_own_between_tests_is_found(self):
        for operator in "&&", "||", "and", "or":
            with self.subTest(operator=operator):
                self.closed(
                    f"Seccomp.new(default: :allow) {{ |rule| rule.kill(:mmap, prot: (any(4) {operator} none(2))) }}\n",
                    rf"\S*p\.rb:1: {re.escape(operator)} is Ruby's own, .*",
                )

    def test_a_syntax_error_is_named_with_its_place(self):
        self.closed(GOOD + "rule = = 3\n", r"\S*p\.rb:2: syntax error.*")

    def test_a_policy_that_raises_is_named_with_text_class_and_place(self):
        self.closed(
            "def deep\n  raise ArgumentError, 'so it is'\nend\n" + GOOD + "deep\n",
            r"\S*p\.rb:2: so it is \(ArgumentError\)",
        )

    def test_a_policy_that_raises_after_its_load_is_not_loaded_halfway(self):
        self.closed(GOOD + "raise 'late'\n", r"\S*p\.rb:2: late \(RuntimeError\)")

    def test_an_exception_without_a_good_message_is_an_exception_all_the_same(self):
        self.closed(
            GOOD + "class Odd < StandardError\n  def message; raise 'no'; end\nend\nraise Odd\n", r"\S*p\.rb:5: .+"
        )

    def test_an_exception_outside_standard_error_is_one_too(self):
        self.closed(GOOD + "raise Exception, 'all the way'\n", r"\S*p\.rb:2: all the way \(Exception\)")

    def test_calling_what_a_policy_may_not_see_is_an_error(self):
        for word in "exit", "fork", "system 'true'", "`true`", "eval '1'", "sleep 1":
            with self.subTest(word=word):
                self.closed(GOOD + word + "\n", r"\S*p\.rb:2: .+")

    def test_a_throw_that_nobody_catches_is_an_error(self):
        self.closed(GOOD + "throw :nobody\n", r"\S*p\.rb:2: .+")

    def test_a_missing_file_is_named(self):
        self.assert_closed(self.mark(self.path("absent.rb")), r"\S*absent\.rb: .*No such file or directory")

    def test_a_missing_ready_made_policy_is_named(self):
        self.assert_closed(self.mark("no-such-policy"), r"no-such-policy: .+")

    def test_a_folder_is_not_a_policy(self):
        self.assert_closed(self.mark(self.folder + "/"), r"\S*/: .*[Ii]s a directory")

    def test_a_device_is_not_read_for_ever(self):
        self.assert_closed(self.mark("/dev/zero"), r"/dev/zero: .+")

    def test_an_unreadable_file_is_not_an_empty_one(self):
        policy = self.policy(GOOD)
        os.chmod(policy, 0)
        self.assert_closed(self.mark_unprivileged(policy), r"\S*p\.rb: .*Permission denied")

    def test_a_file_in_a_folder_that_may_not_be_entered_is_unreadable(self):
        os.mkdir(self.path("locked"))
        policy = self.policy(GOOD, "locked/p.rb")
        os.chmod(self.path("locked"), 0)
        self.addCleanup(os.chmod, self.path("locked"), 0o755)
        self.assert_closed(self.mark_unprivileged(policy), r"\S*p\.rb: .*Permission denied")

    def test_what_an_unprivileged_user_may_read_is_loaded(self):
        result = self.mark_unprivileged(self.policy(GOOD))
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV), result)

    def mark_unprivileged(self, policy):
        """As nobody, where we are root, who may read everything; the tree may lie where nobody may not go."""
        library = shutil.copy(LIBSCMP, self.folder)
        marker = shutil.copy(host("marker"), self.folder)
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        return self.start(policy, marker, self.marks_folder, env={"LD_PRELOAD": library}, **options)

    def test_an_empty_file_defines_no_filter(self):
        self.closed("", r"\S*p\.rb: the policy defines no filter.*")

    def test_a_file_of_comments_defines_no_filter(self):
        self.closed("# allow everything\n\n=begin\nSeccomp\n=end\n", r"\S*p\.rb: the policy defines no filter.*")

    def test_a_policy_whose_code_stands_behind_end_defines_no_filter(self):
        self.closed("__END__\n" + GOOD, r"\S*p\.rb.*: .+")

    def test_a_byte_at_which_ruby_would_stop_reading_does_not_end_the_policy_early(self):
        for byte in b"\0\x04\x1a":
            for text in b"%c\nraise 'behind it'\n", b"# %c\nraise 'behind it'\n", b"x = '%c'\nraise 'behind it'\n":
                with self.subTest(byte=byte, text=text):
                    self.closed(GOOD.encode() + text % byte, r"\S*p\.rb:[23]: .+")

    def test_garbage_is_an_error(self):
        self.closed(bytes(range(256)) * 16, r"\S*p\.rb:\d+: .+")
        self.closed(b"\x7fELF\x02\x01\x01" + bytes(4000), r"\S*p\.rb:\d+: .+")

    def test_compiled_ruby_is_not_taken_for_source(self):
        self.closed(b"RITE0300\0\0\0\x40MATZ0000" + bytes(64), r"\S*p\.rb.*: .+")

    def test_a_policy_of_2_mib_is_too_large(self):
        self.closed(GOOD + "#" * (2 << 20), r"\S*p\.rb: .*[Ff]ile too large")

    def test_recursion_without_end_is_an_exception(self):
        self.closed(GOOD + "def down(n)\n  down(n + 1)\nend\ndown 0\n", r"\S*p\.rb:3: stack level too deep.*")

    def test_recursion_through_c_is_an_exception_or_a_message(self):
        self.closed(GOOD + "a = []\nb = [a]\n200000.times { b = [b] }\nb.flatten\nb.inspect\n", r".+")

    def test_an_expression_nested_very_deep_is_refused(self):
        self.closed(GOOD + "x = " + "(" * 20000 + "1" + ")" * 20000 + "\n", r"\S*p\.rb.*: .+")

    def test_what_mruby_says_by_itself_is_not_printed(self):
        lines = self.closed(GOOD + "x = " + "[" * 1500 + "1" + "]" * 1500 + "\n", r"\S*p\.rb.*: .+")
        for line in lines:
            self.assertRegex(line, r"\Ascmp: ")

    def test_a_message_cannot_play_with_the_terminal(self):
        self.closed("raise \"a\\e[2Jb\\rc\\td\"\n", r"\S*p\.rb:1: a\?\[2Jb\?c\?d \(RuntimeError\)")

    def test_what_a_policy_names_makes_no_line_of_its_own(self):
        for text, pattern in (
            ('rule.kill "mkdir\\nscmp: forged"', r"\S*p\.rb:1: unknown syscall :mkdir\?scmp: forged"),
            ('rule.include "x\\nscmp: forged"', r"\S*p\.rb:1: include .*x\?scmp: forged.*"),
            ('raise "x\\nscmp: forged"', r"\S*p\.rb:1: x\?scmp: forged \(RuntimeError\)"),
        ):
            with self.subTest(text=text):
                lines = self.faults("Seccomp.new(default: :allow) { |rule| " + text + " }\n", pattern)
                self.assertEqual(len(lines), 1, lines)
        self.policy("raise 'no'\n", "x\nscmp: forged.rb")
        self.faults('Seccomp.new(default: :allow) { |rule| rule.include "./x\\nscmp: forged.rb" }\n', r"\S*/x\?scmp: forged\.rb:1: no.*")
        os.mkdir(self.path("a\nscmp: b"))
        result = self.mark(self.path("a\nscmp: b/absent.rb"))
        self.assert_closed(result, r"\S*/a\?scmp: b/absent\.rb: the policy cannot be read: .*")

    def test_a_policy_that_eats_all_memory_ends_with_a_message(self):
        self.closed(GOOD + "a = 'x' * 1000000\nkept = []\nloop { kept << a + 'y' }\n", r".*memory.*")

    def test_several_faults_come_out_together_each_complete_by_itself(self):
        lines = self.faults(
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.kill :opne\n"
            "  rule.errno :EPREM, :mkdir\n"
            "  rule.errno 5000, :rmdir\n"
            "  rule.errno :EPERM, :uname\n"
            "  rule.kill :uname\n"
            "end\n",
            r"\S*p\.rb:2: unknown syscall :opne \(did you mean :open\?\)",
        )
        self.assertEqual(len(lines), 4, lines)
        for line, number in zip(lines, (2, 3, 4, 6)):
            self.assertRegex(line, rf"\Ascmp: \S*p\.rb:{number}: ")

    def test_more_faults_than_the_message_has_room_for_still_end_the_start(self):
        lines = self.faults(
            "Seccomp.new(default: :allow) do |rule|\n" + "  rule.kill :opne\n" * 400 + "end\n",
            r"\S*p\.rb:2: unknown syscall :opne.*",
        )
        self.assertRegex(lines[-1], rf"\Ascmp: \S*p\.rb: and {400 - len(lines) + 1} more\Z")

    def test_very_many_faults_take_no_time(self):
        start = time.monotonic()
        lines = self.faults(
            "Seccomp.new(default: :allow) { |rule| 70_001.times { |i| rule.kill :mkdir, mode: -i } }\n",
            r"\S*p\.rb:1: -1 can never match: .*",
        )
        self.assertRegex(lines[-1], rf"\Ascmp: \S*p\.rb: and {70000 - len(lines) + 1} more\Z")
        self.assertLess(time.monotonic() - start, 10)

    def test_a_context_that_refuses_seccomp_cannot_be_followed_by_another(self):
        self.closed(
            "Seccomp.new(default: :allow) { |rule| rule.errno :EPERM, :seccomp }.load\n" + GOOD,
            r"\S*p\.rb: \S*p\.rb:1: the context refuses seccomp\(2\).*",
        )

    def test_a_default_that_refuses_seccomp_cannot_be_followed_by_another(self):
        self.closed("Seccomp.new(default: [:errno, :EPERM]) { |rule| rule.allow :read }.load\n" + GOOD, r".+")

    def test_a_filter_that_is_too_long_for_the_kernel_is_refused(self):
        self.closed(
            "Seccomp.new(default: :allow) do |rule|\n"
            "  2000.times { |i| rule.errno :EXDEV, :ioctl, Seccomp::ARG(:>=, 0), Seccomp::ARG(:==, i * 7) }\n"
            "end\n",
            r".+",
        )


class BadEnvironment(Marked):
    def test_without_the_variable_nothing_runs(self):
        self.assert_closed(self.mark(None), r"SECCOMP_POLICY is not set.*")

    def test_with_an_empty_variable_nothing_runs(self):
        self.assert_closed(self.mark(""), r"SECCOMP_POLICY is empty.*")

    def test_a_path_that_is_too_long_is_refused(self):
        self.assert_closed(self.mark("/" + "x/" * 6000 + "p.rb"), r".+")

    def test_bad_logs_are_refused(self):
        policy = self.policy(GOOD)
        for log in "/nonexistent/log", self.folder, "fd:99", "fd:x", "fd:", "fd:-1", "fd:2x", "fd:4294967298":
            with self.subTest(log=log):
                self.clear_marks()
                self.assert_closed(self.mark(policy, env={"SECCOMP_LOG": log}), r"SECCOMP_LOG.+")

    def test_a_log_that_is_named_stdout_is_no_file(self):
        result = self.start(self.policy(GOOD), host("marker"), self.marks_folder, env={"SECCOMP_LOG": "stdout"})
        self.assert_closed(result, r"SECCOMP_LOG=stdout: say fd:1.*")

    def test_an_unknown_format_of_the_log_is_refused(self):
        result = self.mark(self.policy(GOOD), env={"SECCOMP_LOG_FORMAT": "yaml"})
        self.assert_closed(result, r"SECCOMP_LOG_FORMAT=yaml: .+")

    def test_a_relative_policy_in_a_folder_that_was_deleted_is_refused(self):
        gone = self.path("gone")
        line = f'mkdir {gone} && cd {gone} && rmdir {gone} && LD_PRELOAD={LIBSCMP} exec {host("marker")} {self.marks_folder}'
        result = subprocess.run(
            ["sh", "-c", line],
            env=self.environment("./p.rb", LD_PRELOAD=None),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assert_closed(result, r".+")

    def test_a_limit_on_the_size_of_files_has_a_message(self):
        limited = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        result = self.start(self.policy(GOOD), host("marker"), self.marks_folder, preexec_fn=limited)
        # libseccomp 2.5 wants a file for the filter, 2.6 none.
        if result.returncode == 0:
            self.assertIn("seccomp 2 filters 1", result.stdout)
        else:
            self.assert_closed(result, r".*p\.rb: .+")

    def test_a_broken_pipe_is_no_death_by_signal(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        reset = lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        spoken = self.start(
            self.policy("puts 'hello'\n" + GOOD), host("marker"), self.marks_folder, stderr=writer, preexec_fn=reset
        )
        self.assertEqual(state(spoken.stdout), (2, 1, -EXDEV))
        self.clear_marks()
        broken = self.start(self.policy("x"), host("marker"), self.marks_folder, stderr=writer, preexec_fn=reset)
        self.assertEqual(broken.returncode, 125)
        self.assertEqual(self.marks(), [])

    def test_a_closed_stderr_takes_the_message_and_not_the_status(self):
        result = self.start(
            self.path("absent.rb"), "sh", "-c", f'exec {host("marker")} {self.marks_folder} 2>&-', env={"LD_PRELOAD": None}
        )
        self.assertEqual(result.returncode, 0, "the control: without the library the host runs")
        self.clear_marks()
        result = subprocess.run(
            ["sh", "-c", f'LD_PRELOAD={LIBSCMP} exec {host("marker")} {self.marks_folder} 2>&-'],
            env=self.environment(self.path("absent.rb"), LD_PRELOAD=None),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((result.returncode, result.stdout, self.marks()), (125, "", []))


class SecureMode(Marked):
    """Under AT_SECURE ld.so drops LD_PRELOAD, so the host here is linked with the library."""

    def test_a_setuid_host_of_another_user_is_left_alone(self):
        if os.getuid() != 0:
            cannot_run("only root can make a setuid host of another user's")
        if os.statvfs(self.folder).f_flag & os.ST_NOSUID:
            cannot_run(f"{self.folder} is on a file system that is mounted nosuid")
        setuid = shutil.copy(host("marker-linked"), self.folder)
        # The control: without the bit the same host ends in the library's hands.
        result = self.mark_as_nobody(setuid)
        if "cannot open shared object file" in result.stderr:
            cannot_run("the build folder is closed to nobody, and with it the library that the host is linked with")
        self.assert_closed(result, r"\S*absent\.rb: .+")
        os.chmod(setuid, 0o4755)
        result = self.mark_as_nobody(setuid)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(state(result.stdout), (0, 0, 0))
        self.assertEqual(self.marks(), ["constructor", "main"])

    def mark_as_nobody(self, program):
        return self.start(
            self.path("absent.rb"),
            program,
            self.marks_folder,
            env={"LD_PRELOAD": None},
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )


if __name__ == "__main__":
    main()
