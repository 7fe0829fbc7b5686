/* SPDX-License-Identifier: MIT */
/* A host whose library is busy before main: prints what that library saw, and what main sees. */
#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "eager.h"

int main(void)
{
	const struct eager_report *report = eager_report();
	struct utsname name;
	int in_main = uname(&name) < 0 ? -errno : 0;

	printf("signal %d thread %d constructor %d in-thread %d main %d\n", report->signal, report->thread,
	       report->in_constructor, report->in_thread, in_main);
	return 0;
}
