/* SPDX-License-Identifier: MIT */
/*
 * Allowlists that leave out what libc calls by itself, and a trial of the program
 * seldom shows: a lock that another thread holds, a large realloc, the end of a thread.
 * rt_sigreturn, exit_group and restart_syscall are no part of it: every filter lets
 * them run (filter/doors.h).
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lint.h"
#include "syscalls.h"

enum { NAMES_ROOM = 224, LINE_ROOM = 128 };

static const struct {
	int nr;
	const char *what; /* stops working */
	bool has_way; /* where it fails libc does without, or by another call: only a kill is the end */
	bool of_threads; /* no program without them calls it */
} needs[] = {
	/* Locks that are contended, pthread_once, join: an errno that it should not give makes libc abort. */
	{__NR_futex, "locks"},
	/* Without it the signal of a handler that siglongjmp leaves stays blocked, and abort ends by another. */
	{__NR_rt_sigprocmask, "abort, siglongjmp"},
	/* Small memory; else it is taken from mmap. */
	{__NR_brk, "malloc", .has_way = true},
	/* Large memory, that of other threads than the first, their stacks. */
	{__NR_mmap, "malloc, stacks"},
	/* What mmap gave; else it is lost. */
	{__NR_munmap, "free"},
	/* Large memory that grows; else it is copied. */
	{__NR_mremap, "realloc", .has_way = true},
	/* The stack of a thread that ends, and free in other threads than the first; else they keep it. */
	{__NR_madvise, "free in threads", .has_way = true, .of_threads = true},
	/* It has nobody to answer to: libc calls it again, for ever. exit_group is for the whole process. */
	{__NR_exit, "the end of a thread", .of_threads = true},
};

enum { N_NEEDS = sizeof(needs) / sizeof(needs[0]) };

struct gap {
	char names[NAMES_ROOM]; /* ":brk (malloc), :munmap (free)" */
	char line[LINE_ROOM]; /* ":brk, :munmap" */
	bool mmap; /* it is missing */
};

/* Who names a call has thought of it, whatever is to become of it. */
static bool is_missing(const struct scmp_lint *lint, const struct scmp_context *context, size_t need)
{
	bool kills = scmp_lint_error(&context->fallback) < 0;

	if (scmp_lint_is_named(context, needs[need].nr))
		return false;
	if (needs[need].of_threads && !scmp_lint_threads(lint))
		return false;
	return kills || !needs[need].has_way;
}

static void add(struct gap *gap, size_t need, bool executes)
{
	const char *name = scmp_syscall_by_number(needs[need].nr)->name;
	size_t length;

	scmp_lint_name(gap->names, sizeof(gap->names), name);
	length = strlen(gap->names);
	snprintf(gap->names + length, sizeof(gap->names) - length, " (%s)", needs[need].what);
	if (needs[need].nr == __NR_mmap && !executes)
		gap->mmap = true;
	else
		scmp_lint_name(gap->line, sizeof(gap->line), name);
}

static void check(const struct scmp_lint *lint, const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;
	/* A program that is executed has code to be mapped. */
	bool executes = lint->may_run[__NR_execve] || lint->may_run[__NR_execveat];
	struct gap gap = {.mmap = false};
	size_t i;

	for (i = 0; i < N_NEEDS; i++)
		if (is_missing(lint, &context->context, i))
			add(&gap, i, executes);
	if (!gap.names[0])
		return;
	scmp_policy_fault(context, fallback->file, fallback->line, SCMP_WARNING_RUNTIME_GAP,
			  "libc itself calls %s, which no rule names: add `%s%s%s%s`", gap.names,
			  gap.line[0] ? "rule.allow " : "", gap.line, gap.line[0] && gap.mmap ? "; " : "",
			  gap.mmap ? "rule.allow :mmap, prot: none(:PROT_EXEC)" : "");
}

void scmp_lint_runtime(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		if (!scmp_lint_lets(&context->context.fallback))
			check(lint, context);
}
