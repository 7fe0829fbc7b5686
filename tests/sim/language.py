# SPDX-License-Identifier: MIT
"""Random policies, as Ruby text: what the filter that the library makes of one answers,
against what conditions.py and this file read in its rules.

    language.py [SEED [POLICIES [CALLS]]]

Each policy is read by sim-ask ($SCMP_ASK), which answers each of the calls by the
evaluator of classic BPF, or lets the real kernel do it. What the library says is wrong
with a rule (it contradicts itself, earlier ones cover it, it has no effect) is held
against the same calls, and then the rule is taken out. With SCMP_LONG=1 there are more of all.
"""

import collections
import os
import platform
import random
import re
import subprocess
import sys
import tempfile

from conditions import ARGUMENTS, SHAPES, Positional, definitions, draw_condition

NATIVE = platform.machine()
ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}
X32_BIT = 0x40000000
NUMBERS = {name[5:]: number for name, number in definitions("asm/unistd.h").items() if name.startswith("__NR_")}

# What the library keeps for itself, or answers in its own way: README.md names them, gate.py tests them.
APART = """rt_sigreturn restart_syscall exit_group exit brk getpid gettid getppid getpgrp getuid geteuid getgid getegid
    umask alarm set_tid_address sched_yield rt_sigaction close close_range dup2 dup3 prctl""".split()
OTHERS = sorted(NUMBERS[name] for name in NUMBERS if name not in APART) + [600, 1000, 0x3FFFFFFF]

# With no file open and no pointer that leads anywhere these do nothing, whatever their arguments are.
HARMLESS = "getpriority ioctl fcntl lseek read pread64 fallocate sync_file_range fchmod accept4 io_submit".split()

# No call fails with these.
FIRST_ERRNO, LAST_ERRNO = 3000, 4095

# What the library reserves for its own: the number of its log in sim-ask, its question to a filter.
RESERVED = {3931, 0x73636D70}

CLAIM = re.compile(r"\w+ (:\w+(?:, :\w+)*) (?:takes (every call): its conditions are always true, leave them out"
                   r"|can (never match): its conditions contradict themselves"
                   r"|can (never take effect): line (\d+) \(\w+\) (takes|and those before it take) all of its calls, "
                   r"and the first match wins"
                   r"|has (no effect): it is the default action)")
TOO_MUCH = re.compile("have too many combinations|instructions")


class Failure(Exception):
    pass


class Action:
    """What a rule or a default does: the word, its operand, and what the filter is to answer."""

    def __init__(self, draw, kernel):
        self.number = draw.randint(FIRST_ERRNO, LAST_ERRNO)
        words = ["errno", "errno", "errno", "allow", "return"]
        more = ["kill", "kill_process", "kill_thread", "log", "trace", "trap", "intercept"]
        self.word = draw.choice(words if kernel else words + more)
        if self.word == "return":
            self.number = -self.number if kernel else draw.choice([0, -1, -self.number, 1, 7, 1 << 40])
            self.number = draw.choice([0, self.number])
        if self.word == "trace":
            self.number = draw.choice([0, 7, 65535])
        self.log = not kernel and draw.random() < 0.15 and self.word not in ("allow", "log", "trace")

    def runs(self):
        return self.word in ("allow", "log", "trace")

    def verdict(self, line):
        if self.word in ("trap", "intercept"):
            return f"trap:{line}:-1"
        if self.word in ("kill", "kill_process"):
            return f"trap:{line}:kill" if self.log else "kill"
        if self.word == "errno":
            return f"trap:{line}:{-self.number}" if self.log else f"errno:{self.number}"
        if self.word == "return":
            return f"trap:{line}:{self.number}" if self.log or self.number > 0 else f"errno:{-self.number}"
        if self.word == "kill_thread" and self.log:
            return f"trap:{line}:kill_thread"
        return f"trace:{self.number}" if self.word == "trace" else self.word

    def default(self):
        operand = f"[:{self.word}, {self.number}]" if self.word in ("errno", "return", "trace") else f":{self.word}"
        return operand + (", log: true" if self.log else "")


