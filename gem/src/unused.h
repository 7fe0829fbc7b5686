/* SPDX-License-Identifier: MIT */
/*
 * What a policy's helpers have made and no rule has taken: `rule.kill :mmap if any(...)`
 * is true of every call, and an any(...) on a line of its own does nothing.
 */
#pragma once

#include <mruby.h>

/* scmp_unused_init() - Seccomp.__made(object) -> object */
void scmp_unused_init(mrb_state *mrb, struct RClass *module);

/* scmp_unused_take() - a rule, or another helper, has been given this; also in Arrays and Hashes of any depth */
void scmp_unused_take(mrb_state *mrb, mrb_value value);

/* scmp_unused_tell() - the policy is at its end: note what was not taken as faults */
void scmp_unused_tell(mrb_state *mrb);
