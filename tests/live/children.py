# SPDX-License-Identifier: MIT
"""Children: exec'd ones are found under the filter, armed again and never filtered twice."""

import os
import re
import shutil
import signal
import sys
import unittest

from live import LIBSCMP, Live, Marked, host, main, state

EPERM, EXDEV = 1, 18

PLAIN = "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }.load\n"
TRAPS = (
    "Seccomp.new(default: :allow) { |rule| rule.trap :uname }.load\n"
    "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
)
WHOLE = "seccomp 2 filters 1 uname -18\n"
STATIC = "seccomp 2 filters 1 uname -1\n"

# Every sort of static answer, and calls that cannot fail.
ANSWERS = """
Seccomp.new(default: :allow) do |rule|
  rule.trap(:getpid, :umask, :geteuid) { |call| call.return 7 }
  rule.return 100_000_000_000, :getpgid
  rule.return(-5, :getsid)
  rule.errno :EXDEV, :uname, log: true
  rule.trap :sync, log: false
  rule.kill :vhangup, log: true
end.load
"""



class Children(Live):
    def child(self, policy, line, *arguments, **variables):
        """A shell's line under the policy, with a log."""
        env = {"SECCOMP_LOG": self.path("log"), **variables}
        return self.start(policy, "sh", "-c", line, host("marker"), *arguments, env=env)

    def assert_said(self, stdout, result, records=1, reason=None):
        """What the child has printed, its records, and one line that says why blocks are lost, if they are."""
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, stdout, ""), result)
        lines = self.log()
        said = [line for line in lines if "static answers" in line]
        traps = [line for line in lines if re.match(r"scmp\[\d+\] \S+: uname\(", line)]
        self.assertEqual(any("  inherited rule 1  " in line for line in traps), bool(reason), lines)
        self.assertEqual(len(said), 1 if reason else 0, lines)
        self.assertEqual(len(traps), records, lines)
        self.assertEqual(len(lines), len(said) + len(traps), lines)
        if reason:
            self.assertRegex(said[0], reason)


class Nests(Children):
    def nest(self, policy, depth):
        line = 'exec "$0"'
        for _ in range(depth):
            line = "sh -c '" + line.replace("'", "'\\''") + '\' "$0"; :'
        return self.child(self.policy(policy), line)

    def test_five_deep_there_is_one_filter_that_traps(self):
        self.assert_said(WHOLE, self.nest(TRAPS, 5))

    def test_five_deep_there_is_one_filter_without_traps(self):
        self.assert_said(WHOLE, self.nest(PLAIN, 5), records=0)

    def test_two_contexts_stay_two_filters(self):
        two = TRAPS + "Seccomp.new(default: :allow) { |rule| rule.trap :sysinfo }.load\n"
        self.assert_said(WHOLE.replace("filters 1", "filters 2"), self.nest(two, 3))

    def test_parent_child_and_grandchild_share_one_log(self):
        policy = self.policy(TRAPS)
        result = self.child(policy, '"$0"; sh -c \'"$0"; :\' "$0"; "$0"')
        self.assert_said(WHOLE * 3, result, records=3)
        self.assertEqual(len({re.match(r"scmp\[(\d+)\]", line)[1] for line in self.log()}), 3)


class Paths(Children):
    def test_relative_paths_still_work_after_the_host_has_changed_its_folder(self):
        self.policy(TRAPS)
        os.makedirs(self.path("a/b"))
        shutil.copy(LIBSCMP, self.path("libscmp.so"))
        result = self.start(
            "./p.rb",
            "sh",
            "-c",
            'LD_PRELOAD=./libscmp.so sh -c \'cd a; "$0"; cd b && sh -c "cd /; exec $0"\' "$0"',
            host("marker"),
            env={"LD_PRELOAD": None, "SECCOMP_LOG": "log"},
            cwd=self.folder,
        )
        self.assert_said(WHOLE * 2, result, records=2)
        self.assertEqual(sorted(os.listdir(self.path("a"))), ["b"])

    def test_a_relative_policy_without_a_slash_works_after_a_change_of_folder(self):
        self.policy(TRAPS)
        os.mkdir(self.path("a"))
        result = self.start(
            "p.rb", "sh", "-c", 'cd a; "$0"', host("marker"), env={"SECCOMP_LOG": "./log"}, cwd=self.folder
        )
        self.assert_said(WHOLE, result)


