/* SPDX-License-Identifier: MIT */
/*
 * What is doubtful about a policy that can be loaded: its warnings. Once, at the
 * first start, when the policy is closed and no filter is in force: the kernel
 * is asked for its version. A warning has one line, for all that it is about in
 * one line of the policy: a wall of them would not be read.
 *
 * Foreign ABIs (i386, x32) are no warning: every filter of this library kills them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"

/* Above the highest number of any kernel that the table knows. */
enum { SCMP_LINT_NUMBERS = 512 };

/* What becomes of the calls of each number, under all contexts together. */
struct scmp_lint {
	bool may_run[SCMP_LINT_NUMBERS]; /* some call of it, as far as each context by itself tells */
	bool refused[SCMP_LINT_NUMBERS]; /* some call of it, in some context, by a rule or the default */
};

/* scmp_lint() - note all warnings of the closed policy that show only when all is known, and mind its silences */
void scmp_lint(void);

/* What the warnings have in common. */

/* scmp_lint_taker() - the rule of a context that takes the call with these arguments, or its default */
const struct scmp_rule *scmp_lint_taker(const struct scmp_context *context, int nr, const uint64_t *args);

/* scmp_lint_runs() - whether the call with these arguments runs under all contexts */
bool scmp_lint_runs(int nr, const uint64_t *args);

/* scmp_lint_threads() - whether threads may be made: by clone with pthread_create(3)'s flags, or clone3, whose are
 * behind a pointer */
bool scmp_lint_threads(const struct scmp_lint *lint);

/* scmp_lint_matches() - whether all tests of a rule hold for these arguments */
bool scmp_lint_matches(const struct scmp_rule *rule, const uint64_t *args);

/* scmp_lint_lets() - whether it denies nothing: what is intercepted is to be seen, not to be kept out */
static inline bool scmp_lint_lets(const struct scmp_rule *rule)
{
	return scmp_rule_runs(rule) || rule->verdict == SCMP_VERDICT_INTERCEPT;
}

/* scmp_lint_error() - the errno with which a rule that refuses answers by itself, 0 for a success, -1: it kills */
int scmp_lint_error(const struct scmp_rule *rule);

/* scmp_lint_kernel() - the running one's version, as KERNEL_VERSION() */
uint32_t scmp_lint_kernel(void);

/* scmp_lint_is_named() - whether a rule of the context names the call, with whatever conditions */
bool scmp_lint_is_named(const struct scmp_context *context, int nr);

/* scmp_lint_name() - add ":NAME" to a list of names in a text */
void scmp_lint_name(char *text, size_t room, const char *name);

/* The warnings, a file each or a few that belong together. */
void scmp_lint_aliases(const struct scmp_lint *lint);
void scmp_lint_allow(const struct scmp_lint *lint);
void scmp_lint_io_uring(const struct scmp_lint *lint);
void scmp_lint_new_calls(const struct scmp_lint *lint);
void scmp_lint_runtime(const struct scmp_lint *lint);
void scmp_lint_tracer(void);