class Rule:
    """One line: an action, calls, and conditions that all must hold."""

    def __init__(self, draw, calls, kernel):
        self.action = Action(draw, kernel)
        few = draw.sample(calls, 1 if self.action.word == "trace" else min(len(calls), draw.choice([1, 1, 1, 1, 2, 3])))
        self.calls = few
        self.positional, self.keywords = [], {}
        self.block = self.action.word == "intercept" or (self.action.word == "trap" and draw.random() < 0.3)
        if draw.random() < 0.2:
            self.draw_positional(draw)
        if draw.random() < 0.85:
            self.draw_keywords(draw)

    @staticmethod
    def allowing(draw, call):
        rule = Rule(draw, [call], True)
        rule.action.word, rule.positional, rule.keywords = "allow", [], {}
        return rule

    def arguments(self, keyword):
        """What the keyword is in each of the calls, where all of them have it."""
        found = [argument.under(self.action.runs()) for call in self.calls for argument in ARGUMENTS[call]
                 if keyword in argument.words]
        return found if len(found) == len(self.calls) else []

    def draw_keywords(self, draw):
        words = [word for argument in ARGUMENTS[self.calls[0]] for word in argument.words if self.arguments(word)]
        for word in draw.sample(words, min(len(words), draw.choice([1, 1, 2, 3]))):
            arguments = self.arguments(word)
            if any(set(argument.words) & set(self.keywords) for argument in arguments):
                continue
            for _ in range(50):
                condition = draw_condition(draw, draw.choice(arguments))
                if all(condition.fits(argument) for argument in arguments):
                    self.keywords[word] = condition
                    break

    def draw_positional(self, draw):
        for i in range(draw.randint(1, min(len(ARGUMENTS[call]) for call in self.calls))):
            arguments = [ARGUMENTS[call][i].under(self.action.runs()) for call in self.calls]
            test = Positional(draw, draw.choice(arguments))
            while not all(test.fits(argument) for argument in arguments):
                test = Positional(draw, draw.choice(arguments))
            self.positional.append(test)

    def text(self):
        calls = [f":{call}" for call in self.calls]
        tests = [test.text for test in self.positional]
        conditions = [f"{word}: {condition.text}" for word, condition in self.keywords.items()]
        operand = [str(self.action.number)] if self.action.word in ("errno", "return", "trace") else []
        if self.action.word == "trace":
            calls, operand = calls + operand, []
        log = ["log: true"] if self.action.log else []
        arguments = ", ".join(operand + calls + tests + conditions + log)
        return f"rule.{self.action.word}({arguments})" + (" { |call| call.return 0 }" if self.block else "")

    def tests(self, call):
        """(argument, condition) of this call."""
        found = list(zip(ARGUMENTS[call], self.positional))
        for word, condition in self.keywords.items():
            found += [(argument, condition) for argument in ARGUMENTS[call] if word in argument.words]
        return [(argument.under(self.action.runs()), condition) for argument, condition in found]

    def matches(self, call, registers):
        return call in self.calls and all(condition.holds(argument, argument.read(registers[argument.index]))
                                          for argument, condition in self.tests(call))


class Context:
    def __init__(self, draw, calls, kernel, several):
        self.default = Action(draw, kernel)
        if self.default.word == "return" or draw.random() < 0.3:
            self.default.word, self.default.log = "allow", False
        self.rules = [Rule(draw, calls, kernel) for _ in range(draw.randint(1, 9))]
        if several and self.default.word != "allow":
            # Else the next one could not be loaded.
            self.rules.insert(0, Rule.allowing(draw, "seccomp"))

    def decide(self, call, registers, without=None):
        """The first rule that matches, or None: the default."""
        for rule in self.rules:
            if rule is not without and rule.matches(call, registers):
                return rule
        return None

    def verdict(self, call, registers, without=None):
        rule = self.decide(call, registers, without)
        return rule.action.verdict(rule.line) if rule else self.default.verdict(self.line)


class Policy:
    def __init__(self, draw, kernel):
        known = [call for call in ARGUMENTS if call in NUMBERS and (call in HARMLESS if kernel else call != "seccomp")]
        self.calls = draw.sample(known, draw.choice([1, 2, 2, 3, 4]))
        several = draw.random() < 0.15
        count = draw.randint(2, 3) if several else 1
        self.contexts = [Context(draw, self.calls, kernel, several) for _ in range(count)]

    def text(self):
        """The lines; each rule learns where it stands."""
        lines = []
        for context in self.contexts:
            lines.append(f"Seccomp.new(default: {context.default.default()}) do |rule|")
            context.line = len(lines)
            for rule in context.rules:
                lines.append("  " + rule.text())
                rule.line = len(lines)
            lines.append("end.load")
        if any(context.default.word == "intercept" for context in self.contexts):
            lines.append("Seccomp.on_trap { |syscall, call| call.continue }")
        return "\n".join(lines) + "\n"

    def rule_at(self, line):
        return next((context, rule) for context in self.contexts for rule in context.rules if rule.line == line)

    def edges(self):
        """(call, index) -> numbers at which a condition can go wrong."""
        found = collections.defaultdict(list)
        for context in self.contexts:
            for rule in context.rules:
                for call in rule.calls:
                    for argument, condition in rule.tests(call):
                        found[call, argument.index] += condition.edges()
        return found


