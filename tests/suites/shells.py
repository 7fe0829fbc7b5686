# SPDX-License-Identifier: MIT
"""Work in terminals: job control, by a script and by typing, and tmux with shells in it."""

import re
import time

import suites
from at import host, needs
from terminal import Terminal


@needs("bash", "setsid")
def bash_script(at):
    with Terminal(at.place, 120, "bash", host("jobs.bash")) as terminal:
        status = terminal.finish()
    return [*re.sub(r"(line \d+:) +\d+ ", r"\1 N ", terminal.text).splitlines(), suites.ended(status)]


@needs("bash", "setsid")
def bash_typed(at):
    shell = "env", "PS1=ready> ", "bash", "--norc", "--noprofile", "--noediting", "-i"
    with Terminal(at.place, 120, *shell) as terminal:
        prompt = "^ready> $"
        terminal.expect(prompt)
        shell = terminal.group()
        # What is typed; and while that runs, what is waited for and typed, by turns.
        for line, *more in (
            ("bash -c 'echo st''arted; sleep 60; echo never'", "^started$", "\x1a"),
            ("jobs",),
            ("bg",),
            ("jobs",),
            ("fg", "^bash -c .*$", "\x03"),
            ("echo status $?",),
            ("sleep 60 & sleep 61 &",),
            ("kill -STOP %1; until [[ $(jobs %1) == *Stopped* ]]; do :; done; jobs",),
            ("kill -CONT %1; until [[ $(jobs %1) == *Running* ]]; do :; done; jobs",),
            ("kill %2; wait -f %2; kill -KILL %1; wait -f %1",),
            ("jobs",),
            ("cat", "cat\n", "typed\n", "^typed\ntyped$", "\x04"),
            ("bash -c 'echo st''arted >&2; sleep 60' | cat", "^started$", "\x03"),
            ("echo status ${PIPESTATUS[*]}",),
            ("bash -c 'trap \"echo caught; exit 9\" INT; echo st''arted; while :; do :; done'", "^started$", "\x03"),
            ("echo status $?",),
        ):
            terminal.type(line + "\n")
            for pattern, keys in zip(more[::2], more[1::2]):
                terminal.expect(pattern)
                at.until(lambda: terminal.group() != shell)
                terminal.type(keys)
            terminal.expect(prompt)
        terminal.type("exec sh -c 'echo $0 $-; stty -a | grep -o isig'\n")
        status = terminal.finish()
    shown = re.sub(r"^(\[\d\]) \d+$", r"\1 N", terminal.text, flags=re.MULTILINE)
    return [*shown.splitlines(), suites.ended(status)]


@needs("tmux", "bash")
def tmux(at):
    def ask(*words, **options):
        return at.run("tmux", "-S", at.path("tmux"), *words, **options)

    def screen(pane, last):
        """The pane's screen once this is the last line before a prompt."""
        until = time.monotonic() + 60
        while (shown := ask("capture-pane", "-p", "-t", pane)) and time.monotonic() < until:
            if [line for line in shown if line.strip()][-2:] == [last, "$"]:
                break
        return [f"pane {pane}", *shown]

    def runs(name):
        at.until(lambda: ask("display-message", "-p", "#{pane_current_command}")[0] == name)

    shell = "env PS1='$ ' bash --norc --noprofile"
    with Terminal(at.place, 120, "tmux", "-S", at.path("tmux"), "-f", "/dev/null", "new-session", shell) as terminal:
        at.until(lambda: ask("list-sessions", "-F", "#{session_name}", status=None) == ["0"])
        terminal.type("for i in {1..30}; do echo line $i; done; echo the $((1 + 1))nd\n")
        lines = screen("0.0", "the 2nd")
        lines += ask("split-window", "-h", shell)
        at.until(lambda: ask("capture-pane", "-p", "-t", "0.1")[0] == "$")
        terminal.type("sleep 60\n")
        runs("sleep")
        terminal.type("\x1a")
        runs("bash")
        terminal.type("jobs; fg\n")
        runs("sleep")
        terminal.type("\x03")
        runs("bash")
        terminal.type("echo status $?\n")
        lines += screen("0.1", "status 130")
        lines += ask("run-shell", "echo from a shell; exit 3", status=3)
        lines += ask("capture-pane", "-p", "-t", "0.1")
        terminal.type("q")
        lines += ask("resize-pane", "-t", "0.0", "-x", "20")
        lines += ask("send-keys", "-t", "0.0", "clear; until stty size | grep ' 20'; do :; done", "Enter")
        lines += screen("0.0", "23 20")
        lines += ask("new-window", "sh -c 'tmux wait-for -S made; sleep 60'")
        lines += ask("wait-for", "made")
        lines += ask("list-panes", "-s", "-F", "#{window_index}.#{pane_index} #{pane_width}x#{pane_height}")
        lines += ask("kill-window")
        lines += ask("kill-pane", "-t", "0.0")
        terminal.type("exit\n")
        return [*lines, suites.ended(terminal.finish())]
