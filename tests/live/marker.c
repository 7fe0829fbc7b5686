/* SPDX-License-Identifier: MIT */
/*
 * A host that shows how far it has come:
 *
 *   marker FOLDER                      leaves FOLDER/constructor and FOLDER/main, and
 *                                      prints its seccomp state and what uname(2) returns
 *   marker FOLDER again [NAME=VALUE]   sets the variables and becomes `marker FOLDER` by execve
 *   marker                             only prints
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void leave(const char *folder, const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		_exit(99);
	close(fd);
}

__attribute__((constructor)) static void before_main(int argc, char **argv)
{
	if (argc == 2)
		leave(argv[1], "constructor");
}

/* The number behind `name` in /proc/self/status, or -1. */
static int status(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	size_t length = strlen(name);
	char line[256];
	int value = -1;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0)
			value = atoi(line + length);
	fclose(file);
	return value;
}

int main(int argc, char **argv)
{
	struct utsname name;
	int i, result;

	if (argc > 2) {
		char *again[] = {argv[0], argv[1], NULL};

		for (i = 3; i < argc; i++)
			putenv(argv[i]);
		execv("/proc/self/exe", again);
		return 97;
	}
	if (argc == 2)
		leave(argv[1], "main");
	result = uname(&name) < 0 ? -errno : 0;
	printf("seccomp %d filters %d uname %d\n", status("Seccomp:"), status("Seccomp_filters:"), result);
	return 0;
}