class ChangedPolicies(Children):
    def changed(self, before, after):
        """A child that is exec'd when the policy's file is another one."""
        policy = self.policy(before)
        if after is None:
            return self.child(policy, 'rm "$1"; exec "$0"', policy)
        self.policy(after, "after.rb")
        return self.child(policy, 'cp "$2" "$1"; exec "$0"', policy, self.path("after.rb"))

    def test_another_comment_is_no_change(self):
        self.assert_said(WHOLE, self.changed(TRAPS, "# why we do this\n\n" + TRAPS))

    def test_another_block_is_taken(self):
        after = TRAPS.replace("EXDEV", "ENOTTY")
        self.assert_said(WHOLE.replace("-18", "-25"), self.changed(TRAPS, after))

    def test_other_rules_cost_the_blocks_and_are_said_once(self):
        after = TRAPS.replace(":uname", ":sysinfo, :uname")
        self.assert_said(STATIC, self.changed(TRAPS, after), reason="other rules")

    def test_a_policy_that_was_deleted_costs_the_blocks_and_is_said_once(self):
        self.assert_said(STATIC, self.changed(TRAPS, None), reason="No such file")

    def test_a_policy_that_is_broken_now_costs_the_blocks_and_is_said_once(self):
        for after, reason in ("raise 'now'\n", "now"), ("x = = 1\n", "syntax error"), ("", "no filter"):
            with self.subTest(after=after):
                if self.log():
                    os.unlink(self.path("log"))
                self.assert_said(STATIC, self.changed(TRAPS, TRAPS + after if after else ""), reason=reason)

    def test_a_policy_without_traps_is_not_even_read_again(self):
        self.assert_said(WHOLE, self.changed(PLAIN, None), records=0)


class WithoutThePolicy(Children):
    """What an exec'd child answers that has the filter and no policy to read."""

    def perl(self, policy, script):
        policy = self.policy(policy)
        return self.child(policy, 'rm "$1"; perl -e "$2"; echo "status $?"', policy, script)

    def records(self):
        """call -> result, of what was recorded by the child."""
        matches = [re.match(r"scmp\[\d+\] perl: (\w+)\(.*\) = (.*?)  inherited rule \d+  from ", line) for line in self.log()]
        return {match[1]: match[2] for match in matches if match}

    @unittest.skipUnless(os.uname().machine == "x86_64", "the script has the numbers of x86_64")
    def test_every_static_answer_is_given_as_it_would_be_with_the_policy(self):
        calls = {"getpid": 39, "umask": 95, "geteuid": 107, "getpgid": 121, "getsid": 124, "uname": 63, "sync": 162}
        script = "$x = ' ' x 512; print join ' ', " + ", ".join(
            f"(syscall({number}, $x) == -1 ? -$! : syscall({number}, $x))" for number in calls.values()
        )
        result = self.perl(ANSWERS, script + "; print qq(\\n)")
        self.assertEqual(result.stdout, "0 18 65534 100000000000 -5 -18 -1\nstatus 0\n", result)
        records = self.records()
        self.assertEqual((records["getpid"], records["umask"], records["uname"]), ("0", "18", "-1 EXDEV"), records)
        self.assertNotIn("sync", records)

    @unittest.skipUnless(os.uname().machine == "x86_64", "the script has the numbers of x86_64")
    def test_a_rule_that_kills_kills_and_is_recorded(self):
        result = self.perl(ANSWERS, "syscall(153); print 'alive'")
        self.assertEqual(result.stdout, f"status {128 + signal.SIGSYS}\n", result)
        self.assertEqual(self.records()["vhangup"], "? killed")

    @unittest.skipUnless(os.uname().machine == "x86_64", "the script has the numbers of x86_64")
    def test_more_answers_than_a_filter_can_tell_are_refusals(self):
        names = "acct bpf chroot iopl ioperm mount umount2 swapon swapoff reboot sync syncfs vhangup setns unshare kcmp".split()
        rules = "\n".join(f"  rule.return {1000 + n}, :{name}" for n, name in enumerate(names))
        self.assertEqual(len(names), 16)
        script = "print syscall(163), ' ', syscall(272), ' ', syscall(312), qq(\\n)"
        result = self.perl(f"Seccomp.new(default: :allow) do |rule|\n{rules}\nend.load\n", script)
        self.assertEqual(result.stdout, "1000 1014 -1\nstatus 0\n", result)


