# SPDX-License-Identifier: MIT
"""Runs a module's tests, in the program that is looked at, and adds a line to a file for what becomes of each.

usage: outcomes.py FILE [-TEST...] MODULE [TEST...]

With TESTs only these; in any case no -TEST, and none that FILE tells of already. A line is a list
in JSON: ["begin", filters], ["start", test], ["end", test, outcome, seconds, text], ["done"].
"""

import faulthandler
import json
import os
import sys
import time
import unittest


class Outcomes(unittest.TestResult):
    """Each test's outcome: its parts, one from each call of unittest's, in words."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.pid = os.getpid()
        self.parts = None

    def tell(self, *event):
        # Opened each time: the tests count and close descriptors. A child that a test has forked tells nothing.
        if os.getpid() == self.pid:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(event) + "\n")

    def startTest(self, test):
        super().startTest(test)
        self.begin(test)

    def begin(self, test):
        self.tell("start", test.id())
        self.parts, self.text, self.started = set(), "", time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        outcome = ", ".join(sorted(self.parts)) or "nothing"
        self.tell("end", test.id(), outcome, round(time.monotonic() - self.started, 2), self.text)
        self.parts = None

    def add(self, test, part, error=None):
        alone = self.parts is None  # a fixture of a class or a module, which is no test
        if alone:
            self.begin(test)
        self.parts.add(part)
        if error:
            self.text += self._exc_info_to_string(error, test)
        if alone:
            self.stopTest(test)

    def addSuccess(self, test):
        self.add(test, "ok")

    def addFailure(self, test, err):
        self.add(test, "FAIL", err)

    def addError(self, test, err):
        self.add(test, "ERROR", err)

    def addSkip(self, test, reason):
        self.add(test, f"skipped: {reason}")

    def addExpectedFailure(self, test, err):
        self.add(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        self.add(test, "unexpected success")

    def addSubTest(self, test, subtest, err):
        if err:
            kind = "FAIL" if issubclass(err[0], test.failureException) else "ERROR"
            self.add(test, f"{kind} {subtest._subDescription()}", err)


def told(path):
    """The tests that the file tells of."""
    try:
        with open(path, encoding="utf-8") as file:
            return {event[1] for event in map(json.loads, file) if event[0] == "start"}
    except FileNotFoundError:
        return set()


def without(suite, names):
    """The suite but for the tests of these names; unittest makes fixtures by the order, which stays."""
    kept = []
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.append(without(test, names))
        elif test.id() not in names:
            kept.append(test)
    return unittest.TestSuite(kept)


def filters():
    with open("/proc/self/status", encoding="utf-8") as status:
        return [int(line.split()[1]) for line in status if line.startswith("Seccomp_filters:")][0]


def main(path, *names):
    # This script's folder is no place to import from. The rest is as CPython's own runner has it.
    del sys.path[0]
    from test import support

    support.use_resources = []
    support.verbose = 0
    faulthandler.enable()
    left_out = told(path) | {name[1:] for name in names if name.startswith("-")}
    module, *tests = [name for name in names if not name.startswith("-")]
    outcomes = Outcomes(path)
    outcomes.tell("begin", filters())
    without(unittest.defaultTestLoader.loadTestsFromNames(tests or [module]), left_out).run(outcomes)
    outcomes.tell("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
