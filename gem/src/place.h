/* SPDX-License-Identifier: MIT */
/* Where in the policy the running Ruby code is. */
#pragma once

#include <mruby.h>
#include <stdbool.h>

struct scmp_place {
	const char *file; /* lives as long as the process; the same pointer for the same file */
	int line; /* of the statement, its first; 0: unknown */
};

/* scmp_place_file() - the one copy of a file's name that all places share */
const char *scmp_place_file(const char *file, size_t length);

/* scmp_place_now() - file and line of the innermost frame that has them: the policy's, as the words have none */
struct scmp_place scmp_place_now(mrb_state *mrb);

/* scmp_place_called_here() - whether the policy's own text has called the running method, and no word of ours has */
bool scmp_place_called_here(mrb_state *mrb);

/* scmp_place_of() - the same for an exception */
struct scmp_place scmp_place_of(mrb_state *mrb, mrb_value exception);
