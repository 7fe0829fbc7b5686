/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] A call of the host's, made inside the handler: for what has to come back to it. */
#pragma once

#include <linux/seccomp.h>
#include <stdint.h>

#include "arch.h"

/*
 * scmp_perform() - make the call with the host's signal mask; its result: >= 0, or -errno
 * The host's handlers run meanwhile, and may jump away for good; so neither the lock nor the
 * blocks' stack may be held. A call that blocks is interrupted and restarted as ever: the
 * kernel goes back to the gate's own instruction.
 */
int64_t scmp_perform(const struct ucontext *uc, const struct seccomp_data *data);

/* scmp_perform_below() - the same; of the interrupted stack nothing from `top` on is touched, which is 16 byte aligned
 */
int64_t scmp_perform_below(const struct ucontext *uc, const struct seccomp_data *data, uint64_t top);

/* scmp_perform_masked() - the same, for what neither blocks nor can be interrupted: with all signals but SIGSYS masked
 */
int64_t scmp_perform_masked(const struct seccomp_data *data);

/* scmp_perform_mask() - from now on the thread has this mask, and SIGSYS is never in it */
void scmp_perform_mask(uint64_t mask);
