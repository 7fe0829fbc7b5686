/* SPDX-License-Identifier: MIT */
/*
 * spawn COUNT [NAME=VALUE...] PROGRAM [ARG...]
 *
 * Runs PROGRAM, COUNT times one after the other, with NAME=VALUE added to the
 * environment, and prints the median of the times from spawn to end, in
 * nanoseconds. Run by tests/bench/run, itself under a policy or not.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000l + time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0;
	char **env;
	long *times;
	size_t n_env = 0;

	if (count < 1)
		return 2;
	times = calloc((size_t)count, sizeof(*times));

	/* What is in environ, and what is added to it. */
	while (environ[n_env])
		n_env++;
	env = calloc(n_env + (size_t)argc, sizeof(*env));
	if (!times || !env)
		return 1;
	memcpy(env, environ, n_env * sizeof(*env));
	for (argv += 2; *argv && strchr(*argv, '='); argv++)
		env[n_env++] = *argv;
	if (!*argv)
		return 2;

	for (int i = 0; i < count; i++) {
		long start = now();
		int status;
		pid_t pid;

		if (posix_spawn(&pid, argv[0], NULL, NULL, argv, env) != 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		times[i] = now() - start;
		if (status != 0)
			return 1;
	}

	qsort(times, (size_t)count, sizeof(*times), ascending);
	printf("%ld\n", times[count / 2]);
	return 0;
}