class Calls:
    """The calls that a policy is asked about."""

    def __init__(self, draw, policy, count, kernel):
        self.draw, self.policy, self.edges = draw, policy, policy.edges()
        self.rules = [(rule, call) for context in policy.contexts for rule in context.rules for call in rule.calls]
        self.list = []
        while len(self.list) < count:
            call = self.any_call() if kernel or draw.random() < 0.85 else self.other_call()
            if not any(register & 0xFFFFFFFF in RESERVED for register in call[3]):
                self.list.append(call)

    def register(self, call, index):
        draw = self.draw
        edges = self.edges.get((call, index))
        if edges and draw.random() < 0.85:
            value = draw.choice(edges)
            value = draw.choice([value, value, value + 1, value - 1, value ^ 1 << draw.randrange(64), ~value,
                                 value | draw.choice(edges), value & draw.choice(edges), value | draw.getrandbits(64)])
        else:
            value = draw.choice([draw.getrandbits(64) >> draw.randrange(64), -draw.randint(1, 9), draw.randint(0, 9)])
        argument = ARGUMENTS[call][index] if index < len(ARGUMENTS[call]) else None
        if argument and argument.either and draw.random() < 0.5:
            argument = argument.at([-1], True)
        if argument and argument.bits < 64:
            # What the kernel does not read: nothing, the sign, one bit, garbage.
            value &= argument.ones
            bit = 1 << draw.choice([argument.bits, draw.randrange(64)])
            value |= draw.choice([0, 0, argument.read(value), bit, draw.getrandbits(64)]) & ~argument.ones
        return value & (1 << 64) - 1

    def any_call(self):
        """A call that the policy names, and most often one that a certain rule takes."""
        rule, call = self.draw.choice(self.rules)
        registers = [self.register(call, index) for index in range(6)]
        if self.draw.random() < 0.7:
            for argument, condition in rule.tests(call):
                for _ in range(12):
                    if condition.holds(argument, argument.read(registers[argument.index])):
                        break
                    registers[argument.index] = self.register(call, argument.index)
        return NATIVE, call, NUMBERS[call], registers

    def other_call(self):
        """Of another number, or of another architecture."""
        draw = self.draw
        arch, call, number, registers = self.any_call()
        kind = draw.randrange(4)
        if kind == 0:
            arch = draw.choice([other for other in ARCHES if other != NATIVE])
            return arch, None, draw.choice([number, draw.randrange(500)]), registers
        if kind == 1 and NATIVE == "x86_64":
            return NATIVE, None, number | X32_BIT, registers
        number = draw.choice(OTHERS)
        return NATIVE, next((call for call in ARGUMENTS if NUMBERS.get(call) == number), ""), number, registers

    def text(self):
        return "".join("%x %x %s\n" % (ARCHES[arch], number, " ".join("%x" % register for register in registers))
                       for arch, _, number, registers in self.list)


def show(call):
    arch, name, number, registers = call
    return f"{arch} {name or number}({', '.join(map(hex, registers))})"


