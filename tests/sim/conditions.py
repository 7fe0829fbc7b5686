# SPDX-License-Identifier: MIT
"""The conditions of the policy language: what one looks like, and what it means.

The meaning is written from gem/mrblib/condition.rb and README.md, the arguments of
calls from their manual pages, the values of constants come from Python's modules and
the C headers: nothing is taken from the library. language.py draws from here.
"""

import fcntl
import mmap
import os
import re
import signal
import socket
import subprocess
import termios

# What the kernel takes from a register: how many bits, and whether the uppermost is a sign. "either" is an unsigned
# long or an int, by what another argument says.
KINDS = {
    "int": (32, True), "unsigned": (32, False), "umode_t": (16, False),
    "long": (64, True), "unsigned long": (64, False), "pointer": (64, False), "either": (64, False),
}


def definitions(header):
    """name -> number, of what a C header defines as one."""
    output = subprocess.run(["gcc", "-E", "-dM", "-x", "c", "-"], input=f"#include <{header}>\n", capture_output=True,
                            text=True, check=True).stdout
    numbers = re.findall(r"#define (\w+) (0x[0-9a-fA-F]+|0|[1-9]\d*)$", output, flags=re.M)
    return {name: int(text, 0) for name, text in numbers}


def names(source, words, prefix=""):
    """Constants of a module or of definitions(), by their names."""
    table = source if isinstance(source, dict) else vars(source)
    return {prefix + word: int(table[prefix + word]) for word in words.split()}


AF = names(socket, "UNIX INET INET6 NETLINK PACKET", "AF_")
SOCK = names(socket, "STREAM DGRAM RAW CLOEXEC NONBLOCK", "SOCK_")
IPPROTO = names(socket, "IP ICMP TCP UDP RAW", "IPPROTO_")
OPEN = names(os, "RDONLY WRONLY RDWR CREAT EXCL TRUNC APPEND CLOEXEC DIRECTORY NOFOLLOW TMPFILE SYNC", "O_")
PROT = names(mmap, "READ WRITE EXEC", "PROT_")
MAP = names(mmap, "SHARED PRIVATE ANONYMOUS STACK", "MAP_")
MADV = names(mmap, "NORMAL RANDOM WILLNEED DONTNEED FREE", "MADV_")
FCNTL = names(fcntl, "DUPFD GETFD SETFD GETFL SETFL DUPFD_CLOEXEC", "F_")
IOCTL = names(termios, "TCGETS TIOCSTI TIOCGWINSZ FIONREAD FIOCLEX")
SEEK = names(os, "SET CUR END DATA HOLE", "SEEK_")
SIG = names(signal, "HUP KILL TERM USR1 SYS", "SIG")
PRIO = names(os, "PROCESS PGRP USER", "PRIO_")
CLONE = names(definitions("linux/sched.h"), "VM FS FILES THREAD NEWUSER NEWNS", "CLONE_")
FUTEX = names(definitions("linux/futex.h"), "WAIT WAKE REQUEUE PRIVATE_FLAG", "FUTEX_")
PR = names(definitions("linux/prctl.h"), "SET_NAME GET_NAME SET_DUMPABLE SET_NO_NEW_PRIVS", "PR_")
AT = {"AT_FDCWD": -100}
ACCESS = names(os, "R_OK W_OK X_OK")

# Plain values, which are no bits; and those that stand beside flags, in a field of their own.
VALUES = [AF, IPPROTO, MADV, FCNTL, IOCTL, SEEK, SIG, PRIO, PR, AT]
FIELDS = [(SOCK, 0xf), (FUTEX, 0x7f), (MAP, 0xf)]