class TwoPolicies(Marked):
    def second(self, first, second):
        self.policy(first, "first.rb")
        self.policy(second, "second.rb")
        line = 'SECCOMP_POLICY="$2" exec "$0" "$1"'
        return self.start(
            self.path("first.rb"), "sh", "-c", line, host("marker"), self.marks_folder, self.path("second.rb")
        )

    def test_another_policy_over_one_with_traps_is_refused(self):
        for second in TRAPS.replace(":uname", ":sysinfo"), PLAIN:
            with self.subTest(second=second):
                self.assert_closed(self.second(TRAPS, second), r"\S*second\.rb: .*another policy.*")

    def test_another_policy_over_one_without_traps_is_stacked(self):
        result = self.second(PLAIN.replace("uname", "mkdir"), PLAIN)
        self.assertEqual(state(result.stdout), (2, 2, -EXDEV), result)

    def test_one_with_traps_over_one_without_is_stacked(self):
        result = self.second(PLAIN.replace("uname", "mkdir"), TRAPS)
        self.assertEqual(state(result.stdout), (2, 2, -EXDEV), result)

    def test_the_first_is_known_again_below_the_second(self):
        self.policy(PLAIN, "first.rb")
        self.policy(PLAIN, "second.rb")
        line = 'SECCOMP_POLICY="$1" sh -c \'SECCOMP_POLICY="$1" "$0"; SECCOMP_POLICY="$2" "$0"\' "$0" "$1" "$2"'
        paths = self.path("first.rb"), self.path("second.rb")
        result = self.start(paths[1], "sh", "-c", line, host("marker"), *paths)
        self.assertEqual(result.stdout, WHOLE.replace("filters 1", "filters 2") * 2, result)

    def test_none_does_not_take_a_filter_away(self):
        self.policy(PLAIN, "first.rb")
        result = self.start(self.path("first.rb"), "sh", "-c", 'SECCOMP_POLICY=none "$0"', host("marker"))
        self.assertEqual(result.stdout, WHOLE, result)


