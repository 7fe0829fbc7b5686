# SPDX-License-Identifier: MIT
"""Hosts that are hard to get into: busy before main, sanitized, with names of ours, with little left open."""

import os
import re
import resource
import signal
import subprocess
import unittest

from live import LIBSCMP, Live, cannot_run, host, main, need_host, state

EPERM, EXDEV = 1, 18

UNAME = (
    "Seccomp.new(default: :allow) { |rule| rule.trap :uname }.load\n"
    "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
)


class Host(Live):
    """Each host is run twice: as the first process, and as a child that a shell exec'd under the policy."""

    def both(self, policy, program, *arguments, env=None):
        """The result and the records of each of the two ways."""
        policy = self.policy(policy)
        for name, argv in ("log-first", []), ("log-child", ["sh", "-c", 'exec "$0" "$@"']):
            log = {"SECCOMP_LOG": self.path(name)}
            result = self.start(policy, *argv, program, *arguments, env={**log, **(env or {})})
            yield result, [line for line in self.log(name) if f"] {os.path.basename(program)}: " in line]

    def assert_runs(self, result, stdout):
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, stdout, ""), result)

    def assert_trapped(self, records, *calls, error="EXDEV"):
        """One record for each of the calls, and no other line."""
        self.assertEqual(
            sorted(re.search(r": (\w+)\(", line)[1] for line in records), sorted(calls), records
        )
        for record in records:
            self.assertIn(f"= -1 {error}  trap p.rb:1  from ", record)


class BusyBeforeMain(Host):
    def test_a_library_whose_constructor_sets_signals_and_makes_a_thread_runs_and_traps(self):
        for result, records in self.both(UNAME, host("eager")):
            self.assert_runs(result, "signal 0 thread 0 constructor -18 in-thread -18 main -18\n")
            self.assert_trapped(records, "uname", "uname", "uname")

    def test_it_does_so_where_the_policy_traps_setting_signals(self):
        policy = UNAME.replace(":uname", ":uname, :rt_sigaction")
        for result, records in self.both(policy, host("eager")):
            self.assertEqual((result.returncode, result.stderr), (0, ""), result)
            self.assertRegex(result.stdout, r"^signal -18 thread 0 constructor -18 in-thread -18 main -18\n$")
            self.assertEqual(sum("uname(" in line for line in records), 3, records)
            self.assertGreaterEqual(sum("rt_sigaction(SIGUSR1, " in line for line in records), 1, records)

    def test_it_does_so_where_the_policy_traps_masks_and_the_lock(self):
        policy = UNAME.replace(":uname", ":uname, :rt_sigprocmask, :getpid, :gettid")
        for result, records in self.both(policy, host("eager")):
            self.assertEqual((result.returncode, result.stderr), (0, ""), result)
            self.assertEqual(sum("uname(" in line for line in records), 3, records)

    def test_code_in_preinit_array_is_under_the_policy_as_well(self):
        for result, records in self.both(UNAME, host("preinit")):
            self.assert_runs(result, "preinit -18 main -18\n")
            self.assert_trapped(records, "uname", "uname")

    def test_a_thread_that_another_first_library_has_made_gets_the_filter(self):
        preload = {"LD_PRELOAD": f"{LIBSCMP}:{host('libearly.so')}"}
        (result, _), (child, _) = self.both(UNAME, host("marker"), env=preload)
        self.assertEqual(result.returncode, 0, result)
        mode, early = result.stdout.splitlines()
        self.assertEqual(state(mode + "\n"), (2, 1, -EXDEV))
        self.assertRegex(early, r"early: -18")
        # It blocks signals before the handler is there: in an exec'd child that is death.
        self.assertEqual((child.returncode, child.stdout), (-signal.SIGSYS, ""), child)


