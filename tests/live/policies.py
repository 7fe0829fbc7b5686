# SPDX-License-Identifier: MIT
"""Real programs under the ready-made policies that need more than a line each; programs.py has the others."""

import os
import re
import subprocess

from live import SOURCE, main
from programs import PYTHON, Programs

EPERM, ENOMEM, EACCES, EROFS, ENOSYS = 1, 12, 13, 30, 38

CALLS = (
    "import ctypes\n"
    "libc = ctypes.CDLL(None, use_errno=True)\n"
    "libc.mmap.restype = ctypes.c_void_p\n"
    "def errno_of(function, *arguments):\n"
    "    ctypes.set_errno(0)\n"
    "    return function(*arguments) in (-1, 2**64 - 1) and ctypes.get_errno()\n"
)


class Workshop(Programs):
    """A folder with a file, a repository and a database."""

    def setUp(self):
        super().setUp()
        self.work = self.path("work")
        names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        names["HOME"] = self.folder
        script = (
            "echo text > file; sqlite3 db 'create table t(x); insert into t values (1), (2)'; "
            "git init -q repo; cd repo; echo text > kept; git add kept; git commit -qm one"
        )
        self.names = names
        os.mkdir(self.work)
        subprocess.run(["bash", "-ec", script], cwd=self.work, env={**os.environ, **names}, check=True)

    def run_under(self, policy, *argv, env=None, **options):
        options.setdefault("cwd", self.work)
        return super().run_under(policy, *argv, env={**self.names, **(env or {})}, **options)

    def says(self, policy, expected, *argv, **options):
        self.assert_runs(policy, *argv, stdout=expected, **options)

    def errnos(self, policy, expected, *expressions, more=""):
        """What errno_of(...) of each expression is: False where the call has succeeded."""
        lines = "".join(f"print(errno_of({expression}))\n" for expression in expressions)
        self.says(policy, "".join(f"{errno}\n" for errno in expected), PYTHON, "-c", CALLS + more + lines)

    def assert_works(self, policy):
        """Shells, pipes, files, threads, children, a repository, a database."""
        script = "cat file | sort; cp file g; mv g h; chmod 600 h; rm h; ls; x=$(uname); echo $x >/dev/null"
        self.says(policy, "text\ndb\nfile\nrepo\n", "bash", "-c", script)
        code = (
            "import asyncio, subprocess, threading, tempfile\n"
            "async def child():\n"
            "    process = await asyncio.create_subprocess_exec('cat', 'file', stdout=subprocess.PIPE)\n"
            "    return (await process.communicate())[0]\n"
            "n = []\n"
            "threads = [threading.Thread(target=lambda: n.append(1)) for _ in range(8)]\n"
            "[t.start() for t in threads]; [t.join() for t in threads]\n"
            "with tempfile.NamedTemporaryFile() as file:\n"
            "    file.write(b'kept'); file.flush(); kept = open(file.name).read()\n"
            "print(len(n), asyncio.run(child()), kept)\n"
        )
        self.says(policy, "8 b'text\\n' kept\n", PYTHON, "-c", code)
        self.says(policy, "text\n", "perl", "-e", "print `cat file`")
        self.says(policy, "3\n", "sqlite3", "db", "delete from t; insert into t values (1), (2); select sum(x) from t")
        commands = "echo more >> kept; git commit -qam two; git log --format=%s; git status --short; git reset -q HEAD~"
        self.says(policy, "two\none\n", "bash", "-ec", commands, cwd=os.path.join(self.work, "repo"))