# The arguments as the kernel and the manual call them, their kind, and constants of theirs. What is declared as an
# unsigned long is not read as one where it ends in fdget(unsigned int), or nobody looks at its upper bits.
CALLS = {
    "getpriority": [("which", "int", PRIO), ("who", "int")],
    "setpriority": [("which", "int", PRIO), ("who", "int"), ("niceval prio", "int")],
    "ioctl": [("fd", "unsigned"), ("cmd request", "unsigned", IOCTL), ("arg", "either")],
    "fcntl": [("fd", "unsigned"), ("cmd", "unsigned", FCNTL), ("arg", "either")],
    "lseek": [("fd", "unsigned"), ("offset", "long"), ("whence", "unsigned", SEEK)],
    "read": [("fd", "unsigned"), ("buf", "pointer"), ("count", "unsigned long")],
    "pread64": [("fd", "unsigned"), ("buf", "pointer"), ("count", "unsigned long"), ("pos", "long")],
    "fallocate": [("fd", "int"), ("mode", "int"), ("offset", "long"), ("len", "long")],
    "sync_file_range": [("fd", "int"), ("offset", "long"), ("nbytes", "long"), ("flags", "unsigned")],
    "fchmod": [("fd", "unsigned"), ("mode", "umode_t")],
    "mkdirat": [("dfd dirfd", "int", AT), ("pathname", "pointer"), ("mode", "umode_t")],
    "openat": [("dfd dirfd", "int", AT), ("filename pathname", "pointer"), ("flags", "int", OPEN), ("mode", "umode_t")],
    "faccessat": [("dfd", "int", AT), ("filename", "pointer"), ("mode", "int", ACCESS)],
    "socket": [("family domain", "int", AF), ("type", "int", SOCK), ("protocol", "int", IPPROTO)],
    "accept4": [("fd sockfd", "int"), ("upeer_sockaddr addr", "pointer"), ("upeer_addrlen addrlen", "pointer"),
                ("flags", "int", SOCK)],
    "mmap": [("addr", "unsigned long"), ("len length", "unsigned long"), ("prot", "unsigned", PROT),
             ("flags", "unsigned", MAP), ("fd", "unsigned"), ("off offset", "unsigned long")],
    "madvise": [("start addr", "unsigned long"), ("len length", "unsigned long"), ("behavior advice", "int", MADV)],
    "kill": [("pid", "int"), ("sig", "int", SIG)],
    "prctl": [("option op", "int", PR), ("arg2", "either"), ("arg3", "either"), ("arg4", "either"), ("arg5", "either")],
    "unshare": [("unshare_flags flags", "unsigned long", CLONE)],
    "futex": [("uaddr", "pointer"), ("op futex_op", "int", FUTEX), ("val", "unsigned"), ("utime timeout", "pointer"),
              ("uaddr2", "pointer"), ("val3", "unsigned")],
    "io_submit": [("ctx_id", "unsigned long"), ("nr", "long"), ("iocbpp", "pointer")],
    "seccomp": [("op", "unsigned"), ("flags", "unsigned"), ("uargs args", "pointer")],
}


class Argument:
    """One argument of one call."""

    def __init__(self, index, words, kind, constants=None, runs=False):
        self.index = index
        self.row = (index, words, kind, constants)
        self.either = kind == "either"
        self.runs = runs
        self.words = words.split()
        self.bits, self.signed = KINDS[kind]
        self.ones = (1 << self.bits) - 1
        self.lowest = -(1 << self.bits - 1) if self.signed else 0
        self.highest = self.lowest + self.ones
        self.constants = constants or {}
        self.is_open_flags = constants is OPEN
        self.is_value = any(constants is values for values in VALUES)
        self.field = next((field for values, field in FIELDS if constants is values), 0)

    def read(self, register):
        """What the kernel reads."""
        value = register & self.ones
        return value - self.ones - 1 if value > self.highest else value

    def under(self, runs):
        """The same, in a rule that lets its calls run, or refuses them."""
        return Argument(*self.row, runs) if self.either else self

    def at(self, numbers, bounded):
        """
        What a test of these numbers takes it for. Bounded is one that does not hold of the largest: it takes fewer
        registers as an unsigned long than as an int. To refuse is to take more, to let run is to take less.
        """
        if not self.either:
            return self
        numbers = [number % (1 << 64) for number in numbers]
        negative = [number for number in numbers if number >= (1 << 64) - (1 << 31)]
        if any(number >> 32 and number not in negative for number in numbers):
            kind = "unsigned long"
        elif negative:
            kind = "int"
        else:
            kind = "unsigned long" if bounded == self.runs else "unsigned"
        return Argument(self.index, "", kind)


ARGUMENTS = {call: [Argument(i, *row) for i, row in enumerate(rows)] for call, rows in CALLS.items()}


