# SPDX-License-Identifier: MIT
"""What a block sees of a trapped call, and does with it, in real programs."""

import os
import unittest

from live import Live, host, main, need_program

OPEN = 2
NOTHING = "Seccomp.new(default: :allow) do |rule|\n%s\nend.load\n"


class Calls(Live):
    def test_a_name_is_made_up_for_uname(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:uname) do |call|
    %w(Linux elsewhere 9.9.9 #1 vax).each_with_index { |text, i| call.write(call[0] + 65 * i, text + "\\0") }
    call.return 0
  end"""
        )
        result = self.start(policy, "uname", "-snrm")
        self.assertEqual(result.stdout, "Linux elsewhere 9.9.9 vax\n", result)

    def test_a_path_decides(self):
        os.mkdir(self.path("tree"))
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:mkdir, :mkdirat) do |call|
    path = call.string(call[call.syscall == :mkdir ? 0 : 1])
    call.errno path.include?("forbidden") ? :EACCES : :ENOSPC
  end"""
        )
        for program in ["mkdir"], ["/usr/bin/python3", "-c", "import os, sys; os.mkdir(sys.argv[1])"]:
            for name, error in ("forbidden", "Permission denied"), ("other", "No space left on device"):
                result = self.start(policy, *program, self.path(name))
                self.assertIn(error, result.stderr)

    def test_every_third_write_fails(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:uname, log: false) { |call| call.nth % 3 == 0 ? call.errno(:EIO) : call.return(call.nth) }"""
        )
        result = self.start(policy, host("call"), *["63:@"] * 7)
        self.assertEqual(result.stdout, "".join(f"63 {n}\n" for n in (1, 2, -5, 4, 5, -5, 7)), result)

    def test_the_count_goes_on_in_forked_children_and_begins_anew_with_exec(self):
        need_program("perl")
        policy = self.policy(
            NOTHING
            % "  rule.trap(:mkdir, log: false) { |call| puts call.nth; call.return 0 }\n"
            "  rule.silence :alias_gap, :io_uring_open, why: 'perl calls mkdir'"
        )
        script = "mkdir q(x); mkdir q(x); if (!fork) { mkdir q(x); exit } wait; mkdir q(x); exec q(perl), q(-e), q(mkdir q(x))"
        result = self.start(policy, "perl", "-e", script)
        self.assertEqual(result.stderr.split(), ["1", "2", "3", "3", "1"], result)

    def test_a_bad_pointer_is_an_exception_of_the_block(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:uname, log: false) do |call|
    begin
      call.write(call[0], "x")
    rescue Errno::EFAULT => e
      puts e.message
      call.errno :EFAULT
    end
    call.read(8, 8)
  end"""
        )
        result = self.start(policy, host("call"), "63:8", "63:@")
        self.assertEqual(result.stdout, "63 -1\n63 -1\n")
        self.assertEqual(
            [line.split("p.rb")[-1] for line in result.stderr.splitlines()],
            ["no such memory at 0x8"] + [":10: no such memory at 0x8 (Errno::EFAULT)"] * 2,
        )

    def test_a_call_tells_who_made_it(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:uname, log: false) do |call|
    puts [call.process, call.thread, call.arch, call.caller, call.ip > 4096, call].join(" ")
    call.return 0
  end"""
        )
        result = self.start(policy, "/usr/bin/python3", "-c", "import os; os.uname(); print(os.getpid())")
        pid = result.stdout.strip()
        self.assertRegex(
            result.stderr,
            rf"\A({pid} {pid} (x86_64|aarch64) libc\.so\.6\+0x[0-9a-f]+ true #<Seccomp::Call uname\(0x[0-9a-f]+\)>\n)+\Z",
        )


if __name__ == "__main__":
    main()
