/* SPDX-License-Identifier: MIT */
/*
 * What the environment asks for, read once by the constructor and never again.
 * Relative paths are made absolute in the host's own environment, so that its
 * children still find them after a chdir.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum scmp_log_kind {
	SCMP_LOG_STDERR, /* the one at start */
	SCMP_LOG_FD, /* a descriptor by number */
	SCMP_LOG_PATH, /* a file to append to */
};

struct scmp_options {
	bool idle; /* do nothing: AT_SECURE, or SECCOMP_POLICY=none */
	const char *policy; /* as it was spelled */
	const char *policy_path; /* absolute */
	bool ready_made; /* a bare word: one of the library's own policies */
	enum scmp_log_kind log_kind;
	int log_fd; /* SCMP_LOG_FD */
	const char *log_path; /* SCMP_LOG_PATH, absolute */
	bool log_json; /* an object a line */
	const char *program; /* the host's short name */
	char **environment;
	const char *library; /* absolute path of this one, for children that have lost LD_PRELOAD */
	const char *kept[3]; /* the SECCOMP_ variables as they are in the environment now; NULL behind the last */
	const void *auxv;
};

/* scmp_options_read() - from the constructor's own arguments, as libc's environ is not there yet; ends the start on a
 * fault */
void scmp_options_read(struct scmp_options *options, int argc, char **argv, char **environment);
