/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The alternate signal stack; alternate.h. */
#include "alternate.h"

#include <asm/unistd.h>
#include <linux/errno.h>

#include "gate.h"
#include "memory.h"

/* linux/signal.h: takes no alternate stack away while a handler runs on it, but sets it aside at once. */
#define AUTODISARM (1u << 31)

/* What sigaltstack(2) takes at the least: MINSIGSTKSZ of the architecture. */
static uint64_t smallest_needed;

bool scmp_alternate_has(const struct ucontext *uc, uint64_t at)
{
	return at - (uint64_t)uc->uc_stack.ss_sp < uc->uc_stack.ss_size;
}

void scmp_alternate_leave(void)
{
	static const stack_t none = {.ss_flags = SS_DISABLE};

	(void)scmp_gate_call(__NR_sigaltstack, (long)&none, 0, 0, 0, 0, 0);
}

void scmp_alternate_rejoin(const struct ucontext *uc)
{
	/* The kernel would begin at its top again, as it thinks that nobody can be on it. */
	if ((unsigned)uc->uc_stack.ss_flags & AUTODISARM)
		return;
	(void)scmp_gate_call(__NR_sigaltstack, (long)&uc->uc_stack, 0, 0, 0, 0, 0);
}

void scmp_alternate_init(uint64_t smallest)
{
	smallest_needed = smallest;
}

static void leave(void *unused)
{
	(void)unused;
	scmp_alternate_leave();
}

/*
 * Since Linux 6.12 returning from a signal restores the alternate stack before the stack
 * pointer, and refuses to while it is in use: the handler, which runs on it, must have
 * left it before. From the interrupted stack, where there is a little room.
 */
static void leave_for_good(const struct ucontext *uc)
{
	if (scmp_alternate_has(uc, (uint64_t)__builtin_frame_address(0)))
		scmp_on_stack((void *)((scmp_uc_sp(uc) - SCMP_STACK_KEEP) & ~15ull), leave, NULL);
}

/* The kernel's own checks, in its order. */
static int64_t set(struct ucontext *uc, stack_t *stack, bool on_it)
{
	unsigned mode = (unsigned)stack->ss_flags & ~AUTODISARM;

	if (on_it)
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode != SS_DISABLE && stack->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	if (mode == SS_DISABLE || stack->ss_size < smallest_needed) {
		stack->ss_sp = NULL;
		stack->ss_size = 0;
	}
	leave_for_good(uc);
	uc->uc_stack = *stack;
	return 0;
}

int64_t scmp_alternate_change(struct ucontext *uc, uint64_t stack, uint64_t old)
{
	stack_t now = uc->uc_stack, wanted;
	bool on_it = !((unsigned)now.ss_flags & AUTODISARM) && scmp_alternate_has(uc, scmp_uc_sp(uc) - 1);
	int64_t r = 0;

	if (stack && scmp_memory_read(&wanted, stack, sizeof(wanted)) < 0)
		return -EFAULT;
	if (stack)
		r = set(uc, &wanted, on_it);
	if (r < 0 || !old)
		return r;
	now.ss_flags = (int)(((unsigned)now.ss_flags & AUTODISARM) | (now.ss_size == 0 ? SS_DISABLE
								      : on_it	       ? SS_ONSTACK
										       : 0));
	return scmp_memory_write(old, &now, sizeof(now)) < 0 ? -EFAULT : 0;
}
