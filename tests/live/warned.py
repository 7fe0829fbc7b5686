# SPDX-License-Identifier: MIT
"""What is doubtful about a policy is said once, by its id, and can be switched off."""

import json
import os
import re
import unittest

from live import SOURCE, Marked, host, main, state

RINGS = "rule.errno :ENOSYS, family(:io_uring)"
# What an allowlist needs so that there is nothing to say of it.
LIBC = "rule.allow :futex, :rt_sigprocmask, :brk, :munmap, :mremap; rule.allow :mmap, prot: none(:PROT_EXEC)"


def context(*lines, default=":allow"):
    return f"Seccomp.new(default: {default}) do |rule|\n" + "".join(f"  {line}\n" for line in lines) + "end.load\n"


class Warned(Marked):
    def warnings(self, *lines, default=":allow", text=None, env=None):
        """The warnings of a policy, as (line, id, text); the first rule is on line 2. The host runs."""
        self.clear_marks()
        result = self.mark(self.policy(text or context(*lines, default=default)), env=env)
        self.assertNotEqual(result.returncode, 125, result)
        found = re.findall(r"^scmp: \S*p\.rb:(\d+): warning: (.*) \[([a-z-]+)\]$", result.stderr, re.M)
        self.assertEqual(len(found), result.stderr.count("warning: "), result.stderr)
        return [(int(line), name, text) for line, text, name in found]

    def ids(self, *lines, **options):
        return [(line, name) for line, name, _ in self.warnings(*lines, **options)]

    def one(self, name, *lines, **options):
        """The text of the only warning of this id."""
        found = [text for _, other, text in self.warnings(*lines, **options) if other == name]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def each(self, name, cases, **options):
        """Whether a rule by itself is warned of by this id."""
        for rule, expected in cases.items():
            with self.subTest(rule=rule):
                self.assertEqual(name in [other for _, other in self.ids(*rule.split("; "), **options)], expected)


class AliasGap(Warned):
    def each_gap(self, cases):
        """The calls that are named as missing, by the rule that lacks them."""
        for rule, missing in cases.items():
            with self.subTest(rule=rule):
                texts = [text for _, name, text in self.warnings(*rule.split("; "), RINGS) if name == "alias-gap"]
                named = [re.search(r"refused and (:.*) (?:is|are) not, ", text)[1] for text in texts]
                self.assertEqual(named, [missing] if missing else [])

    def test_the_message_names_what_is_refused_what_is_not_and_the_family(self):
        self.assertEqual(
            self.one("alias-gap", "rule.errno :EPERM, :mkdir"),
            ":mkdir is refused and :mkdirat is not, which does the same: family(:mkdir) is both",
        )
        self.assertEqual(
            self.one("alias-gap", "rule.errno :EPERM, :rename, :renameat2"),
            ":rename, :renameat2 are refused and :renameat is not, which does the same: family(:rename) is all of them",
        )

    def test_whatever_the_way_in_which_it_is_refused(self):
        for word in "errno :EIO,", "kill", "trap", "return 0,", "kill_thread":
            self.each_gap({f"rule.{word} :mkdir": ":mkdirat"})

    def test_no_gap_where_all_members_are_refused(self):
        self.each_gap(
            {
                "rule.errno :EPERM, family(:mkdir)": None,
                "rule.errno :EPERM, :mkdir; rule.kill :mkdirat": None,
                "rule.errno :EPERM, :mkdir; rule.trap :mkdirat, mode: 0": None,
            }
        )
        two = context("rule.errno :EIO, :mkdir") + context("rule.errno :EIO, :mkdirat")
        self.assertEqual(self.ids(text=two), [])

    def test_one_warning_for_a_family_and_all_its_lines(self):
        rules = "rule.errno :EIO, :unlink", "rule.errno :EIO, :mkdir", "rule.errno :EIO, :rmdir"
        self.assertEqual(self.ids(*rules), [(2, "alias-gap"), (3, "alias-gap")])

    def test_no_gap_where_the_default_refuses(self):
        for default in ":kill", "[:errno, :ENOSYS]":
            rules = "rule.allow :write, :exit_group, :mkdirat", "rule.errno :EIO, :mkdir", LIBC
            self.assertEqual(self.ids(*rules, default=default), [])

    def test_families_that_are_not_alike_have_none(self):
        self.each_gap({f"rule.errno :EIO, :{call}": None for call in ("fsync", "read", "uname", "dup2", "socket")})

    def test_members_that_do_another_thing_are_not_named(self):
        self.each_gap(
            {
                "rule.errno :EPERM, :rmdir": ":unlinkat",
                "rule.errno :EPERM, :unlink": ":unlinkat",
                "rule.errno :EPERM, :unlinkat": ":rmdir, :unlink",
                "rule.errno :EPERM, :swapoff": None,
                "rule.errno :EPERM, :setgroups": None,
                "rule.errno :EPERM, :open_by_handle_at": None,
            }
        )

    def test_enosys_says_take_the_older_one(self):
        self.each_gap(
            {
                "rule.errno :ENOSYS, :clone3": None,
                "rule.errno :ENOSYS, :openat2, :statx": None,
                "rule.errno :ENOSYS, :mkdirat": None,
                "rule.errno :ENOSYS, :mkdir": ":mkdirat",
            }
        )

    def test_conditions_count_where_another_can_do_what_they_forbid(self):
        opened = ":creat, :open, :open_by_handle_at, :openat2"
        self.each_gap(
            {
                "rule.errno :EPERM, :openat, flags: any(:O_CREAT)": opened,
                "rule.errno :EPERM, :openat, flags: any(:O_NOATIME)": opened.replace(":creat, ", ""),
                "rule.errno :EPERM, family(:open_write)": None,
                "rule.errno :EPERM, :openat, dfd: 5": None,
                "rule.errno :EPERM, :mprotect, prot: any(:PROT_EXEC)": ":pkey_mprotect",
                "rule.errno :EPERM, :clone, flags: any(:CLONE_NEWUSER)": ":clone3",
                "rule.errno :EPERM, :clone, flags: none(:CLONE_THREAD)": ":clone3, :fork, :vfork",
                "rule.errno :EPERM, :accept4, flags: any(:SOCK_NONBLOCK)": None,
                "rule.errno :EPERM, :unlinkat, flags: any(:AT_REMOVEDIR)": ":rmdir",
                "rule.errno :EPERM, :unlinkat, flags: none(:AT_REMOVEDIR)": ":unlink",
            }
        )

    def test_the_advice_is_one_that_can_be_followed(self):
        for rule, advice in {
            "rule.errno :EPERM, :openat, flags: any(:O_CREAT)": "family(:open_write) is all that opens for writing",
            "rule.errno :EPERM, :mprotect, prot: any(:PROT_EXEC)": "name it too",
        }.items():
            self.assertTrue(self.one("alias-gap", rule).endswith(": " + advice))


