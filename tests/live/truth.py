# SPDX-License-Identifier: MIT
"""A policy means what it says, where others are silent: what misspelt names, impossible masks, wide registers
and rules that meet become. sim/language.py draws the rest; here each case has its name."""

import os
import signal
import subprocess

from live import Marked, cannot_run, host, main, unwarned

OPEN, LSEEK, ACCESS, MADVISE, SOCKET, RMDIR, UNAME, MKDIR, IOCTL = 2, 8, 21, 28, 41, 84, 63, 83, 16
GETPRIORITY, SETPRIORITY, OPENAT, STATMOUNT, MSEAL = 140, 141, 257, 457, 462
TIOCSTI = 0x5412
EPERM, ENOENT, EBADF, EFAULT, EINVAL = 1, 2, 9, 14, 22

# What no call here fails with by itself.
REFUSED, OTHER = 3001, 3002

POLICY = "Seccomp.new(default: %s) do |rule|\n  %s\nend.load\n"


class Truth(Marked):
    def rules(self, rules, default=":allow"):
        return self.policy(POLICY % (default, rules))

    def results(self, rules, *calls, warning=""):
        """What the kernel returns for calls of call.c under the rules, which may be warned of for their gaps."""
        result = self.start(self.rules(rules), host("call"), *calls)
        self.assertEqual(result.returncode, 0, result)
        said = [line for line in result.stderr.splitlines() if not line.endswith(("[alias-gap]", "[io-uring-open]"))]
        self.assertRegex("\n".join(said), rf"\A{warning}\Z")
        return [int(line.split()[1]) for line in result.stdout.splitlines()]

    def refused(self, rules, pattern, line=2, default=":allow"):
        """The host does not run, and the message is no backtrace."""
        self.clear_marks()
        result = self.mark(self.rules(rules, default))
        self.assert_closed(result, rf"\S*p\.rb:{line}: {pattern}")
        self.assertNotRegex(result.stderr, r"Error\b|trace \(|\bin [`'_]")


