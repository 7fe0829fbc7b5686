# SPDX-License-Identifier: MIT
"""Real programs at real work: what they show and leave is the same whether or not their calls go through Ruby.

Each program does its work plainly and in each other way; the lines that differ are shown. What a
plain run does not do the same twice is no difference, and neither is what does not come twice
under the policy, unless it is a death.

usage: programs.py [--policy FILE] [PROGRAM...]
"""

import argparse
import concurrent.futures
import difflib
import sys
import time
import traceback

import servers
import shells
import suites
import tools
from at import At

WORKS = {
    work.__name__: work
    for work in (
        shells.bash_script,
        shells.bash_typed,
        shells.tmux,
        tools.perl,
        tools.node,
        tools.git,
        tools.make,
        tools.sqlite,
        servers.redis,
        servers.nginx,
    )
}

AT_ONCE = 2
AGAIN = 3  # times that what has differed runs again


class Done:
    """A program's work, done in one way: the lines that it gives, and what the log says."""

    def __init__(self, way, work):
        started = time.monotonic()
        self.failed = self.filters = None
        with suites.place(way) as place:
            at = At(place)
            try:
                self.filters = at.run("grep", "Seccomp_filters", "/proc/self/status")
                self.lines = [line.replace(place.folder, "FOLDER") for line in work(at)]
            except Exception:
                self.lines = self.failed = [*traceback.format_exc().splitlines(), *at.served()]
            self.records, self.log = place.log()
        self.seconds = time.monotonic() - started


def say(*lines):
    for line in lines:
        print(f"programs: {line}", flush=True)


def shown(lines):
    return ["    " + line[:300] for line in lines[:40]]


def difference(plain, way, other):
    return list(difflib.unified_diff(plain.lines, other.lines, "plain", way.name, n=1, lineterm=""))


def settle(name, plain, way, other):
    """What it is where lines have differed once: DIFFERENT, unsteady, or nothing that can be compared."""
    if died(other) and not died(plain):
        return "DIFFERENT"
    plains = [Done(suites.PLAIN, WORKS[name]).lines == plain.lines for _ in range(AGAIN)]
    others = [Done(way, WORKS[name]).lines == plain.lines for _ in range(AGAIN)]
    if not any(plains):
        return "WRONG: never the same twice"
    return "DIFFERENT" if all(plains) and not all(others) else "unsteady"


def died(done):
    return any("dies of " in line for line in done.lines)


def compare(name, plain, way, other):
    """Tell what is different in a way; how many things that is."""
    wrong = 0
    say(f"{name}, {way}: {other.seconds:.0f} s, {other.records} records")
    if lines := difference(plain, way, other):
        what = settle(name, plain, way, other)
        say(f"{what}: {name}, {way}", *shown(lines))
        wrong += what != "unsteady"
    if other.log:
        say(f"WRONG: {name}, {way}: the log says", *shown(other.log))
        wrong += 1
    if other.filters == plain.filters:
        say(f"WRONG: {name}, {way}: no filter")
        wrong += 1
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--policy", metavar="FILE", help="another policy than those of the tests")
    parser.add_argument("programs", metavar="PROGRAM", nargs="*", default=list(WORKS))
    options = parser.parse_args()
    ways = suites.ways(options.policy)
    if lacking := suites.missing(*(need for name in options.programs for need in WORKS[name].needs)):
        return suites.cannot_run("no " + ", ".join(lacking))

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            (name, [pool.submit(Done, way, WORKS[name]) for way in [suites.PLAIN, *ways]])
            for name in options.programs
        ]
        done = [(name, [one.result() for one in of_program]) for name, of_program in done]

    wrong = 0
    for name, (plain, *others) in done:
        say(f"{name}, plain: {plain.seconds:.0f} s, {len(plain.lines)} lines")
        if plain.failed:
            wrong += 1
            say(f"WRONG: {name}: it does not work plainly", *shown(plain.failed))
        wrong += sum(compare(name, plain, way, other) for way, other in zip(ways, others))
    say(f"{wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
