/* SPDX-License-Identifier: MIT */
/* The warnings' beginning, and those that look at one rule alone; lint.h. */
#include "lint.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <linux/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

#include "constants.h"
#include "exec.h"
#include "solve.h"
#include "syscalls.h"

enum { RUNS = 1, REFUSED = 2, DECIDED = 4 };

static void survey_context(struct scmp_lint *lint, const struct scmp_context *context)
{
	uint8_t calls[SCMP_LINT_NUMBERS] = {0};
	size_t i;

	for (i = 0; i < context->n_rules; i++) {
		const struct scmp_rule *rule = &context->rules[i];

		if (rule->nr >= SCMP_LINT_NUMBERS || calls[rule->nr] & DECIDED)
			continue;
		calls[rule->nr] |= (uint8_t)((scmp_lint_lets(rule) ? RUNS : REFUSED) | (rule->n_tests ? 0 : DECIDED));
	}
	for (i = 0; i < SCMP_LINT_NUMBERS; i++) {
		if (!(calls[i] & DECIDED))
			calls[i] |= scmp_lint_lets(&context->fallback) ? RUNS : REFUSED;
		lint->may_run[i] &= (calls[i] & RUNS) != 0;
		lint->refused[i] |= (calls[i] & REFUSED) != 0;
	}
}

static void survey(struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	memset(lint->may_run, true, sizeof(lint->may_run));
	memset(lint->refused, false, sizeof(lint->refused));
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		survey_context(lint, &context->context);
}

bool scmp_lint_matches(const struct scmp_rule *rule, const uint64_t *args)
{
	size_t i;

	for (i = 0; i < rule->n_tests; i++)
		if (!scmp_literal_holds(&(struct scmp_literal){.test = &rule->tests[i]}, args))
			return false;
	return true;
}

const struct scmp_rule *scmp_lint_taker(const struct scmp_context *context, int nr, const uint64_t *args)
{
	size_t i;

	for (i = 0; i < context->n_rules; i++)
		if (context->rules[i].nr == nr && scmp_lint_matches(&context->rules[i], args))
			return &context->rules[i];
	return &context->fallback;
}

bool scmp_lint_runs(int nr, const uint64_t *args)
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		if (!scmp_lint_lets(scmp_lint_taker(&context->context, nr, args)))
			return false;
	return true;
}

bool scmp_lint_threads(const struct scmp_lint *lint)
{
	const uint64_t thread[SCMP_ARGS_MAX] = {0x3d0f00};

	return lint->may_run[__NR_clone3] || (lint->may_run[__NR_clone] && scmp_lint_runs(__NR_clone, thread));
}

int scmp_lint_error(const struct scmp_rule *rule)
{
	switch (rule->verdict) {
	case SCMP_VERDICT_ERRNO:
		return (int)rule->data;
	case SCMP_VERDICT_RETURN:
	case SCMP_VERDICT_TRAP:
	case SCMP_VERDICT_INTERCEPT:
		return rule->answer < 0 ? (int)-rule->answer : 0;
	default:
		return -1;
	}
}

uint32_t scmp_lint_kernel(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return KERNEL_VERSION(major, minor, 0);
}

bool scmp_lint_is_named(const struct scmp_context *context, int nr)
{
	size_t i;

	for (i = 0; i < context->n_rules; i++)
		if (context->rules[i].nr == nr && !context->rules[i].unnamed)
			return true;
	return false;
}

void scmp_lint_name(char *text, size_t room, const char *name)
{
	size_t length = strlen(text);

	snprintf(text + length, room - length, "%s:%s", length ? ", " : "", name);
}

/* glibc 2.41 takes random bytes from the vDSO where the kernel's has them. */
static bool vdso_has_random(void)
{
	unsigned major = 0, minor = 0;

	return sscanf(gnu_get_libc_version(), "%u.%u", &major, &minor) == 2 &&
	       (major > 2 || (major == 2 && minor >= 41)) && scmp_lint_kernel() >= KERNEL_VERSION(6, 11, 0);
}

/* The clocks that need no kernel; the others are asked there. */
static bool takes_vdso_clock(const struct scmp_rule *rule)
{
	static const uint64_t clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
		CLOCK_BOOTTIME, CLOCK_TAI};
	size_t i, j;

	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		const uint64_t args[SCMP_ARGS_MAX] = {clocks[i]};

		for (j = 0; j < rule->n_tests; j++)
			if (rule->tests[j].arg == 0 &&
			    !scmp_literal_holds(&(struct scmp_literal){.test = &rule->tests[j]}, args))
				break;
		if (j == rule->n_tests)
			return true;
	}
	return false;
}

static bool is_answered_by_vdso(const struct scmp_rule *rule)
{
	switch (rule->nr) {
#if defined(__x86_64__)
	case __NR_time:
	case __NR_getcpu:
#endif
	case __NR_gettimeofday:
		return true;
	case __NR_clock_gettime:
	case __NR_clock_getres:
		return takes_vdso_clock(rule);
	case __NR_getrandom:
		return vdso_has_random();
	default:
		return false;
	}
}