class IoUring(Warned):
    def test_a_denial_of_what_rings_do(self):
        self.each(
            "io-uring-open",
            {
                "rule.errno :EPERM, family(:mkdir)": True,
                "rule.errno :EACCES, :socket, domain: :AF_INET": True,
                "rule.kill :connect": True,
                "rule.trap :openat": True,
                "rule.return(-13, :sendto)": True,
                "rule.errno :EPERM, family(:chmod)": False,
                "rule.errno :EPERM, :ptrace": False,
                "rule.allow :openat, flags: any(:O_CREAT)": False,
            },
        )

    def test_injected_faults_and_pretended_success_are_none(self):
        rules = "rule.errno :EIO, :fsync", "rule.errno :ENOSPC, :write", "rule.return 0, family(:sync)"
        self.each("io-uring-open", dict.fromkeys(rules, False))

    def test_none_where_rings_cannot_be_made(self):
        self.assertEqual(self.ids("rule.errno :EPERM, family(:mkdir)", RINGS), [])
        self.assertEqual(self.ids(text=context("rule.errno :EPERM, family(:mkdir)") + context(RINGS)), [])
        rules = "rule.allow :write, :exit_group", "rule.errno :EPERM, :mkdir", LIBC
        self.assertEqual(self.ids(*rules, default="[:errno, :ENOSYS]"), [])

    def test_once_for_a_context(self):
        rules = "rule.errno :EPERM, family(:mkdir)", "rule.errno :EPERM, family(:rename)"
        self.assertEqual(self.ids(*rules), [(2, "io-uring-open")])
        self.assertEqual(self.ids(text=context(*rules) + context(*rules)), [(2, "io-uring-open"), (6, "io-uring-open")])

    def test_an_allowlist_that_lets_rings_in(self):
        rules = "rule.allow :write, :exit_group", "rule.allow family(:io_uring)", LIBC
        self.assertEqual(self.ids(*rules, default="[:errno, :ENOSYS]"), [(3, "io-uring-open")])


