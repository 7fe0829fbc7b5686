# SPDX-License-Identifier: MIT
"""Real programs under the ready-made policies: what is refused is refused, and all else is as without."""

import os

from live import SOURCE, Live, main, need_program

PYTHON = "/usr/bin/python3"


class Programs(Live):
    def run_under(self, policy, *argv, env=None, **options):
        need_program(argv[0])
        return self.start(os.path.join(SOURCE, "policies", policy + ".rb"), *argv, env=env, **options)

    def assert_runs(self, policy, *argv, stdout=None, **options):
        result = self.run_under(policy, *argv, **options)
        self.assertEqual(result.returncode, 0, result)
        if stdout is not None:
            self.assertEqual(result.stdout, stdout, result)
        return result

    def assert_refused(self, policy, text, *argv, **options):
        result = self.run_under(policy, *argv, **options)
        self.assertNotEqual(result.returncode, 0, result)
        self.assertIn(text, result.stderr)


class NoNewFolders(Programs):
    def test_mkdir_is_refused_in_coreutils_perl_python_and_git(self):
        folder = self.path("new")
        self.assert_refused("no-new-folders", "Operation not permitted", "mkdir", folder)
        self.assert_refused("no-new-folders", "Operation not permitted", "perl", "-e", f"mkdir '{folder}' or die $!")
        self.assert_refused("no-new-folders", "PermissionError", PYTHON, "-c", f"import os; os.mkdir('{folder}')")
        self.assert_refused("no-new-folders", "Operation not permitted", "git", "init", folder)
        self.assertFalse(os.path.exists(folder))

    def test_files_are_copied_moved_and_removed_as_ever(self):
        script = "echo one > a && cp a b && mv b c && ln -s c d && cat d && rm a c d && ls"
        self.assert_runs("no-new-folders", "bash", "-c", script, stdout="one\np\n", cwd=self.with_file("p"))

    def with_file(self, name):
        folder = self.path("files")
        os.mkdir(folder)
        with open(os.path.join(folder, name), "w", encoding="utf-8"):
            return folder


class NoNetwork(Programs):
    def test_a_socket_is_refused(self):
        self.assert_refused("no-network", "PermissionError", PYTHON, "-c", "import socket; socket.socket()")
        self.assert_refused("no-network", "Operation not permitted", "perl", "-MSocket", "-e",
                            "socket(S, PF_INET, SOCK_STREAM, 0) or die $!")

    def test_rings_are_as_good_as_not_there(self):
        code = "import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.syscall(425, 1, 0), ctypes.get_errno())"
        self.assert_runs("no-network", PYTHON, "-c", code, stdout="-1 38\n")

    def test_git_works_in_a_repository(self):
        folder = self.path("repository")
        os.mkdir(folder)
        names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        names["HOME"] = self.folder
        for command in (["init", "-q"], ["add", "file"], ["commit", "-qm", "one"], ["gc", "-q"], ["fsck"]):
            if command == ["add", "file"]:
                with open(os.path.join(folder, "file"), "w", encoding="utf-8") as file:
                    file.write("text\n")
            self.assert_runs("no-network", "git", "-C", folder, *command, env=names)
        self.assert_runs("no-network", "git", "-C", folder, "log", "--format=%s", stdout="one\n", env=names)

    def test_sqlite_keeps_a_table(self):
        sql = "create table t(x); insert into t values (1), (2); select sum(x) from t;"
        self.assert_runs("no-network", "sqlite3", self.path("db"), sql, stdout="3\n")

    def test_threads_and_children_of_python_work(self):
        code = (
            "import threading, subprocess, json, zlib\n"
            "n = []\n"
            "threads = [threading.Thread(target=lambda: n.append(1)) for _ in range(8)]\n"
            "[t.start() for t in threads]; [t.join() for t in threads]\n"
            "out = subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout\n"
            "print(len(n), out.strip(), json.loads(zlib.decompress(zlib.compress(b'[1]'))))\n"
        )
        self.assert_runs("no-network", PYTHON, "-c", code, stdout="8 child [1]\n")


class NoExecNoPtrace(Programs):
    def test_an_exec_is_refused_by_every_way_to_it(self):
        self.assert_refused("no-exec", "Operation not permitted", "dash", "-c", "exec /bin/true")
        self.assert_refused("no-exec", "Operation not permitted", "bash", "-c", "/bin/true")
        self.assert_refused("no-exec", "PermissionError", PYTHON, "-c", "import subprocess; subprocess.run(['/bin/true'])")

    def test_a_shell_without_exec_still_computes(self):
        self.assert_runs("no-exec", "bash", "-c", "echo $((6 * 7))", stdout="42\n")

    def test_ptrace_is_refused(self):
        code = "import ctypes; l = ctypes.CDLL(None, use_errno=True); print(l.ptrace(0, 0, 0, 0), ctypes.get_errno())"
        self.assert_runs("no-ptrace", PYTHON, "-c", code, stdout="-1 1\n")


class StdioOnly(Programs):
    def test_filters_give_what_they_give_without(self):
        for argv, stdout in ((["cat"], "b\na\n"), (["sort"], "a\nb\n"), (["grep", "-n", "a"], "2:a\n")):
            self.assert_runs("stdio-only", *argv, stdout=stdout, input="b\na\n")

    def test_no_file_is_opened(self):
        self.assert_refused("stdio-only", "/etc/passwd", "cat", "/etc/passwd")
        self.assert_refused("stdio-only", self.path("out"), "sort", "-o", self.path("out"), input="a\n")
        self.assertFalse(os.path.exists(self.path("out")))


class Nests(Programs):
    def test_five_shells_deep_there_is_one_filter_more_than_outside(self):
        count = "grep Seccomp_filters /proc/self/status"
        with open("/proc/self/status", encoding="utf-8") as status:
            outside = [int(line.split()[1]) for line in status if line.startswith("Seccomp_filters")][0]
        nest = 'n() { if [ "$1" = 0 ]; then ' + count + '; else export n="$(($1 - 1))"; exec sh -c "$nest"; fi; }; n "$n"'
        for policy in "article-uname", "no-network", "no-new-folders", "no-ptrace":
            result = self.run_under(policy, "sh", "-c", nest, env={"nest": nest, "n": "5"})
            self.assertEqual(result.stdout, f"Seccomp_filters:\t{outside + 1}\n", (policy, result))

    def test_a_child_without_its_environment_stays_filtered(self):
        self.assert_refused("no-new-folders", "Operation not permitted", "env", "-i", "/bin/mkdir", self.path("new"))

    def test_the_article_is_told_once_for_uname_and_after_is_printed(self):
        result = self.run_under("article-uname", "dash", "-c", "uname -n; echo after")
        self.assertEqual(result.stdout, "after\n")
        self.assertEqual(result.stderr.count("Trapped: syscall uname = #63\n"), 1, result)
        self.assertRegex(result.stderr, r"scmp\[\d+\] uname: uname\(0x[0-9a-f]+\) = -1 EPERM  trap article-uname\.rb:\d+"
                                        r"  from libc\.so\.6\+0x[0-9a-f]+\n")
        result = self.run_under("article-uname", "bash", "-c", "uname -n; echo after")
        self.assertEqual(result.stderr.count("Trapped: syscall uname = #63\n"), 2, result)


if __name__ == "__main__":
    main()
