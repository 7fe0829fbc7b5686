/* SPDX-License-Identifier: MIT */
/*
 * The least that a preloaded sandbox can be: a constructor which gives the
 * names in $MINIMAL_DENY (with commas between) straight to libseccomp, each to
 * fail with EPERM. tests/bench/run measures libscmp against it.
 *
 * It takes its variable away, so that the programs which its host executes do
 * not load the filter again.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "minimal: %s\n", what);
	_exit(125);
}

__attribute__((constructor)) static void load(void)
{
	char *names = getenv("MINIMAL_DENY");
	scmp_filter_ctx filter;

	if (!names)
		return;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		fail("seccomp_init");
	for (char *name; (name = strtok_r(names, ",", &names));)
		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(name), 0) < 0)
			fail(name);
	if (seccomp_load(filter) < 0)
		fail("seccomp_load");
	seccomp_release(filter);
	unsetenv("MINIMAL_DENY");
}