class ReadonlyFiles(Workshop):
    def test_every_program_says_that_the_file_system_is_read_only(self):
        for argv in (
            ["bash", "-c", "echo new > out; exit"],
            ["bash", "-c", "echo more >> file; exit"],
            ["cp", "file", "copy"],
            ["rm", "file"],
            ["rm", "-r", "repo"],
            ["mv", "file", "other"],
            ["mkdir", "folder"],
            ["rmdir", "repo"],
            ["ln", "file", "other"],
            ["ln", "-s", "file", "other"],
            ["mkfifo", "pipe"],
            ["chmod", "600", "file"],
            ["chown", "0", "file"],
            ["touch", "file"],
            ["touch", "-c", "-d", "yesterday", "file"],
            ["truncate", "-s", "0", "file"],
            ["tee", "file"],
            ["sort", "-o", "file", "file"],
            ["mktemp"],
            [PYTHON, "-c", "open('file', 'r+')"],
            [PYTHON, "-c", "import os; os.open('.', os.O_TMPFILE | os.O_RDWR)"],
            [PYTHON, "-c", "import os; os.open('file', os.O_RDONLY | os.O_TRUNC)"],
            [PYTHON, "-c", "import os; os.setxattr('file', 'user.a', b'1')"],
            [PYTHON, "-c", "import socket; socket.socket(socket.AF_UNIX).bind('socket')"],
            [PYTHON, "-c", "import fcntl; fcntl.ioctl(open('file'), 0x40086602, b'8' * 8)"],
            ["perl", "-e", "unlink('file') or die $!"],
            ["perl", "-e", "open(F, '>', 'out') or die $!"],
            ["git", "-C", "repo", "log"],  # it opens /dev/null for writing
        ):
            with self.subTest(argv=argv):
                result = self.run_under("readonly-files", *argv)
                self.assertIn("Read-only file system", result.stderr, result)
        self.assertEqual(self.tree(), ["file", "db", "repo/kept"])

    def tree(self):
        """Of what setUp() has made, what is there and as it was."""
        with open(os.path.join(self.work, "file"), encoding="utf-8") as file:
            text = file.read()
        found = [name for name in ("file", "db", "repo/kept") if os.path.exists(os.path.join(self.work, name))]
        return found if text == "text\n" and len(os.listdir(self.work)) == 3 else [text, *os.listdir(self.work)]

    def test_the_database_can_be_read_alone(self):
        self.says("readonly-files", "3\n", "sqlite3", "db", "select sum(x) from t")
        result = self.run_under("readonly-files", "sqlite3", "db", "delete from t")
        self.assertIn("attempt to write a readonly database", result.stderr)
        self.says("readonly-files", "3\n", "sqlite3", "db", "select sum(x) from t")

    def test_what_is_open_already_is_written(self):
        with open(self.path("log"), "wb") as log:
            self.run_under("readonly-files", "bash", "-c", "cat file; wc -c < file", stdout=log)
        self.assertEqual(self.log(), ["text", "5"])

    def test_programs_threads_and_pipes_work(self):
        self.says("readonly-files", "here\nTEXT\n", "bash", "-c", "cat <<< here; cat file | tr a-z A-Z")
        code = (
            "import os, subprocess, threading\n"
            "t = threading.Thread(target=print, args=('thread',), kwargs={'flush': True}); t.start(); t.join()\n"
            "print(subprocess.run(['cat', 'file'], capture_output=True).stdout, os.path.isdir('repo'))\n"
        )
        self.says("readonly-files", "thread\nb'text\\n' True\n", PYTHON, "-c", code)
        self.says("readonly-files", "text\n", "perl", "-e", "open(F, 'file') or die; print <F>")

    def test_mounts_are_refused_and_openat2_and_rings_do_not_exist(self):
        self.errnos(
            "readonly-files",
            (EPERM, EPERM, ENOSYS, ENOSYS, EROFS, False),
            "libc.mount, None, b'/', None, 32, None",
            "libc.umount2, b'/none', 0",
            "libc.syscall, 437, -100, b'file', bytes(24), 24",
            "libc.syscall, 425, 1, bytes(128)",
            "libc.mq_open, b'/scmp-test', 0o102, 0o600, None",
            "libc.access, b'file', 4",
        )


