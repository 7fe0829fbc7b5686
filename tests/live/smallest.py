# SPDX-License-Identifier: MIT
"""The smallest policies: from the lines that the records of refused calls end with, and from nothing else."""

import os
import socket
import subprocess
import unittest

from live import Live, main, need_program

# An allowlist begins with none; each run adds the lines of what it was refused.
POLICY = "Seccomp.new(default: [:errno, :EPERM], log: true) do |rule|\n%s\nend.load\n"
RUNS_MAX = 80
NGINX = "error_log stderr;\npid %s/pid;\nevents { }\nhttp { server { listen 127.0.0.1:%d; } access_log off; %s }\n"
TEMPORARY = " ".join(
    f"{kind}_temp_path %s;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
WRITING = "rule.allow :openat, flags: accmode(:O_WRONLY)"
SOCKET = "rule.allow :socket, domain: :AF_"


class Smallest(Live):
    def run_under(self, allowed, argv):
        """The result, and the lines of what was refused."""
        log = self.path("log")
        if os.path.exists(log):
            os.remove(log)
        policy = self.policy(POLICY % "\n".join(allowed))
        result = self.start(policy, *argv, env={"SECCOMP_LOG": log, "GIT_CONFIG_NOSYSTEM": "1"}, cwd=self.folder)
        refused = [line for line in self.log() if " = -1 " in line or " = 0 " in line]
        for line in refused:
            self.assertIn("  add: rule.allow :", line)
        return result, {line.rsplit("  add: ", 1)[1] for line in refused}

    def learn(self, *argv):
        """The lines under which a program meets with no refusal."""
        allowed = []
        for _ in range(RUNS_MAX):
            result, lines = self.run_under(allowed, argv)
            if not lines:
                return allowed, result
            self.assertEqual(lines & set(allowed), set(), "a line has not allowed what it was to")
            allowed += sorted(lines)
        self.fail(f"{argv} is refused something after {RUNS_MAX} runs: {lines}")
        return None

    def smallest(self, argv, output, *extras, unlike=("socket", "O_WRONLY", "O_RDWR")):
        """As without a policy; and each extra (argv, how its line begins) is refused with its line, and then is not."""
        need_program(argv[0])
        allowed, result = self.learn(*argv)
        self.assertEqual((result.returncode, result.stdout), (0, output), (allowed, result))
        for word in unlike:
            self.assertFalse([line for line in allowed if word in line], allowed)
        for extra, beginning in extras:
            with self.subTest(extra=extra):
                _, lines = self.run_under(allowed, extra)
                added = [line for line in lines if line.startswith(beginning)]
                self.assertEqual(len(added), 1, lines)
                _, lines = self.run_under(allowed + added, extra)
                self.assertNotIn(added[0], lines)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def test_cat(self):
        self.smallest(["cat", self.write("file", "text\n")], "text\n")

    def test_sort(self):
        file = self.write("file", "b\na\n")
        self.smallest(["sort", file], "a\nb\n", (["sort", "-o", self.path("out"), file], WRITING))

    def test_grep(self):
        self.smallest(["grep", "b", self.write("file", "a\nb\n")], "b\n")

    def test_python(self):
        python = "/usr/bin/python3"
        self.smallest(
            [python, "-I", "-c", "print(1)"],
            "1\n",
            ([python, "-I", "-c", "open('out', 'w')"], WRITING),
            ([python, "-I", "-c", "import _socket; _socket.socket()"], SOCKET + "INET"),
            ([python, "-I", "-c", "import _socket; _socket.socket(_socket.AF_UNIX)"], SOCKET + "UNIX"),
        )

    def test_git(self):
        tree = self.path("tree")
        subprocess.run(["git", "init", "-q", tree], check=True)
        self.write("tree/file", "text\n")
        self.smallest(
            ["git", "-C", tree, "--no-optional-locks", "status", "--short"],
            "?? file\n",
            (["git", "-C", tree, "add", "file"], "rule.allow :openat, flags: accmode(:O_RDWR)"),
            # It makes sure that its standard files are open, with /dev/null.
            unlike=("socket", "O_WRONLY"),
        )

    def test_nginx(self):
        folders = TEMPORARY % tuple(self.path(f"temporary-{i}") for i in range(5))
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        config = self.write("nginx.conf", NGINX % (self.folder, port, folders))
        command = ["/usr/sbin/nginx", "-p", self.folder, "-c", config, "-e", "stderr"]
        self.smallest(
            [*command, "-t"],
            "",
            # The file with its number.
            ([*command, "-g", "daemon off; master_process off;"], "rule.allow :openat, flags: accmode(:O_RDWR)"),
            unlike=(),
        )


if __name__ == "__main__":
    main()
