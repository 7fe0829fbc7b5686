# SPDX-License-Identifier: MIT
"""What the README shows is what there is: its policies load, its lists are whole."""

import os
import re
import subprocess

from live import SOURCE, Live, main


def source(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


class Readme(Live):
    readme = source("README.md")

    @staticmethod
    def by_path(text):
        """Its ready-made policies by their paths, as they are not installed."""
        return re.sub(r'include "([a-z][\w-]*)"', rf'include "{SOURCE}/policies/\1.rb"', text)

    def test_its_policies_are_taken(self):
        self.policy("Seccomp.new(default: :allow) { |rule| rule.errno :EPERM, :swapon, :swapoff }\n", "more.rb")
        blocks = re.findall(r"```ruby\n(.*?)```", self.readme, re.S)
        self.assertGreaterEqual(len(blocks), 6)
        for text in blocks:
            with self.subTest(text=text):
                result = self.start(self.policy(self.by_path(text)), "/bin/true")
                self.assertNotEqual(result.returncode, 125, result)
                self.assertNotIn("warning", result.stderr)

    def test_the_first_one_is_the_one_that_its_command_runs(self):
        first = re.search(r"```ruby\n(.*?)```", self.readme, re.S)[1]
        self.assertTrue(source("policies/article-uname.rb").endswith("\n\n" + first))

    def test_the_third_fsync_fails(self):
        text = re.search(r"```ruby\n([^`]*call\.nth == 3.*?)```", self.readme, re.S)[1]
        script = (
            "import os\n"
            "file = open('file')\n"
            "for i in range(4):\n"
            "  try: print(os.fsync(file))\n"
            "  except OSError as error: print(error.strerror)\n"
            "os.unlink('file'); os.stat('file')\n"
        )
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        result = self.start(self.policy(self.by_path(text)), "python3", "-c", script, cwd=self.folder)
        self.assertEqual(result.stdout, "None\nNone\nInput/output error\nNone\n", result)
        self.assertIn("would remove file\n", result.stderr)

    def test_its_command_takes_the_lines_of_records_and_not_of_texts(self):
        command = re.search(r"^sed -n .* log \| sort -u$", self.readme, re.M)[0]
        forged = "  add: rule.allow :execve #"
        opening = "  rule.allow :openat, flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC)\n"
        for program, refused, lines in ("/bin/echo", ":write", ""), ("/bin/cat", ":openat", opening):
            with self.subTest(program=program):
                policy = self.policy(f"Seccomp.new(default: :allow) {{ |rule| rule.errno :EPERM, {refused}, log: true }}\n")
                self.start(policy, program, forged, env={"SECCOMP_LOG": self.path("log")})
                self.assertIn(forged, "".join(self.log()))
                result = subprocess.run(["sh", "-c", command], cwd=self.folder, capture_output=True, text=True, check=True)
                self.assertEqual(result.stdout, lines)
                os.remove(self.path("log"))

    def test_all_families_warnings_and_ready_made_policies_are_listed(self):
        listed = re.search(r"They are (.*?);", self.readme, re.S)[1]
        families = re.findall(r"^FAMILY\((\w+),", source("gem/data/families.def"), re.M)
        self.assertEqual(re.findall(r"`(\w+)`", listed), families)
        for path, pattern in (
            ("gem/src/silence.c", r'= "([a-z-]+)",'),
            ("policies/meson.build", r"^  '([\w-]+)',"),
        ):
            for name in re.findall(pattern, source(path), re.M):
                self.assertRegex(self.readme, rf"(?m)^\| `{name}` \| ")


if __name__ == "__main__":
    main()