class Number:
    """A number as it is written: digits, digits in a String, or a constant's name."""

    def __init__(self, text, value):
        self.text = text
        self.value = value

    def fits(self, argument):
        """Whether a policy may write it of the argument: a value that it can have, or a constant of its own."""
        if self.text[:1] == ":":
            return self.text[1:] in argument.constants
        if argument.bits == 32 and self.value >> 31 == (1 << 33) - 1:
            return True  # -8, with its sign in all of 64 bits
        return (-(1 << argument.bits - 1) if argument.bits > 16 else 0) <= self.value <= argument.ones

    def is_constant(self):
        return self.text[:1] == ":"

    def is_of_field(self, argument):
        """A constant that is a value beside flags, which it leaves open."""
        return bool(argument.field) and self.is_constant() and self.value & ~argument.field == 0

    @staticmethod
    def draw(draw, argument, how=None):
        how = how or draw.choice(["digits"] * 5 + ["string", "constant", "constant"])
        if how == "constant" and argument.constants:
            name = draw.choice(sorted(argument.constants))
            return Number(f":{name}", argument.constants[name])
        value = draw.choice([
            draw.randint(-3, 9), draw.randint(-3, 9), draw.choice([0, 1, 2, 3, 4, 6, 0o17, 0o777, 1023, -100]),
            (1 << draw.choice([15, 16, 31, 32, 33, 63, 64])) + draw.randint(-2, 1), -(1 << draw.choice([31, 63])),
            draw.getrandbits(64) >> draw.randrange(64), 1 << draw.randrange(argument.bits),
            argument.ones & ~draw.randint(0, 9), *argument.constants.values(),
        ])
        if not Number("", value).fits(argument):
            value &= argument.ones
        text = draw.choice([str, str, hex, oct, bin])(value)
        if draw.random() < 0.2 and len(text) > 4 and text[1:].isdigit():
            text = text[:-3] + "_" + text[-3:]
        if how == "string" or not -(1 << 63) < value < 1 << 63:
            text = f'"{text}"'
        return Number(text, value)


class Value:
    """5"""

    rank = 1

    def __init__(self, draw, argument, depth):
        self.number = Number.draw(draw, argument)
        self.text = self.number.text

    def edges(self):
        return [self.number.value]

    def fits(self, argument):
        return self.number.fits(argument)

    def holds(self, argument, x):
        if self.number.is_of_field(argument):
            return x & argument.field == self.number.value
        argument = argument.at([self.number.value], True)
        return argument.read(x) == argument.read(self.number.value)


class Span:
    """3..9, 3...9, (3..), (..9): in the argument's own order."""

    rank = 1

    def __init__(self, draw, argument, depth):
        ends = [Number.draw(draw, argument) for _ in range(2)]
        if draw.random() < 0.9:
            ends.sort(key=lambda end: argument.read(end.value))
        # Ruby makes ranges of things that it can compare.
        if len({end.text[0] if end.text[0] in '":' else "" for end in ends}) > 1:
            ends = [Number(f'"{end.value}"', end.value) for end in ends]
        self.low, self.high = draw.choice([ends, ends, ends, (None, ends[1]), (ends[0], None)])
        self.exclusive = draw.random() < 0.3
        self.text = "(%s%s%s)" % (self.low.text if self.low else draw.choice(["", "nil"]),
                                  "..." if self.exclusive else "..", self.high.text if self.high else "")

    def edges(self):
        return [end.value for end in (self.low, self.high) if end]

    def at(self, argument):
        return argument.at(self.edges(), self.high is not None)

    def bounds(self, argument):
        """The lowest and the highest value in it."""
        low = argument.read(self.low.value) if self.low else argument.lowest
        high = argument.read(self.high.value) - self.exclusive if self.high else argument.highest
        return low, high

    def fits(self, argument):
        ends = [end for end in (self.low, self.high) if end]
        if argument.either and len(ends) < 2 or any(end.is_constant() and argument.field for end in ends):
            return False
        argument = self.at(argument)
        low, high = self.bounds(argument)
        can_be = all(end is None or end.fits(argument) for end in (self.low, self.high))
        return can_be and low <= high and (low, high) != (argument.lowest, argument.highest)

    def holds(self, argument, x):
        argument = self.at(argument)
        low, high = self.bounds(argument)
        return low <= argument.read(x) <= high