static bool is_about_null(const struct scmp_test *test)
{
	switch ((enum scmp_op)test->op) {
	case SCMP_OP_EQ:
	case SCMP_OP_NE:
	case SCMP_OP_GT:
	case SCMP_OP_LE:
		return test->value == 0;
	case SCMP_OP_GE:
	case SCMP_OP_LT:
		return test->value == 1;
	case SCMP_OP_MASKED_EQ:
	case SCMP_OP_MASKED_NE:
		return test->mask == UINT64_MAX && test->value == 0;
	case SCMP_OPS:
		break;
	}
	return false;
}

/* The argument whose address the rule compares; NULL: none. */
static const struct scmp_argument *compared_pointer(const struct scmp_rule *rule)
{
	const struct scmp_syscall *call = rule->n_tests ? scmp_syscall_by_number(rule->nr) : NULL;
	size_t i;

	for (i = 0; call && i < rule->n_tests; i++)
		if (call->args[rule->tests[i].arg].width == SCMP_WIDTH_PTR && !is_about_null(&rule->tests[i]))
			return &call->args[rule->tests[i].arg];
	return NULL;
}

/* Whether some names of these constants are flags, which may stand beside others. A mode's upper bits mean nothing. */
static bool has_flags(unsigned meaning)
{
	struct scmp_constants all = scmp_constants_of(meaning);
	size_t i;

	if (meaning == SCMP_MEANS_MODE)
		return true;
	for (i = 0; i < all.n; i++)
		if (all.first[i].value & ~all.value_bits)
			return true;
	return false;
}

/* It holds of one value, or up to one. A range without an end ends at the largest number, with or without a sign. */
static bool is_bounded(const struct scmp_test *test)
{
	return test->value &&
	       (test->op == SCMP_OP_EQ || (test->op == SCMP_OP_LE && test->value < scmp_test_ones(test) >> 1));
}

/* The flags that the rule compares as a whole: with one flag more the call gets past it. NULL: none. */
static const struct scmp_argument *equal_flags(const struct scmp_rule *rule)
{
	const struct scmp_syscall *call = rule->n_tests ? scmp_syscall_by_number(rule->nr) : NULL;
	size_t i;

	for (i = 0; call && i < rule->n_tests; i++) {
		const struct scmp_test *test = &rule->tests[i];

		if (is_bounded(test) && has_flags(call->args[test->arg].meaning))
			return &call->args[test->arg];
	}
	return NULL;
}

static bool same_place(const struct scmp_rule *a, const struct scmp_rule *b)
{
	return a && a->line == b->line && a->file == b->file;
}

/* One line of the policy has many rules: each is told once. */
static void check_rules(const struct scmp_policy_context *context)
{
	const struct scmp_rule *vdso = NULL, *pointer = NULL, *equal = NULL;
	size_t i;

	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];
		const struct scmp_argument *argument;

		if (!scmp_rule_runs(rule) && !same_place(vdso, rule) && is_answered_by_vdso(rule)) {
			vdso = rule;
			scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_VDSO,
					  "%s :%s is seldom seen: libc gets its answer from the vDSO, without the "
					  "kernel; who must see all has to replace libc's function",
					  rule->verb, rule->name);
		}
		argument = same_place(equal, rule) || scmp_rule_runs(rule) ? NULL : equal_flags(rule);
		if (argument) {
			equal = rule;
			scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_FLAGS_EQUAL,
					  "%s :%s compares %s as a whole, so that one flag more gets past it: any(...) "
					  "tests for flags, mask(...) for a value beside them",
					  rule->verb, rule->name, scmp_syscall_keyword(argument));
		}
		argument = same_place(pointer, rule) ? NULL : compared_pointer(rule);
		if (argument) {
			pointer = rule;
			scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_POINTER_VALUE,
					  "%s :%s compares the address in %s, not what lies there: a filter sees no "
					  "memory, a trap's block does, as call.string",
					  rule->verb, rule->name, scmp_syscall_keyword(argument));
		}
	}
}

static void check_kill_thread(const struct scmp_policy_context *context, const struct scmp_lint *lint)
{
	const struct scmp_rule *rule = NULL;
	size_t i;

	for (i = 0; i < context->context.n_rules && !rule; i++)
		if (context->context.rules[i].verdict == SCMP_VERDICT_KILL_THREAD)
			rule = &context->context.rules[i];
	if (!rule && context->context.fallback.verdict == SCMP_VERDICT_KILL_THREAD)
		rule = &context->context.fallback;
	if (rule && scmp_lint_threads(lint))
		scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_KILL_THREAD,
				  "%s ends one thread, with whatever it has locked: the others wait for it for ever; "
				  "`kill` ends the process",
				  rule->verb);
}

void scmp_lint(void)
{
	struct scmp_policy_context *context;
	struct scmp_lint lint;

	survey(&lint);
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		check_rules(context);
		check_kill_thread(context, &lint);
	}
	scmp_exec_check(&lint);
	scmp_lint_aliases(&lint);
	scmp_lint_allow(&lint);
	scmp_lint_io_uring(&lint);
	scmp_lint_new_calls(&lint);
	scmp_lint_runtime(&lint);
	scmp_lint_tracer();
	scmp_silence_apply();
}
