# SPDX-License-Identifier: MIT
"""rule.include: the rules of another policy, in the place where they are included."""

import os
import unittest

from live import Marked, main, state

EXDEV, EPERM = 18, 1


def context(*lines, default=":allow"):
    return f"Seccomp.new(default: {default}) do |rule|\n" + "".join(f"  {line}\n" for line in lines) + "end.load\n"


class Included(Marked):
    def test_rules_are_taken_in_place(self):
        self.policy(context("rule.errno :EXDEV, :uname"), "other.rb")
        for before, expected in (("rule.errno :EXDEV, :mkdir", EXDEV), ("rule.errno :EPERM, :uname, :mkdir", EPERM)):
            with self.subTest(before=before):
                self.clear_marks()
                result = self.mark(self.policy(context(before, "rule.include 'other.rb'")))
                self.assertEqual(state(result.stdout), (2, 1, -expected), result)

    def test_a_rule_that_an_included_one_covers_is_an_error(self):
        self.policy(context("rule.errno :EXDEV, :uname"), "other.rb")
        self.assert_closed(
            self.mark(self.policy(context("rule.include 'other.rb'", "rule.errno :EPERM, :uname"))),
            r"\S*p\.rb:3: errno :uname can never take effect: \S*other\.rb:2 \(errno\) takes all of its "
            "calls, and the first match wins: it has to stand before the include",
        )

    def test_a_rule_that_its_own_file_covers_is_an_error(self):
        self.policy(context("rule.errno :EXDEV, :uname", "rule.errno :EPERM, :uname"), "other.rb")
        self.assert_closed(
            self.mark(self.policy(context("rule.include 'other.rb'"))),
            r"\S*other\.rb:3: errno :uname can never take effect: line 2 \(errno\) takes all of its "
            "calls, and the first match wins",
        )

    def test_what_two_include_is_taken_once(self):
        self.policy(context("rule.errno :EXDEV, :uname", "puts 'read'"), "third.rb")
        for name in "one.rb", "two.rb":
            self.policy(context("rule.include 'third.rb'"), name)
        result = self.mark(self.policy(context("rule.include 'one.rb'", "rule.include 'two.rb'")))
        self.assertEqual((state(result.stdout), result.stderr), ((2, 1, -EXDEV), "read\n"))

    def test_in_each_of_two_contexts_it_is_taken(self):
        self.policy(context("rule.errno :EXDEV, :uname"), "other.rb")
        result = self.mark(self.policy(2 * context("rule.include 'other.rb'")))
        self.assertEqual(state(result.stdout), (2, 2, -EXDEV), result)

    def test_its_own_load_is_not_needed_and_does_nothing(self):
        self.policy(context("rule.errno :EXDEV, :uname").replace(".load", ""), "unloaded.rb")
        self.policy(context("rule.errno :ENOTTY, :sync") + "puts 'read'\n", "loaded.rb")
        text = context("rule.include 'unloaded.rb'", "rule.include 'loaded.rb'")
        result = self.mark(self.policy(text))
        self.assertEqual((state(result.stdout), result.stderr), ((2, 1, -EXDEV), "read\n"))

    def test_policies_in_folders_include_each_other_from_where_they_lie(self):
        os.makedirs(self.path("a/b"))
        self.policy(context("rule.include 'b/two.rb'"), "a/one.rb")
        self.policy(context("rule.include '../three.rb'"), "a/b/two.rb")
        self.policy(context("rule.errno :EXDEV, :uname"), "a/three.rb")
        self.policy(context("rule.include 'a/one.rb'"))
        result = self.mark("p.rb", cwd=self.folder)
        self.assertEqual(state(result.stdout), (2, 1, -EXDEV), result)

    def test_a_record_names_the_included_line_also_in_a_child_that_runs_elsewhere(self):
        self.policy(context("rule.errno :EXDEV, :sync", "rule.trap(:uname) { |call| call.errno :EXDEV }"), "other.rb")
        self.policy(context("rule.include 'other.rb'"))
        result = self.start("p.rb", "sh", "-c", "cd /; exec uname", cwd=self.folder)
        self.assertRegex(
            result.stderr,
            r"\Ascmp\[\d+\] uname: uname\(0x[0-9a-f]+\) = -1 EXDEV  trap other\.rb:3  from [^\n]+\n"
            r"uname: cannot get system name: Invalid cross-device link\n\Z",
        )


