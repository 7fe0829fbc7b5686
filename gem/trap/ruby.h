/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The handler's way into Ruby: under the lock, on the blocks' stack. Where it is
 * barred (this thread is in Ruby already, Ruby was lost, another thread does not come back)
 * nothing is done, and the caller has to find an answer by itself.
 */
#pragma once

#include <stdbool.h>

#include "trap.h"

struct ucontext; /* the kernel's: arch.h */

/* scmp_ruby_is_nested() - whether Ruby itself made the call: from the blocks' stack, of the thread that holds the lock
 */
bool scmp_ruby_is_nested(const struct scmp_trap_config *config, const struct ucontext *uc);

/* scmp_ruby_ask() - run the call's block, which may decide it */
void scmp_ruby_ask(const struct scmp_trap_config *config, struct scmp_call *call, const struct ucontext *uc);

/* scmp_ruby_learn() - have Ruby opened, where the rules are not known; what is known then */
const struct scmp_trap_config *scmp_ruby_learn(const struct scmp_trap_config *config, const struct ucontext *uc);
