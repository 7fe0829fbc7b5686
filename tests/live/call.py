# SPDX-License-Identifier: MIT
"""What a block sees of a trapped call, and does with it, in real programs."""

import os
import unittest

from live import Live, host, main, need_host, need_program, unwarned

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

    def test_arguments_have_names(self):
        os.mkdir(self.path("tree"))
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:openat, filename: not_in(0), dfd: :AT_FDCWD, flags: any(:O_CREAT)) do |call|
    puts [call[:filename], call[:pathname], call[:dfd], call[:flags] == call[2], call[:mode].to_s(8)].inspect
    puts [call.flag?(:flags, :O_CREAT), call.flag?(:flags, :O_CREAT, :O_EXCL), call.flag?(:flags, :O_WRONLY),
          call.flag?(:flags, :O_RDONLY), call.flag?(:dfd, :AT_FDCWD)].inspect
    [-> { call[:path] }, -> { call[:xyzzy] }, -> { call["flags", 1] }, -> { call[1.5] }, -> { call.flag?(:flags) },
     -> { call.flag?(:flags, :AF_UNIX) }, -> { call.flag?(:mode, 3) }].each do |misuse|
      begin
        misuse.call
        puts "?"
      rescue => e
        puts e.message
      end
    end
    call.errno :EISDIR
  end"""
        )
        result = self.start(policy, "sh", "-c", "umask 0; : > made-up", cwd=self.folder, env={"SECCOMP_LOG": self.path("log")})
        self.assertIn("Is a directory", result.stderr)
        self.assertEqual(
            unwarned(self.log())[:-1],
            [
                '["made-up", "made-up", -100, true, "666"]',
                "[true, false, true, false, true]",
                "openat has no argument :path, it has (dfd, filename, flags, mode)",
                "openat has no argument :xyzzy, it has (dfd, filename, flags, mode)",
                "wrong number of arguments (given 2, expected 1)",
                "an argument is named by a Symbol or its number, not 1.5",
                "flag? takes constants: flag?(:flags, :O_CREAT)",
                "AF_UNIX is not a constant of :flags",
                "3 is not a constant of :mode",
            ],
        )

    def test_a_string_argument_that_is_none_is_nil_or_an_exception(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:mkdir, log: false) do |call|
    begin
      puts call[:pathname].inspect
    rescue Errno::EFAULT => e
      puts e.message
    end
  end"""
        )
        result = self.start(policy, host("call"), "83:0", "83:16")
        self.assertEqual(unwarned(result.stderr), "nil\nno such memory at 0x10\n", result)

    def test_what_a_block_does_to_itself_is_an_exception_and_not_the_end_of_the_host(self):
        deep = "stack level too deep (SystemStackError)"
        for body, message in (
            ("class H; def to_a; [*self]; end; end; H.new.to_a", deep),
            ("a = []; 20000.times { a = [a] }; a.join", deep),
            ("a = []; 20000.times { a = [a] }; print a", deep),
            ("module Errno; EFAULT = 5; end; call.read(0, 1)", "no such memory at 0x0 (RuntimeError)"),
            ("def Errno.const_missing(name); 5; end; call.read(0, 1)", "no such memory at 0x0 (RuntimeError)"),
            (
                "Seccomp.on_trap { }",
                "the policy is in force and can no longer be changed: say on_trap outside of blocks (RuntimeError)",
            ),
        ):
            policy = self.policy(NOTHING % f"  rule.trap(:uname, log: false) {{ |call|\n{body} }}")
            result = self.start(policy, host("call"), "63:@", "63:@")
            self.assertEqual(result.stdout, "63 -1\n63 -1\n", (body, result))
            self.assertEqual([line.split(": ", 2)[2] for line in result.stderr.splitlines()], [message] * 2)

    def test_a_trap_leaves_errno_alone_and_so_does_the_first_of_an_executed_program(self):
        policy = self.policy('"1e999".to_f\n2.0**10000\n' + NOTHING % "  rule.trap(:uname, log: false) { |call| call.return 7 + 0.0.to_i }")
        for command in [need_host("load"), "errno"], ["sh", "-c", f"exec {need_host('load')} errno"]:
            result = self.start(policy, *command)
            self.assertEqual((result.returncode, result.stderr), (0, ""), result)

    def test_memory_that_is_used_up_is_there_again_when_it_is_let_go(self):
        policy = self.policy(
            NOTHING
            % """
  rule.trap(:uname, log: false) do |call|
    begin
      list = nil
      list = [list, "x" * 100] while true
    rescue NoMemoryError
      list = nil
    end
    GC.start
    call.return ("y" * 2_000_000).size
  end"""
        )
        result = self.start(policy, host("call"), "63:@", "63:@")
        self.assertEqual((result.stdout, result.stderr), ("63 2000000\n63 2000000\n", ""))

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
