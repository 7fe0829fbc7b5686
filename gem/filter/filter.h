/* SPDX-License-Identifier: MIT */
/*
 * From rules to a filter in the kernel. The steps, in order:
 *
 *   check    rules that contradict themselves or can never match
 *   build    cases -> libseccomp's dispatch -> our tails spliced in
 *   verify   the program, run by `sim`, against what the rules mean
 *   load     seccomp(2), with no_new_privs, on all threads
 *
 * Called before a filter is in force, from ordinary code (malloc is used).
 * Everything returns 0 or -errno; where a text helps, it is put in `why`.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doors.h"
#include "rule.h"

/* Room for one message that names what went wrong. */
struct scmp_why {
	char text[256];
};

/* The program as seccomp(2) takes it; `insns` is malloc'ed. */
struct scmp_program {
	struct sock_filter *insns;
	unsigned short n_insns;
};

/* What is wrong with one rule: both lines are named where a second is at fault. */
enum scmp_fault_kind {
	SCMP_FAULT_ALWAYS_TRUE, /* the rule's tests hold for every call: they are no conditions */
	SCMP_FAULT_NEVER_TRUE, /* the rule's own tests can never all hold */
	SCMP_FAULT_COVERED, /* earlier rules take every call that it could match */
	SCMP_FAULT_SAME_AS_DEFAULT, /* warning: equal to the default, and no exception to a later rule */
};

struct scmp_fault {
	enum scmp_fault_kind kind;
	const struct scmp_rule *rule;
	const struct scmp_rule *earlier; /* COVERED: the (last needed) earlier rule */
	bool together; /* ... which does it with others before it */
};

/*
 * scmp_filter_check() - find the rules that do not mean what they say
 * Of a family that is not covered, or without effect, as a whole nothing is said; of
 * one that is, its first rule is named.
 * @faults: room for n_rules entries
 * Return: the number of faults found.
 */
size_t scmp_filter_check(const struct scmp_context *context, struct scmp_fault *faults);

/*
 * scmp_filter_build() - make the program of one context
 * @doors: the calls that pass before any rule (doors.h), @n_doors of them
 * Return: 0, -E2BIG (over the kernel's 4096 instructions), -ENOMEM, or what
 *         libseccomp returned; `why` then says it in words.
 */
int scmp_filter_build(struct scmp_program *programp, const struct scmp_context *context, const struct scmp_door *doors,
		      size_t n_doors, struct scmp_why *why);

/*
 * scmp_filter_verify() - run the program on cases drawn from every rule and
 * door (inside, at and outside each bound) and compare with scmp_meaning()
 * Return: 0, or -EBADMSG with the first difference in `why`.
 */
int scmp_filter_verify(const struct scmp_program *program, const struct scmp_context *context,
		       const struct scmp_door *doors, size_t n_doors, struct scmp_why *why);

/*
 * scmp_filter_load() - no_new_privs, then seccomp(2) with TSYNC
 * Return: 0, or the kernel's -errno; -ESRCH with the thread named in `why`
 *         where another thread has a filter that is not an ancestor of ours.
 */
int scmp_filter_load(const struct scmp_program *program, struct scmp_why *why);
