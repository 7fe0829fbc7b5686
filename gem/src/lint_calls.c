/* SPDX-License-Identifier: MIT */
/* Warnings about calls that stand for others: rings that do the work of many, and new calls that old ones follow. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lint.h"
#include "syscalls.h"

enum { NAMES_ROOM = 128 };

/*
 * What io_uring does to files and sockets without the calls themselves: the IORING_OP_
 * of linux/io_uring.h, and calls that do no more than one of these. FTRUNCATE,
 * BIND, LISTEN and PIPE are of kernels later than 6.8.
 */
static bool io_uring_does(int nr)
{
	switch (nr) {
#if defined(__x86_64__)
	case __NR_creat:
	case __NR_link:
	case __NR_lstat:
	case __NR_mkdir:
	case __NR_open:
	case __NR_rename:
	case __NR_rmdir:
	case __NR_stat:
	case __NR_symlink:
	case __NR_unlink:
#endif
	case __NR_accept:
	case __NR_accept4:
	case __NR_bind:
	case __NR_connect:
	case __NR_fallocate:
	case __NR_fdatasync:
	case __NR_fgetxattr:
	case __NR_fsetxattr:
	case __NR_fstat:
	case __NR_fsync:
	case __NR_ftruncate:
	case __NR_getxattr:
	case __NR_linkat:
	case __NR_listen:
	case __NR_mkdirat:
	case __NR_newfstatat:
	case __NR_openat:
	case __NR_openat2:
	case __NR_pread64:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_pwrite64:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_read:
	case __NR_readv:
	case __NR_recvfrom:
	case __NR_recvmmsg:
	case __NR_recvmsg:
	case __NR_renameat:
	case __NR_renameat2:
	case __NR_sendmmsg:
	case __NR_sendmsg:
	case __NR_sendto:
	case __NR_setxattr:
	case __NR_shutdown:
	case __NR_socket:
	case __NR_splice:
	case __NR_statx:
	case __NR_symlinkat:
	case __NR_sync_file_range:
	case __NR_tee:
	case __NR_unlinkat:
	case __NR_write:
	case __NR_writev:
		return true;
	default:
		return false;
	}
}

/* Who answers EIO or ENOSPC, or pretends that it worked, tries out a program and denies it nothing. */
static bool denies(const struct scmp_rule *rule)
{
	switch (scmp_lint_error(rule)) {
	case -1: /* it is killed */
	case EPERM:
	case EACCES:
	case EROFS:
	case ENOENT:
	case ENOSYS:
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
		return !scmp_lint_lets(rule);
	default:
		return false;
	}
}

/* The rule that denies something while rings do it; or, under a default that does, the rule that lets rings run. */
static void check_io_uring(const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;
	size_t i;

	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];
		bool lets_in = rule->nr == __NR_io_uring_setup && scmp_lint_lets(rule) && denies(fallback);

		if (!lets_in && !(denies(rule) && io_uring_does(rule->nr)))
			continue;
		scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_IO_URING_OPEN,
				  "%s :%s%s: what is asked through its rings passes no filter; `rule.errno :ENOSYS, "
				  "family(:io_uring)` closes it",
				  rule->verb, rule->name, lets_in ? "" : ", and io_uring_setup may run");
		return;
	}
}

void scmp_lint_io_uring(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	if (!lint->may_run[__NR_io_uring_setup])
		return;
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		check_io_uring(context);
}

/*
 * New calls, and those that are taken in their stead only where the answer is
 * ENOSYS. The others that policies stumble over fall back whatever the error
 * (close_range in closefrom(3), rseq, pidfd_open), or have nothing to fall back to.
 */
