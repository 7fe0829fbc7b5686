# SPDX-License-Identifier: MIT
"""CPython's own tests: what becomes of each is the same whether or not its calls go through Ruby.

Each module runs plainly and in each other way. A test that comes out differently runs again by
itself, and with its module: what a plain run does not do the same twice is no difference, and
neither is what does not come twice under the policy, unless it is a death.

usage: cpython.py [--policy FILE] [MODULE...]
"""

import argparse
import collections
import concurrent.futures
import json
import os
import sys
import time

import suites

CPYTHON = "/usr/bin/python3.11"
OUTCOMES = os.path.join(suites.HERE, "outcomes.py")

# Those that take longest come first.
MODULES = """test_signal test_subprocess test_socket test_faulthandler test_threading test_eintr test_fork1 test_wait3
    test_wait4 test_threadsignals test_os test_posix test_thread test_popen test_pty""".split()

LEFT_OUT = [
    # Waits for ever on a virtual machine, which does not reach itself there.
    "test.test_socket.ThreadedVSOCKSocketStreamTest.testStream",
]

ONE_TEST = 60  # seconds in which some test must end
ONE_RUN = 300
AGAIN = 3  # runs of a test by itself, in each way
MOST_AGAIN = 10  # tests of one module and way that run again
AT_ONCE = 3  # runs at the same time, which mostly sleep

Outcome = collections.namedtuple("Outcome", "what seconds text", defaults=[0, ""])
ABSENT = Outcome("does not run")


class Run:
    """What a run of a module, or of one test, has told of: each test's outcome, and what the log says."""

    def __init__(self, way, module, *tests):
        self.outcomes, self.filters = {}, set()
        started = time.monotonic()
        with suites.place(way) as place:
            self.path = place.path("outcomes")
            until = started + ONE_RUN
            # A test that ends or stops the program does not take the others with it.
            while not self.part(place, until, f"test.{module}", *tests):
                pass
            self.records, self.log = place.log()
        self.seconds = time.monotonic() - started

    def part(self, place, until, *names):
        """Run the tests that have not been run; whether these were all that can be."""
        command = place.command(CPYTHON, OUTCOMES, self.path, *("-" + test for test in LEFT_OUT), *names)
        with open(place.path("said"), "w+", encoding="utf-8", errors="replace") as said:
            process = place.start(until - time.monotonic(), *command, stdout=said, stderr=said)
            self.watch(process)
            said.seek(0)
            text = said.read()[-6000:]
        current, done = self.read()
        if done and process.returncode == 0:
            return True
        # Where no test was at work, it is the module's start or the program's end.
        self.outcomes[current or "(the module)"] = Outcome(suites.ended(process.returncode), 0, text)
        return not current or time.monotonic() > until

    def watch(self, process):
        size, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.05)
            now = os.path.getsize(self.path) if os.path.exists(self.path) else 0
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > ONE_TEST:
                suites.end(process)

    def read(self):
        """Take what the module has told; the test that was at work last, and whether the module has come to its end."""
        current, done = None, False
        with open(self.path, "a+", encoding="utf-8") as file:
            file.seek(0)
            for kind, *event in map(json.loads, file):
                if kind == "begin":
                    current = None
                    self.filters.add(event[0])
                elif kind == "start":
                    current = event[0]
                elif kind == "end":
                    current = None
                    self.outcomes[event[0]] = Outcome(*event[1:])
                else:
                    done = True
        return current, done

    def what(self, test):
        return self.outcomes.get(test, ABSENT).what


def settle(module, test, way, what):
    """Whether a test that has come out differently once does so again: the words that say how, or None."""
    if what.startswith("dies of "):
        return "at once"
    if not test.startswith("("):
        name = test.rpartition("(")[2].rstrip(")")  # a fixture's is "setUpClass (test.…)"
        runs = [(Run(suites.PLAIN, module, name).what(test), Run(way, module, name).what(test)) for _ in range(AGAIN)]
        plain, other = (collections.Counter(whats) for whats in zip(*runs))
        if len(plain) == 1 and sum((other - plain).values()) > 1:
            return f"by itself: plain {dict(plain)}, {way} {dict(other)}"
        if len(plain) > 1:
            return None
    plain, other = Run(suites.PLAIN, module).what(test), Run(way, module).what(test)
    return f"with its module only: plain {plain}, {way} {other}" if plain != other else None


def say(*lines):
    for line in lines:
        print(f"cpython: {line}", flush=True)


def shown(text):
    return ["    " + line for line in text.splitlines()[-40:]]


def count(run):
    whats = collections.Counter(outcome.what.split(":")[0].split(" ")[0] for outcome in run.outcomes.values())
    return ", ".join(f"{number} {what}" for what, number in whats.most_common())


def compare(module, plain, way, other):
    """Tell what is different in a way; how many things that is."""
    wrong = 0
    say(f"{module}, {way}: {other.seconds:.0f} s, {other.records} records")
    if min(other.filters, default=0) <= max(plain.filters, default=0):
        wrong += 1
        say(f"WRONG: {module}, {way}: no filter")
    if other.log:
        wrong += 1
        say(f"WRONG: {module}, {way}: the log says", *shown("\n".join(other.log)))
    tests = [test for test in {**other.outcomes, **plain.outcomes} if plain.what(test) != other.what(test)]
    for test in tests[:MOST_AGAIN]:
        how = settle(module, test, way, other.what(test))
        say(
            f"{'DIFFERENT' if how else 'unsteady'}: {test}, {way}: {other.what(test)}; plain: {plain.what(test)}",
            f"    {how or 'not so again'}",
            *shown(other.outcomes.get(test, ABSENT).text),
        )
        wrong += bool(how)
    if tests[MOST_AGAIN:]:
        wrong += len(tests[MOST_AGAIN:])
        say(f"DIFFERENT: {len(tests[MOST_AGAIN:])} tests more, {way}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--policy", metavar="FILE", help="another policy than those of the tests")
    parser.add_argument("modules", metavar="MODULE", nargs="*", default=MODULES)
    options = parser.parse_args()
    ways = suites.ways(options.policy)
    if not os.path.exists(CPYTHON) or not os.path.exists("/usr/lib/python3.11/test/test_os.py"):
        return suites.cannot_run("no python3.11 with the tests of libpython3.11-testsuite")

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [
            (module, [pool.submit(Run, way, module) for way in [suites.PLAIN, *ways]]) for module in options.modules
        ]
        runs = [(module, [run.result() for run in of_module]) for module, of_module in runs]

    wrong = 0
    for module, (plain, *others) in runs:
        say(f"{module}, plain: {plain.seconds:.0f} s: {count(plain)}")
        if not any(outcome.what == "ok" for outcome in plain.outcomes.values()):
            wrong += 1
            text = plain.outcomes.get("(the module)", ABSENT).text
            say(f"WRONG: {module}: nothing is ok, not even plainly", *shown(text))
        wrong += sum(compare(module, plain, way, other) for way, other in zip(ways, others))
    say(f"{wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
