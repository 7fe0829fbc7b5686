# SPDX-License-Identifier: MIT
"""The record: text and JSON, whatever names and texts are in it."""

import json
import os
import re
import subprocess
import unittest

from live import Live, host, main, need_host, need_program, unwarned

TRAPS = """
Seccomp.new(default: :allow) do |rule|
  rule.trap(:uname, why: %s) { |call| puts %s; call.errno :EXDEV }
  rule.return 1 << 40, :getppid, log: true
  rule.kill :sync, log: true
end.load
"""
NASTY = 'a "quoted" \\ \n \t \x01 \x7f é € 𝄞 \udc80\udcff end'


class Records(Live):
    def objects(self, name="log"):
        """Each line of the log as JSON; bytes that are no UTF-8 come back as python keeps them."""
        with open(self.path(name), "rb") as file:
            lines = file.read().split(b"\n")
        self.assertEqual(lines.pop(), b"")
        return [json.loads(line.decode("utf-8")) for line in lines]

    def run_json(self, policy, *argv, **options):
        return self.start(
            policy, *argv, env={"SECCOMP_LOG": self.path("log"), "SECCOMP_LOG_FORMAT": "json"}, **options
        )

    def ruby(self, text):
        """A Ruby literal of the text's bytes."""
        return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "surrogateescape")) + '"'

    def test_an_object_has_every_field_of_the_text(self):
        policy = self.policy(TRAPS % ('"no names"', '"said"'))
        result = self.run_json(policy, host("call"), "63:@", "110", "162")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (-31, "", ""))
        said, refused, returned, killed = self.objects()
        self.assertEqual(said, {"message": "said"})
        for record in refused, returned, killed:
            self.assertRegex(record.pop("from"), r"\Acall\+0x[0-9a-f]+\Z")
            self.assertEqual(record.pop("program"), "call")
            self.assertEqual(record.pop("file"), "p.rb")
            self.assertGreater(record.pop("pid"), 1)
        arguments = refused.pop("arguments")
        self.assertRegex(arguments[0], r"\A0x[0-9a-f]{6,}\Z")
        self.assertEqual(refused.pop("decoded"), arguments)
        self.assertEqual(
            refused,
            {"syscall": "uname", "number": 63, "result": -1, "errno": "EXDEV", "action": "trap", "line": 3, "why": "no names"},
        )
        self.assertEqual(
            returned,
            {"syscall": "getppid", "number": 110, "arguments": [], "decoded": [], "result": 1 << 40, "action": "return", "line": 4},
        )
        self.assertEqual(
            killed,
            {
                "syscall": "sync",
                "number": 162,
                "arguments": [],
                "decoded": [],
                "killed": True,
                "action": "kill",
                "line": 5,
            },
        )

    def test_arguments_keep_all_bits(self):
        policy = self.policy(
            "Seccomp.new(default: :allow) { |rule| rule.trap :futex, Seccomp::ARG(:==, 16)\n"
            "rule.silence :pointer_value, why: 'an address without memory' }.load\n"
        )
        self.run_json(policy, host("call"), "202:16:-1:9007199254740993:0x7fffffffffffffff:0:1")
        self.assertEqual(
            self.objects()[0]["arguments"],
            ["0x10", "0xffffffffffffffff", "0x20000000000001", "0x7fffffffffffffff", "0x0", "0x1"],
        )

    def test_any_text_comes_back_as_it_was(self):
        name = os.path.join(self.folder, "p \"\\\n\udcfe é.rb")
        text = (TRAPS % (self.ruby(NASTY), self.ruby(NASTY + "\n"))).encode()
        with open(name, "wb") as file:
            file.write(text)
        need_program("bash")
        result = self.run_json(name, "bash", "-c", 'exec -a "$0" "$@"', "x\udc90\"\\\té", host("call"), "63:@")
        self.assertEqual(result.stdout, "63 -18\n", result)
        said, record = self.objects()[-2:]
        self.assertEqual(said, {"message": NASTY})
        self.assertEqual(record["why"], NASTY)
        self.assertEqual(record["file"], os.path.basename(name))
        self.assertEqual(record["program"], "x\udc90\"\\\té")

    def test_texts_that_are_too_long_are_cut_and_the_object_is_whole(self):
        long = "\x01" * 3000
        text = (TRAPS % (self.ruby("\udcff" * 3000), self.ruby(long))).encode()
        name = "\udcfd" * 200 + ".rb"
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(text)
        need_program("bash")
        self.run_json(
            os.path.join(self.folder, name), "bash", "-c", 'exec -a "$0" "$@"', "\udc81" * 240, host("call"), "63:@"
        )
        said, record = self.objects()[-2:]
        self.assertEqual(said, {"message": long})
        for field, value in ("program", "\udc81"), ("file", "\udcfd"), ("why", "\udcff"):
            self.assertRegex(record[field], rf"\A{value}{{10,}}\Z")
        self.assertEqual((record["syscall"], record["line"]), ("uname", 3))

    def test_every_other_line_is_an_object_too(self):
        policy = self.policy(
            "Seccomp.new(default: :allow) { |rule| rule.trap :close }.load\n"
            "puts\nputs 'two', 'lines'\np 1, [:two]\nprint 'no end'\nSeccomp.on_trap { |n, c| raise 'oh' }\n"
        )
        self.run_json(policy, host("call"), "3:77")
        self.assertEqual([object.get("warning") for object in self.objects()][3:6], [None, "loader-critical", None])
        messages = [object.get("message") for object in self.objects()]
        self.assertEqual(messages[:4], ["", "two\nlines", "1\n[:two]", "no end"])
        self.assertRegex(messages[4], r"\Aa program that the host executes .*")
        self.assertRegex(messages[5], r"\Ascmp: \S+p\.rb:6: oh \(RuntimeError\)\Z")
        os.remove(self.path("log"))
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.trap(:uname) { |c| c.return 7 } }.load\n")
        result = self.run_json(policy, need_host("load"), "lose", "fsize")
        self.assertEqual(result.returncode, 0, result)
        first, lost, last = self.objects()
        self.assertEqual(lost, {"pid": first["pid"], "message": "1 record lost"})
        self.assertEqual(last["result"], 7)

    def test_a_limit_leaves_records_out_and_says_how_many(self):
        policy = self.policy(
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.trap(:uname, limit: 10) { |call| call.return 7 }\n"
            "  rule.errno :EXDEV, :sync, log: true, limit: 1\nend.load\n"
        )
        # Two seconds and a bit, so that at least one turn of the clock is whole.
        result = self.run_json(policy, need_host("load"), "pace", "2300")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result)
        calls = int(result.stdout)
        objects = self.objects()
        records = [object for object in objects if "syscall" in object]
        notes = [object["message"] for object in objects if "message" in object]
        told = 0
        for note in notes:
            self.assertRegex(note, r"\A\d+ records? left out: trap p\.rb:2, limit: 10\Z")
            told += int(note.split()[0])
        self.assertIn(len(records), (30, 40), "three or four seconds of the clock were begun")
        self.assertGreater(told, 0)
        self.assertLessEqual(told + len(records), calls)

    def test_two_long_paths_have_their_room_in_text(self):
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.trap :symlink }.load\n")
        result = self.start(policy, "python3", "-c", "import os; os.symlink('x' * 600, 'y' * 700)")
        record = [line for line in result.stderr.splitlines() if "symlink(" in line][0]
        self.assertIn(f'symlink("{"x" * 256}"..., "{"y" * 256}"...) = -1 EPERM  trap p.rb:1  from ', record)
        self.assertLess(len(record), 1024)

    def test_a_child_without_its_policy_says_so_in_an_object(self):
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.trap :uname, :mkdir }.load\n")
        self.run_json(policy, "sh", "-c", 'rm "$SECCOMP_POLICY"; exec "$0" "$@"', host("call"), "63:@", "83:@:0700")
        why, record, second = [object for object in self.objects() if "warning" not in object]
        self.assertIn("the policy cannot be read", why["message"])
        self.assertEqual((record["action"], record["rule"], record["errno"]), ("inherited", 1, "EPERM"))
        self.assertNotIn("add", record)
        self.assertNotIn("file", record)
        self.assertEqual(second["decoded"], ['""', "0700"])


