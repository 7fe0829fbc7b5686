/* SPDX-License-Identifier: MIT */
/* Traps that come too early for executed programs; exec.h. */
#include "exec.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lint.h"
#include "policy.h"
#include "syscalls.h"

/*
 * What the kernel's and libc's start of a dynamic program call, and our
 * constructor before it has a handler. Found by trapping every call in turn:
 * tests/live/exec.py does so again.
 */
static const int needed[] = {
#ifdef __NR_access
	__NR_access,
#endif
#ifdef __NR_arch_prctl
	__NR_arch_prctl,
#endif
	__NR_brk,
	__NR_close,
	__NR_mmap,
	__NR_mprotect,
	__NR_munmap,
	__NR_newfstatat,
	__NR_openat,
	__NR_pread64,
	__NR_prlimit64,
	__NR_read,
	__NR_rseq,
	__NR_set_robust_list,
	__NR_set_tid_address,
};

/* Those without which ld.so gives up, whatever the errno is. */
static const int vital[] = {__NR_mmap, __NR_mprotect, __NR_newfstatat, __NR_openat, __NR_read};

/* The rule that takes all of a call: of one with conditions nobody knows here whether it matches. */
static const struct scmp_rule *taken_by(const struct scmp_context *context, int nr)
{
	size_t i;

	for (i = 0; i < context->n_rules; i++)
		if (context->rules[i].nr == nr && context->rules[i].n_tests == 0)
			return &context->rules[i];
	return &context->fallback;
}

static const struct scmp_rule *trapped_by(const struct scmp_context *context, int nr)
{
	const struct scmp_rule *rule = taken_by(context, nr);

	return rule->traps ? rule : NULL;
}

/* What nobody has thought of: an allowlist that lets programs be executed, and not what they start with. */
static void check_unnamed(const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;
	char names[64] = "";
	size_t i, length = 0;

	if (fallback->traps || scmp_rule_runs(fallback))
		return;
	for (i = 0; i < sizeof(vital) / sizeof(vital[0]); i++)
		if (!scmp_lint_is_named(&context->context, vital[i]))
			length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s", length ? ", " : "",
						   scmp_syscall_by_number(vital[i])->name);
	if (length)
		scmp_policy_fault(context, fallback->file, fallback->line, SCMP_WARNING_LOADER_CRITICAL,
				  "a program that the host executes cannot start: it needs %s, which no rule allows",
				  names);
}

/* A line of the policy may name several of them: it is told once, with all. */
static void check(const struct scmp_policy_context *context)
{
	enum { N = sizeof(needed) / sizeof(needed[0]) };
	const struct scmp_rule *by[N];
	size_t i, j;

	for (i = 0; i < N; i++)
		by[i] = trapped_by(&context->context, needed[i]);
	for (i = 0; i < N; i++) {
		const struct scmp_rule *rule = by[i];
		char names[160] = "";
		size_t length = 0;

		if (!rule)
			continue;
		for (j = i; j < N; j++)
			if (by[j] && by[j]->line == rule->line && by[j]->file == rule->file) {
				if (length < sizeof(names))
					length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
								   length ? ", " : "",
								   scmp_syscall_by_number(needed[j])->name);
				by[j] = NULL;
			}
		scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_LOADER_CRITICAL,
				  "a program that the host executes ends with SIGSYS: it calls %s before it can have a "
				  "handler; `errno` is answered without one",
				  names);
	}
}

void scmp_exec_check(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	if (!lint->may_run[__NR_execve] && !lint->may_run[__NR_execveat])
		return;
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		check(context);
		check_unnamed(context);
	}
}
