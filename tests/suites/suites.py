# SPDX-License-Identifier: MIT
"""Runs programs plainly, and with calls that all go through Ruby; used by the tests here.

tests/full names the library in $LIBSCMP. What a test needs and does not find it says, and
fails where $SCMP_MUST_WORK is 1.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

LIBSCMP = os.environ["LIBSCMP"]
HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Every call; but for what ld.so needs before there is a handler, and what nobody can refuse.
EVERYTHING = """
Seccomp.new(default: :intercept, log: false) do |rule|
  rule.allow :access, :arch_prctl, :brk, :close, :mmap, :mprotect, :munmap, :newfstatat, :openat, :pread64, :prlimit64,
             :read, :rseq, :set_robust_list, :set_tid_address, :exit_group, :restart_syscall, :rt_sigreturn,
             why: "what ld.so needs, and what cannot be refused"
end.load
Seccomp.on_trap { |number, call| call.continue }
"""

# A thread and a child that shares memory do not come back to the block with a result.
SOME = """
Seccomp.new(default: :allow) do |rule|
  rule.intercept(:clone, :vfork, log: {log}) {{ |call| call.continue }}
  rule.intercept(:uname, :mkdir, :getpid, :kill, :tgkill, :unlink, :socket, :connect, :execve, :futex, :wait4,
                 :clock_nanosleep, log: {log}) {{ |call| call.continue{result} }}
end.load
"""

RECORD = re.compile(r"scmp\[\d+\] [^\n]*: \w+\(")


class Way:
    """A way to run programs: its name, its policy's text (None: no library), and whether calls are to be recorded."""

    def __init__(self, name, policy=None, recorded=False):
        self.name = name
        self.policy = policy
        self.recorded = recorded

    def __str__(self):
        return self.name


PLAIN = Way("plain")


def ways(path):
    """The ways beside the plain one; with a path, that of this policy alone."""
    if path:
        with open(path, encoding="utf-8") as file:
            return [Way(os.path.basename(path), file.read())]
    return [
        Way("everything", EVERYTHING),
        Way("results", SOME.format(log="false", result=" { |result| result }")),
        Way("recorded", SOME.format(log="true", result=""), recorded=True),
    ]


class Place:
    """A temporary folder in which programs run in one way; their own files are in a folder in it."""

    def __init__(self, folder, way):
        self.folder = folder
        self.way = way
        self.work = self.path("work")
        os.mkdir(self.work)
        if way.policy is not None:
            with open(self.path("policy.rb"), "w", encoding="utf-8") as file:
                file.write(way.policy)
            # Children of another user load the library and open the log, too.
            shutil.copy(LIBSCMP, self.path("libscmp.so"))
            with open(self.path("log"), "w", encoding="utf-8"):
                os.chmod(self.path("log"), 0o666)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, *argv):
        """The command that runs argv in this way."""
        if self.way.policy is None:
            return argv
        variables = {"LD_PRELOAD": "libscmp.so", "SECCOMP_POLICY": "policy.rb", "SECCOMP_LOG": "log"}
        return ["env", *(f"{name}={self.path(file)}" for name, file in variables.items()), *argv]

    def start(self, seconds, *command, env=(), **options):
        """Start a command, which ends after so many seconds with all that it has started."""
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(
            [PYTHON, "-B", os.path.join(HERE, "alone.py"), str(seconds), *command],
            cwd=self.work,
            env={
                "PATH": PATH,
                "HOME": self.work,
                "TMPDIR": self.work,
                "TERM": "xterm",
                "LC_ALL": "C.UTF-8",
                "USER": "root",
                **dict(env),
            },
            start_new_session=True,
            **options,
        )

    def log(self):
        """How many records the log has, and what is wrong with it: its other lines, each once."""
        records, others = 0, {}
        if self.way.policy is not None:
            with open(self.path("log"), encoding="utf-8", errors="replace") as file:
                for line in file:
                    if RECORD.match(line):
                        records += 1
                    else:
                        others[line.rstrip("\n")] = True
        if self.way.recorded and not records:
            others["no records"] = True
        return records, list(others)


@contextlib.contextmanager
def place(way):
    with tempfile.TemporaryDirectory(prefix="scmp-suites-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield Place(folder, way)


def end(process):
    """End what was started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait()


def ended(status):
    """How a command has ended, in words."""
    if status == 124:
        return "hangs"
    return f"dies of {signal.Signals(status - 128).name}" if 128 < status < 128 + 65 else f"exits with {status}"


def missing(*programs):
    """The programs of these that this machine lacks."""
    return [name for name in programs if not shutil.which(name, path=PATH)]


def cannot_run(reason):
    """The status of a test that lacks something."""
    print(f"SKIPPED: {reason}", file=sys.stderr)
    return 1 if os.environ.get("SCMP_MUST_WORK") == "1" else 77