class Arguments(Truth):
    def test_an_ioctl_with_a_high_bit_set_is_still_refused(self):
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :ioctl, cmd: :TIOCSTI",
                         f"{IOCTL}:999:{TIOCSTI}", f"{IOCTL}:999:{TIOCSTI | 1 << 32}", f"{IOCTL}:999:{TIOCSTI | 1 << 63}",
                         f"{IOCTL}:999:{TIOCSTI + 1}"),
            [-REFUSED, -REFUSED, -REFUSED, -EBADF],
        )

    def test_an_ioctl_that_alone_is_allowed_is_so_whatever_is_above_it(self):
        self.assertEqual(
            self.results(f"rule.allow :ioctl, request: :FIONREAD\n  rule.errno {REFUSED}, :ioctl",
                         f"{IOCTL}:999:0x541b", f"{IOCTL}:999:0xdeadbeef0000541b", f"{IOCTL}:999:0x541c"),
            [-EBADF, -EBADF, -REFUSED],
        )

    def test_at_fdcwd_is_what_glibc_passes(self):
        result = self.start(self.rules("rule.errno :EXDEV, :openat, dirfd: :AT_FDCWD"), "cat", "/etc/passwd")
        self.assertEqual((result.returncode, result.stdout), (1, ""), result)
        self.assertIn("Invalid cross-device link", result.stderr)

    def test_at_fdcwd_is_the_same_with_its_sign_and_without(self):
        calls = f"{OPENAT}:0xffffff9c:@", f"{OPENAT}:0xffffffffffffff9c:@", f"{OPENAT}:999:@"
        for written in "dfd: :AT_FDCWD", "dfd: -100", "dfd: 0xffffff9c", "Seccomp::ARG(:==, -100)":
            with self.subTest(written):
                self.assertEqual(self.results(f"rule.errno {REFUSED}, :openat, {written}", *calls),
                                 [-REFUSED, -REFUSED, -ENOENT])

    def test_a_masked_value_outside_its_mask_is_refused_with_both_numbers(self):
        self.refused("rule.kill :openat, flags: mask(3, 4)",
                     r"\(flags & 0x3\) == 0x4 can never be true: 0x4 is outside the mask")
        self.refused("rule.kill :openat, *[Seccomp::ARG(:>=, 0)] * 2, Seccomp::ARG(:=~, 3, 4)",
                     r"\(argument 2 & 0x3\) == 0x4 can never be true: 0x4 is outside the mask")

    def test_a_mask_of_nothing_is_refused(self):
        self.refused("rule.kill :openat, flags: mask(0, 0)", "a mask of 0 takes every value: leave flags: out")
        self.refused("rule.kill :getpriority, Seccomp::ARG(:=~, 0, 0)", "a mask of 0 takes every value of argument 0: .*")
        self.refused('rule.kill :getpriority, Seccomp::ARG(:=~, "0xffffffff00000000", 0)', "a mask of 0 takes every .*")

    def test_not_in_a_and_b_is_neither_a_nor_b(self):
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :socket, domain: not_in(:AF_UNIX, :AF_INET)",
                         f"{SOCKET}:1:99", f"{SOCKET}:2:99", f"{SOCKET}:16:99", f"{SOCKET}:0x100000001:99"),
            [-EINVAL, -EINVAL, -REFUSED, -EINVAL],
        )

    def test_not_in_two_ranges_is_in_neither(self):
        values = 2, 3, 5, 6, 7, 8, 10, 11
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :lseek, fd: not_in(3..5, 8..10)", *(f"{LSEEK}:{n + 990}" for n in values),
                         *(f"{LSEEK}:{n}" for n in values)),
            [-REFUSED] * len(values) + [-REFUSED if n in (2, 6, 7, 11) else -EBADF for n in values],
        )

    def test_not_in_many_ranges_is_no_more_than_what_is_between_them(self):
        ranges = ", ".join(f"{n}0..{n}3" for n in range(1, 25))
        calls = [f"{LSEEK}:{n}" for n in (909, 910, 913, 914, 240, 9999)]
        self.assertEqual(self.results(f"rule.errno {REFUSED}, :lseek, fd: not_in({ranges})", *calls),
                         [-REFUSED] * 4 + [-EBADF, -REFUSED])

    def test_an_array_keeps_what_stands_before_a_word(self):
        calls = [f"{LSEEK}:{n}" for n in (993, 994, 995, 996)]
        self.assertEqual(self.results(f"rule.errno {REFUSED}, :lseek, fd: [994, 996..999, any(1) & 995]", *calls),
                         [-EBADF, -REFUSED, -REFUSED, -REFUSED])
        self.assertEqual(self.results(f"rule.errno {REFUSED}, :lseek, fd: [994, not_in(993, 994, 995)]", *calls),
                         [-EBADF, -REFUSED, -EBADF, -REFUSED])

    def test_a_constant_with_a_short_name_leaves_its_word_alone(self):
        calls = [f"{ACCESS}:0:{mode}" for mode in (0, 2, 4, 6)]
        for word, expected in ("any", {2, 6}), ("all", {2, 6}), ("none", {0, 4}), ("only", {0, 2}):
            with self.subTest(word):
                self.assertEqual(self.results(f"rule.errno {REFUSED}, :access, mode: {word}(:W_OK)", *calls),
                                 [-REFUSED if mode in expected else -EFAULT for mode in (0, 2, 4, 6)])

    def test_a_negative_value_of_an_int_is_its_32_bits(self):
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :getpriority, who: -1",
                         f"{GETPRIORITY}:9:0xffffffff", f"{GETPRIORITY}:9:0xffffffffffffffff",
                         f"{GETPRIORITY}:9:0x7fffffff", f"{GETPRIORITY}:9:1"),
            [-REFUSED, -REFUSED, -EINVAL, -EINVAL],
        )

    def test_a_range_of_an_int_is_signed(self):
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :setpriority, prio: -20...0",
                         *(f"{SETPRIORITY}:9:0:{prio & mask}" for prio in (-21, -20, -1, 0) for mask in (2**32 - 1, 2**64 - 1))),
            [-EINVAL] * 2 + [-REFUSED] * 4 + [-EINVAL] * 2,
        )

    def test_a_string_above_2_63_is_64_bits_of_a_long(self):
        calls = [f"{LSEEK}:999:{offset:#x}" for offset in (2**64 - 256, 2**64 - 257, 2**32 - 256, 255, 2**63)]
        for written in '"0xffffffffffffff00"', "-256", '"18446744073709551360"':
            with self.subTest(written):
                self.assertEqual(self.results(f"rule.errno {REFUSED}, :lseek, offset: {written}", *calls),
                                 [-REFUSED, -EBADF, -EBADF, -EBADF, -EBADF])
        self.assertEqual(self.results(f'rule.errno {REFUSED}, :lseek, offset: "0x8000000000000000".."0xffffffffffffff00"', *calls),
                         [-REFUSED, -REFUSED, -EBADF, -EBADF, -REFUSED])

    def test_an_unsigned_64_bit_range_goes_to_the_end(self):
        self.assertEqual(
            self.results(f'rule.errno {REFUSED}, :madvise, start: ("0x8000000000000000"..)',
                         f"{MADVISE}:0x7ffffffffffff000", f"{MADVISE}:0x8000000000000000", f"{MADVISE}:0xfffffffffffff000"),
            [0, -REFUSED, -REFUSED],
        )

    def test_a_value_that_the_argument_cannot_have_is_refused(self):
        self.refused("rule.kill :getpriority, who: 0x100000000", "4294967296 can never match: .* reads 32 bits")
        self.refused("rule.kill :fchmod, mode: 0x10000", "65536 can never match: .* reads 16 bits")
        self.refused("rule.kill :getpriority, Seccomp::ARG(:==, 0x100000000)", "0x100000000: .* reads 32 bits")


