/* SPDX-License-Identifier: MIT */
/* The calls that cannot simply answer -EPERM, and what they answer instead. */
#include "answers.h"

#include <stddef.h>
#include <sys/syscall.h>

/* overflowuid of user_namespaces(7): what the kernel itself says for an id that has no name here. */
enum { NOBODY = 65534 };

/*
 * Calls that never fail, with the least harmful thing they can say: pid 0 is
 * what getppid(2) answers for a parent outside the pid namespace, alarm 0 is
 * "none was set", 022 the usual umask.
 */
static const struct unfailing {
	int nr;
	int64_t answer;
} unfailing[] = {
	{__NR_getpid, 0},	   {__NR_gettid, 0},	   {__NR_getppid, 0},
#ifdef __NR_getpgrp
	{__NR_getpgrp, 0},
#endif
	{__NR_getuid, NOBODY},	   {__NR_geteuid, NOBODY}, {__NR_getgid, NOBODY},
	{__NR_getegid, NOBODY},	   {__NR_umask, 022},
#ifdef __NR_alarm
	{__NR_alarm, 0},
#endif
	{__NR_set_tid_address, 0}, {__NR_sched_yield, 0},
};

static const struct unfailing *find_unfailing(int nr)
{
	size_t i;

	for (i = 0; i < sizeof(unfailing) / sizeof(unfailing[0]); i++)
		if (unfailing[i].nr == nr)
			return &unfailing[i];
	return NULL;
}

enum scmp_answer scmp_answer_fit(struct scmp_rule *rule)
{
	const struct unfailing *call = find_unfailing(rule->nr);

	switch (rule->nr) {
	case __NR_rt_sigreturn:
	case __NR_restart_syscall:
	case __NR_exit_group:
		return rule->verdict == SCMP_VERDICT_ALLOW ? SCMP_ANSWER_FITS : SCMP_ANSWER_NEVER_REFUSED;
	case __NR_exit:
		/* It has nobody to answer to: libc calls it again, for ever. Where it is intercepted it goes on,
		 * whatever the block says. */
		return rule->verdict == SCMP_VERDICT_ERRNO || rule->verdict == SCMP_VERDICT_TRAP ||
				       rule->verdict == SCMP_VERDICT_RETURN
			       ? SCMP_ANSWER_NEVER_REFUSED
			       : SCMP_ANSWER_FITS;
	case __NR_brk:
		/* The result is the new break; libc takes one below what it asked for as ENOMEM, but -EPERM as an
		 * address. */
		if (rule->verdict == SCMP_VERDICT_ERRNO)
			rule->data = 0;
		rule->answer = rule->verdict == SCMP_VERDICT_RETURN ? rule->answer : 0;
		return SCMP_ANSWER_FITS;
	}
	if (!call)
		return SCMP_ANSWER_FITS;
	if (rule->verdict == SCMP_VERDICT_ERRNO)
		return SCMP_ANSWER_CANNOT_FAIL;
	if (rule->verdict == SCMP_VERDICT_RETURN)
		return rule->answer < 0 ? SCMP_ANSWER_CANNOT_FAIL : SCMP_ANSWER_FITS;
	if (scmp_rule_asks(rule))
		rule->answer = call->answer;
	return SCMP_ANSWER_FITS;
}

int scmp_answer_odd(size_t i)
{
	if (i == 0)
		return __NR_brk;
	return i <= sizeof(unfailing) / sizeof(unfailing[0]) ? unfailing[i - 1].nr : -1;
}

bool scmp_answer_fit_unnamed(struct scmp_rule *rule)
{
	const struct unfailing *call = find_unfailing(rule->nr);

	if (call && rule->verdict == SCMP_VERDICT_ERRNO) {
		/* What the kernel can answer by itself is 0 or an errno. */
		if (call->answer != 0)
			return false;
		rule->data = 0;
		rule->answer = 0;
		return true;
	}
	return scmp_answer_fit(rule) == SCMP_ANSWER_FITS;
}

bool scmp_answer_needs_block(const struct scmp_rule *rule)
{
	return rule->verdict == SCMP_VERDICT_TRAP && find_unfailing(rule->nr);
}