class Logs(Children):
    def test_a_log_by_descriptor_is_written_to(self):
        policy = self.policy(TRAPS)
        with open(self.path("log"), "ab") as log:
            env = {"SECCOMP_LOG": f"fd:{log.fileno()}"}
            result = self.start(policy, "sh", "-c", '"$0"; "$0"', host("marker"), env=env, pass_fds=[log.fileno()])
        self.assert_said(WHOLE * 2, result, records=2)

    def test_a_log_by_path_is_appended_to(self):
        with open(self.path("log"), "w", encoding="ascii") as log:
            log.write("before\n")
        self.child(self.policy(TRAPS), "exec $0")
        self.assertEqual(self.log()[0], "before")
        self.assertEqual(len(self.log()), 2)

    def test_stderr_at_start_is_the_log_even_where_the_child_has_another(self):
        policy = self.policy(TRAPS)
        result = self.start(policy, "sh", "-c", '"$0" 2>/dev/null', host("marker"))
        self.assertEqual(result.stdout, WHOLE)
        self.assertRegex(result.stderr, r"\Ascmp\[\d+\] marker: uname\(.*\n\Z")

    def test_who_closes_all_that_he_did_not_open_leaves_the_log(self):
        script = (
            "import os, subprocess, sys\n"
            "number = max(int(fd) for fd in os.listdir('/proc/self/fd'))\n"
            "for fd in 500, number - 1, number + 1:\n    os.dup2(0, fd)\n"
            "print(subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True).stdout, end='')\n"
            "os.closerange(3, number + 10)\n"
            "print([fd for fd in os.listdir('/proc/self/fd') if int(fd) > 3] == [str(number)])\n"
            "sys.stdout.flush()\n"
            "os.execv(sys.argv[1], sys.argv[1:])\n"
        )
        for log in "stderr", self.path("log"):
            result = self.start(
                self.policy(TRAPS), sys.executable, "-S", "-E", "-c", script, host("marker"), env={"SECCOMP_LOG": log}
            )
            self.assertEqual((result.returncode, result.stdout), (0, WHOLE + "True\n" + WHOLE), result)
            self.assertEqual(len(result.stderr.splitlines() + self.log("log")), 2)

    def test_the_logs_number_taken_by_the_host_gets_nothing_written(self):
        script = (
            "import os, sys\n"
            "number = max(int(fd) for fd in os.listdir('/proc/self/fd'))\n"
            "assert os.path.samefile(f'/proc/self/fd/{number}', sys.argv[1])\n"
            "mine = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)\n"
            "os.dup2(mine, number)\n"
            "os.set_inheritable(number, True)\n"
            "try:\n    os.uname()\nexcept OSError as error:\n    print(error.errno, flush=True)\n"
            "os.execv(sys.argv[3], sys.argv[3:])\n"
        )
        # Under a policy that lets close_range(2) pass the number cannot be taken.
        policy = self.policy(TRAPS.replace(":uname }", ":uname; rule.errno :ENOSYS, :close_range }"))
        result = self.start(
            policy,
            sys.executable,
            "-S",
            "-E",
            "-c",
            script,
            self.path("log"),
            self.path("mine"),
            host("marker"),
            env={"SECCOMP_LOG": self.path("log")},
        )
        self.assertEqual((result.returncode, result.stdout), (0, f"{EXDEV}\n" + WHOLE), result)
        self.assertEqual(os.path.getsize(self.path("mine")), 0)
        self.assertEqual(self.log("mine"), [])


class Starts(Children):
    def start_by(self, how, program, *arguments):
        policy = self.policy(TRAPS)
        return self.start(policy, host("start"), how, program, *arguments, env={"SECCOMP_LOG": self.path("log")})

    def test_a_parent_that_blocked_every_signal_leaves_no_blocked_trap(self):
        self.assert_said(WHOLE, self.start_by("blocked", host("marker")))

    def test_a_parent_that_ignored_sigsys_leaves_no_ignored_trap(self):
        self.assert_said(WHOLE, self.start_by("ignored", host("marker")))

    def test_a_shell_that_traps_sigsys_itself_leaves_ours(self):
        self.assert_said(WHOLE, self.child(self.policy(TRAPS), "trap '' SYS; exec $0"))

    def test_children_of_every_kind_are_trapped(self):
        for how in "vfork", "clone", "spawn", "system", "popen":
            with self.subTest(how=how):
                if self.log():
                    os.unlink(self.path("log"))
                self.assert_said(WHOLE, self.start_by(how, host("marker")))

    def test_a_child_without_our_environment_has_it_again(self):
        self.assert_said(WHOLE, self.child(self.policy(TRAPS), 'env -i "$0"'))

    def test_a_child_without_the_library_has_it_again(self):
        self.assert_said(WHOLE, self.child(self.policy(TRAPS), 'LD_PRELOAD= "$0"'))

    def test_a_child_without_our_environment_is_refused_by_a_policy_without_traps(self):
        result = self.child(self.policy(PLAIN), 'env -i "$0"')
        self.assertEqual(result.stdout, WHOLE, result)

    def test_a_forked_child_that_does_not_exec_is_trapped_and_recorded(self):
        script = "import os\nif os.fork() == 0:\n    try: os.uname()\n    except OSError as e: os._exit(e.errno)\nprint(os.wait()[1] >> 8)"
        result = self.start(
            self.policy(TRAPS), sys.executable, "-S", "-E", "-c", script, env={"SECCOMP_LOG": self.path("log")}
        )
        self.assertEqual(result.stdout, f"{EXDEV}\n", result)
        self.assertEqual(len(self.log()), 1)


if __name__ == "__main__":
    main()
