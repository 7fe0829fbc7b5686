/* SPDX-License-Identifier: MIT */
/*
 * The part of the program that is ours: what becomes of one call whose answer
 * depends on more than its number.
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule.h"

/* One possible answer to a call: of a door, of a rule, or the default (no tests). */
struct scmp_case {
	int nr;
	uint32_t rank; /* lower ones are tested first */
	bool gate; /* only from the gate's instruction */
	bool conditional; /* on the gate, or on a test that can fail */
	uint32_t action; /* a SECCOMP_RET_ value with its data */
	const struct scmp_test *tests; /* of the rule */
	size_t n_tests;
	const struct scmp_test *door_tests; /* and of the virtual door before it */
	size_t n_door_tests;
};

/* scmp_is_always_true() - whether the test needs no instruction */
bool scmp_is_always_true(const struct scmp_test *test);

/* A program in the making. What does not fit is counted, not stored. */
struct scmp_code {
	struct sock_filter insns[BPF_MAXINSNS];
	size_t n_insns;
};

/*
 * scmp_tail_emit() - append the cases of one call; the first that holds answers
 * @last: the answer if none holds
 * @last_runs: ... but for a call from the gate, which is allowed
 */
void scmp_tail_emit(struct scmp_code *code, const struct scmp_case *cases, size_t n_cases, uint32_t last,
		    bool last_runs);

/* scmp_tail_emit_unknown() - append the answer to calls from a number on; what follows is for those below it */
void scmp_tail_emit_unknown(struct scmp_code *code, uint32_t unknown_from, uint32_t unknown);
