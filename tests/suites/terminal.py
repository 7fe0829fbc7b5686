# SPDX-License-Identifier: MIT
"""A terminal in which a program runs, for who types and for who waits for what it shows."""

import os
import pty
import re
import select
import termios
import time

import suites


class Terminal:
    """A program that has a terminal of its own; `text` is all that it has shown."""

    def __init__(self, place, seconds, *argv):
        self.until = time.monotonic() + seconds
        self.text = ""
        self.looked = 0
        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        self.process = place.start(
            seconds, "setsid", "--wait", "--ctty", *place.command(*argv), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        suites.end(self.process)
        os.close(self.ours)

    def read(self):
        """Take what has been shown since; False where nobody has the terminal any more."""
        if select.select([self.ours], [], [], max(0, self.until - time.monotonic()))[0]:
            try:
                self.text += os.read(self.ours, 65536).decode(errors="replace").replace("\r\n", "\n")
                return True
            except OSError:
                return False
        return False

    def type(self, text):
        os.write(self.ours, text.encode())

    def group(self):
        """The process group in the foreground."""
        return os.tcgetpgrp(self.ours)

    def expect(self, pattern):
        """Wait until something new matches; ^ and $ are where lines begin and end."""
        while not (match := re.compile(pattern, re.MULTILINE).search(self.text, self.looked)):
            if not self.read():
                raise TimeoutError(f"{pattern!r} is not shown:\n{self.text[-2000:]}")
        self.looked = match.end()

    def finish(self):
        """Wait for the program's end."""
        while self.read():
            pass
        return self.process.wait()
