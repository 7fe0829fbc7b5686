/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The one lock of the one Ruby VM; lock.h says what is promised.
 *
 * Three things make it differ from an everyday mutex:
 *   - a thread that holds it and comes back is told so (-EDEADLK);
 *   - a child made by fork(2) while another thread held it has a copy of a VM in
 *     mid-change, and nobody who will ever let go: the first who comes gets it, with -EOWNERDEAD;
 *   - a child made by vfork(2) shares VM and lock with its parent, rightly, and
 *     may be killed while it holds them: its parent, when it comes, gets them, with -EOWNERDEAD.
 *
 * The word says whether it is taken, and the epoch in which it was (epoch.h), which is
 * another in a forked child. A word of another epoch than the present one belongs to
 * somebody who is not here.
 *
 * The owner is known by its thread pointer, as gettid(2) would cost a tenth of a
 * trap. A vfork child has its parent's; the parent sleeps for as long as it lives.
 */
#include "lock.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <stddef.h>
#include <stdint.h>

#include "epoch.h"
#include "gate.h"

/* The lower half of the word is the futex: whether it is taken, and whether somebody may be waiting. */
#define TAKEN 1u
#define WAITERS FUTEX_WAITERS
#define EPOCH(word) ((uint32_t)((word) >> 32))

/* The epoch of a word that nobody will take again. */
#define EPOCH_NEVER UINT32_MAX

/* How long to wait before thinking that the owner may have died, and how many times before giving up. */
enum { PATIENCE_SECONDS = 5, PATIENCE_ROUNDS = 12 };

static uint64_t word;

/* Of the present owner: its thread pointer, and the how-manieth it is. */
static uint64_t owner, entered;

/* The owner for whom somebody has waited in vain; nobody does so again. */
static uint64_t hopeless;

static bool change(uint64_t *seen, uint64_t to)
{
	return __atomic_compare_exchange_n(&word, seen, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Wait until the word is no longer `seen`. Return: 0; -ETIMEDOUT; another -errno where there is no waiting. */
static int wait_for_change(uint64_t seen)
{
	static const struct __kernel_timespec patience = {.tv_sec = PATIENCE_SECONDS};
	long rc;

	rc = scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAIT_PRIVATE, (uint32_t)seen, (long)&patience, 0, 0);
	return rc == -EAGAIN || rc == -EINTR ? 0 : (int)(rc < 0 ? rc : 0);
}

static void note_owner(uint64_t thread)
{
	__atomic_store_n(&owner, thread, __ATOMIC_RELAXED);
	__atomic_store_n(&entered, entered + 1, __ATOMIC_RELAXED);
}

int scmp_lock_enter(uint64_t thread, bool own_stack)
{
	uint32_t epoch = scmp_epoch();
	uint64_t mine = (uint64_t)epoch << 32 | TAKEN;
	uint64_t seen = 0;
	int rounds = 0;

	while (!change(&seen, mine)) {
		uint64_t turn = __atomic_load_n(&entered, __ATOMIC_RELAXED);
		bool dead = EPOCH(seen) != epoch;
		int rc = 0;

		if (EPOCH(seen) == EPOCH_NEVER)
			return -ENOTRECOVERABLE;
		if (!dead && !own_stack && owner == thread)
			return -EDEADLK;
		if (!dead && owner != thread && turn == __atomic_load_n(&hopeless, __ATOMIC_RELAXED))
			return -ETIMEDOUT;
		if (!dead) {
			if (!(seen & WAITERS) && !change(&seen, seen | WAITERS)) {
				seen = 0;
				continue;
			}
			seen |= WAITERS;
			rc = wait_for_change(seen);
			/* Who has waited cannot know that nobody else does. */
			mine |= WAITERS;
			/* Our own, and yet not on the blocks' stack: that was a vfork child of ours. */
			dead = rc == -ETIMEDOUT && turn == __atomic_load_n(&entered, __ATOMIC_RELAXED) &&
			       owner == thread;
		}
		if (dead && change(&seen, mine)) {
			note_owner(thread);
			return -EOWNERDEAD;
		}
		/* Without futex there is no waiting: better a static answer than to spin. */
		if (rc < 0 && (rc != -ETIMEDOUT || ++rounds == PATIENCE_ROUNDS)) {
			if (rc == -ETIMEDOUT && turn == __atomic_load_n(&entered, __ATOMIC_RELAXED))
				__atomic_store_n(&hopeless, turn, __ATOMIC_RELAXED);
			return rc;
		}
		seen = 0;
	}
	note_owner(thread);
	return 0;
}

void scmp_lock_leave(void)
{
	uint64_t seen = __atomic_exchange_n(&word, 0, __ATOMIC_ACQ_REL);

	if (seen & WAITERS)
		(void)scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
}

void scmp_lock_abandon(void)
{
	/* Taken, in the epoch 0, which nobody lives in. */
	uint64_t seen = __atomic_exchange_n(&word, TAKEN, __ATOMIC_ACQ_REL);

	if (seen & WAITERS)
		(void)scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
}

void scmp_lock_lose(void)
{
	uint64_t seen = __atomic_exchange_n(&word, (uint64_t)EPOCH_NEVER << 32, __ATOMIC_ACQ_REL);

	if (seen & WAITERS)
		(void)scmp_gate_call(__NR_futex, (long)&word, FUTEX_WAKE_PRIVATE, INT32_MAX, 0, 0, 0);
}
