/* SPDX-License-Identifier: MIT */
/*
 * Faults: what is wrong with a policy, or doubtful about it, each with its place.
 * They are noted while the policy is read, and come out together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "warning.h"

struct scmp_policy_context;

/* Something wrong (or, as a warning, doubtful) at one place of a policy. */
struct scmp_policy_fault {
	const struct scmp_policy_context *context; /* whose rule it is, or NULL */
	const char *file;
	int line;
	int noted; /* the line of the statement, of whose lines the one before is that of the token */
	enum scmp_warning warning; /* SCMP_WARNING_NONE (false): an error */
	char text[512];
	char token[48]; /* the word of the line that it is about, or "" */
	struct scmp_policy_fault *next;
};

/* scmp_policy_fault() - note a fault; the text is formatted, cut, made one line. @warning: its id; false: an error */
__attribute__((format(printf, 5, 6))) void scmp_policy_fault(const struct scmp_policy_context *context,
							     const char *file, int line, enum scmp_warning warning,
							     const char *format, ...);

/* scmp_policy_point() - the word that the fault noted last is about: it is told by its line, and quoted */
void scmp_policy_point(const char *token);

/* scmp_policy_out_of_memory() - the policy is not all there: it is broken */
void scmp_policy_out_of_memory(void);

/* scmp_policy_faults() - all that was noted, in the order of lines */
const struct scmp_policy_fault *scmp_policy_faults(void);

/* scmp_policy_untold() - how many errors more there were than are kept */
size_t scmp_policy_untold(void);

/* scmp_policy_broken() - is there an error, of this context or (NULL) at all? */
bool scmp_policy_broken(const struct scmp_policy_context *context);

/* scmp_policy_forget() - drop the faults of a context */
void scmp_policy_forget(const struct scmp_policy_context *context);

/* scmp_policy_drop() - drop the faults that somebody does not want */
void scmp_policy_drop(bool (*unwanted)(const struct scmp_policy_fault *fault));

/* scmp_policy_forget_faults() - as in a new process; what was allocated is left where it is */
void scmp_policy_forget_faults(void);
