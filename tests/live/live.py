# SPDX-License-Identifier: MIT
"""Runs hosts under the library; used by every test here.

meson names the library in $LIBSCMP, the source tree in $SCMP_SOURCE, and the folder of the
small hosts that it has built in $SCMP_HOSTS. What a test needs and does not find makes it
fail where $SCMP_MUST_WORK is 1, and else skip, which meson shows.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

LIBSCMP = os.environ["LIBSCMP"]
SOURCE = os.environ["SCMP_SOURCE"]
HOSTS = os.environ["SCMP_HOSTS"]

OURS = ("SECCOMP_POLICY", "SECCOMP_LOG", "SECCOMP_LOG_FORMAT", "LD_PRELOAD")


def host(name):
    return os.path.join(HOSTS, name)


def cannot_run(reason):
    if os.environ.get("SCMP_MUST_WORK") == "1":
        raise AssertionError(f"cannot run: {reason}")
    raise unittest.SkipTest(reason)


def need_program(name):
    if not shutil.which(name):
        cannot_run(f"no {name}")


def need_host(name):
    if not os.path.exists(host(name)):
        cannot_run(f"the compiler could not build the host {name}")
    return host(name)


class Live(unittest.TestCase):
    """A test with a folder of its own, in which policies and logs are."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="scmp-live-")
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def policy(self, text, name="p.rb"):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def environment(self, policy, **variables):
        """The environment of a host under a policy's path (None: not set); a variable that is None is taken out."""
        environment = {k: v for k, v in os.environ.items() if k not in OURS}
        environment.update(LC_ALL="C", LD_PRELOAD=LIBSCMP, SECCOMP_POLICY=policy)
        environment.update(variables)
        return {k: v for k, v in environment.items() if v is not None}

    def start(self, policy, *argv, env=None, **options):
        """Run argv under the policy; its exit status, stdout and stderr."""
        options.setdefault("input", "")
        if options["input"] is None or "stdin" in options:
            del options["input"]
        options.setdefault("timeout", 60)
        for stream in "stdout", "stderr":
            options.setdefault(stream, subprocess.PIPE)
        return subprocess.run(
            argv,
            env=self.environment(policy, **(env or {})),
            text=True,
            errors="replace",
            **options,
        )

    def log(self, name="log"):
        """The lines of a log file."""
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []


def unwarned(lines):
    """Lines of a log, or a text of them, without the warnings of the policy's load."""
    if isinstance(lines, str):
        return "".join(unwarned(lines.splitlines(keepends=True)))
    return [line for line in lines if not re.match(r"scmp: \S+:\d+: warning: .* \[[a-z-]+\]$", line)]


class Marked(Live):
    """Tests with the host marker.c, which leaves a file for each of its steps."""

    def setUp(self):
        super().setUp()
        self.clear_marks()

    def clear_marks(self):
        self.marks_folder = tempfile.mkdtemp(prefix="marks-", dir=self.folder)
        os.chmod(self.marks_folder, 0o777)

    def marks(self):
        return sorted(os.listdir(self.marks_folder))

    def mark(self, policy, *more, **options):
        return self.start(policy, host("marker"), self.marks_folder, *more, **options)

    def assert_closed(self, result, pattern):
        """125, a first line of stderr that is complete by itself, and not a mark."""
        first = result.stderr.split("\n", 1)[0]
        self.assertRegex(first, r"\Ascmp: " + pattern + r"\Z", result)
        self.assertEqual(result.returncode, 125, result)
        self.assertEqual(result.stdout, "", result)
        self.assertEqual(self.marks(), [], result)


def state(stdout):
    """What marker.c's main has printed, as (Seccomp, Seccomp_filters, uname's result); None if nothing."""
    match = re.fullmatch(r"seccomp (\d+) filters (\d+) uname (-?\d+)\n", stdout)
    return match and tuple(int(part) for part in match.groups())


def main():
    """unittest.main(), but a run with skips shows as skipped (77) unless something failed."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    for _, reason in result.skipped:
        print(f"SKIPPED: {reason}", file=sys.stderr)
    sys.exit(77 if result.skipped else 0)
