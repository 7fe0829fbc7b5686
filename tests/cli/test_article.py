# SPDX-License-Identifier: MIT
"""The three programs of the article, as printed there (article-1.rb to article-3.rb)."""

import os
import re
import shlex
import signal
import subprocess
import tempfile
import unittest

from command import HERE, SCMP, scmp


def program(number):
    return os.path.join(HERE, f"article-{number}.rb")


class Article(unittest.TestCase):
    def test_1_a_denylist_for_uname_ends_the_script_by_sigsys(self):
        result = scmp("ruby", program(1))
        self.assertEqual(result.returncode, -signal.SIGSYS)
        self.assertEqual((result.stdout, result.stderr), ("", ""))

    def test_1_a_shell_says_bad_system_call(self):
        line = f"{shlex.quote(SCMP)} ruby {shlex.quote(program(1))}; echo status $?"
        result = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
        self.assertEqual(result.stdout, "status 159\n")
        self.assertIn("Bad system call", result.stderr)

    def test_2_in_the_jail_of_a_forked_shell_mkdir_is_killed_and_the_shell_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            new = os.path.join(folder, "test1234")
            result = scmp("ruby", program(2), input=f"mkdir {new}; echo after")
            self.assertFalse(os.path.exists(new))
        self.assertEqual(result.returncode, 0)
        self.assertIn("Bad system call", result.stderr)
        lines = result.stdout.splitlines()
        self.assertEqual(lines[:2], ["==== It will be jailed. Please try to mkdir", "after"])
        pair = re.fullmatch(r"\[(\d+), #<Process::Status: pid (\d+) exit 0>\]", lines[2])
        self.assertIsNotNone(pair, lines)
        self.assertEqual(pair[1], pair[2])
        self.assertEqual(len(lines), 3)

    def test_3_the_trap_is_caught_and_uname_fails(self):
        result = scmp("ruby", program(3))
        self.assertEqual(
            result.stdout,
            "Trapped: syscall uname = #63\nCatch as error: uname failed\nTrapping is OK\n",
        )
        self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main()
