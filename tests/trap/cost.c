/* SPDX-License-Identifier: MIT */
/*
 * What a trap costs: medians of rounds, in nanoseconds a call, for a bare SIGSYS
 * handler (the least that a trap can cost here) and for this one. Run alone on an
 * idle machine; a benchmark, not a test.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "little.h"

enum { ROUNDS = 41, CALLS = 5000 };

static void bare(int signo, siginfo_t *info, void *context)
{
#if defined(__x86_64__)
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = 42;
#elif defined(__aarch64__)
	((ucontext_t *)context)->uc_mcontext.regs[0] = 42;
#endif
}

static void decide(struct scmp_call *call)
{
	call->decided = true;
	call->result = 42;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(const char *what, long nr)
{
	double rounds[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		for (int j = 0; j < CALLS; j++)
			raw(nr, 0, 0, 0, 0, 0, 0);
		rounds[i] = (now() - start) / CALLS;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	printf("%-40s %7.0f ns\n", what, rounds[ROUNDS / 2]);
	fflush(stdout);
}

static void bare_handler(void)
{
	const struct sigaction action = {.sa_sigaction = bare, .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGSYS, &action, NULL);
	little_filter(-1, GATE_STRICT);
	measure("a bare handler", SYS_getpgid);
}

static void ours(void)
{
	little_config.run_block = decide;
	little_start(little_log());
	measure("a static answer", SYS_getpgid);
	measure("a block", SYS_getuid);
	measure("a record", SYS_uname);
	measure("a block and a record", SYS_getppid);
}

static void not_trapped(void)
{
	measure("a call without a filter", SYS_getpgid);
	little_filter(-1, GATE_STRICT);
	measure("a call under the filter", SYS_getpgrp);
}

int main(void)
{
	little_run(not_trapped);
	for (int i = 0; i < 3; i++) {
		little_run(bare_handler);
		little_run(ours);
	}
	return 0;
}
