# SPDX-License-Identifier: MIT
"""What policy writers get wrong: each mistake ends the start, and its message says where, what, and what to do."""

import os
import platform
import re
import unittest

from live import SOURCE, Marked, cannot_run, main, unwarned

# What mruby says by itself, or what the words are made of: none of a policy writer's affair.
INTERNAL = re.compile(
    r"NoMethodError|NameError|\(TypeError\)|undefined method|uninitialized constant|keyword_|\$end|\bt[A-Z]{3}"
    r"|__[a-z]|:in |#<"
)


class Mistake:
    def __init__(self):
        self.text = self.message = self.word = self.right = None
        self.is_rule = False

    def policy(self, text):
        return f"Seccomp.new(default: :allow) do |rule|\n  {text}\nend\n" if self.is_rule else text


def mistakes():
    """The rows of mistakes.txt, which says what their lines are."""
    rows = []
    with open(os.path.join(SOURCE, "tests/live/mistakes.txt"), encoding="ascii") as file:
        for line in file:
            sign, text = line[0], line[2:].rstrip("\n").encode().decode("unicode_escape")
            if sign in "=:":
                rows.append(Mistake())
                rows[-1].text = text
                rows[-1].is_rule = sign == "="
            elif sign == "!":
                rows[-1].message = text
            elif sign == "^":
                rows[-1].word = text
            elif sign == "+":
                rows[-1].right = text
    return rows


def quoted(policy, line, word):
    """The line of a policy and the carets under the word, as they stand below a message."""
    line = policy.lstrip("\ufeff").split("\n")[line - 1].rstrip("\r").replace("\t", " ")
    edges = [r"\b" if re.match(r"\w", end) else "" for end in (word[0], word[-1])]
    at = re.search(edges[0] + re.escape(word) + edges[1], line).start()
    return ["    " + line, "    " + " " * at + "^" * len(word)]


class Mistakes(Marked):
    def setUp(self):
        super().setUp()
        if platform.machine() != "x86_64":
            cannot_run("the table names x86_64's syscalls")

    def test_each_is_answered_with_its_line_what_is_wrong_and_what_to_do(self):
        rows = mistakes()
        self.assertGreaterEqual(len(rows), 120)
        for row in rows:
            with self.subTest(policy=row.text):
                self.clear_marks()
                policy = row.policy(row.text)
                result = self.mark(self.policy(policy))
                self.assert_closed(result, re.escape(f"{self.path('p.rb')}:") + " ?" + re.escape(row.message))
                lines = result.stderr.splitlines()
                for line in lines:
                    self.assertRegex(line, r"\A(scmp: |    )")
                    if line.startswith("scmp: "):
                        self.assertNotRegex(line.replace(self.folder, ""), INTERNAL)
                below = lines[1:3] if len(lines) > 1 and not lines[1].startswith("scmp: ") else []
                line = int(row.message.split(":")[0]) if row.word else 0
                self.assertEqual(below, quoted(policy, line, row.word) if row.word else [])

    def test_put_right_each_is_taken(self):
        for row in mistakes():
            if row.right is None:
                continue
            with self.subTest(policy=row.right):
                result = self.mark(self.policy(row.policy(row.right)))
                self.assertNotRegex(result.stderr, r"(?m)^scmp: (?!\S+ warning: )")
                self.assertNotEqual(result.returncode, 125, result)


