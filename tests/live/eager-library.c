/* SPDX-License-Identifier: MIT */
/*
 * A library that its hosts are linked with (eager.c) or that is preloaded: its
 * ELF constructor sets a signal handler and starts a thread that makes a trapped call.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/utsname.h>

#include "eager.h"

static struct eager_report report;
static pthread_t thread;

static void ignore(int signo)
{
	(void)signo;
}

static void *run(void *unused)
{
	struct utsname name;

	report.in_thread = uname(&name) < 0 ? -errno : 0;
	return unused;
}

__attribute__((constructor)) static void start(void)
{
	struct utsname name;

	report.signal = signal(SIGUSR1, ignore) == SIG_ERR ? -errno : 0;
	report.in_constructor = uname(&name) < 0 ? -errno : 0;
	report.thread = -pthread_create(&thread, NULL, run, NULL);
}

__attribute__((visibility("default"))) const struct eager_report *eager_report(void)
{
	if (report.thread == 0)
		pthread_join(thread, NULL);
	return &report;
}
