# SPDX-License-Identifier: MIT
"""The kernel reads what the table says: no value hides from its rule behind bits that are not looked at.

Each probe is a harmless call, made with a value and then with higher bits beside it. Where the kernel,
without a policy, makes no difference between the two, a rule on the value has to refuse both.
"""

import platform
import re

from live import SOURCE, Live, host, main

EPERM, ENOSYS, REFUSED = 1, 38, 3001
PAGE = 4096
HIGH = 1 << 32, 1 << 63, 0xDEADBEEF << 32

# "@" is the address of a page of zeroes, which as an array is one of empty buffers; descriptor 0 is a file, 1 a
# pipe, and 999 is not open.
PROBES = {
    "readv.vlen": (0, "@", 1), "writev.vlen": (1, "@", 2), "preadv.vlen": (0, "@", 1), "pwritev.vlen": (0, "@", 1),
    "preadv2.vlen": (0, "@", 1), "pwritev2.vlen": (0, "@", 1), "vmsplice.nr_segs": (1, "@", 1),
    "process_madvise.vlen": (999, "@", 1), "process_vm_readv.liovcnt": (1, "@", 1, "@", 1),
    "process_vm_writev.liovcnt": (1, "@", 1, "@", 1),
    "readv.fd": (0, "@", 1), "writev.fd": (0, "@", 1), "preadv.fd": (0, "@", 1), "pwritev.fd": (0, "@", 1),
    "preadv2.fd": (0, "@", 1), "pwritev2.fd": (0, "@", 1), "mmap.fd": (0, PAGE, 1, 2, 0),
    "mmap.prot": (0, PAGE, 7, 0x22, -1), "mmap.flags": (0, PAGE, 1, 0x22, -1), "mbind.mode": ("@", PAGE, 0),
    "mount.flags": (0, "@", 0, 0xC0ED1000), "remap_file_pages.flags": ("@", PAGE, 0, 0, 0x10000),
    "kexec_load.flags": (0, 0, 0, 0x10000), "clone.clone_flags": (0x10000,),
    "ptrace.pid": (7, 1), "ptrace.addr": (0x4204, 1, 1, "@"), "ptrace.data": (30, 1, 0, 0x1003),
    "kcmp.idx1": (0, 0, 0, 1, 1), "kcmp.idx2": (0, 0, 0, 1, 1), "sysfs.arg1": (2, 1, "@"), "semctl.arg": (999, 0, 16, 5),
    "fcntl.arg": (0, 2, 1), "ioctl.arg": (999, 0x540E, 1), "prctl.arg2": (26, 1), "prctl.arg3": (62, 0, 0, 9),
    "prctl.arg4": (62, 0, 0, 9), "prctl.arg5": (999, 0, 0, 0, 5),
    "keyctl.arg2": (6, -3), "keyctl.arg3": (8, 5, -3), "keyctl.arg4": (5, 5, 5, 5), "keyctl.arg5": (10, -3, "@", "@", 5),
    # Of these the kernel looks at all bits, and takes none too many.
    "mprotect.prot": ("@", PAGE, 3), "pkey_mprotect.prot": ("@", PAGE, 3, -1), "mremap.flags": ("@", PAGE, PAGE, 0),
    "mseal.flags": (0, 0, 0), "unshare.unshare_flags": (0,), "get_mempolicy.flags": (0, 0, 0, 0, 0),
    "perf_event_open.flags": ("@", 0, -1, -1, 0),
    "process_vm_readv.flags": (1, "@", 1, "@", 1, 0), "process_vm_writev.flags": (1, "@", 1, "@", 1, 0),
    "fanotify_mark.mask": (999, 1, 1, -100, "@"), "futex_wait.val": ("@", 5, 1, 2), "futex_wait.mask": ("@", 5, 1, 2),
    "futex_wake.mask": ("@", 1, 1, 2), "ioperm.from": (0x80, 1, 0), "ioperm.num": (0x80, 1, 0),
}

