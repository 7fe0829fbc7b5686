/* SPDX-License-Identifier: MIT */
/* From rules to what the handler goes by; trap_rules.h. */
#include "trap_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "syscalls.h"

static struct scmp_static_answer answers[SCMP_ANSWERS_MAX]; /* numbered from 1 */
static size_t n_answers;

void scmp_policy_forget_answers(void)
{
	n_answers = 0;
}

static bool same_answer(const struct scmp_static_answer *a, const struct scmp_static_answer *b)
{
	return a->result == b->result && a->record == b->record && a->kills == b->kills &&
	       a->kills_thread == b->kills_thread;
}

static struct scmp_static_answer static_answer(const struct scmp_rule *rule)
{
	return (struct scmp_static_answer){
		.result = rule->answer,
		.record = rule->record,
		.kills = rule->verdict == SCMP_VERDICT_KILL_PROCESS,
		.kills_thread = rule->verdict == SCMP_VERDICT_KILL_THREAD,
	};
}

/*
 * The static answers are numbered, for children that will have nothing else. More
 * than can be numbered are refused there: they share number 0 with -EPERM.
 */
static void number_answer(struct scmp_rule *rule)
{
	static const struct scmp_static_answer refused = {.result = -EPERM, .record = true};
	struct scmp_static_answer answer = static_answer(rule);
	size_t i;

	rule->answer_number = 0;
	if (!rule->traps || same_answer(&answer, &refused))
		return;
	for (i = 0; i < n_answers && !same_answer(&answers[i], &answer); i++)
		;
	if (i == SCMP_ANSWERS_MAX)
		return;
	answers[i] = answer;
	n_answers = i < n_answers ? n_answers : i + 1;
	rule->answer_number = (uint8_t)(i + 1);
}

void scmp_policy_number_answers(struct scmp_context *context)
{
	size_t i;

	number_answer(&context->fallback);
	for (i = 0; i < context->n_rules; i++)
		number_answer(&context->rules[i]);
}

size_t scmp_policy_static_answers(const struct scmp_static_answer **answersp)
{
	*answersp = answers;
	return n_answers;
}

/* Records name the file as one does in speech: without its folders. */
static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/* The bits of an argument that a rule's tests make the same in all of its calls, and what they are. */
static uint64_t fixed_bits(const struct scmp_rule *rule, unsigned arg, uint64_t *values)
{
	uint64_t fixed = 0;
	unsigned i;

	*values = 0;
	for (i = 0; i < rule->n_tests; i++) {
		const struct scmp_test *test = &rule->tests[i];
		uint64_t bits = test->op == SCMP_OP_EQ		? scmp_test_ones(test)
				: test->op == SCMP_OP_MASKED_EQ ? test->mask
								: 0;

		if (test->arg != arg)
			continue;
		fixed |= bits;
		*values |= test->value & bits;
	}
	return fixed;
}

/* A rule's alternatives, which follow one another, fix what each of them does, and all in the same way. */
static void fix_arguments(struct scmp_trap_rule *entry, const struct scmp_rule *rule, bool alternative)
{
	unsigned i;

	for (i = 0; i < SCMP_ARGS_MAX; i++) {
		uint64_t values, before, fixed = fixed_bits(rule, i, &values);

		if (alternative) {
			(void)fixed_bits(rule - 1, i, &before);
			fixed &= entry->fixed[i] & ~(values ^ before);
		}
		entry->fixed[i] = fixed;
	}
}

/* A `return` is an answer that was chosen, even where it is an errno; what brk and getpid say instead of one is not. */
static bool refuses(const struct scmp_rule *rule)
{
	if (rule->verb && strcmp(rule->verb, "return") == 0)
		return false;
	return rule->verdict == SCMP_VERDICT_TRAP || rule->verdict == SCMP_VERDICT_ERRNO ||
	       rule->verdict == SCMP_VERDICT_KILL_PROCESS || rule->verdict == SCMP_VERDICT_KILL_THREAD;
}

static void fill_trap_rule(struct scmp_trap_rule *table, const struct scmp_rule *rule, bool is_default)
{
	struct scmp_trap_rule *entry = &table[rule->id];
	struct scmp_static_answer answer = static_answer(rule);

	if (!rule->traps || rule->id == 0)
		return;
	fix_arguments(entry, rule, entry->id == rule->id);
	entry->verb = rule->verb;
	entry->file = base_name(rule->file);
	entry->line = rule->line;
	entry->why = rule->why;
	entry->answer = answer.result;
	entry->kills = answer.kills;
	entry->kills_thread = answer.kills_thread;
	entry->record = answer.record;
	entry->limit = rule->limit;
	entry->block = scmp_policy_asks(rule);
	entry->intercepts = rule->verdict == SCMP_VERDICT_INTERCEPT;
	entry->of_one_call = !is_default;
	entry->nr = rule->nr;
	entry->id = rule->id;
	entry->answer_number = rule->answer_number;
	entry->refuses = refuses(rule);
	entry->pretends = entry->refuses && answer.result >= 0;
	entry->named = rule->name && !rule->unnamed;
}

const struct scmp_trap_rule *scmp_policy_trap_rules(size_t *n_rules)
{
	struct scmp_policy_context *context;
	struct scmp_trap_rule *table;
	size_t i;

	*n_rules = 0;
	if (scmp_policy_last_id() == 0)
		return NULL;
	*n_rules = scmp_policy_last_id() + 1u;
	table = calloc(*n_rules, sizeof(*table));
	if (!table)
		return NULL;
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		fill_trap_rule(table, &context->context.fallback, true);
		for (i = 0; i < context->context.n_rules; i++)
			fill_trap_rule(table, &context->context.rules[i], false);
	}
	return table;
}