class NewCalls(Warned):
    def test_refused_in_a_way_from_which_nobody_falls_back(self):
        self.each(
            "new-call-errno",
            {
                "rule.errno :EPERM, :clone3": True,
                "rule.errno :EACCES, :faccessat2": True,
                "rule.kill :statx": True,
                "rule.trap :openat2": True,
                "rule.kill :close_range": True,
                "rule.errno :EPERM, family(:namespace)": True,
                "rule.errno :ENOSYS, :clone3; rule.errno :EPERM, family(:namespace)": False,
                "rule.errno :ENOSYS, :clone3, :openat2, :statx": False,
                "rule.errno :EAGAIN, :clone3": False,
                "rule.errno :EPERM, :close_range": False,
                "rule.errno :EPERM, :rseq": False,
                "rule.errno :EPERM, :mkdirat": False,
                "rule.errno :EPERM, family(:fork)": False,
                "rule.errno :EPERM, family(:open)": False,
                "rule.errno :EPERM, family(:open_write)": False,
            },
        )

    def test_a_trap_whose_block_may_say_enosys(self):
        text = context("rule.trap(:statx) { |call| call.errno :ENOSYS }")
        self.assertNotIn("new-call-errno", [name for _, name in self.ids(text=text)])

    def test_one_warning_for_a_line(self):
        self.assertEqual(
            self.one("new-call-errno", "rule.errno :EPERM, :openat2, :clone3"),
            "errno :openat2, :clone3: who tries the new call first needs ENOSYS to take the old one; put "
            "`rule.errno :ENOSYS, :openat2, :clone3` before it",
        )

    def test_a_default_that_refuses_what_it_does_not_name(self):
        base = f"rule.allow :write, :exit_group; {LIBC}"
        for default in ":kill", "[:errno, :EPERM]", ":trap":
            with self.subTest(default=default):
                found = self.one("new-call-errno", base, "rule.allow :clone, :faccessat", default=default)
                self.assertRegex(found, r"\A\w+ :clone3, :faccessat2(, :rseq)? by default: ")
                self.assertEqual(found.count(":rseq"), 2 if default == ":kill" else 0)
                named = "rule.errno :ENOSYS, :clone3, :faccessat2, :rseq"
                ids = self.ids(base, "rule.allow :clone, :faccessat", named, default=default)
                self.assertNotIn((1, "new-call-errno"), ids)
        self.assertEqual(self.ids(base, "rule.allow :clone, :exit, why: 'threads'", default="[:errno, :ENOSYS]"), [])
        self.assertEqual(self.ids(base, default="[:errno, :EPERM]"), [])


class RuntimeGap(Warned):
    """Under defaults that refuse."""

    BASE = "rule.allow :write, :exit_group"

    def missing(self, *lines, default="[:errno, :ENOSYS]"):
        found = [text for _, name, text in self.warnings(self.BASE, *lines, default=default) if name == "runtime-gap"]
        return found and re.findall(r":(\w+) \(", found[0])

    def test_the_message_names_the_calls_what_breaks_and_the_lines_to_add(self):
        text = self.one("runtime-gap", self.BASE, default="[:errno, :EPERM]")
        lines = "rule.allow :futex, :rt_sigprocmask, :munmap; rule.allow :mmap, prot: none(:PROT_EXEC)"
        self.assertEqual(
            text,
            "libc itself calls :futex (locks), :rt_sigprocmask (abort, siglongjmp), :mmap (malloc, stacks), :munmap (free), "
            f"which no rule names: add `{lines}`",
        )
        self.assertEqual(self.ids(self.BASE, lines, default="[:errno, :EPERM]"), [])

    def test_a_kill_leaves_no_other_way(self):
        names = ["futex", "rt_sigprocmask", "brk", "mmap", "munmap", "mremap"]
        for default in ":kill", ":kill_thread", ":kill, log: true":
            self.assertEqual(self.missing(default=default), names)
        for default in "[:errno, :EPERM]", ":trap", "[:return, 0]", "[:errno, :ENOSYS], log: true":
            self.assertEqual(self.missing(default=default), ["futex", "rt_sigprocmask", "mmap", "munmap"])
        self.assertEqual(self.missing(LIBC, default=":kill"), [])

    def test_what_threads_need_where_they_can_be_made(self):
        for rule in "rule.allow :clone", "rule.allow :clone3", "rule.allow :clone, flags: all(:CLONE_THREAD)":
            self.assertEqual(self.missing(LIBC, rule), ["exit"])
            self.assertEqual(self.missing(LIBC, rule, default=":kill"), ["madvise", "exit"])
        for rule in "rule.errno :EPERM, :clone", "rule.allow :fork", "rule.allow :clone, flags: none(:CLONE_THREAD)":
            self.assertEqual(self.missing(LIBC, rule), [])

    def test_all_of_them_fit(self):
        text = self.one("runtime-gap", self.BASE, "rule.allow :clone", default=":kill")
        self.assertIn(":madvise (free in threads), :exit (the end of a thread), which no rule names: add ", text)
        self.assertTrue(text.endswith(":madvise, :exit; rule.allow :mmap, prot: none(:PROT_EXEC)`"))

    def test_who_names_one_has_thought_of_it(self):
        for rule in (
            "errno :ENOSYS, :munmap",
            "trap :munmap",
            "kill :munmap",
            "allow :munmap, Seccomp::ARG(:>=, 0), Seccomp::ARG(:==, 4096)",
        ):
            self.assertEqual(self.missing("rule." + rule), ["futex", "rt_sigprocmask", "mmap"])

    def test_programs_that_are_executed_have_code(self):
        text = self.one("runtime-gap", self.BASE, "rule.allow :execve", default="[:errno, :EPERM]")
        self.assertTrue(text.endswith(": add `rule.allow :futex, :rt_sigprocmask, :mmap, :munmap`"), text)

    def test_none_where_the_default_lets_run(self):
        for default in ":allow", ":log", "[:trace, 1]":
            self.assertEqual(self.missing("rule.errno :EIO, :fsync", default=default), [])

    def test_each_context_has_its_own(self):
        first = context(self.BASE + ", :seccomp", LIBC, default=":kill")
        self.assertEqual(self.ids(text=first + context(self.BASE, default="[:errno, :EPERM]")), [(5, "runtime-gap")])

    def test_it_is_switched_off(self):
        silence = "rule.silence :runtime_gap, why: 'it allocates nothing, and has no locks'"
        self.assertEqual(self.ids(self.BASE, silence, default="[:errno, :EPERM]"), [])


