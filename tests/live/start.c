/* SPDX-License-Identifier: MIT */
/*
 * Becomes another program in unusual ways, as scripts cannot:
 *
 *   start no-arguments PROGRAM      execve with argc 0
 *   start blocked PROGRAM ARG...    with every signal blocked
 *   start ignored PROGRAM ARG...    with SIGSYS ignored
 *   start vfork|spawn|system|popen|clone PROGRAM ARG...   in a child; its exit status is ours
 */
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 90;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int exec_it(void *arguments)
{
	char **argv = arguments;

	execv(argv[0], argv);
	_exit(91);
}

static int spawn_it(char **argv)
{
	pid_t pid;

	return posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) ? 92 : wait_for(pid);
}

static int popen_it(const char *line)
{
	char text[256];
	FILE *pipe = popen(line, "r");
	int status;

	if (!pipe)
		return 93;
	while (fgets(text, sizeof(text), pipe))
		fputs(text, stdout);
	fflush(stdout);
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	char *nothing[] = {NULL};
	const char *how = argc > 2 ? argv[1] : "";
	char **what = argv + 2;
	sigset_t all;
	pid_t pid;
	int status;

	if (strcmp(how, "no-arguments") == 0)
		return execve(what[0], nothing, environ);
	if (strcmp(how, "blocked") == 0) {
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		return exec_it(what);
	}
	if (strcmp(how, "ignored") == 0) {
		signal(SIGSYS, SIG_IGN);
		return exec_it(what);
	}
	if (strcmp(how, "vfork") == 0) {
		pid = vfork();
		if (pid == 0)
			exec_it(what);
		return wait_for(pid);
	}
	if (strcmp(how, "clone") == 0)
		return wait_for(clone(exec_it, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, what));
	if (strcmp(how, "spawn") == 0)
		return spawn_it(what);
	if (strcmp(how, "popen") == 0)
		return popen_it(what[0]);
	if (strcmp(how, "system") == 0) {
		status = system(what[0]);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return 94;
}
