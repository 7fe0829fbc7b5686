/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Epochs, by a page that the kernel wipes in a forked child, and only there; epoch.h. */
#include "epoch.h"

#include <asm/unistd.h>
#include <linux/mman.h>

#include "gate.h"

/* A page by itself, of the largest size, in the part of the data that has no file behind it. */
static union {
	struct {
		uint32_t epoch;
		int32_t process; /* 0: not known */
	};
	char page[SCMP_GATE_SIZE];
} wiped __attribute__((aligned(SCMP_GATE_SIZE)));

static uint32_t last_epoch;

static int32_t process(void)
{
	return (int32_t)scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

void scmp_epoch_init(void)
{
	/*
	 * Where this is refused the epoch never changes, and a forked child that finds
	 * the lock taken learns so by its patience: later, not wrongly.
	 */
	(void)scmp_gate_call(__NR_madvise, (long)&wiped, sizeof(wiped), MADV_WIPEONFORK, 0, 0, 0);
	(void)scmp_epoch();
	scmp_epoch_mine();
}

uint32_t scmp_epoch(void)
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

void scmp_epoch_mine(void)
{
	__atomic_store_n(&wiped.process, process(), __ATOMIC_RELAXED);
}

bool scmp_epoch_borrowed(void)
{
	int32_t known = __atomic_load_n(&wiped.process, __ATOMIC_RELAXED);

	/* Forked in a way that did not come by us: the first who asks is taken for it. */
	if (known == 0)
		scmp_epoch_mine();
	return known != 0 && known != process();
}
