/* SPDX-License-Identifier: MIT */
/* A host whose code runs before the constructors of its libraries: prints what it saw there, and in main. */
#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

static int in_preinit = 1000;

static void preinit(int argc, char **argv, char **environment)
{
	struct utsname name;

	in_preinit = uname(&name) < 0 ? -errno : 0;
}

__attribute__((section(".preinit_array"), used)) static void (*const entry)(int, char **, char **) = preinit;

int main(void)
{
	struct utsname name;
	int in_main = uname(&name) < 0 ? -errno : 0;

	printf("preinit %d main %d\n", in_preinit, in_main);
	return 0;
}
