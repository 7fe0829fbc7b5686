# SPDX-License-Identifier: MIT
"""What a policy may see, and what it may not, inside somebody's host: two lists."""

from live import Live, host, main, state

EPERM = 1

VISIBLE = """Array Class Comparable ENV Enumerable Enumerator Errno Exception FalseClass Fiber File Float GC Hash Integer
    Kernel Module NilClass Object Proc Range Seccomp String Struct Symbol SystemCallError Time TrueClass""".split()
HIDDEN = """IO FileTest Socket BasicSocket TCPSocket UDPSocket UNIXSocket UNIXServer Process Dir Signal Thread Mutex ObjectSpace
    Random Uname Binding STDIN STDOUT STDERR""".split()
METHODS = "puts p print raise loop lambda proc sprintf format respond_to? freeze tap then".split()
HIDDEN_METHODS = """system exec fork spawn open eval exit exit! abort at_exit require load sleep gets getc
    readline printf srand rand trap kill binding syscall""".split()

REPORT = """
puts %w({names}).select {{ |name| {test} }}.join(" ")
Seccomp.new(default: :allow) {{ |rule| rule.errno :EXDEV, :uname }}
"""


class Surface(Live):
    def seen(self, names, test):
        """Those of the names for which the test, in Ruby, holds inside a policy."""
        policy = self.policy(REPORT.format(names=" ".join(names), test=test))
        result = self.start(policy, "/bin/true")
        self.assertEqual(result.returncode, 0, result)
        return result.stderr.split()

    def test_a_policy_sees_these_constants(self):
        self.assertEqual(self.seen(VISIBLE, "Object.const_defined?(name.to_sym)"), VISIBLE)

    def test_a_policy_does_not_see_processes_sockets_or_streams(self):
        self.assertEqual(self.seen(HIDDEN, "Object.const_defined?(name.to_sym)"), [])

    def test_a_policy_has_these_methods(self):
        self.assertEqual(self.seen(METHODS, "respond_to?(name.to_sym, true)"), METHODS)

    def test_a_policy_cannot_run_commands_evaluate_text_or_end_the_host(self):
        self.assertEqual(self.seen(HIDDEN_METHODS, "respond_to?(name.to_sym, true)"), [])

    def test_a_file_can_be_read_and_nothing_else(self):
        self.assertEqual(self.seen("read readlines exist? basename".split(), "File.respond_to?(name.to_sym)"),
                         "read readlines exist? basename".split())
        self.assertEqual(self.seen("open new write unlink delete rename symlink chmod popen".split(),
                                   "File.respond_to?(name.to_sym)"), [])

    def test_backquotes_run_nothing(self):
        result = self.start(self.policy(f"`/bin/echo > {self.path('made')}`\n"), "/bin/true")
        self.assertEqual((result.returncode, result.stderr), (125, "scmp: %s:1: backquotes run a command: a policy runs none\n"
                                                              % self.path("p.rb")))

    def test_text_is_not_evaluated(self):
        result = self.start(self.policy('"".instance_eval("1")\n'), "/bin/true")
        self.assertEqual(result.returncode, 125, result)

    def test_errno_classes_come_when_they_are_named(self):
        policy = self.policy(
            "begin\n  File.read('/absent')\nrescue Errno::ENOENT => e\n"
            "  puts e.message, e.errno, e.is_a?(SystemCallError)\nend\n"
            "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }\n"
        )
        result = self.start(policy, "/bin/true")
        self.assertEqual(result.stderr, "No such file or directory - /absent\n2\ntrue\n")

    def test_the_environment_can_be_read(self):
        policy = self.policy(
            "puts ENV['COLOUR'], ENV.fetch('ABSENT', 'none'), ENV.key?('COLOUR'), ENV['ABSENT'].inspect\n"
            "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }\n"
        )
        result = self.start(policy, "/bin/true", env={"COLOUR": "blue"})
        self.assertEqual(result.stderr, "blue\nnone\ntrue\nnil\n")

    def test_a_block_that_would_make_rules_is_told(self):
        for text in "Seccomp.new(default: :allow) { |r| r.kill :uname }.load", "$context.kill :uname", "$context.load":
            policy = self.policy(
                "$context = Seccomp.new(default: :allow) { |rule| rule.trap :uname, log: false }\n"
                "Seccomp.on_trap { |number, call| %s }\n" % text
            )
            result = self.start(policy, host("marker"), self.folder)
            self.assertEqual((result.returncode, state(result.stdout)), (0, (2, 1, -EPERM)), result)
            self.assertIn("p.rb:2: the policy is in force and can no longer be changed", result.stderr)

    def test_time_is_utc(self):
        policy = self.policy(
            "puts Time.at(951_827_696), Time.at(0), Time.at(1_700_000_000).wday, Time.now.year >= 2024\n"
            "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }\n"
        )
        result = self.start(policy, "/bin/true", env={"TZ": "America/New_York"})
        self.assertEqual(result.stderr, "2000-02-29 12:34:56 UTC\n1970-01-01 00:00:00 UTC\n2\ntrue\n")


if __name__ == "__main__":
    main()
