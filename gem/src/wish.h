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

#include "clauses.h"
#include "place.h"
#include "policy.h"
#include "syscalls.h"

/* Lists in lists, which may contain themselves. */
enum { SCMP_WISH_DEPTH_MAX = 16 };

struct scmp_wish {
	const struct scmp_policy_context *context;
	struct scmp_place place;
	const char *verb;
	struct scmp_rule rule; /* a rule but for its syscall and its tests */
	struct scmp_test positional[SCMP_ARGS_MAX]; /* of Seccomp::ARGs, not yet of any width */
	size_t n_positional;
	mrb_value conditions; /* a Hash of what is named by arguments, or nil */
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

/* action.c: scmp_wish_errno() - an errno by its name or number, into the rule's data */
void scmp_wish_errno(mrb_state *mrb, struct scmp_wish *wish, mrb_value value);

/* action.c: scmp_wish_settle() - what the kernel can answer by itself needs no trap; what it cannot, does */
void scmp_wish_settle(struct scmp_rule *rule);

/*
 * rules.c: scmp_wish_rules() - add a rule for each syscall named
 * @what: an Array of names, numbers, Families and Arrays of them; Args are passed over
 * Return: how many were named.
 */
size_t scmp_wish_rules(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what);

/* conditions.c: scmp_wish_argument() - one Seccomp::ARG, the test of argument `index` */
void scmp_wish_argument(mrb_state *mrb, struct scmp_wish *wish, mrb_value argument, unsigned index);

/*
 * arguments.c: scmp_wish_arguments() - conditions by the names of arguments
 * @conditions: a Hash, or nil for none
 * @clauses: what holds of the call; narrowed
 * Return: false where a fault was noted.
 */
bool scmp_wish_arguments(mrb_state *mrb, struct scmp_wish *wish, const struct scmp_syscall *call, mrb_value conditions,
			 struct scmp_clauses *clauses);

/* arguments.c: scmp_argument_names() - "dfd, filename, flags, mode", cut to fit */
const char *scmp_argument_names(const struct scmp_syscall *call, char *text, size_t room);

/* subject.c: scmp_constant_owner() - a call of whose `argument` this is a constant; NULL: of none */
const struct scmp_syscall *scmp_constant_owner(const char *name, const char **argument);

/*
 * subject.c: scmp_width_of_test() - as scmp_subject_of_test()
 * @runs: the rule lets its calls run
 */
struct scmp_numbers {
	bool negative, large; /* one of them is below 0; is none of 32 bits */
};
void scmp_numbers_add(struct scmp_numbers *numbers, uint64_t number);
enum scmp_width scmp_width_of_test(enum scmp_width width, struct scmp_numbers numbers, bool bounded, bool runs);

/* subject.c: scmp_narrow() - cut a value, perhaps negative, to so many bits; false where it does not fit */
bool scmp_narrow(uint64_t *value, unsigned bits);

/* conditions.c: scmp_wish_positional() - the ARGs as tests of this call's arguments; @call: NULL where it is not known
 */
bool scmp_wish_positional(struct scmp_wish *wish, const struct scmp_syscall *call, struct scmp_clauses *clauses);

/*
 * rule_options.c: scmp_wish_options() - why:, log: and limit:, a Hash or nil; to be called after scmp_wish_action()
 * What has other names is left to scmp_wish_arguments().
 */
void scmp_wish_options(mrb_state *mrb, struct scmp_wish *wish, mrb_value options);

/*
 * silence.c: scmp_silence_note() - the word `rule.silence`
 * @included: it stands in an included policy, and is about the rules of its file only
 * @warnings: an Array of ids; @options: a Hash, in which why: must be
 */
void scmp_silence_note(mrb_state *mrb, struct scmp_policy_context *context, bool included, mrb_value warnings,
		       mrb_value options);