class Refused(Marked):
    def refused(self, line, pattern, *, other=None):
        self.clear_marks()
        if other is not None:
            self.policy(other, "other.rb")
        result = self.mark(self.policy(context(line)))
        self.assert_closed(result, pattern)

    def test_another_default(self):
        self.refused(
            "rule.include 'other.rb'",
            r"\S*p\.rb:2: include \"other\.rb\": its default is kill, and this context's allow: "
            "its rules would mean something else",
            other=context("rule.allow :uname", default=":kill"),
        )

    def test_another_default_is_told_of_the_policy_that_was_named(self):
        self.policy(context("rule.kill :mkdir"), "inner.rb")
        self.policy(context("rule.include 'inner.rb'", "rule.kill :uname"), "outer.rb")
        result = self.mark(self.policy(context("rule.include 'outer.rb'", default=":kill")))
        self.assert_closed(result, r"\S*p\.rb:2: include \"outer\.rb\": its default is allow, .*")
        self.assertEqual(result.stderr.count("include \"inner"), 0, result)

    def test_another_answer_to_calls_of_newer_kernels(self):
        self.refused(
            "rule.include 'other.rb'",
            r"\S*p\.rb:2: include \"other\.rb\": its unknown: is not that of this context",
            other=context("rule.kill :uname", default=":allow, unknown: :ENOSYS"),
        )

    def test_two_contexts(self):
        self.refused(
            "rule.include 'other.rb'",
            r"\S*other\.rb:4: include \"other\.rb\": this is its second context, and only one can be taken in place",
            other=context("rule.kill :uname") + context("rule.kill :mkdir"),
        )

    def test_no_context(self):
        self.refused(
            "rule.include 'other.rb'", r"\S*p\.rb:2: include \"other\.rb\": it defines no filter", other="$x = 1\n"
        )

    def test_a_file_that_includes_itself(self):
        self.refused("rule.include 'p.rb'", r"\S*p\.rb:2: include \"p\.rb\": the policy includes itself")
        self.refused(
            "rule.include 'other.rb'",
            r"\S*other\.rb:2: include \"p\.rb\": the policy includes itself",
            other=context("rule.include 'p.rb'"),
        )

    def test_a_chain_without_end(self):
        for i in range(30):
            self.policy(context(f"rule.include '{i + 1}.rb'"), f"{i}.rb")
        self.refused(
            "rule.include '0.rb'",
            r"\S*\d+\.rb:2: include \"\d+\.rb\": the chain of policies that include each other is too long",
        )

    def test_files_that_are_not_there(self):
        self.refused(
            "rule.include 'absent.rb'",
            r"\S*p\.rb:2: include \"absent\.rb\": /\S*/absent\.rb cannot be read: No such file or directory",
        )
        self.refused("rule.include 'absent'", r"\S*p\.rb:2: include \"absent\": /\S*/policies/absent\.rb cannot be read: No such file or directory: they are .*")
        self.refused("rule.include 'readonly_files'", r".*No such file or directory \(did you mean readonly-files\?\)")

    def test_a_fifo_that_nobody_writes_to(self):
        os.mkfifo(self.path("other.rb"))
        self.refused("rule.include 'other.rb'", r"\S*p\.rb:2: include \"other\.rb\": .*")

    def test_what_is_no_name(self):
        for word in ":no_network", "3", "nil", '"a\\0b"':
            self.refused(f"rule.include {word}", r"\S*p\.rb:2: include takes the name of a ready-made policy or a .*")

    def test_its_own_faults_have_its_own_place(self):
        self.refused(
            "rule.include 'other.rb'", r"\S*other\.rb:2: unknown syscall :opne .*", other=context("rule.kill :opne")
        )
        self.refused("rule.include 'other.rb'", r"\S*other\.rb:1: syntax error.*", other="rule = = 3\n")
        self.refused("rule.include 'other.rb'", r"\S*other\.rb:2: no \(RuntimeError\)", other="#\nraise 'no'\n")

    def test_a_second_on_trap(self):
        trap = "Seccomp.on_trap { |number, call| call.return 0 }\n"
        self.policy(context("rule.trap :mkdir") + trap, "other.rb")
        result = self.mark(self.policy(context("rule.include 'other.rb'", "rule.trap :rmdir") + trap))
        self.assert_closed(
            result, r"\S*p\.rb:5: on_trap stands in \S*other\.rb:4 already, and there is one for all traps"
        )

    def test_an_included_policy_cannot_reset_its_includer(self):
        self.refused(
            "rule.include 'other.rb'",
            r"\S*other\.rb:1: an included policy cannot reset .*",
            other="Seccomp.new(default: :allow).reset(:allow)\n",
        )

    def test_an_exception_that_was_rescued_is_told_all_the_same_and_what_follows_is_read_as_before(self):
        self.policy("raise 'no'\n", "raises.rb")
        self.policy(context("rule.errno :EXDEV, :unme"), "other.rb")
        text = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  2.times { begin; rule.include 'raises.rb'; rescue => e; puts e.message; end }\n"
            "  rule.include 'other.rb'\n"
            "end\n"
            "Seccomp.new(default: :allow) { |rule| rule.errno :EPERM, :sync }\n"
        )
        result = self.mark(self.policy(text))
        self.assertEqual((result.returncode, result.stdout, self.marks()), (125, "", []), result)
        self.assertRegex(
            result.stderr,
            r"\Ano\nno\nscmp: \S*raises\.rb:1: no \(RuntimeError\)\n"
            r"scmp: \S*other\.rb:2: unknown syscall :unme .*\n.*\n.*\n\Z",
        )
        self.refused("rule.include('raises.rb') rescue 0", r"\S*raises\.rb:1: no \(RuntimeError\)")

    def test_a_context_that_was_left_and_rescued_in_an_included_policy(self):
        left = "begin\n  Seccomp.new(default: :allow) { |r| r.kill :mkdir; raise 'no'; r.kill :rmdir }\nrescue\nend\n"
        self.refused(
            "rule.include 'other.rb'",
            r"\S*other\.rb:2: the block of this context was left before its end, and what it raised was rescued: .*",
            other=left,
        )


if __name__ == "__main__":
    main()
