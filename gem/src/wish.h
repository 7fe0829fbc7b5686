/* SPDX-License-Identifier: MIT */
/*
 * A wish: what one word of the policy (rule.errno, rule.trap ...) was given, as
 * far as it goes for all the syscalls that it names. context.c begins and ends
 * it, the parts below each take what is theirs. A mistake is noted with its
 * place and spoils the wish; nothing here raises.
 */
#pragma once

#include <mruby.h>
#include <stdbool.h>

#include "place.h"
#include "policy.h"

struct scmp_wish {
	const struct scmp_policy_context *context;
	struct scmp_place place;
	const char *verb;
	struct scmp_rule rule; /* a rule but for its syscall */
	mrb_value block; /* or nil */
	bool ok;
};

#define SCMP_WISH_FAULT(wish, ...)                                                                                     \
	scmp_wish_spoil(wish),                                                                                         \
		scmp_policy_fault((wish)->context, (wish)->place.file, (wish)->place.line, false, __VA_ARGS__)

static inline void scmp_wish_spoil(struct scmp_wish *wish)
{
	wish->ok = false;
}

/* scmp_word_of() - the text of a Symbol or String; NULL for anything else */
const char *scmp_word_of(mrb_state *mrb, mrb_value value);

/*
 * action.c: scmp_wish_action() - the verdict, with its operand
 * @action: :kill, [:errno, :ENOSYS], SCMP_ACT_KILL
 * @operand: what the verb was given beside its syscalls, or undef
 */
void scmp_wish_action(mrb_state *mrb, struct scmp_wish *wish, mrb_value action, mrb_value operand);

/* action.c: scmp_wish_settle() - what the kernel can answer by itself needs no trap; what it cannot, does */
void scmp_wish_settle(struct scmp_rule *rule);

/* conditions.c: scmp_wish_argument() - one Seccomp::ARG, the test of argument `index` */
void scmp_wish_argument(mrb_state *mrb, struct scmp_wish *wish, mrb_value argument, unsigned index);

/* rule_options.c: scmp_wish_options() - why: and log:, a Hash or nil; to be called after scmp_wish_action() */
void scmp_wish_options(mrb_state *mrb, struct scmp_wish *wish, mrb_value options);