class TracerOpen(Warned):
    LISTENER = "a seccomp listener of the process's own answers before it, and lets the call run"
    FILTER = "a filter of the process's own answers before it, by an errno or a trap, and it is not told"
    PTRACE = "by ptrace a process without a tracer gets one of its own, who lets the call run"
    CLOSED = "rule.errno :EPERM, :seccomp, :ptrace", "rule.errno :EPERM, :prctl, option: :PR_SET_SECCOMP"

    def told(self, how, advice, *lines, **options):
        self.assertEqual(
            self.one("tracer-open", *lines, **options),
            f"the tracer can be passed over: {how}: refuse it first, `{advice}`",
        )

    def test_the_message_says_what_is_lost_and_the_lines_to_add(self):
        trace, prctl = "rule.trace :uname, 3", self.CLOSED[1]
        self.told(f"{self.LISTENER}; {self.PTRACE}", "; ".join(self.CLOSED), trace)
        self.assertEqual(self.ids(trace, *self.CLOSED), [])
        self.told(f"{self.FILTER}; {self.PTRACE}", f"rule.errno :EPERM, :ptrace; {prctl}", trace, "rule.kill :seccomp")
        self.told(self.FILTER, prctl, trace, self.CLOSED[0])
        self.told(self.LISTENER, "rule.errno :EPERM, :seccomp", trace, prctl, "rule.kill :ptrace")
        self.told(self.PTRACE, "rule.errno :EPERM, :ptrace", trace, prctl, "rule.errno :EPERM, :seccomp")
        listener = "rule.errno :EPERM, :seccomp, flags: any(8)"
        self.told(self.FILTER, "rule.errno :EPERM, :seccomp", trace, listener, prctl, "rule.kill :ptrace")

    def test_conditions_that_leave_no_way(self):
        conditions = (
            "rule.kill :seccomp, op: :SECCOMP_SET_MODE_FILTER",
            "rule.errno :EPERM, :ptrace, request: %i[PTRACE_TRACEME PTRACE_ATTACH PTRACE_SEIZE]",
            self.CLOSED[1],
        )
        self.assertEqual(self.ids("rule.trace :uname, 3", *conditions), [])
        for request in "PTRACE_TRACEME", "PTRACE_ATTACH", "PTRACE_SEIZE":
            rules = [rule.replace(request, "PTRACE_CONT") for rule in conditions]
            self.assertEqual(self.ids("rule.trace :uname, 3", *rules), [(2, "tracer-open")])

    def test_a_tracer_may_be_asked_for_them(self):
        rules = [f"rule.trace :{name}, {i}" for i, name in enumerate(("uname", "seccomp", "prctl", "ptrace"))]
        self.assertEqual(self.ids(*rules), [])
        self.assertEqual(self.ids("rule.errno :EIO, :fsync", default="[:trace, 1]"), [])
        self.assertEqual(self.ids("rule.allow :read, :ptrace", default="[:trace, 1]"), [(1, "tracer-open")])
        self.assertEqual(self.ids("rule.log :prctl", default="[:trace, 1]"), [(1, "tracer-open")])

    def test_once_for_a_context_by_what_all_of_them_say(self):
        rules = "rule.errno :EIO, :fsync", "rule.trace :uname, 3", "rule.trace :mkdir, 4"
        self.assertEqual(self.ids(*rules), [(3, "tracer-open")])
        self.assertEqual(self.ids(text=context(*rules) + context(*self.CLOSED)), [])

    def test_none_without_a_tracer(self):
        self.assertEqual(self.ids("rule.errno :EIO, :fsync"), [])
        self.assertEqual(self.ids("rule.kill :acct", default=":log"), [])

    def test_it_is_switched_off(self):
        self.assertEqual(self.ids("rule.trace :uname, 3", "rule.silence :tracer_open, why: 'it only counts'"), [])

    @unittest.skipUnless(os.uname().machine == "x86_64", "the numbers are those of x86_64")
    def test_a_listener_lets_run_what_is_traced(self):
        """seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER): load nr, if uname return USER_NOTIF, ALLOW"""
        code = (
            "import ctypes, fcntl, os, struct\n"
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "uname = lambda: libc.syscall(63, ctypes.create_string_buffer(1024))\n"
            "filter = struct.pack('HBBI' * 4, 32, 0, 0, 0, 21, 0, 1, 63, 6, 0, 0, 0x7fc00000, 6, 0, 0, 0x7fff0000)\n"
            "text = ctypes.create_string_buffer(filter)\n"
            "program = struct.pack('HxxxxxxQ', 4, ctypes.addressof(text))\n"
            "before, listener = uname(), libc.syscall(317, 1, 8, program)\n"
            "if os.fork() == 0:\n"
            "    asked = fcntl.ioctl(listener, 0xc0502100, bytes(80))\n"
            "    fcntl.ioctl(listener, 0xc0182101, asked[:8] + struct.pack('qiI', 0, 0, 1))\n"
            "    os._exit(0)\n"
            "print(before, listener >= 0, uname())\n"
        )
        policy = self.policy(context("rule.trace :uname, 3", "rule.silence :tracer_open, why: 'here it is done'"))
        result = self.start(policy, "/usr/bin/python3", "-I", "-c", code)
        self.assertEqual((result.stdout, result.stderr), ("-1 True 0\n", ""), result)