class Mistakes(Truth):
    """Facts about other tools: what each of them makes of the same mistake."""

    def test_a_misspelt_syscall_does_not_leave_the_call_allowed(self):
        policy = self.rules("rule.errno :EPERM, :mkidr")
        result = self.start(policy, "mkdir", self.path("zz"))
        self.assertEqual(result.returncode, 125, result)
        self.assertRegex(result.stderr, r"\Ascmp: \S*p\.rb:2: unknown syscall :mkidr \(did you mean :mkdir\?\)\n")
        self.assertFalse(os.path.exists(self.path("zz")))

    def test_a_misspelt_syscall_in_a_list_spoils_the_list(self):
        self.refused("rule.errno :EPERM, %w(mkdir opne).map { |n| n.to_sym }", r"unknown syscall :opne \(did you mean :open\?\)")

    def test_a_misspelt_errno_does_not_drop_the_rule(self):
        self.refused("rule.errno :EPRM, :mkdir", r"unknown errno :EPRM \(did you mean :EPERM\?\)")

    def test_the_misspelt_part_is_the_one_that_is_named(self):
        self.refused("rule.errno :ENOSPCC, :mkdir", r"unknown errno :ENOSPCC \(did you mean :ENOSPC\?\)")
        self.refused("rule.errno :ENOSPC, :mkdri", r"unknown syscall :mkdri \(did you mean :mkdir\?\)")

    def test_a_misspelt_keyword_is_no_option_that_nobody_reads(self):
        self.refused("rule.errno :EPERM, :mkdir, mod: 1", r"mkdir has no argument mod: \(did you mean mode:\?\)")
        self.refused("rule.trap :mkdir, lgo: false", r"mkdir has no argument lgo: \(did you mean log:\?\)")
        self.refused("rule.kill :mkdir", r"Seccomp\.new has no option lgo: .*", line=1, default=":allow, lgo: true")

    def test_an_errno_out_of_range_is_refused_by_its_number(self):
        for number in 4096, 99999, -1:
            self.refused(f"rule.errno {number}, :mkdir", rf"errno {number} is out of range: 1 to 4095.*")

    def test_a_misspelt_constant_is_named_with_its_argument(self):
        self.refused("rule.kill :mmap, prot: any(:PROT_EXECC)",
                     r"unknown constant :PROT_EXECC of mmap's prot \(did you mean :PROT_EXEC\?\)")
        self.refused("rule.kill :ioctl, cmd: :TIOCSTY", r"unknown constant :TIOCSTY of ioctl's cmd \(did you mean :TIOCSTI\?\)")

    def test_a_constant_of_another_argument_is_not_taken_for_its_number(self):
        self.refused("rule.kill :mmap, prot: :MAP_SHARED", r":MAP_SHARED is not a constant of mmap's prot: .*")

    def test_an_argument_that_the_call_does_not_have_is_refused(self):
        self.refused("rule.kill :openat, *[Seccomp::ARG(:>=, 0)] * 4, Seccomp::ARG(:==, 1)",
                     r"openat has 4 arguments; you tested argument 4 \(the first is 0\)")
        self.refused("rule.kill :openat, arg7: 1", r"openat has no argument arg7:.*")

    def test_a_test_of_no_bit_is_refused(self):
        self.refused("rule.kill :open, flags: any(:O_RDONLY)", r"any\(:O_RDONLY\) tests no bit: .* say accmode\(:O_RDONLY\)")

    def test_a_misspelt_action_is_refused(self):
        self.refused("rule.kill :mkdir", r"unknown action :kil \(did you mean :kill\?\)", line=1, default=":kil")

    def test_an_errno_is_given_by_name_or_number(self):
        self.assertEqual(self.results("rule.errno :EPERM, :mkdir\n  rule.errno 1, :rmdir", f"{MKDIR}:0", f"{RMDIR}:0"),
                         [-EPERM, -EPERM])

    def test_a_name_is_not_taken_for_the_number_0(self):
        self.assertEqual(self.results(f'rule.errno {REFUSED}, "open"', f"{OPEN}:0", "0:999"), [-REFUSED, -EBADF])
        for name in '"0"', '"0x2"', '""', '"2open"':
            self.refused(f"rule.kill {name}", "unknown syscall .*")


