# SPDX-License-Identifier: MIT
"""Work that starts many processes or threads and is then done: perl, node, git, make and gcc, sqlite3."""

import os
import re

import suites
from at import digest, host, needs

SOURCE = os.path.dirname(os.path.dirname(suites.HERE))


@needs("perl")
def perl(at):
    return at.run("perl", host("processes.pl"))


@needs("node")
def node(at):
    return at.run("node", host("workers.js"))


@needs("git")
def git(at):
    at.environment = {
        **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        **{f"GIT_{who}_DATE": "2001-02-03T04:05:06+0000" for who in ("AUTHOR", "COMMITTER")},
        "GIT_EDITOR": "true",
    }
    at.write(".gitconfig", "[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n[gc]\n\tautoDetach = false\n")
    lines = at.run("git", "clone", "-q", f"file://{SOURCE}", "clone")

    def run(*words, **options):
        return at.run("git", "-C", "clone", *words, **options)

    lines += run("checkout", "-q", "-b", "side")
    for number in range(8):
        at.write(f"clone/file{number}", f"{number}\n" * 1000)
        lines += run("add", ".")
        lines += run("commit", "-qm", f"commit {number}")
    lines += run("checkout", "-q", "-b", "other", "side~4")
    at.write("clone/another", "another\n")
    lines += run("add", "another")
    lines += run("commit", "-qm", "another")
    lines += run("merge", "-q", "--no-ff", "-m", "merged", "side~2")
    lines += run("rebase", "-q", "other~1", "side")
    lines += run("checkout", "-q", "other")
    lines += run("cherry-pick", "side")
    lines += run("tag", "-am", "a tag", "tag")
    lines += run("gc", "-q", "--prune=now")
    lines += run("fsck", "--full", "--strict")
    lines += run("status", "--porcelain")
    lines += run("log", "--all", "--topo-order", "--format=%H %T %d %s", "-30")
    objects = run("cat-file", "--batch-all-objects", "--batch-check")
    lines += [f"{len(objects)} objects", digest("\n".join(objects).encode())]
    lines += at.run("git", "clone", "-q", "--bare", "clone", "bare")
    lines += at.run("git", "-C", "bare", "fsck", "--full")
    return lines


@needs("make", "gcc")
def make(at):
    parts = range(60)
    for part in parts:
        functions = "".join(
            f"static int f{n}(int x) {{ return x % {n + 2} ? x * {part + n} : VALUE + x; }}\n" for n in range(30)
        )
        calls = " + ".join(f"f{n}(x)" for n in range(30))
        at.write(f"part{part}.c", f'#include "value.h"\n{functions}int part{part}(int x) {{ return {calls}; }}\n')
    at.write("value.h", "#define VALUE 7\n")
    declared = "".join(f"int part{part}(int);\n" for part in parts)
    added = " + ".join(f"part{part}({part})" for part in parts)
    at.write("main.c", f'#include <stdio.h>\n{declared}int main(void) {{ printf("%d\\n", {added}); }}\n')
    names = " ".join(f"part{part}.o" for part in parts)
    at.write(
        "Makefile",
        f"program: main.o {names}\n\tgcc -pipe -o $@ $^\n{names}: value.h\n"
        "%.o: %.c\n\tgcc -O1 $(if $(findstring 7,$@),-pipe,-save-temps) -c -o $@ $<\n",
    )
    lines = sorted(at.run("make", "-j4"))
    lines += at.run("./program")
    lines += [f"{name} {digest(at.read(name))}" for name in sorted(os.listdir(at.place.work)) if name.endswith(".o")]
    at.write("value.h", "#define VALUE 8\n")
    at.write("part9.c", "no C\n")
    lines += sorted(line for line in at.run("make", "-kj4", status=2))
    return lines


@needs("sqlite3")
def sqlite(at):
    at.write(
        "load.sql",
        "create table t(id integer primary key, n int, text text);\n"
        "create table log(id int, what text);\n"
        "create index i on t(n);\n"
        "create trigger r after delete on t begin insert into log values (old.id, 'deleted'); end;\n"
        + "".join(
            "begin;\n"
            + "".join(f"insert into t(n, text) values ({i * 7919 % 1009}, 'text {i}');\n" for i in range(t, t + 200))
            + ("rollback;\n" if t % 1000 == 600 else "commit;\n")
            for t in range(0, 20000, 200)
        )
        + "savepoint s; delete from t where n < 100; release s;\n"
        "update t set text = upper(text) where n between 200 and 300;\n"
        ".shell echo from a shell\n"
        "vacuum; pragma integrity_check;\n",
    )
    lines = []
    for mode in "delete", "wal":
        lines += at.run("sqlite3", f"{mode}.db", f"pragma journal_mode={mode};")
        lines += at.run("sqlite3", f"{mode}.db", ".read load.sql")
        # Two that write at the same time, and wait for each other.
        add = ".timeout 30000\n" + "".join(f"insert into log values ({n}, 'one of many');\n" for n in range(100))
        both = f"sqlite3 {mode}.db <add.sql & sqlite3 {mode}.db <add.sql & wait"
        at.write("add.sql", add)
        lines += at.run("sh", "-c", both)
        count, content = "select count(*) from log;", "select * from log order by 1, 2;"
        dump = at.run("sqlite3", f"{mode}.db", count, ".dump t", content)
        lines += [dump[0], f"{len(dump)} lines", digest("\n".join(dump).encode())]
    return lines