# Other arguments of 64 bits, by what they are called: sizes and numbers of things, offsets, addresses.
SIZES = """plen size usize len count sigsetsize maxnode bufsize old_len new_len length msg_len msgsz bytecount nbytes
    sizemask argsz cmdline_len nr_segments nr_pages nr_mnt_ids nr_ns_ids nr min_nr""".split()
OFFSETS = "offset off pos pos_l pos_h pgoff".split()
ADDRESSES = "addr start brk new_addr newsp tls entry ctx ctx_id".split()

# ... and those that have to be said one by one.
WIDE = {
    "arch_prctl.arg2": "an address, or compared as a long",
    "kexec_file_load.flags": "refused with a bit too many, but only root gets there",
    "lookup_dcookie.cookie64": "a u64",
    "msgrcv.msgtyp": "a long in the message, too",
    "process_vm_readv.riovcnt": "iovec_from_user() takes a long",
    "process_vm_writev.riovcnt": "iovec_from_user() takes a long",
    "pkey_alloc.flags": "must be 0, all of it, and not every processor gets there",
    "pkey_alloc.init_val": "refused with a bit too many, and not every processor gets there",
    "ptrace.request": "a long all the way down",
    "remap_file_pages.prot": "must be 0, all of it",
    "set_mempolicy_home_node.flags": "must be 0, all of it",
    "set_mempolicy_home_node.home_node": "compared with MAX_NUMNODES as a long",
    "sysfs.arg2": "an address",
}


def table():
    """call -> (number, [(argument, width)]), of what this architecture has."""
    with open(f"{SOURCE}/gem/data/syscalls.def", encoding="utf-8") as file:
        rows = re.findall(r"^SYSCALL\((\w+), (-?\d+), (-?\d+), (.*)\)$", file.read(), flags=re.M)
    column = ["x86_64", "aarch64"].index(platform.machine())
    return {
        call: (int(numbers[column]), re.findall(r"ARGUMENT\((\w+), \w+, (\w+),", rest))
        for call, *numbers, rest in rows if numbers[column] != "-1"
    }


TABLE = table()


class Calls(Live):
    def calls(self, probe, *highs):
        """The probe as arguments of call.c, with each of the bits beside its value; None: not of this architecture."""
        call, word = probe.split(".")
        if call not in TABLE:
            return None
        number, arguments = TABLE[call]
        at = [name for name, _ in arguments].index(word)
        values = list(PROBES[probe])
        made = []
        for high in highs:
            wide = list(values)
            wide[at] = values[at] & 0xFFFFFFFF | high
            made.append(":".join(str(value if value == "@" else value % (1 << 64)) for value in [number, *wide]))
        return made

    def results(self, calls, rule=None):
        """What calls of call.c return under a rule, or without a policy."""
        policy = "none"
        if rule:
            policy = self.policy(f"Seccomp.new(default: :allow) do |rule|\n  {rule}\nend.load\n")
        with open(self.path("file"), "w+", encoding="utf-8") as file:
            result = self.start(policy, host("call"), *calls, stdin=file, env={} if rule else {"LD_PRELOAD": None})
        self.assertEqual(result.returncode, 0, result)
        return [int(line.split()[1]) for line in result.stdout.splitlines()]