class Rules(Truth):
    """What libseccomp does in silence."""

    def test_two_actions_for_one_call_are_an_error_that_names_both_lines(self):
        self.refused("rule.errno :EPERM, :rmdir\n  rule.kill :rmdir",
                     r"kill :rmdir can never take effect: line 2 \(errno\) takes all of its calls.*", line=3)

    def test_an_exact_duplicate_is_an_error_that_names_both_lines(self):
        self.refused("rule.errno :EPERM, :rmdir\n  rule.errno :EPERM, :rmdir",
                     r"errno :rmdir can never take effect: line 2 \(errno\) takes all of its calls.*", line=3)

    def test_the_first_of_two_that_meet_wins_in_either_order(self):
        calls = f"{GETPRIORITY}:9:5", f"{GETPRIORITY}:9:6"
        narrow, wide = f"rule.errno {REFUSED}, :getpriority, who: 5", f"rule.errno {OTHER}, :getpriority"
        self.assertEqual(self.results(f"{narrow}\n  {wide}", *calls), [-REFUSED, -OTHER])
        self.refused(f"{wide}\n  {narrow}", r"errno :getpriority can never take effect: line 2 \(errno\) .*", line=3)

    def test_equal_conditions_with_another_action_are_an_error(self):
        self.refused("rule.errno :EPERM, :getpriority, who: 5\n  rule.kill :getpriority, who: [5]",
                     r"kill :getpriority can never take effect: line 2 \(errno\) .*", line=3)

    def test_a_rule_that_others_cover_together_names_the_last_needed(self):
        self.refused("rule.errno :EPERM, :getpriority, who: ..5\n  rule.errno :EPERM, :getpriority, who: (6..)\n  rule.kill :getpriority",
                     r"kill :getpriority can never take effect: line 3 \(errno\) and those before it take all of its calls.*",
                     line=4)

    def test_a_rule_that_says_what_the_default_says_is_a_warning(self):
        self.assertEqual(
            self.results(f"rule.allow :rmdir\n  rule.errno {REFUSED}, :mkdir", f"{RMDIR}:0", f"{MKDIR}:0",
                         warning=r"scmp: \S*p\.rb:2: warning: allow :rmdir has no effect: it is the default action \[no-effect\]"),
            [-EFAULT, -REFUSED],
        )

    def test_a_call_that_this_machine_does_not_have_is_refused(self):
        self.refused("rule.kill :socketcall", r"this architecture has no syscall :socketcall \(did you mean family\(:socket\)\?\)")

    def test_a_call_that_libseccomp_does_not_know_is_filtered(self):
        self.assertEqual(self.results(f"rule.errno {REFUSED}, :mseal, :statmount", str(MSEAL), str(STATMOUNT)), [-REFUSED] * 2)

    def test_a_condition_on_socket_leaves_no_way_round_by_socketcall(self):
        # socketcall(SYS_SOCKET, NULL), by the gate of 32-bit programs
        code = (
            "import ctypes, mmap\n"
            "page = mmap.mmap(-1, 4096, prot=7)\n"
            "page.write(bytes.fromhex('53b866000000bb0100000031c9cd805bc3'))\n"
            "at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
            "print(ctypes.CFUNCTYPE(ctypes.c_int)(at)())\n"
        )
        plain = subprocess.run(["/usr/bin/python3", "-c", code], capture_output=True, text=True, check=False)
        if plain.stdout != f"-{EFAULT}\n":
            cannot_run("the kernel takes no calls of 32-bit programs")
        for rule in "rule.errno :EPERM, :socket, domain: :AF_INET", "rule.errno :EPERM, :socket, domain: not_in(:AF_INET)":
            result = self.start(self.rules(rule), "/usr/bin/python3", "-c", code)
            self.assertEqual((result.returncode, result.stdout), (-signal.SIGSYS, ""), result)

    def test_a_trap_takes_no_number_of_its_own(self):
        self.refused("rule.add_rule Seccomp::SCMP_ACT_TRAP | 7, :rmdir", "action :trap takes no operand")
        self.refused("rule.add_rule [:trap, 7], :rmdir", "action :trap takes no operand")

    def test_each_trap_knows_its_own_rule(self):
        policy = self.rules("rule.trap :uname\n  rule.errno :EXDEV, :mkdir, log: true\n  rule.trap :rmdir, why: 'kept'")
        result = self.start(policy, host("call"), f"{RMDIR}:0", f"{UNAME}:0", f"{MKDIR}:0")
        self.assertEqual([line.split("  ")[1] for line in unwarned(result.stderr).splitlines()],
                         ['trap p.rb:4 "kept"', "trap p.rb:2", "errno p.rb:3"], result)

    def test_a_faked_success_is_return_0(self):
        result = self.start(self.rules("rule.return 0, :mkdir, :mkdirat"), "mkdir", self.path("zz"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertFalse(os.path.exists(self.path("zz")))
        self.refused("rule.errno 0, :mkdir", r"errno 0 is out of range: 1 to 4095 \(a faked success is `return 0`\)")
        self.refused("rule.add_rule Seccomp.SCMP_ACT_ERRNO(0), :mkdir", r"errno 0 is out of range: .* `return 0`\)")

    def test_the_comparisons_that_libseccomp_merges_wrong_are_right(self):
        first, second = (f"rule.errno {number}, :madvise, Seccomp::ARG(:<, {value})"
                         for number, value in ((OTHER, "0x100000003"), (REFUSED, '"0xffffffff00000000"')))
        self.assertEqual(
            self.results(f"{first}\n  {second}", *(f"{MADVISE}:{start}" for start in (
                "0x100000002", "0x100000003", "0x1ffffffff", "0xfffffffeffffffff", "0xffffffff00000000"))),
            [-OTHER, -REFUSED, -REFUSED, -REFUSED, 0],
        )

    def test_the_rules_on_which_libseccomp_never_returns_are_loaded(self):
        self.assertEqual(
            self.results(f"rule.errno {REFUSED}, :setpriority, Seccomp::ARG(:!=, 5), Seccomp::ARG(:==, 5)\n"
                         f"  rule.errno {OTHER}, :setpriority, Seccomp::ARG(:!=, 5), Seccomp::ARG(:>=, 0), Seccomp::ARG(:==, 1)",
                         f"{SETPRIORITY}:9:5:1", f"{SETPRIORITY}:9:6:1", f"{SETPRIORITY}:9:6:2", f"{SETPRIORITY}:5:5:1"),
            [-REFUSED, -OTHER, -EINVAL, -EINVAL],
        )


if __name__ == "__main__":
    main()
