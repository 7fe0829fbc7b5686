/* SPDX-License-Identifier: MIT */
/* What is wrong with a block that a word was given, as far as its code shows it before it is run. */
#pragma once

#include <mruby.h>

#include "policy.h"

/* Which word's block it is: how it is called, and what leaving it would mean. */
enum scmp_block_of {
	SCMP_BLOCK_OF_CONTEXT, /* Seccomp.new { |rule| ... } */
	SCMP_BLOCK_OF_RULE, /* trap { |call| ... } */
	SCMP_BLOCK_OF_ON_TRAP, /* Seccomp.on_trap { |syscall, call| ... } */
};

/*
 * scmp_block_check() - note `return` and `break`, and parameters that nothing is given to
 * Return: false where a fault was noted.
 */
bool scmp_block_check(mrb_state *mrb, const struct scmp_policy_context *context, mrb_value block,
		      enum scmp_block_of of);