class Run:
    def __init__(self, seed, folder):
        self.seed, self.path = seed, os.path.join(folder, "p.rb")
        self.count = collections.Counter()

    def ask(self, policy, calls, *options):
        """Lines of faults, lines of answers."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(policy)
        result = subprocess.run([os.environ["SCMP_ASK"], *options, self.path], input=calls, capture_output=True,
                                text=True, timeout=300, check=False)
        if result.returncode != 0:
            raise Failure(f"sim-ask: status {result.returncode}: {result.stderr}")
        lines = result.stdout.splitlines()
        faults = [line for line in lines if line.startswith(("error ", "warning "))]
        return faults, lines[len(faults):]

    def check_claim(self, policy, calls, fault, line, claim, call):
        """What the library says of a rule and one of its calls, against what the calls say."""
        _, every_call, never_match, never_effect, earlier, alone, no_effect = claim.groups()
        context, rule = policy.rule_at(line)
        if call not in rule.calls:
            raise Failure(f"the fault is of another line: {fault}")
        coverer = policy.rule_at(int(earlier))[1] if never_effect else None
        if coverer and not (int(earlier) < line and call in coverer.calls):
            raise Failure(f"no earlier rule of {call} is there: {fault}")
        self.count[every_call or never_match or never_effect or no_effect] += 1
        for made in calls.list:
            _, name, _, registers = made
            if name != call:
                continue
            if every_call:
                wrong = not rule.matches(call, registers)
            elif never_match:
                wrong = rule.matches(call, registers)
            elif never_effect:
                wrong = context.decide(call, registers) is rule
                if alone == "takes" and rule.matches(call, registers):
                    wrong = wrong or not coverer.matches(call, registers)
            else:
                wrong = context.verdict(call, registers) != context.verdict(call, registers, without=rule)
            if wrong:
                raise Failure(f"not true, see {show(made)}: {fault}")
        return rule, call

    def settle(self, policy, calls, *options):
        """The answers, when what is wrong with the policy has been taken out of it; None where too little is left."""
        while True:
            faults, answers = self.ask(policy.text(), calls.text(), *options)
            wrong = []
            for fault in faults:
                kind, line, text = fault.split(" ", 2)
                claim = CLAIM.fullmatch(text)
                if claim:
                    for name in claim[1].split(", "):
                        pair = self.check_claim(policy, calls, fault, int(line), claim, name[1:])
                        if kind == "error":
                            wrong.append(pair)
                elif TOO_MUCH.search(text):
                    self.count["too much"] += 1
                    return None
                elif kind == "error":
                    raise Failure(f"a fault that there is not: {fault}")
            if not wrong:
                return answers
            for rule, call in wrong:
                if call in rule.calls:
                    rule.calls.remove(call)
            for context in policy.contexts:
                context.rules = [rule for rule in context.rules if rule.calls]
            if not all(context.rules for context in policy.contexts):
                return None

    def simulate(self, policy, calls):
        answers = self.settle(policy, calls)
        if answers is None:
            return False
        if len(answers) != len(calls.list):
            raise Failure(f"{len(calls.list)} calls, {len(answers)} answers")
        for call, answer in zip(calls.list, answers):
            _, name, _, registers = call
            # A foreign call, of whatever number, is killed.
            expected = ["kill" if name is None else context.verdict(name, registers) for context in policy.contexts]
            if answer.split() != expected:
                raise Failure(f"{show(call)}: expected {expected}, got {answer}")
            rule = name is not None and policy.contexts[0].decide(name, registers)
            self.count["decided by a condition"] += bool(rule and (rule.keywords or rule.positional))
        self.count["policies"] += 1
        self.count["calls"] += len(answers)
        return True

    def execute(self, policy, calls):
        answers = self.settle(policy, calls, "--kernel")
        if answers is None:
            return False
        for call, answer in zip(calls.list, answers, strict=True):
            _, name, _, registers = call
            # The kernel takes the most restrictive answer, of equal ones that of the filter that came last.
            verdicts = [context.verdict(name, registers) for context in policy.contexts]
            errnos = [verdict for verdict in verdicts if verdict != "allow"]
            refused = -LAST_ERRNO <= int(answer) <= -FIRST_ERRNO
            if f"errno:{-int(answer)}" != errnos[-1] if errnos else refused:
                raise Failure(f"{show(call)}: expected {verdicts}, the kernel returned {answer}")
            self.count["refused by the kernel"] += bool(errnos)
        self.count["policies in the kernel"] += 1
        self.count["calls in the kernel"] += len(answers)
        return True

    def misfits(self, count):
        """Conditions that their arguments cannot have: each is an error, and not taken to be something else."""
        for i in range(count):
            draw = random.Random(f"{self.seed}.misfit.{i}")
            fits = True
            while fits:
                call, other = draw.choices(sorted(ARGUMENTS), k=2)
                argument = draw.choice(ARGUMENTS[call])
                condition = draw.choice(SHAPES)(draw, draw.choice(ARGUMENTS[other]), 1)
                fits = condition.fits(argument)
            rule = f"rule.errno(3000, :{call}, {argument.words[0]}: {condition.text})"
            faults, _ = self.ask(f"Seccomp.new(default: :allow) do |rule|\n{rule}\nend\n", "")
            if not any(fault.startswith("error 2 ") and not CLAIM.search(fault) for fault in faults):
                sys.exit(f"{rule}\nis not refused: {faults}\nseed {self.seed}, misfit {i}")
        self.count["misfits refused"] = count

    def policies(self, method, policies, calls, kernel):
        done, i = 0, 0
        while done < policies:
            draw = random.Random(f"{self.seed}.{kernel}.{i}")
            policy = Policy(draw, kernel)
            drawn = Calls(draw, policy, calls, kernel)
            try:
                done += method(policy, drawn)
            except Failure as failure:
                sys.exit(f"{policy.text()}\n{failure}\nseed {self.seed}, policy {i} of those for {method.__name__}()")
            i += 1


def main():
    long = os.environ.get("SCMP_LONG") == "1"
    seed, policies, calls = (sys.argv[1:] + [None] * 3)[:3]
    seed, policies, calls = seed or "1", int(policies or (500 if long else 100)), int(calls or 2000)
    with tempfile.TemporaryDirectory(prefix="scmp-language-") as folder:
        run = Run(seed, folder)
        run.policies(run.simulate, policies, calls, False)
        run.policies(run.execute, 50, 200, True)
        run.misfits(2 * policies)
    for what, count in sorted(run.count.items()):
        print(f"{count:8} {what}")
    # What has to happen often for all of this to mean something.
    for what, of in ("decided by a condition", "calls"), ("refused by the kernel", "calls in the kernel"):
        if run.count[what] < 0.25 * run.count[of]:
            sys.exit(f"only {run.count[what]} of {run.count[of]} are {what}")


if __name__ == "__main__":
    main()
