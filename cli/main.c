/* SPDX-License-Identifier: MIT */
/*
 * scmp: the command for everything that happens outside a host. This file
 * finds the sub-command; each has a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "gem.h"
#include "ruby.h"

/* What scmp exits with when it is called wrongly; a sub-command's other faults are 1. */
enum { EXIT_USAGE = 2 };

static const char usage[] = "usage: scmp ruby FILE [ARG...]   run a Ruby script that has module Seccomp\n"
			    "       scmp --help\n"
			    "       scmp --version\n"
			    "\n"
			    "To run a program under a policy, no command is needed:\n"
			    "  LD_PRELOAD=libscmp.so SECCOMP_POLICY=policy.rb program\n";

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : NULL;

	if (!command) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(command, "--help") || !strcmp(command, "-h") || (argc == 3 && !strcmp(argv[2], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (!strcmp(command, "--version")) {
		puts("scmp " SCMP_VERSION);
		return 0;
	}
	if (!strcmp(command, "ruby")) {
		if (argc < 3) {
			fputs("scmp: ruby: which FILE? (scmp --help)\n", stderr);
			return EXIT_USAGE;
		}
		return cli_ruby(argv[2], argc - 3, argv + 3);
	}
	fprintf(stderr, "scmp: unknown command: %s (scmp --help)\n", command);
	return EXIT_USAGE;
}
