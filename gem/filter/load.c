/* SPDX-License-Identifier: MIT */
/*
 * The last step: the program goes into the kernel, for all threads at once.
 * Called from ordinary code. From its success on, the calling process is under
 * the filter, so nothing may follow here that is not sure to pass.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

static int fail(struct scmp_why *why, const char *what, int r)
{
	snprintf(why->text, sizeof(why->text), "%s: %s", what, strerror(-r));
	return r;
}

int scmp_filter_load(const struct scmp_program *program, struct scmp_why *why)
{
	/* It is for ever, and on all threads by the filter's TSYNC; the filter before may refuse prctl(2). */
	static bool has_no_new_privs;
	struct sock_fprog fprog = {.len = program->n_insns, .filter = program->insns};
	long r;

	if (!has_no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(why, "the kernel refused no_new_privs", -errno);
	has_no_new_privs = true;

	/* No wrapper of libc: it has none. */
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &fprog);
	if (r < 0)
		return fail(why, "the kernel refused the filter", -errno);
	if (r > 0) {
		/* Not an error of the call, yet nothing is loaded, on no thread. */
		snprintf(why->text, sizeof(why->text),
			 "thread %ld has a filter of its own, so that not all can be filtered", r);
		return -ESRCH;
	}
	return 0;
}
