/* SPDX-License-Identifier: MIT */
/*
 * Policies that rely on a tracer, whom the process can pass over. Of several filters
 * the kernel takes the most severe answer: kills, TRAP, ERRNO and USER_NOTIF all come
 * before TRACE, and the tracer is not told. What the process's own filter answers
 * with the first three does not run; its listener can let it run, with
 * SECCOMP_USER_NOTIF_FLAG_CONTINUE. And a process that has no tracer, as a child made
 * with CLONE_UNTRACED, can be traced by another of its own, who lets it run, too.
 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "lint.h"

enum { TEXT_ROOM = 256, NAMES_ROOM = 32 };

/* Which of the ways past a tracer are open. */
struct ways {
	bool listener, filter, prctl, tracer;
};

/* Whether the call runs, and neither this tracer nor another is asked. */
static bool runs_untraced(int nr, const uint64_t args[SCMP_ARGS_MAX])
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		const struct scmp_rule *taker = scmp_lint_taker(&context->context, nr, args);

		if (!scmp_lint_lets(taker) || taker->verdict == SCMP_VERDICT_TRACE)
			return false;
	}
	return true;
}

static struct ways find_ways(void)
{
	static const uint64_t listener[SCMP_ARGS_MAX] = {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER};
	static const uint64_t filter[SCMP_ARGS_MAX] = {SECCOMP_SET_MODE_FILTER};
	static const uint64_t prctl[SCMP_ARGS_MAX] = {PR_SET_SECCOMP, SECCOMP_MODE_FILTER};
	static const uint64_t me[SCMP_ARGS_MAX] = {PTRACE_TRACEME};
	static const uint64_t attach[SCMP_ARGS_MAX] = {PTRACE_ATTACH}, seize[SCMP_ARGS_MAX] = {PTRACE_SEIZE};

	return (struct ways){
		.listener = runs_untraced(__NR_seccomp, listener),
		.filter = runs_untraced(__NR_seccomp, filter),
		.prctl = runs_untraced(__NR_prctl, prctl),
		.tracer = runs_untraced(__NR_ptrace, me) || runs_untraced(__NR_ptrace, attach) ||
			  runs_untraced(__NR_ptrace, seize),
	};
}

static const struct scmp_rule *tracing_rule(const struct scmp_context *context)
{
	size_t i;

	for (i = 0; i < context->n_rules; i++)
		if (context->rules[i].verdict == SCMP_VERDICT_TRACE)
			return &context->rules[i];
	return context->fallback.verdict == SCMP_VERDICT_TRACE ? &context->fallback : NULL;
}

static void tell(const struct ways *ways, const struct scmp_policy_context *context, const struct scmp_rule *rule)
{
	bool filters = ways->listener || ways->filter || ways->prctl;
	char how[TEXT_ROOM], names[NAMES_ROOM] = "";

	snprintf(how, sizeof(how), "%s%s%s",
		 ways->listener ? "a seccomp listener of the process's own answers before it, and lets the call run"
		 : filters
			 ? "a filter of the process's own answers before it, by an errno or a trap, and it is not told"
			 : "",
		 filters && ways->tracer ? "; " : "",
		 ways->tracer ? "by ptrace a process without a tracer gets one of its own, who lets the call run" : "");
	if (ways->listener || ways->filter)
		scmp_lint_name(names, sizeof(names), "seccomp");
	if (ways->tracer)
		scmp_lint_name(names, sizeof(names), "ptrace");
	scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_TRACER_OPEN,
			  "the tracer can be passed over: %s: refuse it first, `%s%s%s%s`", how,
			  names[0] ? "rule.errno :EPERM, " : "", names, names[0] && ways->prctl ? "; " : "",
			  ways->prctl ? "rule.errno :EPERM, :prctl, option: :PR_SET_SECCOMP" : "");
}

void scmp_lint_tracer(void)
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		const struct scmp_rule *rule = tracing_rule(&context->context);
		struct ways ways = {.listener = false};

		if (rule)
			ways = find_ways();
		if (ways.listener || ways.filter || ways.prctl || ways.tracer)
			tell(&ways, context, rule);
	}
}