class Choice:
    """[this, that]"""

    rank = 1

    def __init__(self, draw, argument, depth):
        self.parts = [draw_condition(draw, argument, depth + 1) for _ in range(draw.randint(1, 3))]
        self.text = "[%s]" % ", ".join(part.text for part in self.parts)

    def edges(self):
        return [edge for part in self.parts for edge in part.edges()]

    def fits(self, argument):
        return all(part.fits(argument) for part in self.parts)

    def holds(self, argument, x):
        return any(part.holds(argument, x) for part in self.parts)


class Bits:
    """any(...), all(...), none(...), only(...)"""

    rank = 2

    def __init__(self, draw, argument, depth):
        self.word = draw.choice(["any", "all", "none", "only"])
        self.numbers = [Number.draw(draw, argument) for _ in range(draw.randint(1, 3))]
        self.text = "%s(%s)" % (self.word, ", ".join(number.text for number in self.numbers))

    def edges(self):
        return [number.value for number in self.numbers] + [self.mask(), 0]

    def mask(self):
        mask = 0
        for number in self.numbers:
            mask |= number.value
        return mask

    def at(self, argument):
        return argument.at([number.value for number in self.numbers], True)

    def of_field(self, argument):
        """The values that stand beside flags."""
        return [number.value for number in self.numbers if number.is_of_field(argument)]

    def flags(self, argument):
        flags = 0
        for number in self.numbers:
            flags |= 0 if number.is_of_field(argument) else number.value & argument.ones
        return flags

    def fits(self, argument):
        argument = self.at(argument)
        always = argument.ones if self.word == "only" else 0
        if self.word == "only" and self.of_field(argument):
            return all(number.fits(argument) for number in self.numbers) and self.flags(argument) != argument.ones
        if argument.is_value or self.of_field(argument):
            return False
        if self.word in ("any", "none") and any(
            number.is_constant() and argument.is_open_flags and number.value & ~3 & (number.value & ~3) - 1
            for number in self.numbers
        ):
            return False
        if argument.is_open_flags and self.word != "only" and self.mask() & os.O_ACCMODE in (os.O_WRONLY, os.O_RDWR):
            return False
        return all(number.fits(argument) for number in self.numbers) and self.mask() & argument.ones != always

    def holds(self, argument, x):
        argument = self.at(argument)
        set_bits, named = x & argument.ones, self.mask() & argument.ones
        if self.of_field(argument):
            flags = self.flags(argument)
            return any(set_bits & ~flags == value & ~flags for value in self.of_field(argument))
        return {
            "any": set_bits & named != 0,
            "all": set_bits & named == named,
            "none": set_bits & named == 0,
            "only": set_bits & ~named == 0,
        }[self.word]


class Mask:
    """mask(mask, value), where each may be an Array of bits"""

    rank = 2

    def __init__(self, draw, argument, depth):
        self.masks = [Number.draw(draw, argument) for _ in range(draw.randint(1, 2))]
        mask = draw.getrandbits(64) & self.ored() if draw.random() < 0.3 else draw.choice(self.masks).value
        mask &= argument.ones
        self.value = draw.choice([Number(f'"{mask}"', mask), Number("0", 0)])
        lists = ["[%s]" % ", ".join(number.text for number in self.masks), self.masks[0].text]
        self.text = "mask(%s, %s)" % (lists[len(self.masks) == 1 and draw.random() < 0.8], self.value.text)

    def ored(self):
        mask = 0
        for number in self.masks:
            mask |= number.value
        return mask

    def edges(self):
        return [self.value.value, self.ored(), self.value.value | ~self.ored()]

    def at(self, argument):
        return argument.at([number.value for number in (*self.masks, self.value)], True)

    def fits(self, argument):
        argument = self.at(argument)
        mask, value = self.ored() & argument.ones, self.value.value & argument.ones
        if any(number.is_constant() and (argument.is_value or number.is_of_field(argument)) for number in self.masks):
            return False
        return all(number.fits(argument) for number in (*self.masks, self.value)) and mask != 0 and value & ~mask == 0

    def holds(self, argument, x):
        argument = self.at(argument)
        return (x & self.ored() & argument.ones) == self.value.value & argument.ones


