/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The one lock of the one Ruby VM. May be called from the
 * handler and from ordinary code, by any thread, with or without libc's thread
 * variables.
 *
 * Three things make it differ from an everyday mutex:
 *   - a thread that holds it and comes back is told so (-EDEADLK);
 *   - a child made by fork(2) while another thread held it has a copy of a VM in
 *     mid-change, and nobody who will ever let go: the first who comes gets it, with -EOWNERDEAD;
 *   - a child made by vfork(2) shares VM and lock with its parent, rightly, and
 *     may be killed while it holds them: -ENOTRECOVERABLE, for good.
 *
 * The word holds the owner's thread id and the epoch in which it was taken. The
 * epoch lives on a page that the kernel wipes in a forked child, and only there
 * (MADV_WIPEONFORK): the child finds 0 and goes on to the next epoch. A word of
 * another epoch than the present one belongs to somebody who is not here.
 */
#include "lock.h"

#include <linux/errno.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "gate.h"
#include "trap.h"

/* The lower half of the word is the futex: owner, and whether somebody may be waiting. */
#define WAITERS FUTEX_WAITERS
#define OWNER(word) ((uint32_t)(word)&FUTEX_TID_MASK)
#define EPOCH(word) ((uint32_t)((word) >> 32))

/* The epoch of a word that nobody will take again. */
#define EPOCH_NEVER UINT32_MAX

/* How long to wait before asking whether the owner is a process that has died. */
enum { PATIENCE_SECONDS = 5 };

static uint64_t word;

/* Of the present owner, under the lock: its process, asked for when the thread is not the last one that asked. */
static uint32_t known_thread;
static int owner_process;

/* A page by itself, of the largest size, in the part of the data that has no file behind it. */
static union {
	uint32_t epoch;
	char page[SCMP_GATE_SIZE];
} wiped __attribute__((aligned(SCMP_GATE_SIZE)));

static uint32_t last_epoch;

void scmp_lock_init(void)
{
	/*
	 * Where this is refused the epoch never changes, and a forked child that finds
	 * the lock taken learns so by its patience: later, not wrongly.
	 */
	(void)scmp_gate_call(__NR_madvise, (long)&wiped, sizeof(wiped), MADV_WIPEONFORK, 0, 0, 0);
}

static uint32_t present_epoch(void)
{
	uint32_t epoch = __atomic_load_n(&wiped.epoch, __ATOMIC_ACQUIRE);
	uint32_t next;

	if (epoch)
		return epoch;

	/* All threads of a new child compute the same number, or find it written. */
	next = __atomic_load_n(&last_epoch, __ATOMIC_RELAXED) + 1;
	if (__atomic_compare_exchange_n(&wiped.epoch, &epoch, next, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&last_epoch, next, __ATOMIC_RELAXED);
		epoch = next;
	}
	return epoch;
}

static bool change(uint64_t *seen, uint64_t to)
{
	return __atomic_compare_exchange_n(&word, seen, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static long process_id(void)
{
	return scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

/* Wait until the word is no longer `seen`; 0 says: look again. */
static int wait_for_change(uint64_t seen)
{
	static const struct __kernel_timespec patience = {.tv_sec = PATIENCE_SECONDS};
	long rc;

	rc = scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAIT_PRIVATE, (uint32_t)seen, (long)&patience, 0, 0);
	if (rc == -ETIMEDOUT) {
		/* A thread of ours may take its time; a vfork child has been killed. */
		if (__atomic_load_n(&owner_process, __ATOMIC_RELAXED) != process_id())
			(void)change(&seen, (uint64_t)EPOCH_NEVER << 32);
		return 0;
	}
	/* Without futex there is no waiting: better a static answer than to spin. */
	return rc < 0 && rc != -EAGAIN && rc != -EINTR ? (int)rc : 0;
}

static void note_owner(uint32_t thread)
{
	if (known_thread == thread)
		return;
	known_thread = thread;
	__atomic_store_n(&owner_process, (int)process_id(), __ATOMIC_RELAXED);
}

int scmp_trap_enter(void)
{
	uint32_t epoch = present_epoch();
	uint32_t thread = (uint32_t)scmp_gate_call(__NR_gettid, 0, 0, 0, 0, 0, 0);
	uint64_t mine = (uint64_t)epoch << 32 | thread;
	uint64_t seen = 0;

	while (!change(&seen, mine)) {
		int rc;

		if (EPOCH(seen) == EPOCH_NEVER)
			return -ENOTRECOVERABLE;
		if (EPOCH(seen) != epoch) {
			if (!change(&seen, mine)) {
				seen = 0;
				continue;
			}
			note_owner(thread);
			return -EOWNERDEAD;
		}
		if (OWNER(seen) == thread)
			return -EDEADLK;
		if (!(seen & WAITERS) && !change(&seen, seen | WAITERS)) {
			seen = 0;
			continue;
		}
		rc = wait_for_change(seen | WAITERS);
		if (rc < 0)
			return rc;
		/* Who has waited cannot know that nobody else does. */
		mine |= WAITERS;
		seen = 0;
	}
	note_owner(thread);
	return 0;
}

void scmp_trap_lose(void)
{
	uint64_t seen = __atomic_exchange_n(&word, (uint64_t)EPOCH_NEVER << 32, __ATOMIC_ACQ_REL);

	if (seen & WAITERS)
		(void)scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
}

void scmp_trap_leave(void)
{
	uint64_t seen = __atomic_load_n(&word, __ATOMIC_RELAXED);

	do {
		/* Given up for dead meanwhile: it stays that way. */
		if (EPOCH(seen) == EPOCH_NEVER)
			return;
	} while (!change(&seen, 0));
	if (seen & WAITERS)
		(void)scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}