class Shown(Live):
    """Arguments as strace(1) shows them."""

    CALLS = (
        "openat mkdirat unlinkat fchmodat fchownat renameat2 symlinkat lseek ftruncate flock fcntl write socket connect "
        "bind sendto setsockopt shutdown execve mmap mprotect munmap madvise kill prlimit64 memfd_create"
    ).split()

    def between_marks(self, lines):
        """The calls between two of uname, without their results."""
        calls = [match.group(1) for line in lines if (match := re.search(r"(\w+\(.*\)) += ", line))]
        first, last = (i for i, call in enumerate(calls) if call == "uname(NULL)")
        return calls[first + 1 : last]

    def test_a_record_shows_what_strace_shows(self):
        need_program("strace")
        strace = subprocess.run(
            ["strace", "-o", self.path("strace"), host("shown")], stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        self.assertEqual(strace.returncode, 0, strace)
        names = ", ".join(f":{name}" for name in self.CALLS)
        policy = self.policy(
            f"Seccomp.new(default: :allow) {{ |rule| rule.errno :EXDEV, :uname, {names}, log: true }}.load\n"
        )
        result = self.start(policy, host("shown"), env={"SECCOMP_LOG": self.path("log")})
        self.assertEqual(result.returncode, 0, result)
        theirs, ours = self.between_marks(self.log("strace")), self.between_marks(self.log())
        self.assertGreater(len(theirs), 40)
        self.assertEqual(ours, theirs)

    def test_a_path_of_any_bytes_is_whole_in_json(self):
        need_program("mkdir")
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :mkdir, :mkdirat, log: true }.load\n")
        env = {"SECCOMP_LOG": self.path("log"), "SECCOMP_LOG_FORMAT": "json"}
        for name in 'a "quoted" \\ \n \x01 é \udcff', "\udcff" * 255, "/" * 3000:
            self.start(policy, "mkdir", name, env=env)
        with open(self.path("log"), encoding="utf-8") as file:
            first, second, third = (json.loads(line)["decoded"] for line in file)
        self.assertEqual(first, ['"a \\"quoted\\" \\\\ \\n \\1 \\303\\251 \\377"', "0777"])
        self.assertRegex(second[0], r'\A"(\\377){60,}(\\\d*)?\.\.\.\Z')
        self.assertRegex(third[0], r'\A"/{250,}\.\.\.\Z')
        self.assertEqual((second[1], third[1]), ("0777", "0777"))


