# SPDX-License-Identifier: MIT
"""Runs a command with a time limit, and ends whatever it has started and left behind.

usage: alone.py SECONDS COMMAND [ARGUMENT...]

The status is the command's (128 and the signal's number where one ended it), and 124 after SECONDS
or where this program is asked to end; the command first gets a SIGABRT then, to say where it is.
To be started in a session of its own: the command is in it, but does not lead it, so that no
terminal that it opens becomes its own by accident.
"""

import ctypes
import os
import resource
import signal
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
TIMED_OUT = 124
GRACE = 2
ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def parents():
    """Each process's parent."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                found[int(pid)] = int(file.read().rpartition(b")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def descendants():
    """Those below this process: who has lost his parent is its child, as it asked to reap them."""
    found = parents()
    below = {os.getpid()}
    while more := {pid for pid, parent in found.items() if parent in below} - below:
        below |= more
    return below - {os.getpid()}


def reap():
    """The statuses of children that have ended."""
    ended = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if not pid:
            return ended
        ended[pid] = status


def end_all():
    while left := descendants():
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap()
        time.sleep(0.005)


def main(seconds, *command):
    libc = ctypes.CDLL(None)
    signals = {signal.SIGCHLD, *ENDING}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    # What a login has: some tests look at every number that a file may have.
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    until = time.monotonic() + float(seconds)
    # Whoever starts this in the background has SIGINT ignored, and Python SIGPIPE.
    ignored = [number for number in signal.valid_signals() if signal.getsignal(number) == signal.SIG_IGN]
    command = os.posix_spawnp(command[0], command, os.environ, setpgroup=0, setsigmask=(), setsigdef=ignored)
    asked = False
    status = None
    while status is None and (left := until - time.monotonic()) > 0:
        came = signal.sigtimedwait(signals, left)
        if not asked and (came is None or came.si_signo in ENDING):
            asked, until = True, time.monotonic() + GRACE
            os.kill(command, signal.SIGABRT)
        status = reap().get(command)
    end_all()
    if asked or status is None:
        return TIMED_OUT
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