class Widths(Calls):
    def test_no_value_hides_behind_bits_that_the_kernel_does_not_read(self):
        for probe, values in PROBES.items():
            calls = self.calls(probe, 0, *HIGH)
            if not calls:
                continue
            call, word = probe.split(".")
            value = values[[name for name, _ in TABLE[call][1]].index(word)]
            with self.subTest(probe):
                # Addresses differ, but are all successes.
                plain, *wide = [min(result, 0) for result in self.results(calls)]
                # Who may not make the call, as in a container, learns nothing.
                if plain in (-ENOSYS, -EPERM):
                    continue
                refused = self.results(calls, f"rule.errno {REFUSED}, :{call}, {word}: {value}")
                self.assertEqual(refused[0], -REFUSED)
                for result, ruled in zip(wide, refused[1:], strict=True):
                    self.assertTrue(ruled == -REFUSED or result != plain, (plain, wide, refused))

    def test_what_is_64_bits_is_a_size_an_offset_an_address_or_has_its_reason(self):
        names = {f"{call}.{word}": width for call, (_, arguments) in TABLE.items() for word, width in arguments}
        for name, width in names.items():
            if width in ("S64", "U64") and name.split(".")[1] not in ["none", *SIZES, *OFFSETS, *ADDRESSES]:
                with self.subTest(name):
                    self.assertTrue(name in PROBES or name in WIDE)
            elif width == "EITHER":
                with self.subTest(name):
                    self.assertIn(name, PROBES)
        for name in WIDE:
            with self.subTest(name):
                self.assertTrue(names.get(name, "U64") in ("S64", "U64"))


class Either(Calls):
    """fcntl's arg, which is an int for some commands and 64 bits for others."""

    SETFD, SETOWN = 2, 8

    def fcntl(self, rule, command, *values):
        number = TABLE["fcntl"][0]
        return self.results([f"{number}:0:{command}:{value % (1 << 64)}" for value in values], rule)

    def test_a_negative_number_is_what_c_passes_for_an_int(self):
        for written in f"rule.errno {REFUSED}, :fcntl, cmd: :F_SETOWN, arg: -5", \
                       f"rule.errno {REFUSED}, :fcntl, Seccomp::ARG(:>=, 0), Seccomp::ARG(:==, 8), Seccomp::ARG(:==, -5)", \
                       f"rule.errno {REFUSED}, :fcntl, cmd: :F_SETOWN, arg: -9..-5":
            with self.subTest(written):
                self.assertEqual(self.fcntl(written, self.SETOWN, -5, 0xFFFFFFFB, 5 << 32 | 0xFFFFFFFB, 0),
                                 [-REFUSED] * 3 + [0])

    def test_a_rule_that_refuses_takes_what_either_reading_takes(self):
        for written, taken in ("1", (1, 1 | 1 << 32)), ("1..9", (1, 1 | 1 << 32)), ("only(1)", (0, 1, 1 << 32, 1 | 1 << 32)), \
                              ("not_in(0)", (1, 1 << 32, 1 | 1 << 32)), ("1..0x7fffffff", (1, 1 | 1 << 32)):
            with self.subTest(written):
                values = 0, 1, 1 << 32, 1 | 1 << 32
                rule = f"rule.errno {REFUSED}, :fcntl, cmd: :F_SETFD, arg: {written}"
                self.assertEqual(self.fcntl(rule, self.SETFD, *values),
                                 [-REFUSED if value in taken else 0 for value in values])

    def test_a_rule_that_lets_run_takes_what_both_readings_take(self):
        for written, taken in ("1", (1,)), ("1..9", (1,)), ("only(1)", (0, 1)), ("not_in(0)", (1, 1 | 1 << 32)), \
                              ("1..0x7fffffff", (1,)):
            with self.subTest(written):
                values = 0, 1, 1 << 32, 1 | 1 << 32
                rule = f"rule.allow :fcntl, cmd: :F_SETFD, arg: {written}\n  rule.errno {REFUSED}, :fcntl"
                self.assertEqual(self.fcntl(rule, self.SETFD, *values),
                                 [0 if value in taken else -REFUSED for value in values])

    def test_a_number_of_more_than_32_bits_is_compared_with_all(self):
        self.assertEqual(self.fcntl(f"rule.errno {REFUSED}, :fcntl, arg: 0x100000001", self.SETFD, 1, 1 | 1 << 32, 1 | 1 << 33),
                         [0, -REFUSED, 0])


if __name__ == "__main__":
    main()
