/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The host's alternate signal stack (sigaltstack(2)), which the handler runs on where there
 * is one: how to leave it for a while, and how the host changes it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

/* scmp_alternate_has() - `at` is on the alternate stack, as the kernel noted it when the signal came */
bool scmp_alternate_has(const struct ucontext *uc, uint64_t at);

/*
 * scmp_alternate_leave() - to be called on another stack, when the signal's frame is on the alternate one
 * The kernel sees that we have left that, so a nested trap would start at its top again, over
 * the frames from which we came. It is switched off; returning from the signal restores it.
 */
void scmp_alternate_leave(void);

/* scmp_alternate_is_short() - `at` is on it, the interrupted code is not, and a host's handler has no room below */
bool scmp_alternate_is_short(const struct ucontext *uc, uint64_t at);

/*
 * scmp_alternate_rejoin() - back on it, before host code may run: what jumps away from there never returns
 * One with SS_AUTODISARM stays set aside, as it is while a handler of the host's own runs on it.
 */
void scmp_alternate_rejoin(const struct ucontext *uc);

/* scmp_alternate_init() - @smallest: the least that the kernel needs for a signal's frame (AT_MINSIGSTKSZ), or 0 */
void scmp_alternate_init(uint64_t smallest);

/*
 * scmp_alternate_change() - sigaltstack(stack, old), by way of what returning from the signal restores
 * A stack on which no signal's frame has room is accepted and not used: SIGSYS must never arrive there.
 */
int64_t scmp_alternate_change(struct ucontext *uc, uint64_t stack, uint64_t old);