class NotIn:
    """not_in(5, 7..9)"""

    rank = 2

    def __init__(self, draw, argument, depth):
        self.parts = [draw.choice([Value, Span])(draw, argument, depth) for _ in range(draw.randint(1, 3))]
        self.text = "not_in(%s)" % ", ".join(part.text for part in self.parts)

    edges = Choice.edges

    def fits(self, argument):
        return all(part.fits(argument.under(not argument.runs)) for part in self.parts)

    def holds(self, argument, x):
        return not any(part.holds(argument.under(not argument.runs), x) for part in self.parts)


class Accmode:
    """accmode(:O_WRONLY, :O_RDWR): the two lowest bits of open's flags, which are one number"""

    rank = 2

    def __init__(self, draw, argument, depth):
        self.modes = draw.sample(["O_RDONLY", "O_WRONLY", "O_RDWR"], draw.randint(1, 2))
        self.text = "accmode(%s)" % ", ".join(f":{mode}" for mode in self.modes)

    def edges(self):
        return [0, 1, 2, 3]

    def fits(self, argument):
        return argument.is_open_flags

    def holds(self, argument, x):
        return x % 4 in [OPEN[mode] for mode in self.modes]


class Both:
    """any(...) & 3..9: the left one is a word, the right one anything"""

    rank = 2

    def __init__(self, draw, argument, depth):
        self.parts = [draw_condition(draw, argument, depth + 1, 2), draw_condition(draw, argument, depth + 1)]
        self.text = " & ".join(part.text for part in self.parts)

    edges = Choice.edges
    fits = Choice.fits

    def holds(self, argument, x):
        return all(part.holds(argument, x) for part in self.parts)


SHAPES = [Value] * 4 + [Span] * 4 + [Bits] * 5 + [Mask] * 2 + [NotIn] * 3 + [Accmode] + [Choice] * 3 + [Both] * 3


def draw_condition(draw, argument, depth=0, rank=1):
    """One that fits the argument; rank 2: a word, which alone can stand before `&`."""
    shapes = [shape for shape in SHAPES if shape.rank >= rank and (depth < 2 or shape not in (Choice, Both))]
    while True:
        condition = draw.choice(shapes)(draw, argument, depth)
        if condition.fits(argument):
            return condition


class Positional:
    """Seccomp::ARG(:<, 5) as the test of one argument: unsigned, on the bits that the kernel reads."""

    NAMES = {
        "==": "eq SCMP_CMP_EQ", "!=": "ne SCMP_CMP_NE", "<": "lt SCMP_CMP_LT", "<=": "le SCMP_CMP_LE",
        ">": "gt SCMP_CMP_GT", ">=": "ge SCMP_CMP_GE", "=~": "masked_eq SCMP_CMP_MASKED_EQ",
    }

    def __init__(self, draw, argument):
        self.op = draw.choice(sorted(self.NAMES))
        self.value = Number.draw(draw, argument, draw.choice(["digits", "string"]))
        self.mask = None
        name = draw.choice([self.op, *self.NAMES[self.op].split()])
        if self.op == "=~":
            while not self.mask or not self.mask.value & argument.ones:
                self.mask = Number.draw(draw, argument, "digits")
            masked = self.value.value & self.mask.value & argument.ones
            self.value = Number(f'"{masked}"', masked)
        self.text = "Seccomp::ARG(:%s, %s%s)" % (name, self.mask.text + ", " if self.mask else "", self.value.text)

    def edges(self):
        return [self.value.value] + ([self.value.value | ~self.mask.value] if self.mask else [])

    def at(self, argument):
        numbers = [number.value for number in (self.value, self.mask) if number]
        return argument.at(numbers, self.op in ("==", "<", "<="))

    def fits(self, argument):
        argument = self.at(argument)
        return self.value.fits(argument) and (not self.mask or self.mask.fits(argument))

    def holds(self, argument, x):
        argument = self.at(argument)
        x, value = x & argument.ones, self.value.value & argument.ones
        if self.op == "=~":
            return x & self.mask.value == value
        return {
            "==": x == value, "!=": x != value, "<": x < value, "<=": x <= value, ">": x > value, ">=": x >= value,
        }[self.op]
