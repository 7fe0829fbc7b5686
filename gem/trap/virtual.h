/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Calls that the handler makes in the host's stead, in a way
 * that the host cannot tell from its own: those that would take from us what the trap engine lives
 * of, and fork, which must not come in the middle of another thread's block. The filter sends them here
 * where the policy lets them run (filter/doors.h, "virtual"); the handler's own, from the
 * gate, get the policy's answer. They are not trapped by any rule: there is no
 * record, and no block is asked. Where a rule intercepts them, they go on here.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "trap.h"

struct ucontext; /* the kernel's: arch.h */

/* In place of the number of a static answer, beside the id 0, which no rule has. */
enum { SCMP_VIRTUAL = 1 };

/*
 * scmp_virtual() - make the call, if it is one of these
 * @result: >= 0, or -errno
 * Return: false where it is not.
 */
bool scmp_virtual(const struct scmp_trap_config *config, const struct seccomp_data *data, struct ucontext *uc,
		  int64_t *result);