class DangerousAllow(Warned):
    BASE = f"rule.allow :write, :exit_group; {LIBC}"

    def named(self, *lines, default="[:errno, :ENOSYS]"):
        """The line of the warning, and the names in it."""
        found = [warning for warning in self.warnings(*lines, self.BASE, default=default) if warning[1] == "dangerous-allow"]
        self.assertLessEqual(len(found), 1)
        return found and (found[0][0], re.findall(r":(\w+)(?=,| without)", found[0][2]))

    def test_the_message_names_all_of_them_at_the_first_ones_line(self):
        rules = "rule.allow :read, :ptrace, :close", "rule.allow :lseek", "rule.allow :kill, :ioctl"
        text = (
            "allow :ptrace, :kill, :ioctl without a condition lets in much that can do harm: say by conditions what is "
            'needed, or by `why: "..."` what for'
        )
        self.assertEqual(self.one("dangerous-allow", *rules, self.BASE, default="[:errno, :ENOSYS]"), text)
        self.assertEqual(self.named("rule.allow :getpid", *rules), (3, ["ptrace", "kill", "ioctl"]))

    def test_all_of_them_fit_in_one_line(self):
        with open(os.path.join(SOURCE, "gem", "src", "lint_allow.c"), encoding="utf-8") as file:
            names = re.findall(r"^\t__NR_(\w+),", file.read(), re.M)
        here = [name for name in names if name not in ("ioperm", "iopl") or os.uname().machine == "x86_64"]
        code = {"mmap", "mprotect", "pkey_mprotect"}
        for left_out in {"execve", "execveat"}, code:
            listed = [name for name in here if name not in left_out]
            rule = "rule.allow " + ", ".join(f":{name}" for name in listed)
            text = self.one("dangerous-allow", rule, "rule.allow :write, :exit_group", default="[:errno, :ENOSYS]")
            self.assertTrue(text.endswith(" what for"))
            self.assertEqual(re.findall(r":(\w+)", text.split(" without ")[0]), listed)
        self.assertGreater(len(listed), 25)

    def test_whatever_the_default_that_refuses(self):
        for default in ":kill", ":kill_thread", ":trap", "[:errno, :EPERM]", "[:return, 0]":
            self.assertEqual(self.named("rule.allow :mount", default=default), (2, ["mount"]))
        for default in ":log", "[:trace, 1]":
            self.assertEqual(self.named("rule.allow :mount", default=default), [])

    def test_a_reason_or_a_condition_is_enough(self):
        for rule in (
            "rule.allow :mount, why: 'it mounts'",
            "rule.allow :socket, domain: :AF_UNIX",
            "rule.allow :clone, flags: none(:CLONE_NEWUSER)",
            "rule.allow :ioctl, Seccomp::ARG(:>=, 0), Seccomp::ARG(:==, 0x5401)",
            "rule.errno :EPERM, :prctl, option: :PR_SET_SECCOMP; rule.allow :prctl",
            "rule.log :mount",
            "rule.errno :EPERM, :mount",
            "rule.trace :mount, 1; rule.kill :seccomp, :ptrace, :prctl",
            "rule.allow :read, :openat, :connect, :tgkill",
        ):
            with self.subTest(rule=rule):
                self.assertEqual(self.named(rule), [])

    def test_families_and_other_words_for_it(self):
        self.assertEqual(self.named("rule.allow family(:swap)"), (2, ["swapoff", "swapon"]))
        self.assertEqual(self.named("rule.add_rule :allow, :mount"), (2, ["mount"]))
        self.assertEqual(self.named("rule.allow :socket, domain: :AF_UNIX", "rule.allow :socket"), (3, ["socket"]))

    def test_code_is_no_danger_where_programs_are_executed(self):
        code = "rule.allow :mprotect, :pkey_mprotect"
        self.assertEqual(self.named(code), (2, ["mprotect", "pkey_mprotect"]))
        self.assertEqual(self.named(code, "rule.allow :execve, why: 'it starts gzip'"), [])
        self.assertEqual(self.named(code, "rule.allow :execveat"), (3, ["execveat"]))

    def test_what_another_context_refuses_is_not_let_in(self):
        first = context("rule.allow :ptrace, :mount, :seccomp", self.BASE, default="[:errno, :ENOSYS]")
        self.assertEqual(self.ids(text=first + context("rule.kill :ptrace, :mount")), [])
        self.assertEqual(self.ids(text=first + context("rule.kill :acct")), [(2, "dangerous-allow")])

    def test_an_included_policy_has_its_own_place(self):
        self.policy(context("rule.allow :mount", default=":kill"), "other.rb")
        result = self.mark(self.policy(context("rule.include 'other.rb'", self.BASE, default=":kill")))
        self.assertRegex(result.stderr, r"\Ascmp: \S*other\.rb:2: warning: allow :mount .* \[dangerous-allow\]\n\Z")

    def test_it_is_switched_off(self):
        silence = "rule.silence :dangerous_allow, why: 'it may do all that'"
        self.assertEqual(self.ids("rule.allow :mount", silence, self.BASE, default=":kill"), [])

    @unittest.skipUnless(os.uname().machine == "x86_64", "the numbers are those of x86_64")
    def test_the_lines_of_records_have_conditions_where_they_can(self):
        """The host makes the calls, and all are refused; then it runs under the lines of the records."""
        calls = {
            "mmap": "9:0:4096:3:0x22:-1:0", "mprotect": "10:@:4096:1", "pkey_mprotect": "329:@:4096:1:-1",
            "clone": "56:0x3d0f00", "kill": "62:1:15", "ptrace": "101:0", "setns": "308:0:0", "unshare": "272:0x400",
            "ioctl": "16:0:0x5401", "keyctl": "250:0", "prctl": "157:4:0", "socket": "41:1:1:0", "bpf": "321:0:@:0",
            "reboot": "169:1:2:0", "mount": "165:@:@:@:2:0",
        }
        bare = {"execve": "59:@:0:0", "clone3": "435:@:0", "swapon": "167:@:0", "userfaultfd": "323:0", "init_module": "175:@:0:@"}
        policy = "Seccomp.new(default: [:errno, :EXDEV], log: true) { |rule| rule.allow :writev }.load\n"
        log = {"SECCOMP_LOG": self.path("log")}
        self.start(self.policy(policy), host("call"), *calls.values(), *bare.values(), env=log)
        lines = [line.rsplit("  add: ", 1)[1] for line in self.log() if "  add: " in line]
        self.assertEqual({re.search(r":(\w+)", line)[1] for line in lines}, {*calls, *bare})
        with_conditions = [line for line in lines if re.search(r":(\w+)", line)[1] in calls]
        self.assertEqual(self.named(*with_conditions), [])
        self.assertEqual(set(self.named(*lines)[1]), set(bare))