NAMED = "Seccomp.new(default: :allow) do |rule|\n%s\n  rule.errno :EXDEV, :%s, log: true\nend.load\n"
REFUSED = "-18"


class Lines(Live):
    """The line that would allow a refused call."""

    def lines(self):
        return [line.split("  add: ", 1)[1] for line in self.log() if "  add: " in line]

    def results(self, policy, *argv):
        if os.path.exists(self.path("log")):
            os.remove(self.path("log"))
        result = self.start(self.policy(policy), *argv, env={"SECCOMP_LOG": self.path("log")})
        return [line.split()[1] for line in result.stdout.splitlines()]

    def test_put_before_the_rule_it_lets_the_call_run_and_not_much_more(self):
        # A call of the host, what it returns where it runs, and a neighbour that stays refused.
        for name, call, runs, neighbour, line in (
            ("socket", "41:2:1:0", None, "41:10:1:0", "domain: :AF_INET"),
            ("ioctl", "16:0:0x5413:@", "-25", "16:0:0x5412:@", "cmd: :TIOCGWINSZ"),
            ("ioctl", "16:0:0x54ff:@", "-25", "16:0:0x5412:@", "cmd: 0x54ff"),
            ("openat", "257:-100:@:0x80000", "-2", "257:-100:@:0x41", "flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC)"),
            ("openat", "257:-100:@:0x80000", "-2", "257:-100:@:1", "flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC)"),
            ("openat", "257:-100:@:0x241:0640", "-2", "257:-100:@:0x242", "flags: accmode(:O_WRONLY)"),
            ("openat", "257:-100:@:2", "-2", "257:-100:@:0x42", "flags: accmode(:O_RDWR) & none(:O_CREAT, :O_TRUNC)"),
            ("openat", "257:-100:@:3", "-2", "257:-100:@:0", "flags: accmode(3) & none(:O_CREAT, :O_TRUNC)"),
            ("mmap", "9:0:4096:1:0x22:-1:0", None, "9:0:4096:5:0x22:-1:0", "prot: only(:PROT_READ)"),
            ("mmap", "9:0:4096:0:0x22:-1:0", None, "9:0:4096:1:0x22:-1:0", "prot: :PROT_NONE"),
            ("mprotect", "10:@:4096:3", "0", "10:@:4096:7", "prot: only(:PROT_READ, :PROT_WRITE)"),
            ("prctl", "157:3", None, "157:4:0", "op: :PR_GET_DUMPABLE"),
            ("fcntl", "72:0:1", "0", "72:0:3", "cmd: :F_GETFD"),
            ("kill", "62:0:0", "0", "62:0:17", "sig: 0"),
            ("kill", "62:0:17", "0", "62:0:0", "sig: :SIGCHLD"),
            ("personality", "135:0xffffffff", None, "135:0x40000", "persona: -1"),
            ("unshare", "272:0x400", "0", "272:0x200", "flags: only(:CLONE_FILES)"),
        ):
            with self.subTest(call=call):
                self.assertEqual(self.results(NAMED % ("", name), host("call"), call), [REFUSED])
                self.assertEqual(self.lines()[-1], f"rule.allow :{name}, {line}")
                results = self.results(NAMED % (self.lines()[-1], name), host("call"), call, neighbour)
                self.assertEqual(results[1:], [REFUSED])
                self.assertNotEqual(results[0], REFUSED)
                if runs:
                    self.assertEqual(results[0], runs)

    def test_a_call_that_cannot_fail_has_a_line_too(self):
        for name, call in ("getpid", "39"), ("brk", "12:0"):
            default = "Seccomp.new(default: [:errno, :EXDEV], log: true) { |rule| rule.allow :writev%s }"
            self.assertEqual(self.results(default % "", host("call"), call), ["0"])
            self.assertIn(f"rule.allow :{name}", self.lines())
        self.results(NAMED.replace("errno :EXDEV", "return 0") % ("", "mkdir"), host("call"), "83:@:0")
        self.assertEqual(self.lines(), [])

    def test_where_a_result_was_chosen_or_the_rule_is_all_of_it_there_is_none(self):
        for rule, call in (
            ("rule.trap(:socket) { |call| call.errno :EACCES }", "41:2:1:0"),
            ("rule.return 0, :socket, log: true", "41:2:1:0"),
            ("rule.return -13, :socket, log: true", "41:2:1:0"),
            ("rule.trap :uname", "63:@"),
            ("rule.errno :EXDEV, :socket, domain: :AF_INET, log: true", "41:2:1:0"),
            ("rule.errno :EXDEV, :socket, Seccomp::ARG(:==, 2), log: true", "41:2:1:0"),
            ("rule.errno :EXDEV, :openat, flags: accmode(:O_WRONLY), log: true", "257:-100:@:0x241"),
        ):
            with self.subTest(rule=rule):
                self.results(f"Seccomp.new(default: :allow) {{ |rule| {rule} }}.load\n", host("call"), call)
                self.assertEqual((len(unwarned(self.log())), self.lines()), (1, []), self.log())

    def test_there_is_one_where_no_block_decides_and_where_the_rule_takes_more(self):
        for rule, call, line in (
            ("rule.trap(:socket) { |call| nil }", "41:2:1:0", "rule.allow :socket, domain: :AF_INET"),
            ("rule.kill :socket, log: true", "41:2:1:0", "rule.allow :socket, domain: :AF_INET"),
            ("rule.trap :socket, domain: [:AF_INET, :AF_INET6]", "41:2:1:0", "rule.allow :socket, domain: :AF_INET"),
            ("rule.trap :socket, domain: :AF_INET..:AF_INET6", "41:2:1:0", "rule.allow :socket, domain: :AF_INET"),
            (
                "rule.trap :openat, flags: any(:O_WRONLY, :O_RDWR)",
                "257:-100:@:0x241",
                "rule.allow :openat, flags: accmode(:O_WRONLY)",
            ),
        ):
            with self.subTest(rule=rule):
                text = "Seccomp.new(default: :allow) do |rule|\n%s\n%s\nend.load\n"
                self.results(text % ("", rule), host("call"), call)
                self.assertEqual(self.lines(), [line], self.log())
                result = self.start(self.policy(text % (line, rule)), host("call"), call)
                self.assertEqual((result.returncode, unwarned(result.stderr)), (0, ""), result)


if __name__ == "__main__":
    main()
