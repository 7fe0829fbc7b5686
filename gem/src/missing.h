/* SPDX-License-Identifier: MIT */
/* Words that are not there: misspelt ones, those of other tools, and what Ruby has elsewhere and a policy has not. */
#pragma once

#include <mruby.h>

/* scmp_missing_init() - for what module Seccomp has made */
void scmp_missing_init(mrb_state *mrb, struct RClass *module);

/* scmp_missing_everywhere() - for all objects and constants, in a mruby that runs policies only */
void scmp_missing_everywhere(mrb_state *mrb);
