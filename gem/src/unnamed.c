/* SPDX-License-Identifier: MIT */
/* Unnamed calls to which an errno is no answer; unnamed.h. */
#include "unnamed.h"

#include <stddef.h>

#include "answers.h"
#include "syscalls.h"

static bool takes_all(const struct scmp_context *context, int nr)
{
	size_t i;

	for (i = 0; i < context->n_rules; i++)
		if (context->rules[i].nr == nr && context->rules[i].n_tests == 0)
			return true;
	return false;
}

static void mend(struct scmp_policy_context *context, int nr)
{
	struct scmp_rule *rule, mended = context->context.fallback;

	mended.nr = nr;
	mended.unnamed = true;
	mended.name = scmp_syscall_by_number(nr)->name;
	if (!scmp_answer_fit_unnamed(&mended))
		return;
	if (mended.traps) {
		mended.id = scmp_policy_next_id();
		if (mended.id == 0)
			return;
	}
	rule = scmp_policy_add(context);
	if (rule)
		*rule = mended;
	else
		scmp_policy_out_of_memory();
}

void scmp_unnamed_mend(struct scmp_policy_context *context)
{
	enum scmp_verdict verdict = context->context.fallback.verdict;
	size_t i;
	int nr;

	if (verdict != SCMP_VERDICT_ERRNO && !scmp_rule_asks(&context->context.fallback))
		return;
	for (i = 0; (nr = scmp_answer_odd(i)) >= 0; i++)
		if (!takes_all(&context->context, nr))
			mend(context, nr);
}