class Kinds(Host):
    def assert_marker(self, policy, program, **options):
        for result, records in self.both(policy, program, **options):
            self.assert_runs(result, "seccomp 2 filters 1 uname -18\n")
            self.assert_trapped(records, "uname")

    def test_a_host_at_a_fixed_address_runs_and_traps(self):
        self.assert_marker(UNAME, host("marker-fixed"))

    def test_a_host_with_the_address_sanitizer_runs_and_traps(self):
        options = "verify_asan_link_order=0:detect_leaks=0"
        self.assert_marker(UNAME, need_host("marker-address"), env={"ASAN_OPTIONS": options})

    def test_a_host_with_the_address_sanitizer_runs_and_traps_with_its_runtime_first(self):
        program = need_host("marker-address")
        libraries = subprocess.run(["ldd", program], capture_output=True, text=True, check=True, timeout=60).stdout
        runtime = re.search(r"(/\S*libasan\S*)", libraries)
        if not runtime:
            cannot_run("the address sanitizer is not a shared library here")
        self.assert_marker(
            UNAME, program, env={"ASAN_OPTIONS": "detect_leaks=0", "LD_PRELOAD": f"{runtime[1]}:{LIBSCMP}"}
        )

    def test_a_host_with_the_thread_sanitizer_runs_and_traps(self):
        program = need_host("marker-thread")
        control = subprocess.run([program], capture_output=True, text=True, timeout=60)
        if control.returncode != 0:
            cannot_run(f"the thread sanitizer does not work on this kernel: {control.stderr[:200]}")
        self.assert_marker(UNAME, program)

    def test_a_host_that_exports_names_of_ours_runs_undisturbed_and_so_do_we(self):
        control = subprocess.run([host("exporter")], capture_output=True, text=True, timeout=60)
        self.assertRegex(control.stdout, r"^strangers 0 allocations \d+\+\d+ names etext edata end uname 0\n$")
        expected = control.stdout.replace("uname 0", "uname -18")
        for result, records in self.both(UNAME, host("exporter")):
            self.assert_runs(result, expected)
            self.assert_trapped(records, "uname")

    def test_the_hosts_allocator_is_not_used_for_a_large_policy_either(self):
        control = subprocess.run([host("exporter")], capture_output=True, text=True, timeout=60)
        names = "acct bpf chroot mount ptrace reboot swapon swapoff setns unshare keyctl add_key kcmp ioperm iopl"
        many = "\n".join(f"  rule.kill :{name}, Seccomp::ARG(:==, {i})" for name in names.split() for i in range(8))
        policy = (
            f"Seccomp.new(default: :allow) do |rule|\n  rule.trap :uname\n{many}\nend.load\n"
            "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
        )
        for result, _ in self.both(policy, host("exporter")):
            self.assert_runs(result, control.stdout.replace("uname 0", "uname -18"))


class LittleLeft(Host):
    def test_a_host_that_may_open_few_files_runs_and_traps(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        policy = self.policy(UNAME)
        for argv in [], ["sh", "-c", 'exec "$0"']:
            log = {"SECCOMP_LOG": self.path("log")}
            result = self.start(policy, *argv, host("marker"), env=log, preexec_fn=limit)
            self.assert_runs(result, "seccomp 2 filters 1 uname -18\n")
        self.assert_trapped(self.log(), "uname", "uname")

    def test_a_host_that_lowers_the_limit_keeps_its_log(self):
        policy = self.policy(UNAME)
        line = 'ulimit -n 32; exec "$0"'
        result = self.start(policy, "sh", "-c", line, host("marker"), env={"SECCOMP_LOG": self.path("log")})
        self.assert_runs(result, "seccomp 2 filters 1 uname -18\n")
        self.assert_trapped(self.log(), "uname")

    def test_a_host_without_the_standard_files_runs_and_traps(self):
        policy = self.policy(UNAME)
        # It has nothing to print to; its log and its marks tell.
        os.mkdir(self.path("marks"))
        line = f'LD_PRELOAD={LIBSCMP} exec "$0" "$1" <&- >&- 2>&-'
        argv = ["sh", "-c", line, host("marker"), self.path("marks")]
        log = {"LD_PRELOAD": None, "SECCOMP_LOG": self.path("log")}
        result = self.start(policy, *argv, env=log)
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual(sorted(os.listdir(self.path("marks"))), ["constructor", "main"])
        self.assert_trapped(self.log(), "uname")

    def test_without_stderr_and_without_a_log_traps_are_answered_all_the_same(self):
        policy = self.policy(UNAME)
        line = f'LD_PRELOAD={LIBSCMP} exec "$0" 2>&-'
        for extra in "", "env ":
            result = self.start(
                policy, "sh", "-c", line.replace('"$0"', extra + '"$0"'), host("marker"), env={"LD_PRELOAD": None}
            )
            self.assertEqual((result.returncode, result.stdout), (0, "seccomp 2 filters 1 uname -18\n"), result)

    def test_a_program_without_arguments_runs_and_traps(self):
        policy = self.policy(UNAME)
        log = {"SECCOMP_LOG": self.path("log")}
        result = self.start(policy, host("start"), "no-arguments", host("marker"), env=log)
        self.assert_runs(result, "seccomp 2 filters 1 uname -18\n")
        self.assertEqual(len(self.log()), 1)
        self.assertRegex(self.log()[0], r"^scmp\[\d+\] \?: uname\(")

    def test_a_host_that_started_with_an_unusual_environment_runs_and_traps(self):
        policy = self.policy(UNAME)
        odd = {"SECCOMP_LOG": self.path("log"), "EMPTY": "", "LONG": "x" * 100000, "SECCOMP_POLICYX": "no"}
        result = self.start(policy, host("marker"), env=odd)
        self.assert_runs(result, "seccomp 2 filters 1 uname -18\n")


if __name__ == "__main__":
    main()