class NoWX(Workshop):
    def test_everyday_programs_work(self):
        self.assert_works("no-wx")
        self.says("no-wx", "text\n", "grep", "-P", "te.t", "file")

    def test_libraries_are_loaded_later(self):
        code = "import ctypes, sqlite3, ssl, zlib; print(ctypes.CDLL('libm.so.6').abs(-3))"
        self.says("no-wx", "3\n", PYTHON, "-c", code)
        self.says("no-wx", "2\n", "perl", "-MSocket", "-MPOSIX", "-e", "print POSIX::floor(2.5), qq(\\n)")

    def test_memory_is_not_written_and_executed_and_does_not_become_executable(self):
        self.errnos(
            "no-wx",
            (EACCES, EACCES, False, EACCES, EACCES, EACCES, False, False),
            "libc.mmap, None, 4096, 7, 0x22, -1, 0",
            "libc.mmap, None, 4096, 5, 0x22, -1, 0",
            "libc.mmap, None, 4096, 5, 0x2, file, 0",
            "libc.mmap, None, 4096, 7, 0x2, file, 0",
            "libc.mprotect, memory, 4096, 5",
            "libc.syscall, 329, memory, 4096, 7, -1",
            "libc.mprotect, memory, 4096, 1",
            "libc.mprotect, memory, 4096, 3",
            more="import os; file = os.open('/bin/true', os.O_RDONLY)\n"
            "memory = ctypes.c_void_p(libc.mmap(None, 4096, 3, 0x22, -1, 0))\n",
        )
        self.errnos(
            "no-wx",
            (EACCES, False, EACCES, False),
            "libc.personality, 0x0400000",
            "libc.personality, 0xffffffff",
            "libc.shmat, segment, None, 0o100000",
            "libc.shmctl, segment, 0, None",
            more="segment = libc.shmget(0, 4096, 0o1600); libc.shmat.restype = ctypes.c_void_p\n",
        )

    def test_a_compiler_of_patterns_says_that_it_cannot(self):
        result = self.run_under("no-wx", "git", "-C", "repo", "grep", "-P", "te.t", timeout=20)
        if result.returncode != 0:  # not where git is built without the compiler
            self.assertRegex(result.stderr, r"(?i)\bJIT\b")
        else:
            self.assertEqual(result.stdout, "kept:text\n")

    def test_traps_work_beside_it_also_in_children(self):
        text = f'Seccomp.new(default: :allow) {{ |r| r.trap :uname; r.include "{SOURCE}/policies/no-wx.rb" }}\n'
        result = self.start(self.policy(text), "sh", "-c", "uname; echo after")
        self.assertEqual(result.stdout, "after\n")
        self.assertRegex(result.stderr, r"\Ascmp\[\d+\] uname: uname\(.*\) = -1 EPERM  trap p\.rb:1 ")


class NoSync(Workshop):
    def test_everyday_programs_work(self):
        self.assert_works("no-sync")

    def test_syncs_succeed_and_do_nothing(self):
        # Done they would fail: no such file is open, and no memory is there.
        self.errnos(
            "no-sync",
            (False, False, False, False, False, False, ENOMEM),
            "libc.fsync, 999",
            "libc.fdatasync, 999",
            "libc.syncfs, 999",
            "libc.sync_file_range, 999, 0, 0, 7",
            "libc.sync",
            "libc.msync, ctypes.c_void_p(4096), 4096, 4",
            "libc.msync, ctypes.c_void_p(4096), 4096, 1",
        )
        self.says("no-sync", "", "sync", "file")

    def test_the_database_is_whole_for_who_reads_it_after(self):
        self.says("no-sync", "", "sqlite3", "db", "pragma synchronous=extra; insert into t values (3)")
        self.assertEqual(subprocess.run(["sqlite3", "db", "select sum(x) from t; pragma integrity_check"], cwd=self.work,
                                        capture_output=True, text=True, check=True).stdout, "6\nok\n")


class NoRings(Workshop):
    def test_everyday_programs_work(self):
        self.assert_works("no-io_uring")

    def test_the_three_calls_do_not_exist(self):
        self.errnos("no-io_uring", (ENOSYS,) * 3, *(f"libc.syscall, {nr}, 1, 0, 0, 0, 0, 0" for nr in (425, 426, 427)))


