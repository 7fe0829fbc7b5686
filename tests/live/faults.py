# SPDX-License-Identifier: MIT
"""Every system call of a start made to fail, one at a time, by strace: never an unfiltered main.

The calls are those of the library's constructor: from its first probe (a prctl(2) of its
own) to the first act of the host's constructor, as a plain strace shows them. What ld.so
does before is not the library's.
"""

import concurrent.futures
import os
import re
import subprocess
import tempfile

from live import LIBSCMP, Marked, host, main, need_program, state

EPERM, EXDEV = 1, 18
ERRORS = "EPERM", "ENOMEM", "ENOSYS", "EINTR", "EAGAIN", "EINVAL"
FIRST_CALL = "prctl(0x5cc0de01"
WORKERS = 2 * (os.cpu_count() or 1)

PLAIN = "Seccomp.new(default: :allow) { |rule| rule.errno :EXDEV, :uname }.load\n"
STATIC = "Seccomp.new(default: :allow) { |rule| rule.trap :uname }.load\n"
BLOCK = STATIC + "Seccomp.on_trap { |number, call| call.errno :EXDEV }\n"
SIXTY = (
    "Seccomp.new(default: :allow) do |rule|\n"
    "  rule.errno :EXDEV, :uname\n"
    "  rule.kill %w(acct add_key adjtimex bpf chroot clock_adjtime clock_settime create_module delete_module\n"
    "    fanotify_init finit_module fsconfig fsmount fsopen fspick get_kernel_syms init_module ioperm iopl\n"
    "    kcmp kexec_file_load kexec_load keyctl lookup_dcookie migrate_pages mbind mount mount_setattr\n"
    "    move_mount move_pages name_to_handle_at nfsservctl open_by_handle_at open_tree open_tree_attr perf_event_open\n"
    "    personality pivot_root process_madvise process_vm_readv process_vm_writev ptrace query_module\n"
    "    quotactl quotactl_fd reboot request_key set_mempolicy setdomainname sethostname setns settimeofday\n"
    "    swapoff swapon sysfs _sysctl umount2 unshare uselib userfaultfd).map { |name| name.to_sym }\n"
    "end.load\n"
)

# What may fail without harm, as CALL = ERROR, and why: main then runs, under the whole filter.
HARMLESS = {
    r"prctl\(0x5cc0de01.*": "the kernel's EINVAL says 'no filter of ours here', and so does any other error",
    r"madvise\(.*MADV_POPULATE_WRITE\) = .*": "pages come one by one instead",
    r"madvise\(.*MADV_WIPEONFORK\) = .*": "a forked child tells by waiting that it is one",
    r"close\(.*": "a descriptor stays open, until exec",
    r"futex\(.*FUTEX_WAIT_PRIVATE, 0, .*": "the probe whether a module can be read: it has no name in records",
    r"(read|write)\(.* = EINTR": "tried again",
    r"read\(.* = EAGAIN": "waited for, as of a pipe, and tried again",
    r'write\(\d+, "scmp\[\d+\] marker: uname.*': "a record is lost, and counted",
    r"getpid\(\) = .*|gettid\(\) = .*": "the kernel never fails them; they name the owner of a lock that nobody else wants yet",
}


# An exec'd child asks these by prctl(2); the kernel has no reason to fail them.
PROBE = r"prctl\(0x5cc0de01"

# What its handler cannot do without.
ARMING = r"mmap\(0x70010000", r"mremap\(", r"rt_sigaction\(SIGSYS"

# Whether the log is still the log: if that cannot be told nothing is written, whatever there is to say.
LOG_CHECK = r"fstat\("


def calls_of(log, with_handler):
    """The library's calls in the last image of a strace log: (text, name, its how-manieth of the process).

    They are those of its constructor, and (with_handler) those of its handler, which in a child opens Ruby.
    """
    counts, calls, inside, started = {}, [], False, False
    for line in log.splitlines():
        if with_handler and line.startswith(("--- SIGSYS", "rt_sigreturn(")):
            inside = line.startswith("---")
        match = re.match(r"(\w+)\(", line)
        if not match:
            continue
        name = match[1]
        counts[name] = counts.get(name, 0) + 1
        if name == "execve":
            calls, inside, started = [], False, False
        if line.startswith(FIRST_CALL) and not started:
            inside = started = True
        if "/constructor\"" in line:
            inside = False
        if inside:
            calls.append((line.split(" = ")[0].rstrip(), name, counts[name]))
    return calls


