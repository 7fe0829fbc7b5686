/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] What the host asks of signals; signals.h. */
#include "signals.h"

#include <asm/unistd.h>
#include <linux/errno.h>

#include "epoch.h"
#include "gate.h"
#include "memory.h"
#include "perform.h"

#define UNBLOCKABLE (1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1))
#define NEVER_BLOCKED (UNBLOCKABLE | SCMP_SIGSYS_BIT)

/*
 * The host's disposition of SIGSYS: the latest of a ring. Other threads may be reading the one before, or
 * setting another; none of them waits, as a child that is forked meanwhile would wait for ever. And those of its
 * handlers that it has asked to run with SIGSYS blocked.
 */
enum { RING = 16 };
#define BEING_WRITTEN UINT32_MAX
static struct place {
	uint32_t turn;
	struct scmp_kernel_sigaction action;
} ring[RING];
static uint32_t latest, begun;
static uint64_t masked_in;

static struct scmp_kernel_sigaction disposition(void)
{
	for (;;) {
		uint32_t turn = __atomic_load_n(&latest, __ATOMIC_ACQUIRE);
		const struct place *place = &ring[turn % RING];
		struct scmp_kernel_sigaction action = place->action;

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&place->turn, __ATOMIC_RELAXED) == turn)
			return action;
	}
}

/* One that is behind: what is the latest is written over by a later one only, which becomes that. */
static struct place *take_place(uint32_t *turn)
{
	for (;;) {
		struct place *place;
		uint32_t seen;

		*turn = __atomic_add_fetch(&begun, 1, __ATOMIC_RELAXED);
		place = &ring[*turn % RING];
		seen = __atomic_load_n(&place->turn, __ATOMIC_RELAXED);
		if (seen != BEING_WRITTEN && (int32_t)(*turn - seen) > 0 &&
		    __atomic_compare_exchange_n(&place->turn, &seen, BEING_WRITTEN, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return place;
	}
}

static void set_disposition(const struct scmp_kernel_sigaction *action)
{
	uint32_t turn, before = __atomic_load_n(&latest, __ATOMIC_RELAXED);
	struct place *place = take_place(&turn);

	__atomic_thread_fence(__ATOMIC_RELEASE);
	place->action = *action;
	place->action.mask &= ~UNBLOCKABLE;
	__atomic_store_n(&place->turn, turn, __ATOMIC_RELEASE);
	/* Who was overtaken has come first. */
	while ((int32_t)(turn - before) > 0 &&
	       !__atomic_compare_exchange_n(&latest, &before, turn, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
}

void scmp_signals_inherit(const struct scmp_kernel_sigaction *action)
{
	set_disposition(action);
}

int64_t scmp_signals_mask(struct ucontext *uc, const uint64_t args[6])
{
	uint64_t before = scmp_uc_mask(uc), set;

	if (args[3] != sizeof(set))
		return -EINVAL;
	if (args[1]) {
		if (scmp_memory_read(&set, args[1], sizeof(set)) < 0)
			return -EFAULT;
		switch ((int)args[0]) {
		case SIG_BLOCK:
			set |= before;
			break;
		case SIG_UNBLOCK:
			set = before & ~set;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		scmp_uc_set_mask(uc, set & ~NEVER_BLOCKED);
	}
	if (args[2] && scmp_memory_write(args[2], &before, sizeof(before)) < 0)
		return -EFAULT;
	return 0;
}

/* Of another signal than SIGSYS: its handler must not run with SIGSYS blocked, and the host sees what it has asked for.
 */
static int64_t change_action(int signo, struct scmp_kernel_sigaction *action, struct scmp_kernel_sigaction *before)
{
	uint64_t bit = 1ull << ((unsigned)(signo - 1) & 63);
	bool asked = action && action->mask & SCMP_SIGSYS_BIT;
	int64_t r;

	if (action)
		action->mask &= ~SCMP_SIGSYS_BIT;
	r = scmp_gate_call(__NR_rt_sigaction, signo, (long)action, (long)before, sizeof(action->mask), 0, 0);
	if (r < 0)
		return r;
	if (__atomic_load_n(&masked_in, __ATOMIC_RELAXED) & bit)
		before->mask |= SCMP_SIGSYS_BIT;
	if (action && !scmp_epoch_borrowed()) {
		if (asked)
			__atomic_fetch_or(&masked_in, bit, __ATOMIC_RELAXED);
		else
			__atomic_fetch_and(&masked_in, ~bit, __ATOMIC_RELAXED);
	}
	return r;
}

int64_t scmp_signals_action(const uint64_t args[6])
{
	struct scmp_kernel_sigaction action, before;
	int signo = (int)args[0];
	int64_t r = 0;

	if (args[3] != sizeof(action.mask))
		return -EINVAL;
	if (args[1] && scmp_memory_read(&action, args[1], sizeof(action)) < 0)
		return -EFAULT;
	if (signo == SIGSYS) {
		before = disposition();
		/* A vfork child has dispositions of its own, and resets them: its parent's stay. */
		if (args[1] && !scmp_epoch_borrowed())
			set_disposition(&action);
	} else {
		r = change_action(signo, args[1] ? &action : NULL, &before);
	}
	if (r == 0 && args[2] && scmp_memory_write(args[2], &before, sizeof(before)) < 0)
		return -EFAULT;
	return r;
}

/* Where the call is given its mask: an argument, or two words behind one; and the mask's size beside it. */
static const struct waiting {
	int nr;
	unsigned argument;
	bool indirect;
} waitings[] = {
	{__NR_ppoll, 3, false},	       {__NR_pselect6, 5, true},      {__NR_epoll_pwait, 4, false},
	{__NR_epoll_pwait2, 4, false}, {__NR_io_pgetevents, 5, true}, {__NR_rt_sigsuspend, 0, false},
};

int64_t scmp_signals_wait(const struct ucontext *uc, const struct seccomp_data *data)
{
	struct seccomp_data mine = *data;
	struct {
		uint64_t address, size;
	} place;
	const struct waiting *waiting = waitings;
	uint64_t mask;

	while (waiting->nr != data->nr)
		waiting++;
	if (!waiting->indirect) {
		place.address = data->args[waiting->argument];
		place.size = data->args[waiting->argument + 1];
	} else if (scmp_memory_read(&place, data->args[waiting->argument], sizeof(place)) < 0) {
		place.address = 0;
	}
	/* What the kernel will not take it refuses by itself. */
	if (place.address && place.size == sizeof(mask) && scmp_memory_read(&mask, place.address, sizeof(mask)) == 0) {
		mask &= ~SCMP_SIGSYS_BIT;
		place.address = (uint64_t)&mask;
		mine.args[waiting->argument] = waiting->indirect ? (uint64_t)&place : place.address;
	}
	return scmp_perform(uc, &mine);
}

bool scmp_signals_forward(int signo, siginfo_t *info, struct ucontext *uc)
{
	struct scmp_kernel_sigaction action = disposition(), reset = action;

	/* A trap cannot be ignored: the call would seem to have been made. */
	if ((uintptr_t)action.handler == (uintptr_t)SIG_IGN)
		return info->si_code != SYS_SECCOMP;
	if ((uintptr_t)action.handler == (uintptr_t)SIG_DFL)
		return false;
	/* To SIG_DFL, which is 0; the flags and the mask stay, as the kernel leaves them. */
	reset.handler = NULL;
	if (action.flags & SA_RESETHAND)
		set_disposition(&reset);
	scmp_perform_mask(scmp_uc_mask(uc) | action.mask);
	action.handler(signo, info, uc);
	scmp_perform_mask(UINT64_MAX);
	return true;
}
