/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The gate's page, and the way through it. scmp_gate_open()
 * is the first act of the library in a process, before libc is initialised and,
 * in an exec'd child, under the inherited filter: raw system calls only.
 */
#include "gate.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <stddef.h>

#include "arch.h"

typedef long (*gate_function)(long nr, long a, long b, long c, long d, long e, long f);

/* Of this process image: exec starts with false, as it starts without the page. */
static bool gate_is_open;

int scmp_gate_open(void)
{
	long at;
	long rc;

	if (gate_is_open)
		return 0;

	/* First make sure that the address is free: mremap would replace what is there. */
	at = scmp_raw_call(__NR_mmap, (long)SCMP_GATE_ADDRESS, 2 * SCMP_GATE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at < 0)
		return (int)at;
	if ((unsigned long)at != SCMP_GATE_ADDRESS) {
		/* Linux before 4.17 takes the address for a wish. */
		(void)scmp_raw_call(__NR_munmap, at, 2 * SCMP_GATE_SIZE, 0, 0, 0, 0);
		return -EEXIST;
	}

	/*
	 * Moving a page that is executable already needs no PROT_EXEC from anyone: it
	 * works under policies and security modules that refuse new executable memory.
	 */
	rc = scmp_raw_call(__NR_mremap, (long)scmp_gate_page, SCMP_GATE_SIZE, SCMP_GATE_SIZE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, (long)SCMP_GATE_ADDRESS, 0);
	if (rc < 0) {
		(void)scmp_raw_call(__NR_munmap, (long)SCMP_GATE_ADDRESS, 2 * SCMP_GATE_SIZE, 0, 0, 0, 0);
		return (int)rc;
	}
	gate_is_open = true;
	return 0;
}

long scmp_gate_call(long nr, long a, long b, long c, long d, long e, long f)
{
	if (!gate_is_open)
		return scmp_raw_call(nr, a, b, c, d, e, f);
	return ((gate_function)(uintptr_t)SCMP_GATE_ADDRESS)(nr, a, b, c, d, e, f);
}

struct slot {
	uint64_t sp; /* 0: free */
	uint64_t ip;
};

_Static_assert(sizeof(struct slot) == SCMP_GATE_SLOT_SIZE, "gate.h");

enum { N_SLOTS = SCMP_GATE_SIZE / SCMP_GATE_SLOT_SIZE };

static struct slot *const slots = (struct slot *)(uintptr_t)SCMP_GATE_SLOTS;

static bool is_of(unsigned i, uint64_t sp)
{
	return __atomic_load_n(&slots[i].sp, __ATOMIC_RELAXED) == sp;
}

/* Return: the index of a free slot behind that one, taken for the stack pointer; N_SLOTS: there is none. */
static unsigned take_behind(int before, uint64_t sp)
{
	for (unsigned i = (unsigned)(before + 1); i < N_SLOTS; i++) {
		uint64_t nobody = 0;

		if (__atomic_compare_exchange_n(&slots[i].sp, &nobody, sp, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return i;
	}
	return N_SLOTS;
}

/* Those who sleep there move one slot on: the gate takes the first one that it finds. */
static void push(unsigned last, uint64_t sp, uint64_t ip)
{
	for (unsigned i = 0; i <= last; i++)
		if (is_of(i, sp)) {
			uint64_t before = slots[i].ip;

			slots[i].ip = ip;
			ip = before;
		}
}

int scmp_gate_slot(uint64_t sp, uint64_t ip, bool nested)
{
	int last = -1;
	unsigned taken;

	for (unsigned i = 0; i < N_SLOTS; i++)
		if (is_of(i, sp))
			last = (int)i;
	if (last >= 0 && !nested) {
		for (unsigned i = 0; i <= (unsigned)last; i++)
			if (is_of(i, sp))
				slots[i].ip = ip;
		return 0;
	}
	taken = take_behind(last, sp);
	if (taken == N_SLOTS)
		return -EAGAIN;
	push(taken, sp, ip);
	return 0;
}