class Several(Marked):
    """Faults that stand beside each other, and mistakes that show only when a trap's block runs."""

    def lines(self, text):
        """What is said of a policy, without its path and the lines that are quoted."""
        result = self.mark(self.policy(text))
        self.assertEqual((result.returncode, self.marks()), (125, []), result)
        said = [line for line in result.stderr.splitlines() if not line.startswith("    ")]
        return [line.replace(f"scmp: {self.path('p.rb')}:", "") for line in said]

    def test_what_was_noted_before_an_exception_comes_out_with_it_in_the_order_of_lines(self):
        self.assertEqual(
            self.lines(
                "Seccomp.new(default: :allow) do |rule|\n"
                "  rule.deny :mkdir,\n    :rmdir\n"
                "  rule.errno :EPERM, :mkdir,\n    :opne,\n    wy: 1\n"
                "  any(:O_CREAT); rule.kill :rmdir; rule.kill :rmdir\n"
                "  fd > 2\nend\n"
            ),
            [
                "2: rule has no word deny (did you mean errno?)",
                "5: unknown syscall :opne (did you mean :open?)",
                "6: mkdir has no argument wy: (did you mean why:?)",
                "7: kill :rmdir can never take effect: line 7 (kill) takes all of its calls, and the first match wins",
                "8: there is no variable fd: a condition on an argument is written `fd: 3`, without an operator",
            ],
        )

    def test_independent_faults_of_one_rule_are_all_told(self):
        self.assertEqual(
            self.lines(
                "Seccomp.new(default: :allow) do |rule|\n"
                "  rule.errno(:EPRM, :opne, why: 3, log: 4) { }\nend\n"
            ),
            [
                "2: unknown errno :EPRM (did you mean :EPERM?)",
                "2: why: takes a String, not 3",
                "2: log: takes true or false, not 4",
                "2: errno takes no block: only trap and intercept ask one",
                "2: unknown syscall :opne (did you mean :open?)",
            ],
        )

    def test_a_fault_in_a_loop_is_told_once(self):
        self.assertEqual(
            self.lines("Seccomp.new(default: :allow) { |rule| 3.times { rule.kill :opne } }\n"),
            ["1: unknown syscall :opne (did you mean :open?)"],
        )

    def test_a_block_that_ruby_gives_to_puts_is_missed(self):
        self.assertRegex(
            self.lines("puts Seccomp.new(default: :allow) do |rule|\n  rule.kill :mkdir\nend\n")[-1],
            r"\A1: this context lets every call pass: .*",
        )

    def test_a_helper_that_several_rules_take_is_used(self):
        result = self.mark(
            self.policy(
                "PATHS = any(:O_PATH).freeze\nBOTH = PATHS & none(:O_EXCL)\nFILES = [family(:unlink), [:truncate]]\n"
                "Seccomp.new(default: :allow) do |rule|\n"
                "  rule.errno :EPERM, :open, flags: PATHS\n  rule.errno :EPERM, :openat, flags: BOTH\n"
                "  rule.errno :EPERM, FILES\nend\n"
            )
        )
        self.assertEqual((result.returncode, unwarned(result.stderr)), (0, ""))

    def test_the_code_of_a_long_block_is_read_to_its_end(self):
        """Behind 256 names and blocks of its own its instructions are longer ones."""
        long = "".join(f"    call.x{i} if call.nth > {i + 2}\n    [{i}].each {{ |y| break }}\n" for i in range(300))
        text = "Seccomp.new(default: :allow) do |rule|\n  rule.trap(:mkdir) do |call|\n%s  end\nend\n"
        for last in "return", "break", "[1].each { [2].each { return } }":
            with self.subTest(last=last):
                self.assertRegex(
                    "\n".join(self.lines(text % (long + f"    {last}\n"))), r"\A603: (return|break) leaves more than [^\n]*\Z"
                )
        result = self.mark(self.policy(text % (long + "    lambda { return }.call\n    loop { break }\n")))
        self.assertEqual((result.returncode, unwarned(result.stderr)), (0, ""))

    def test_a_word_that_a_call_has_not_is_told_when_its_block_runs(self):
        trap = "Seccomp.new(default: :allow) { |rule| rule.trap :uname }\n"
        for block, message in (
            ("{ |number, call| call.deny :EPERM }", "call has no word deny (did you mean errno?)"),
            ("{ |number, call| call.erno :EPERM }", "call has no word erno (did you mean errno?)"),
            ("{ |number, call| call.filename }", "an argument of a call is call[:filename], not call.filename"),
            ("{ |call| call.errno :EPERM }", "a number has no errno: on_trap's block is given the number first, "
                                             "{ |syscall, call| ... }"),
            ("{ |number, call| nothing }", "there is no variable or method nothing (did you mean not_in?)"),
            ("{ |number, call| ENV['NOT_SET_AT_ALL'] + 'x' }", "nil has no +: what stands before it is not there, as "
                                                               "ENV[...] of a variable that is not set"),
            ("{ |number, call| call.errno :EPREM }", "errno takes a name such as :EACCES or 1 to 4095, not :EPREM "
                                                     "(ArgumentError)"),
        ):
            with self.subTest(block=block):
                self.clear_marks()
                result = self.mark(self.policy(trap + "Seccomp.on_trap " + block + "\n"))
                self.assertIn(f"scmp: {self.path('p.rb')}:2: {message}\n", result.stderr)
                self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    main()