class NoUserNamespaces(Workshop):
    def test_everyday_programs_work(self):
        self.assert_works("no-userns")

    def test_a_user_namespace_is_neither_made_nor_entered(self):
        self.assert_refused("no-userns", "Operation not permitted", "unshare", "-U", "true")
        self.assert_refused("no-userns", "Operation not permitted", "unshare", "-rm", "true")
        self.assert_refused("no-userns", "Operation not permitted", "nsenter", "--user=/proc/self/ns/user", "true")
        self.errnos(
            "no-userns",
            (EPERM, EPERM, EPERM, ENOSYS, False),
            "libc.unshare, 0x10000000",
            "libc.syscall, 56, 0x10000011, 0, 0, 0, 0",
            "libc.setns, os.open('/proc/self/ns/user', 0), 0",
            "libc.syscall, 435, bytes(88), 88",
            "libc.unshare, 0x200",
            more="import os\n",
        )


class ModernLibc(Workshop):
    def test_everyday_programs_work(self):
        self.assert_works("modern-libc")

    def test_it_names_all_that_is_younger_than_linux_4_11(self):
        with open(f"{SOURCE}/gem/data/syscalls.def", encoding="utf-8") as file:
            rows = re.findall(r"^SYSCALL\((\w+), -?\d+, -?\d+, (0x[0-9a-f]+),", file.read(), flags=re.M)
        # rseq libc has by then; uprobe and uretprobe reach no filter.
        young = {name for name, since in rows if int(since, 16) >= 0x040B00} - {"rseq", "uprobe", "uretprobe"}
        with open(f"{SOURCE}/tests/sim/tables/modern-libc.table", encoding="utf-8") as file:
            refused = set(",".join(re.findall(r"^(\S+) -> ENOSYS$", file.read(), flags=re.M)).split(","))
        self.assertEqual(refused, young)

    def test_they_do_not_exist(self):
        numbers = {"statx": 332, "clone3": 435, "close_range": 436, "openat2": 437, "faccessat2": 439, "pidfd_open": 434}
        self.errnos("modern-libc", (ENOSYS,) * 6, *(f"libc.syscall, {nr}, 0, 0, 0, 0, 0" for nr in numbers.values()))


class AuditEverything(Workshop):
    def test_everyday_programs_work_under_the_filter(self):
        self.assert_works("audit-everything")
        self.says("audit-everything", "Seccomp:\t2\n", "grep", "Seccomp:", "/proc/self/status")


class Together(Workshop):
    # All that have the default :allow, and let a shell work.
    NAMES = ("no-network", "no-ptrace", "no-new-folders", "no-userns", "no-wx", "no-sync", "no-io_uring", "modern-libc",
             "readonly-files")

    def include(self, names):
        lines = "".join(f'rule.include "{SOURCE}/policies/{name}.rb"\n' for name in names)
        return self.policy(f"Seccomp.new(default: :allow) do |rule|\n{lines}end.load\n")

    def test_policies_go_together_in_any_order_and_the_first_decides(self):
        for names, said in ((self.NAMES, "Operation not permitted"), (self.NAMES[::-1], "Read-only file system")):
            with self.subTest(names=names):
                policy = self.include(names)
                result = self.start(policy, "sh", "-c", "cat file; mkdir folder; echo new > out", cwd=self.work)
                self.assertEqual(result.stdout, "text\n", result)
                self.assertIn(f"mkdir: cannot create directory 'folder': {said}\n", result.stderr)
                self.assertIn("cannot create out", result.stderr)

    def test_all_of_them_with_no_exec(self):
        result = self.start(self.include([*self.NAMES, "no-exec"]), "bash", "-c", "/bin/true")
        self.assertIn("Operation not permitted", result.stderr)

    def test_a_rule_before_them_makes_an_exception(self):
        text = (
            "Seccomp.new(default: :allow) do |rule|\n"
            "  rule.allow :socket, domain: :AF_UNIX\n"
            "  rule.allow :connect, :bind, :listen\n"
            f'  rule.include "{SOURCE}/policies/no-network.rb"\n'
            f'  rule.include "{SOURCE}/policies/readonly-files.rb"\n'
            "end.load\n"
        )
        code = (
            "import socket\n"
            "socket.socket(socket.AF_UNIX).bind('\\0scmp-test')\n"
            "try: socket.socket()\n"
            "except OSError as error: print(error)\n"
        )
        result = self.start(self.policy(text), PYTHON, "-c", code)
        self.assertEqual(result.stdout, "[Errno 1] Operation not permitted\n", result)


if __name__ == "__main__":
    main()
