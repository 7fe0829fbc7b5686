/* SPDX-License-Identifier: MIT */
/*
 * Conditions in disjunctive normal form: a list of clauses, of which one must
 * hold; of a clause all tests must. Used by arguments.c and context.c. Nothing
 * here is about Ruby.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rule.h"

/* What one rule may become: far more than anybody writes, far less than the kernel takes. */
enum { SCMP_CLAUSES_MAX = 256 };

struct scmp_clause {
	size_t n_tests;
	struct scmp_test tests[SCMP_TESTS_MAX];
};

/* Zeroed, it holds nothing and never holds: the neutral element of scmp_clauses_or(). */
struct scmp_clauses {
	struct scmp_clause *list;
	size_t n, capacity;
};

enum scmp_clauses_result {
	SCMP_CLAUSES_DONE,
	SCMP_CLAUSES_TOO_MANY, /* clauses, or tests in one of them */
	SCMP_CLAUSES_NO_MEMORY,
};

/* scmp_clauses_always() - one clause without tests: the neutral element of scmp_clauses_and() */
enum scmp_clauses_result scmp_clauses_always(struct scmp_clauses *clauses);

/* scmp_clauses_test() - one test more that may hold instead */
enum scmp_clauses_result scmp_clauses_test(struct scmp_clauses *clauses, const struct scmp_test *test);

/*
 * scmp_clauses_or(), scmp_clauses_and() - the first becomes both; the second is not changed
 * And leaves out what cannot hold, unless nothing else is left.
 */
enum scmp_clauses_result scmp_clauses_or(struct scmp_clauses *clauses, const struct scmp_clauses *other);
enum scmp_clauses_result scmp_clauses_and(struct scmp_clauses *clauses, const struct scmp_clauses *other);

void scmp_clauses_free(struct scmp_clauses *clauses);