class OfOneRule(Warned):
    def test_calls_that_the_vdso_answers(self):
        self.each(
            "vdso",
            {
                "rule.trap :clock_gettime": True,
                "rule.errno :EPERM, :gettimeofday": True,
                "rule.errno :EINVAL, :clock_gettime, clockid: :CLOCK_MONOTONIC": True,
                "rule.errno :EINVAL, :clock_gettime, clockid: :CLOCK_PROCESS_CPUTIME_ID": False,
                "rule.allow :clock_gettime, clockid: 1": False,
                "rule.errno :EPERM, :clock_settime": False,
            },
        )

    def test_no_word_of_the_vdso_for_a_default(self):
        self.assertNotIn("vdso", [name for _, name in self.ids("rule.allow :write, :exit_group", default="[:errno, :ENOSYS]")])

    def test_addresses_that_are_compared(self):
        self.each(
            "pointer-value",
            {
                "rule.errno :EPERM, :openat, pathname: 0x1000": True,
                "rule.allow :connect, addr: 77; rule.errno :EPERM, :connect": True,
                "rule.errno :EPERM, :openat, Seccomp::ARG(:>=, 0), Seccomp::ARG(:!=, 5)": True,
                "rule.errno :EPERM, :openat, pathname: 0": False,
                "rule.errno :EPERM, :prlimit64, Seccomp::ARG(:>=, 0), Seccomp::ARG(:>=, 0), Seccomp::ARG(:!=, 0)": False,
                "rule.errno :EPERM, :mmap, addr: 0x1000": False,
                "rule.errno :EPERM, :openat, dfd: 5": False,
            },
        )
        self.assertIn("compares the address in pathname, not", self.one("pointer-value", "rule.kill :access, pathname: 9"))

    def test_flags_that_are_compared_as_a_whole(self):
        self.each(
            "flags-equal",
            {
                "rule.errno :EPERM, :openat, flags: :O_WRONLY": True,
                "rule.errno :EPERM, :mmap, prot: :PROT_EXEC": True,
                "rule.kill :socket, type: :SOCK_CLOEXEC": True,
                "rule.kill :chmod, mode: 0o4755": True,
                "rule.kill :chmod, mode: any(0o6000)": False,
                "rule.errno :EPERM, :socket, type: 1": True,
                "rule.errno :EPERM, :openat, flags: 0": False,
                "rule.errno :EPERM, :mmap, prot: any(:PROT_EXEC)": False,
                "rule.errno :EPERM, :socket, type: :SOCK_STREAM": False,
                "rule.errno :EPERM, :socket, domain: :AF_INET": False,
                "rule.allow :mmap, prot: :PROT_EXEC; rule.errno :EPERM, :mmap": False,
                "rule.errno :EPERM, :mmap, prot: 7": True,
                "rule.errno :EPERM, :mprotect, prot: [5, 7]": True,
                "rule.errno :EPERM, :pkey_mprotect, *[Seccomp::ARG(:>=, 0)] * 2, Seccomp::ARG(:==, 7)": True,
                "rule.kill :unshare, flags: :CLONE_NEWUSER": True,
                "rule.errno :EPERM, :socket, type: 1..3": True,
                "rule.errno :EPERM, :socket, type: 1...3": True,
                "rule.errno :EPERM, :socket, type: ..3": True,
                "rule.errno :EPERM, :socket, type: 1..": False,
                "rule.errno :EPERM, :socket, type: ..-1": False,
                "rule.errno :EPERM, :unshare, flags: 1..": False,
                "rule.errno :EPERM, :socket, domain: 1..3": False,
                "rule.errno :EPERM, :ftruncate, length: 1..3": False,
                "rule.errno :EPERM, :mprotect, prot: 4..7": True,
                "rule.kill :chmod, mode: 0o4000..0o7777": True,
                "rule.kill :chmod, mode: 0o4000..": False,
                "rule.allow :mmap, prot: 0..3; rule.errno :EPERM, :mmap": False,
                "rule.errno :EPERM, :mmap, prot: all(:PROT_WRITE, :PROT_EXEC)": False,
                "rule.errno :EPERM, :mmap, prot: mask(7, 7)": False,
                "rule.errno :EPERM, :mmap, prot: :PROT_NONE": False,
                "rule.allow :mmap, prot: 3; rule.errno :EPERM, :mmap": False,
            },
        )
        self.assertEqual(
            self.one("flags-equal", "rule.errno :EPERM, :mmap, prot: :PROT_EXEC"),
            "errno :mmap compares prot as a whole, so that one flag more gets past it: any(...) tests for flags, "
            "mask(...) for a value beside them",
        )

    def test_arguments_have_the_names_that_lines_to_add_have(self):
        for rule, keyword in {
            "rule.kill :unshare, flags: :CLONE_NEWUSER": "flags",
            "rule.kill :clone, flags: :CLONE_NEWUSER": "flags",
            "rule.kill :mount, mountflags: :MS_REMOUNT": "flags",
            "rule.kill :openat2, how: 9": "how",
        }.items():
            texts = [text for _, name, text in self.warnings(rule) if name in ("flags-equal", "pointer-value")]
            self.assertRegex(texts[0], rf" compares (the address in )?{keyword}[ ,]")

    def test_kill_thread_where_there_may_be_threads(self):
        self.each(
            "kill-thread",
            {
                "rule.kill_thread :ptrace": True,
                "rule.kill_thread :ptrace; rule.kill_thread :kcmp": True,
                "rule.kill_thread :ptrace; rule.errno :ENOSYS, :clone3": True,
                "rule.kill_thread :ptrace; rule.errno :EPERM, :clone, :clone3": False,
                "rule.kill_thread :ptrace; rule.errno :ENOSYS, :clone3; rule.errno :EPERM, :clone, flags: any(:CLONE_THREAD)": False,
                "rule.kill :ptrace": False,
            },
        )

    def test_a_default_that_kills_threads(self):
        self.assertEqual(self.ids("rule.allow :write, :exit_group", LIBC, default=":kill_thread"), [])
        threads = "rule.allow :clone, :madvise, :exit, why: 'threads'", "rule.errno :ENOSYS, :clone3, :rseq"
        ids = self.ids("rule.allow :write, :exit_group", *threads, LIBC, default=":kill_thread")
        self.assertEqual(ids, [(1, "kill-thread")])

    def test_the_others_have_ids_too(self):
        self.assertEqual(self.ids("rule.allow :uname"), [(2, "no-effect")])
        self.assertEqual(self.ids("rule.kill 9999"), [(2, "unknown-number")])
        self.assertEqual(self.ids("rule.trap :prlimit64"), [(2, "loader-critical")])
        text = context("rule.kill :ptrace").replace(".load", "") + context("rule.kill :ptrace")
        self.assertEqual(self.ids(text=text), [(1, "not-loaded")])

    def test_what_a_tester_or_a_careful_policy_writes_is_not_warned_of(self):
        for rule in "trap :uname", "errno :EIO, :fsync", "kill :ptrace", "errno :ENOSPC, :write", "log :execve":
            self.assertEqual(self.ids("rule." + rule), [], rule)


