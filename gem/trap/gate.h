/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The gate: one page of the library's own code, moved to
 * the same address in every process, with the two syscall instructions from
 * which a filter lets the doors of filter/doors.c pass, and the calls that a rule
 * intercepts. The address is fixed because a filter outlives exec and compares
 * the instruction pointer.
 *
 * It is entered in two ways: called, as a function, by the handler; and by a thread
 * that the handler sends there, to make the call that was trapped with its own
 * stack, registers and signal mask (continue.h). Behind the first instruction
 * the way back is read from the stack (struct scmp_way_back); behind the second from
 * the gate's second page, as a child that shares its parent's stack writes over what is there.
 *
 * The address is below 2 GiB (free under ASan, TSan, MSan and beside non-PIE
 * images) and beside rr's own page at 0x70000000-0x70004000.
 */
#pragma once

/* Plain numbers, since the assembler reads them too. */
#define SCMP_GATE_ADDRESS 0x70010000

/* The gate is one page of the
 * largest size that the architecture's kernels come with. */
#if defined(__x86_64__)
#define SCMP_GATE_SIZE 4096
#define SCMP_GATE_RETURN_OFFSET 0x40
#define SCMP_GATE_INSTRUCTION 2 /* bytes of the instruction that makes a call */
#elif defined(__aarch64__)
#define SCMP_GATE_SIZE 65536
#define SCMP_GATE_RETURN_OFFSET 0x40
#define SCMP_GATE_INSTRUCTION 4
#endif

/*
 * seccomp_data.instruction_pointer of a call made through the gate; of one whose child
 * shares its parent's memory and stack; and the bit in which the two differ.
 */
#define SCMP_GATE_IP (SCMP_GATE_ADDRESS + SCMP_GATE_RETURN_OFFSET)
#define SCMP_GATE_SHARED_IP (SCMP_GATE_IP + SCMP_GATE_IP_EITHER)
#define SCMP_GATE_IP_EITHER 0x80

/* Where the gate, having returned from a call as a function does, reads the rest of the way back. */
#define SCMP_GATE_ONWARD (SCMP_GATE_IP + 0x10)

/* The second page, for reading and writing: of each thread that waits there the stack pointer and the way back. */
#define SCMP_GATE_SLOTS (SCMP_GATE_ADDRESS + SCMP_GATE_SIZE)
#define SCMP_GATE_SLOT_SIZE 16

/*
 * The ways out, tried by end.c: prctl(SCMP_PROBE, key) through the gate, which a
 * filter of ours answers by killing the process, or this thread only. SCMP_KEY_ANY
 * is the key that every filter that traps answers (inherited.h, filter/doors.h).
 */
#define SCMP_PROBE 0x5cc0de01u
#define SCMP_KEY_DIE 0x5cc000000000d1e5ull
#define SCMP_KEY_DIE_THREAD 0x5cc000000000d1e7ull
#define SCMP_KEY_ANY 0x5cc0000000000a11ull

/*
 * Calls that do nothing but to have the kernel touch a page (memory.c): an
 * rt_sigprocmask(2) of no kind, and a FUTEX_WAKE_OP (5) | FUTEX_PRIVATE_FLAG that
 * wakes nobody, adds (FUTEX_OP_ADD) 0 and then compares by FUTEX_OP_CMP_LT with 0.
 */
#define SCMP_GATE_HOW_NONE 99
#define SCMP_GATE_FUTEX_TRY (5 | 128)
#define SCMP_GATE_FUTEX_ADD_0 0x12000000

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* What lies at the stack pointer of a thread that is sent to the first instruction: where it goes on, and with what. */
struct scmp_way_back {
	uint64_t onward; /* SCMP_GATE_ONWARD, where a function's own return address is */
	uint64_t sp, ip;
	uint64_t second; /* the register of the second argument: what clone(2) is given for the child's stack is ours */
};

/* scmp_is_gate() - whether a call from there came through the gate */
static inline bool scmp_is_gate(uint64_t ip)
{
	return (ip & ~(uint64_t)SCMP_GATE_IP_EITHER) == SCMP_GATE_IP;
}

/*
 * scmp_gate_slot() - note the way back of a call at the second instruction, by its stack pointer
 * The gate takes the note away again when the parent comes by. No two threads have the same stack pointer: what
 * is noted for it already was left behind, by a fork or a jump, and is written over.
 * @nested: this is a vfork child, whose parent may sleep with the same stack pointer; what is noted stays for it
 * Return: 0, or -EAGAIN where all slots are taken.
 */
int scmp_gate_slot(uint64_t sp, uint64_t ip, bool nested);

/*
 * scmp_gate_open() - move the gate's page to its address
 * To be called once a process image (it is inherited by fork, not by exec); a
 * second call does nothing.
 * Return: 0, -EEXIST if something is mapped there, or the kernel's -errno.
 */
int scmp_gate_open(void);

/*
 * scmp_gate_call() - a system call through the gate: >= 0, or -errno
 * While the gate is not open in this image (nothing traps yet, or no rule of
 * the policy does) it is an ordinary system call.
 */
long scmp_gate_call(long nr, long a, long b, long c, long d, long e, long f);

#endif
