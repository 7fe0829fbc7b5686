# SPDX-License-Identifier: MIT
"""The record: text and JSON, whatever names and texts are in it."""

import json
import os
import unittest

from live import Live, host, main, need_host, need_program

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
        self.assertRegex(refused.pop("arguments")[0], r"\A0x[0-9a-f]{6,}\Z")
        self.assertEqual(
            refused,
            {"syscall": "uname", "number": 63, "result": -1, "errno": "EXDEV", "action": "trap", "line": 3, "why": "no names"},
        )
        self.assertEqual(
            returned,
            {"syscall": "getppid", "number": 110, "arguments": [], "result": 1 << 40, "action": "return", "line": 4},
        )
        self.assertEqual(
            killed, {"syscall": "sync", "number": 162, "arguments": [], "killed": True, "action": "kill", "line": 5}
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

    def test_a_child_without_its_policy_says_so_in_an_object(self):
        policy = self.policy("Seccomp.new(default: :allow) { |rule| rule.trap :uname }.load\n")
        self.run_json(policy, "sh", "-c", 'rm "$SECCOMP_POLICY"; exec "$0" "$@"', host("call"), "63:@")
        why, record = self.objects()
        self.assertIn("the policy cannot be read", why["message"])
        self.assertEqual((record["action"], record["rule"], record["errno"]), ("inherited", 1, "EPERM"))
        self.assertNotIn("file", record)


if __name__ == "__main__":
    main()
