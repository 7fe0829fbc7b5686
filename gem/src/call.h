/* SPDX-License-Identifier: MIT */
/* Seccomp::Call: a trapped call as its block sees it. */
#pragma once

#include <mruby.h>

#include "trap.h"

/* scmp_call_new() - an object on which scmp_call_begin() and scmp_call_end() are used in turn */
mrb_value scmp_call_new(mrb_state *mrb);

/* The object stands for `call` from begin to end; outside of it its methods raise. */
void scmp_call_begin(mrb_value object, struct scmp_call *call);
void scmp_call_end(mrb_value object);

/* scmp_call_result() - what a block gives for a result: an Integer or an errno's name; false: neither */
bool scmp_call_result(mrb_state *mrb, mrb_value value, int64_t *result);
