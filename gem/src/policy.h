/* SPDX-License-Identifier: MIT */
/*
 * The policy of this process: all contexts that Ruby has defined, and the way
 * from there into the kernel. There is one policy a
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

#include "fault.h"
#include "filter.h"
#include "trap.h"

struct scmp_silence; /* silence.c */

/* A block of Seccomp.new: an exception leads out of it, and may be rescued. */
struct scmp_policy_block {
	const char *file;
	int line;
	unsigned number;
	bool ended;
	struct scmp_policy_block *next;
};

/* A context as Ruby holds it. */
struct scmp_policy_context {
	struct scmp_context context;
	size_t capacity;
	bool loaded; /* Context#load was called */
	struct scmp_silence *silences; /* the latest first */
	struct scmp_policy_block *blocks; /* the latest first; an included policy's are its includer's */
	bool asked; /* for rules, though there may be none for this architecture */
	struct scmp_policy_context *next; /* in the order of definition */
};

/* scmp_policy_context_new() - NULL: no memory */
struct scmp_policy_context *scmp_policy_context_new(void);

/* scmp_policy_add() - room for one more rule at the end of a context, zeroed; NULL: no memory */
struct scmp_rule *scmp_policy_add(struct scmp_policy_context *context);

/* scmp_policy_next_id() - an id for a trapping rule; 0 where all are taken */
uint16_t scmp_policy_next_id(void);

/* scmp_policy_last_id() - the highest that was given, 0: none */
unsigned scmp_policy_last_id(void);

/* scmp_policy_reset() - as in a new process; what was allocated is left where it is */
void scmp_policy_reset(void);

/* scmp_policy_defer() - from now on Context#load only notes its wish */
void scmp_policy_defer(void);
bool scmp_policy_deferred(void);

/* scmp_policy_is_final() - deferred, and closed since: whatever a block still asks for can have no effect */
bool scmp_policy_is_final(void);

/* scmp_policy_note_block() - a block exists: rules that trap may choose their results; on_trap's is for all of them */
void scmp_policy_note_block(bool on_trap);
bool scmp_policy_has_block(void);

/* scmp_policy_asks() - whether a block is there for the rule to ask */
bool scmp_policy_asks(const struct scmp_rule *rule);

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