class EverySystemCall(Marked):
    def setUp(self):
        super().setUp()
        need_program("strace")

    def strace(self, policy, again, *options):
        """marker under strace, first or as an exec'd child: its result, marks, strace's log and ours."""
        folder = tempfile.mkdtemp(dir=self.folder)
        marks, trace, log = (os.path.join(folder, name) for name in ("marks", "trace", "log"))
        os.mkdir(marks)
        result = subprocess.run(
            ["strace", "-o", trace, *options, "-E", "LD_PRELOAD=" + LIBSCMP, host("marker"), marks, *again],
            env=self.environment(policy, LD_PRELOAD=None, SECCOMP_LOG=log),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
        with open(trace, encoding="utf-8", errors="replace") as file:
            trace = file.read()
        records = ""
        if os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as file:
                records = file.read()
        return result, sorted(os.listdir(marks)), trace, records

    def each_failure(self, policy, again, judge):
        result, marks, trace, _ = self.strace(policy, again)
        self.assertEqual((result.returncode, marks), (0, ["constructor", "main"]), result)
        calls = calls_of(trace, bool(again))
        print(f"{len(calls)} calls ", end="", flush=True)
        self.assertGreater(len(calls), 0)

        def fail(call, error):
            text, name, nth = call
            inject = f"inject={name}:error={error}:when={nth}"
            result, marks, trace, records = self.strace(policy, again, "-e", "trace=" + name, "-e", inject)
            hit = [line for line in trace.splitlines() if "(INJECTED)" in line]
            if len(hit) != 1:
                return f"{text}: not hit: {hit}"
            verdict = judge(text, error, result, marks, records)
            return verdict and f"{text} = {error}: {verdict}: {result} {marks} {records}"

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            failures = pool.map(lambda pair: fail(*pair), [(c, e) for c in calls for e in ERRORS])
            wrong = [failure for failure in failures if failure]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def first_process(self, policy, answers):
        def judge(call, error, result, marks, _):
            if result.returncode == 125 and not marks and not result.stdout:
                if re.match(r"scmp: .+\n", result.stderr):
                    return None
                return "no message"
            if marks != ["constructor", "main"] or result.returncode != 0:
                return "neither closed nor whole"
            if (state(result.stdout) or (0,))[0] != 2 or state(result.stdout)[2] not in answers:
                return "UNFILTERED"
            if not any(re.fullmatch(pattern, f"{call} = {error}") for pattern in HARMLESS):
                return "not known to be harmless"
            return None

        self.each_failure(self.policy(policy), [], judge)

    def test_a_policy_without_traps(self):
        self.first_process(PLAIN, {-EXDEV})

    def test_a_policy_with_traps_and_a_block(self):
        self.first_process(BLOCK, {-EXDEV})

    def test_a_policy_with_traps_and_static_answers(self):
        self.first_process(STATIC, {-EPERM})

    def test_a_policy_of_sixty_names(self):
        self.first_process(SIXTY, {-EXDEV})

    def child(self, policy, answers):
        """The filter is in force: main runs, and where a block was lost one line of the log says why."""

        def judge(call, error, result, marks, records):
            fault = f"{call} = {error}"
            if re.match(PROBE, call):
                return self.judge_lost_probe(result, marks)
            if marks != ["constructor", "main"]:
                return "main does not run"
            said = records.count("static answers")
            if re.match(LOG_CHECK, call):
                return None if result.returncode == 0 and state(result.stdout)[2] in answers else "lost more than its log"
            if any(re.match(pattern, call) for pattern in ARMING):
                # No handler: the trap ends the process, as the kernel does for such.
                return None if result.returncode == -31 and said == 1 else "neither killed at its trap nor explained"
            seen = state(result.stdout)
            if result.returncode != 0 or not seen or seen[:2] != (2, 1) or seen[2] not in (-EPERM, *answers):
                return "main does not run as it should"
            if seen[2] in answers and said == 0:
                return None if any(re.fullmatch(p, fault) for p in HARMLESS) else "not known to be harmless"
            return None if said == 1 else f"explained {said} times"

        self.each_failure(self.policy(policy), ["again"], judge)

    def judge_lost_probe(self, result, marks):
        """Without an answer the library cannot know that it is a child: it starts anew, or finds that it must not."""
        if result.returncode == 125 and not marks and result.stderr.startswith("scmp: "):
            return None
        seen = state(result.stdout)
        return None if result.returncode == 0 and seen and seen[0] == 2 and seen[2] < 0 else "a lost probe"

    def test_an_execd_child_of_a_policy_without_traps(self):
        self.child(PLAIN, {-EXDEV})

    def test_an_execd_child_of_a_policy_with_traps_and_a_block(self):
        self.child(BLOCK, {-EXDEV})

    def test_an_execd_child_of_a_policy_with_traps_and_static_answers(self):
        self.child(STATIC, {-EPERM})

    def test_a_seccomp_that_could_not_reach_all_threads_is_no_success(self):
        policy = self.policy(PLAIN)
        result, marks, trace, _ = self.strace(policy, [], "-e", "inject=seccomp:retval=4711:when=1+")
        self.assertIn("(INJECTED)", trace)
        self.assertEqual((result.returncode, marks, result.stdout), (125, [], ""), result)
        self.assertRegex(result.stderr, r"\Ascmp: .*4711.*\n\Z")


if __name__ == "__main__":
    main()
