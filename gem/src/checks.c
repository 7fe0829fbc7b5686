/* SPDX-License-Identifier: MIT */
/* What the checker finds (filter/check.c), and what only the whole policy shows, in words; checks.h. */
#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "policy.h"

/* What rules say the same wrong thing in one line of the policy: as one. */
static bool same_words(const struct scmp_fault *a, const struct scmp_fault *b)
{
	return a->kind == b->kind && a->rule->file == b->rule->file && a->rule->line == b->rule->line &&
	       a->rule->verb == b->rule->verb && a->together == b->together &&
	       (a->earlier == b->earlier ||
		(a->earlier && b->earlier && a->earlier->file == b->earlier->file &&
		 a->earlier->line == b->earlier->line && a->earlier->verb == b->earlier->verb));
}

/* ":mkdir, :rmdir", or "family(:unlink)" */
static void name_calls(const struct scmp_fault *faults, size_t n, char *text, size_t room)
{
	const size_t more_room = sizeof(" and 4294967295 more");
	size_t length = 0, i;

	for (i = 0; i < n; i++) {
		const struct scmp_rule *rule = faults[i].rule;
		const char *name = rule->family ? rule->family->name : rule->name;

		if (length + strlen(name) + more_room >= room) {
			snprintf(text + length, room - length, " and %zu more", n - i);
			return;
		}
		length += (size_t)snprintf(text + length, room - length, "%s%s%s", i ? ", " : "",
					   rule->family ? "" : ":", name);
	}
}

/* "line 4", or "base.rb:4" where it is another file's. */
static const char *line_of(const struct scmp_rule *rule, const char *file, char *text, size_t room)
{
	if (rule->file == file)
		snprintf(text, room, "line %d", rule->line);
	else
		snprintf(text, room, "%s:%d", rule->file, rule->line);
	return text;
}

/* Return: how many of the faults were told. */
static size_t tell_faults(const struct scmp_policy_context *context, const struct scmp_fault *faults, size_t n_faults)
{
	const struct scmp_rule *rule = faults[0].rule, *earlier = faults[0].earlier;
	char names[160], line[128];
	size_t n = 1;

	while (n < n_faults && same_words(&faults[0], &faults[n]))
		n++;
	name_calls(faults, n, names, sizeof(names));
	switch (faults[0].kind) {
	case SCMP_FAULT_ALWAYS_TRUE:
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s %s takes every call: its conditions are always true, leave them out", rule->verb,
				  names);
		scmp_policy_point(rule->verb);
		break;
	case SCMP_FAULT_NEVER_TRUE:
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s %s can never match: its conditions contradict themselves", rule->verb, names);
		scmp_policy_point(rule->verb);
		break;
	case SCMP_FAULT_COVERED:
		scmp_policy_fault(
			context, rule->file, rule->line, false,
			"%s %s can never take effect: %s (%s) %s all of its calls, and the first match wins%s",
			rule->verb, names, line_of(earlier, rule->file, line, sizeof(line)), earlier->verb,
			faults[0].together ? "and those before it take" : "takes",
			earlier->file == rule->file ? "" : ": it has to stand before the include");
		scmp_policy_point(rule->verb);
		break;
	case SCMP_FAULT_SAME_AS_DEFAULT:
		scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_NO_EFFECT,
				  "%s %s has no effect: it is the default action", rule->verb, names);
		break;
	}
	return n;
}

/*
 * A rule that was included and that the includer, or another policy that it
 * includes, has an answer for already: that is what rules before an include are for.
 */
static bool is_overridden(const struct scmp_policy_context *context, const struct scmp_fault *fault)
{
	return fault->kind == SCMP_FAULT_COVERED && fault->rule->file != context->context.fallback.file &&
	       fault->earlier->file != fault->rule->file;
}

/* In a host it is an accident: SECCOMP_POLICY=none is how one says it. */
static void refuse_empty(const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;

	/* Where something else is wrong a rule may have been lost with it. */
	if (!scmp_policy_deferred() || context->asked || fallback->verdict != SCMP_VERDICT_ALLOW || fallback->traps ||
	    scmp_policy_broken(NULL))
		return;
	scmp_policy_fault(context, fallback->file, fallback->line, false,
			  "this context lets every call pass: its default is allow, and no rule has reached it "
			  "(SECCOMP_POLICY=none runs a program unfiltered)");
}

/* An interception without a block is a trap. */
static void refuse_unasked(const struct scmp_policy_context *context, const struct scmp_rule *rule)
{
	if (!scmp_policy_deferred() || rule->verdict != SCMP_VERDICT_INTERCEPT || scmp_policy_asks(rule))
		return;
	scmp_policy_fault(
		context, rule->file, rule->line, false,
		"intercept asks a block, and there is none: `rule.intercept(:%s) { |call| call.continue }`, or "
		"Seccomp.on_trap for all rules",
		rule->name ? rule->name : "fsync");
	scmp_policy_point("intercept");
}

/* Where an exception has ended the policy that is what is told. */
static void refuse_unended(const struct scmp_policy_context *context)
{
	const struct scmp_policy_block *block;

	if (!scmp_policy_deferred() || scmp_policy_broken(NULL))
		return;
	for (block = context->blocks; block; block = block->next)
		if (!block->ended)
			scmp_policy_fault(context, block->file, block->line, false,
					  "the block of this context was left before its end, and what it raised was "
					  "rescued: rules are missing");
}

void scmp_policy_check(const struct scmp_policy_context *context)
{
	struct scmp_fault *faults;
	size_t n_faults, n = 0, i;

	refuse_unended(context);
	refuse_empty(context);
	refuse_unasked(context, &context->context.fallback);
	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];

		refuse_unasked(context, rule);
		if (!scmp_answer_needs_block(rule) || scmp_policy_asks(rule) ||
		    (!scmp_policy_deferred() && scmp_policy_has_block()))
			continue;
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s cannot fail, its callers take an error for a result: give the trap a block that "
				  "chooses one, or say `return n, :%s`",
				  rule->name, rule->name);
		scmp_policy_point(rule->name);
	}
	if (context->context.n_rules == 0)
		return;
	faults = calloc(context->context.n_rules, sizeof(*faults));
	if (!faults) {
		scmp_policy_out_of_memory();
		return;
	}
	n_faults = scmp_filter_check(&context->context, faults);
	for (i = 0; i < n_faults; i++)
		if (!is_overridden(context, &faults[i]))
			faults[n++] = faults[i];
	for (i = 0; i < n; i += tell_faults(context, &faults[i], n - i))
		;
	free(faults);
}
