/* SPDX-License-Identifier: MIT */
/* Seccomp::Context as an object: what stands behind it. */
#pragma once

#include <mruby.h>

struct scmp_policy_context;

/* scmp_context_of() - raises where it was never initialized, and where the policy is in force */
struct scmp_policy_context *scmp_context_of(mrb_state *mrb, mrb_value self);

/* scmp_context_bind() - from now on the object stands for this context */
void scmp_context_bind(mrb_value self, struct scmp_policy_context *context);

/* scmp_context_default() - the default action, with its options */
void scmp_context_default(mrb_state *mrb, struct scmp_policy_context *context, mrb_value action, mrb_value options);
