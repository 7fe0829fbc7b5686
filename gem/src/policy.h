/* SPDX-License-Identifier: MIT */
/*
 * The policy of this process: all contexts that Ruby has defined, the faults
 * found in them, and the way from there into the kernel. There is one policy a
 * process, as there is one kernel to load it into.
 *
 * In an ordinary process Context#load takes effect at once. In a host the
 * preload defers: loads are noted, and scmp_policy_install() does them all. What a
 * block asks for after that is an error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "trap.h"
#include "warning.h"

struct scmp_silence; /* silence.c */

/* A context as Ruby holds it. */
struct scmp_policy_context {
	struct scmp_context context;
	size_t capacity;
	bool loaded; /* Context#load was called */
	struct scmp_silence *silences; /* the latest first */
	bool asked; /* for rules, though there may be none for this architecture */
	struct scmp_policy_context *next; /* in the order of definition */
};

/* Something wrong (or, as a warning, doubtful) at one place of a policy. */
struct scmp_policy_fault {
	const struct scmp_policy_context *context; /* whose rule it is, or NULL */
	const char *file;
	int line;
	int noted; /* the line of the statement, of whose lines the one before is that of the token */
	enum scmp_warning warning; /* SCMP_WARNING_NONE (false): an error */
	char text[320];
	char token[48]; /* the word of the line that it is about, or "" */
	struct scmp_policy_fault *next;
};

/* scmp_policy_context_new() - NULL: no memory */
struct scmp_policy_context *scmp_policy_context_new(void);

/* scmp_policy_add() - room for one more rule at the end of a context, zeroed; NULL: no memory */
struct scmp_rule *scmp_policy_add(struct scmp_policy_context *context);

/* scmp_policy_next_id() - an id for a trapping rule; 0 where all are taken */
uint16_t scmp_policy_next_id(void);

/* scmp_policy_fault() - note a fault; the text is formatted and cut to fit. @warning: its id; false: an error */
__attribute__((format(printf, 5, 6))) void scmp_policy_fault(const struct scmp_policy_context *context,
							     const char *file, int line, enum scmp_warning warning,
							     const char *format, ...);

/* scmp_policy_point() - the word that the fault noted last is about: it is told by its line, and quoted */
void scmp_policy_point(const char *token);

/* scmp_policy_out_of_memory() - the policy is not all there: it is broken */
void scmp_policy_out_of_memory(void);

/* scmp_policy_faults() - all that was noted, in the order of lines */
const struct scmp_policy_fault *scmp_policy_faults(void);

/* scmp_policy_broken() - is there an error, of this context or (NULL) at all? */
bool scmp_policy_broken(const struct scmp_policy_context *context);

/* scmp_policy_forget() - drop the faults of a context */
void scmp_policy_forget(const struct scmp_policy_context *context);

/* scmp_policy_drop() - drop the faults that somebody does not want */
void scmp_policy_drop(bool (*unwanted)(const struct scmp_policy_fault *fault));

/* scmp_policy_reset() - as in a new process; what was allocated is left where it is */
void scmp_policy_reset(void);

/* scmp_policy_defer() - from now on Context#load only notes its wish */
void scmp_policy_defer(void);
bool scmp_policy_deferred(void);

/* scmp_policy_is_final() - deferred, and closed since: whatever a block still asks for can have no effect */
bool scmp_policy_is_final(void);

/* scmp_policy_note_block() - a block exists: rules that trap may choose their results */
void scmp_policy_note_block(void);
bool scmp_policy_has_block(void);

/*
 * scmp_policy_close() - all rules are known: choose the contexts to load and
 * check them; what is wrong is noted as faults (what is doubtful: lint.h).
 * @only: this context alone, or NULL for the policy's choice (those loaded, or
 *        all where none was)
 * Return: the number of contexts that are to be loaded.
 */
size_t scmp_policy_close(struct scmp_policy_context *only);

/* scmp_policy_next() - the contexts of the closed policy, one after the other; NULL starts and ends */
struct scmp_policy_context *scmp_policy_next(struct scmp_policy_context *context);

/* What the frame of the closed policy depends on. */
bool scmp_policy_traps(void);
bool scmp_policy_limits(void);

/* scmp_policy_lets_run() - whether a call runs whoever makes it, with whatever arguments, under all contexts */
bool scmp_policy_lets_run(int nr);

/*
 * scmp_policy_guards_log() - whether the log's number is to be kept from the host
 * It must be where write(2) is refused: what lies there can be written to. It can be
 * where close_range(2) may run: else closefrom(3) would try for ever to close it.
 */
bool scmp_policy_guards_log(void);
uint64_t scmp_policy_fingerprint(void);

/* scmp_policy_static_answers() - of the closed policy, in the order of their numbers. Return: how many. */
size_t scmp_policy_static_answers(const struct scmp_static_answer **answers);

/* scmp_policy_trap_rules() - the handler's table, indexed by id; NULL and 0 where nothing traps, NULL and 1: no memory
 */
const struct scmp_trap_rule *scmp_policy_trap_rules(size_t *n_rules);

/*
 * scmp_policy_build() - build and verify the filters of the closed policy's contexts
 * All of them before the first is in force: making one takes calls that it may refuse.
 * Return: 0 or -errno; `why` says it in words
 */
int scmp_policy_build(const struct scmp_frame *frame, struct scmp_why *why);

/*
 * scmp_policy_install() - load what scmp_policy_build() has made, in order
 * Return: 0 or -errno; `why` says it in words. Where -errno is returned after a
 *         filter was loaded the process stays filtered by it.
 */
int scmp_policy_install(struct scmp_why *why);
