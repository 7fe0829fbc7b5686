/* SPDX-License-Identifier: MIT */
/* The verbs of a policy and their operands: what is to become of a call. */
#include <errno.h>
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/string.h>
#include <seccomp.h>
#include <string.h>

#include "gem.h"
#include "wish.h"

/* The verbs, their other names in mruby-seccomp and libseccomp, and what an Integer action stands for. */
static const struct verb {
	const char *name;
	const char *constant;
	uint32_t action;
	enum scmp_verdict verdict;
} verbs[] = {
	{"allow", "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, SCMP_VERDICT_ALLOW},
	{"errno", "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), SCMP_VERDICT_ERRNO},
	{"intercept", NULL, UINT32_MAX, SCMP_VERDICT_INTERCEPT},
	{"kill", "SCMP_ACT_KILL", SCMP_ACT_KILL_PROCESS, SCMP_VERDICT_KILL_PROCESS},
	{"kill_process", "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, SCMP_VERDICT_KILL_PROCESS},
	{"kill_thread", "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, SCMP_VERDICT_KILL_THREAD},
	{"log", "SCMP_ACT_LOG", SCMP_ACT_LOG, SCMP_VERDICT_LOG},
	{"return", NULL, UINT32_MAX, SCMP_VERDICT_RETURN},
	{"trace", "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), SCMP_VERDICT_TRACE},
	{"trap", "SCMP_ACT_TRAP", SCMP_ACT_TRAP, SCMP_VERDICT_TRAP},
};

enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const struct verb *verb_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0 || (verbs[i].constant && strcmp(verbs[i].constant, name) == 0))
			return &verbs[i];
	return NULL;
}

static const struct verb *verb_by_action(uint32_t action)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (verbs[i].action == (action & SECCOMP_RET_ACTION_FULL))
			return &verbs[i];
	return NULL;
}

static void unknown_action(mrb_state *mrb, struct scmp_wish *wish, mrb_value action)
{
	const char *words[N_VERBS], *near = NULL, *name = scmp_word_of(mrb, action);
	char text[64];
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		words[i] = verbs[i].name;
	if (name)
		near = scmp_suggest(name, words, N_VERBS);
	scmp_inspect(mrb, action, text, sizeof(text));
	if (name && strcmp(name, "notify") == 0)
		SCMP_WISH_FAULT(wish,
				"action :notify is not supported: use intercept, whose block decides in the process");
	else if (near)
		SCMP_WISH_FAULT(wish, "unknown action %s (did you mean :%s?)", text, near);
	else if (mrb_hash_p(action))
		SCMP_WISH_FAULT(wish, "unknown action %s: one with an operand is an Array, as [:errno, :ENOSYS]", text);
	else
		SCMP_WISH_FAULT(wish,
				"unknown action %s: the actions are allow, errno, intercept, kill, kill_thread, log, "
				"return, trace and trap",
				text);
	if (name)
		scmp_policy_point(name);
}

void scmp_wish_errno(mrb_state *mrb, struct scmp_wish *wish, mrb_value value)
{
	char text[64];

	if (mrb_integer_p(value)) {
		mrb_int number = mrb_integer(value);

		if (number >= 1 && number <= 4095) {
			wish->rule.data = (uint32_t)number;
			return;
		}
		SCMP_WISH_FAULT(wish, "errno %s is out of range: 1 to 4095%s",
				scmp_inspect(mrb, value, text, sizeof(text)),
				number == 0  ? " (a faked success is `return 0`)"
				: number < 0 ? " (the kernel's minus sign is left out)"
					     : "");
		scmp_policy_point("errno");
	} else if (scmp_word_of(mrb, value)) {
		const char *name = scmp_word_of(mrb, value), *near;
		int number = scmp_resolve_errno(name);

		if (number) {
			wish->rule.data = (uint32_t)number;
			return;
		}
		near = scmp_suggest_errno(name);
		if (scmp_resolve_syscall(name) >= 0)
			SCMP_WISH_FAULT(wish, "errno takes the error first: errno :EPERM, :%s", name);
		else if (near)
			SCMP_WISH_FAULT(wish, "unknown errno :%s (did you mean :%s?)", name, near);
		else
			SCMP_WISH_FAULT(wish, "unknown errno :%s", name);
		scmp_policy_point(name);
	} else {
		SCMP_WISH_FAULT(wish, "an errno is a name such as :EPERM or 1 to 4095, not %s",
				scmp_inspect(mrb, value, text, sizeof(text)));
		scmp_policy_point("errno");
	}
}

static void take_return(mrb_state *mrb, struct scmp_wish *wish, mrb_value value)
{
	uint64_t result;
	char text[64];

	if (!scmp_value(mrb, value, &result) || (int64_t)result < -4095) {
		SCMP_WISH_FAULT(wish, "return takes a result: 0 or more, or -1 to -4095 for an errno, not %s",
				scmp_inspect(mrb, value, text, sizeof(text)));
		scmp_policy_point("return");
		return;
	}
	wish->rule.answer = (int64_t)result;
}

static void take_userdata(mrb_state *mrb, struct scmp_wish *wish, mrb_value value)
{
	char text[64];

	if (mrb_integer_p(value) && mrb_integer(value) >= 0 && mrb_integer(value) <= 0xffff) {
		wish->rule.data = (uint32_t)mrb_integer(value);
		return;
	}
	SCMP_WISH_FAULT(wish, "trace takes the tracer's number, 0 to 65535, not %s",
			scmp_inspect(mrb, value, text, sizeof(text)));
	scmp_policy_point("trace");
}

/* An action with its operand: :kill, [:errno, :ENOSYS], SCMP_ACT_KILL, or a word and its operand. */
void scmp_wish_action(mrb_state *mrb, struct scmp_wish *wish, mrb_value action, mrb_value operand)
{
	const struct verb *verb = NULL;

	if (mrb_array_p(action) && RARRAY_LEN(action) >= 1 && RARRAY_LEN(action) <= 2 && mrb_undef_p(operand)) {
		if (RARRAY_LEN(action) == 2)
			operand = RARRAY_PTR(action)[1];
		action = RARRAY_PTR(action)[0];
	}
	if (mrb_integer_p(action) && mrb_integer(action) >= 0 && mrb_integer(action) <= UINT32_MAX) {
		uint32_t data = (uint32_t)mrb_integer(action) & SECCOMP_RET_DATA;

		verb = verb_by_action((uint32_t)mrb_integer(action));
		/* SCMP_ACT_KILL is 0: what has no more than operand bits is no action. */
		if (mrb_integer(action) > 0 && mrb_integer(action) <= SECCOMP_RET_DATA)
			verb = NULL;
		if (verb && mrb_undef_p(operand) && (data || verb->verdict == SCMP_VERDICT_ERRNO))
			operand = mrb_int_value(mrb, (mrb_int)data);
	} else if (scmp_word_of(mrb, action)) {
		verb = verb_by_name(scmp_word_of(mrb, action));
	}
	if (!verb) {
		unknown_action(mrb, wish, action);
		return;
	}
	wish->verb = verb->name;
	wish->rule.verdict = verb->verdict;
	wish->rule.answer = -EPERM;
	if (verb->verdict == SCMP_VERDICT_ERRNO) {
		if (mrb_undef_p(operand))
			wish->rule.data = EPERM;
		else
			scmp_wish_errno(mrb, wish, operand);
	} else if (verb->verdict == SCMP_VERDICT_TRACE) {
		if (!mrb_undef_p(operand))
			take_userdata(mrb, wish, operand);
	} else if (verb->verdict == SCMP_VERDICT_RETURN) {
		if (mrb_undef_p(operand))
			operand = mrb_nil_value();
		take_return(mrb, wish, operand);
	} else if (!mrb_undef_p(operand)) {
		SCMP_WISH_FAULT(wish, "action :%s takes no operand", verb->name);
	}
}

/* What the kernel can answer by itself needs no trap; what it cannot, does. */
void scmp_wish_settle(struct scmp_rule *rule)
{
	if (rule->verdict == SCMP_VERDICT_RETURN) {
		if (rule->answer <= 0 && !rule->traps) {
			rule->verdict = SCMP_VERDICT_ERRNO;
			rule->data = (uint32_t)-rule->answer;
		} else {
			rule->traps = true;
		}
	} else if (rule->verdict == SCMP_VERDICT_ERRNO) {
		rule->answer = -(int64_t)rule->data;
	}
}