class Silence(Warned):
    GAP = "rule.errno :EIO, :mkdir"

    def test_a_warning_is_switched_off_by_its_id(self):
        for word in ":alias_gap", "'alias-gap'", '"alias_gap"', ':"alias-gap"', ":vdso, :alias_gap":
            with self.subTest(word=word):
                rules = self.GAP, f"rule.silence {word}, why: 'mkdirat is not called'", "rule.errno :EIO, :time"
                self.assertEqual(self.ids(*rules), [] if "vdso" in word else [(4, "vdso")])

    def test_it_may_stand_before_the_rules(self):
        self.assertEqual(self.ids("rule.silence :alias_gap, why: 'so'", self.GAP), [])

    def test_it_is_for_its_own_context(self):
        text = context(self.GAP, "rule.silence :alias_gap, why: 'so'") + context("rule.errno :EIO, :rename")
        self.assertEqual(self.ids(text=text), [(6, "alias-gap")])

    def test_a_context_that_is_not_loaded_can_say_so(self):
        text = context("rule.silence :not_loaded, why: 'for later'").replace(".load", "") + context("rule.kill :ptrace")
        self.assertEqual(self.ids(text=text), [])

    def test_one_that_is_not_needed_is_warned_of(self):
        rules = "rule.silence :vdso, :alias_gap, why: 'so'", self.GAP
        self.assertEqual(
            self.warnings(*rules), [(2, "unused-silence", "nothing here gives the warning vdso: do not silence it")]
        )
        self.assertEqual(self.ids(*rules, "rule.silence :unused_silence, why: 'other kernels'"), [])
        self.assertEqual(self.ids("rule.silence :unused_silence, why: 'so'", "rule.kill :acct"), [(2, "unused-silence")])

    def test_an_included_policy_speaks_for_its_own_file(self):
        self.policy(context("rule.silence :alias_gap, why: 'so'", "rule.errno :EIO, :rename"), "other.rb")
        self.assertEqual(self.ids("rule.include 'other.rb'", self.GAP), [(3, "alias-gap")])
        self.policy(context("rule.silence :alias_gap, why: 'so'"), "other.rb")
        result = self.mark(self.policy(context("rule.include 'other.rb'", self.GAP)))
        self.assertRegex(result.stderr, r"(?m)^scmp: \S*other\.rb:2: warning: .* \[unused-silence\]$")
        self.assertRegex(result.stderr, r"(?m)^scmp: \S*p\.rb:3: warning: .* \[alias-gap\]$")

    def test_who_includes_speaks_for_all(self):
        self.policy(context("rule.errno :EIO, :rename"), "other.rb")
        result = self.mark(self.policy(context("rule.include 'other.rb'", "rule.silence :alias_gap, why: 'so'")))
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_mistakes_are_answered(self):
        for rule, message in {
            ":alias_gab, why: 'so'": r"there is no warning :alias_gab \(did you mean :alias_gap\?\)",
            ":xyzzy, why: 'so'": r"there is no warning :xyzzy",
            "3, why: 'so'": r"silence takes the ids of warnings, as :alias_gap, not 3",
            "why: 'so'": r"silence names no warning: it takes their ids, as :alias_gap",
            ":alias_gap": r"silence needs a reason: `why: .*",
            ":alias_gap, why: ''": r"silence needs a reason: `why: .*",
            ":alias_gap, why: '  '": r"silence needs a reason: `why: .*",
            ":alias_gap, why: nil": r"silence needs a reason: `why: .*",
            ":alias_gap, why: 'so', log: true": r"silence has no keyword :log: it takes ids and why:",
        }.items():
            with self.subTest(rule=rule):
                self.clear_marks()
                self.assert_closed(self.mark(self.policy(context(f"rule.silence {rule}"))), r"\S*p\.rb:2: " + message)