static const struct {
	int nr;
	int old;
	bool only_enosys; /* false: any error will do, and only a kill is the end */
	bool of_libc; /* which takes it by itself, in place of what the program has asked for */
} new_calls[] = {
	{__NR_clone3, __NR_clone, true, true}, /* glibc 2.34: pthread_create, posix_spawn */
	{__NR_close_range, __NR_close, false, false}, /* closefrom(3), python's subprocess */
	{__NR_faccessat2, __NR_faccessat, true, true}, /* glibc 2.33: faccessat with flags */
	{452 /* fchmodat2 */, __NR_fchmodat, true, true}, /* glibc 2.39: fchmodat with flags */
	{__NR_futex_waitv, __NR_futex, true, false}, /* wine */
	{__NR_openat2, __NR_openat, true, false}, /* systemd, runc, cap-std */
	{__NR_rseq, __NR_clone, false, true}, /* glibc 2.35: each thread; it does without */
	{__NR_statx, __NR_newfstatat, true, true}, /* glibc's own statx(3); coreutils, Rust, Qt */
};

enum { N_NEW_CALLS = sizeof(new_calls) / sizeof(new_calls[0]) };

/* A trap's block can say ENOSYS, and is trusted with it. */
static bool cuts_off(const struct scmp_rule *rule, size_t call)
{
	if (scmp_lint_lets(rule) || (scmp_rule_asks(rule) && scmp_policy_has_block()))
		return false;
	switch (scmp_lint_error(rule)) {
	case -1:
		return true;
	case EPERM:
	case EACCES:
		return new_calls[call].only_enosys;
	default:
		return false;
	}
}

static void tell_new_calls(const struct scmp_policy_context *context, const struct scmp_rule *rule, const char *names,
			   const char *how)
{
	scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_NEW_CALL_ERRNO,
			  "%s %s%s: who tries the new call first needs ENOSYS to take the old one; put `rule.errno "
			  ":ENOSYS, %s` before it",
			  rule->verb, names, how, names);
}

/* A family may stand behind a rule that takes one of its calls. */
static bool is_taken_before(const struct scmp_context *context, const struct scmp_rule *rule)
{
	const struct scmp_rule *earlier;

	for (earlier = context->rules; earlier < rule; earlier++)
		if (earlier->nr == rule->nr && earlier->n_tests == 0)
			return true;
	return false;
}

/* Whether the rule refuses a new call in a way that keeps its callers from the old one. */
static bool is_harmful(const struct scmp_lint *lint, const struct scmp_context *context, const struct scmp_rule *rule)
{
	size_t i;

	for (i = 0; i < N_NEW_CALLS && new_calls[i].nr != rule->nr; i++)
		;
	if (i == N_NEW_CALLS || !lint->may_run[new_calls[i].old])
		return false;
	/* A family refuses what it is about, under all names that a program may choose. */
	return cuts_off(rule, i) && (!rule->family || new_calls[i].of_libc) && !is_taken_before(context, rule);
}

static void check_rules(const struct scmp_lint *lint, const struct scmp_policy_context *context)
{
	const struct scmp_rule *first = NULL;
	char names[NAMES_ROOM] = "";
	size_t i;

	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];

		if (!is_harmful(lint, &context->context, rule))
			continue;
		if (first && (first->line != rule->line || first->file != rule->file)) {
			tell_new_calls(context, first, names, "");
			names[0] = '\0';
		}
		first = rule;
		scmp_lint_name(names, sizeof(names), rule->name);
	}
	if (first)
		tell_new_calls(context, first, names, "");
}

/* What no rule names, while the old call runs: only what libc does by itself, the rest shows when it is tried. */
static void check_default(const struct scmp_lint *lint, const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;
	char names[NAMES_ROOM] = "";
	size_t i;

	for (i = 0; i < N_NEW_CALLS; i++)
		if (new_calls[i].of_libc && lint->may_run[new_calls[i].old] && cuts_off(fallback, i) &&
		    !scmp_lint_is_named(&context->context, new_calls[i].nr))
			scmp_lint_name(names, sizeof(names), scmp_syscall_by_number(new_calls[i].nr)->name);
	if (names[0])
		tell_new_calls(context, fallback, names, " by default");
}

void scmp_lint_new_calls(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		check_rules(lint, context);
		check_default(lint, context);
	}
}
