/* SPDX-License-Identifier: MIT */
/* rule.include: the rules of another policy, in the place where it stands. */
#pragma once

#include <mruby.h>
#include <stdbool.h>

/* scmp_context_include() - the method */
mrb_value scmp_context_include(mrb_state *mrb, mrb_value self);

/* scmp_include_context() - Seccomp.new in an included policy: the includer's context; false: nothing is being included
 */
bool scmp_include_context(mrb_state *mrb, mrb_value self, mrb_value action, mrb_value options);

/* scmp_is_included() - whether the context was made so */
bool scmp_is_included(mrb_state *mrb, mrb_value self);
