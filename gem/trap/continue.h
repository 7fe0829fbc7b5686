/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] An intercepted call goes on, as if nothing had been in its way. There are two ways:
 *
 *   sent     the thread returns from the signal to the gate, makes the call with
 *            its own stack, registers and signal mask, and goes on behind where it trapped.
 *            Nothing of ours is there while it runs, and nothing comes back to us;
 *   here     inside the handler, with the host's signal mask: where the result is wanted.
 *
 * What starts a thread or a vfork child, and exit(2), is always sent: it comes back twice,
 * or not at all. What the trap engine lives of is virtual.h's, here.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "gate.h"
#include "trap.h"

struct ucontext; /* the kernel's: arch.h */

/* scmp_continue_returns() - whether the result of the call can be had */
bool scmp_continue_returns(const struct seccomp_data *data);

/*
 * scmp_continue() - let it go on
 * @wanted: its result is
 * @back: in the frame of the signal handler itself, so that it is below the signal's frame
 * Return: true with the result, >= 0 or -errno; false where the thread is sent, and no result is to be written
 */
bool scmp_continue(const struct scmp_trap_config *config, const struct seccomp_data *data, struct ucontext *uc,
		   bool wanted, struct scmp_way_back *back, int64_t *result);