class Told(Warned):
    def test_a_warning_does_not_keep_the_policy_from_being_loaded(self):
        result = self.mark(self.policy(context("rule.errno :EXDEV, :uname", "rule.errno :EIO, :mkdir")))
        self.assertEqual((state(result.stdout), result.stderr.count("[alias-gap]")), ((2, 1, -18), 1), result)

    def test_once_also_where_children_read_the_policy_again(self):
        policy = self.policy(context("rule.trap(:uname) { |call| call.errno :EXDEV }", "rule.errno :EIO, :mkdir"))
        result = self.start(policy, "sh", "-c", "uname; (uname); exec uname")
        self.assertEqual(result.stderr.count("warning: "), 1, result.stderr)
        self.assertEqual(result.stderr.count("= -1 EXDEV"), 3, result.stderr)

    def test_an_object_in_a_log_of_objects(self):
        log = {"SECCOMP_LOG": self.path("log"), "SECCOMP_LOG_FORMAT": "json"}
        policy = self.policy(context("rule.errno :EIO, :mkdir"), 'p".rb')
        self.mark(policy, env=log)
        self.assertEqual(
            [json.loads(line) for line in self.log()],
            [
                {
                    "warning": "alias-gap",
                    "file": policy,
                    "line": 2,
                    "message": ":mkdir is refused and :mkdirat is not, which does the same: family(:mkdir) is both",
                }
            ],
        )


if __name__ == "__main__":
    main()
