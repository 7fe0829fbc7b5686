/* SPDX-License-Identifier: MIT */
/* Disjunctive normal form; clauses.h. */
#include "clauses.h"

#include <stdlib.h>
#include <string.h>

#include "solve.h"

static struct scmp_clause *add(struct scmp_clauses *clauses, enum scmp_clauses_result *result)
{
	if (clauses->n == SCMP_CLAUSES_MAX) {
		*result = SCMP_CLAUSES_TOO_MANY;
		return NULL;
	}
	if (clauses->n == clauses->capacity) {
		size_t capacity = clauses->capacity ? 2 * clauses->capacity : 2;
		struct scmp_clause *list = realloc(clauses->list, capacity * sizeof(*list));

		if (!list) {
			*result = SCMP_CLAUSES_NO_MEMORY;
			return NULL;
		}
		clauses->list = list;
		clauses->capacity = capacity;
	}
	*result = SCMP_CLAUSES_DONE;
	return &clauses->list[clauses->n++];
}

enum scmp_clauses_result scmp_clauses_always(struct scmp_clauses *clauses)
{
	enum scmp_clauses_result result;
	struct scmp_clause *clause;

	clauses->n = 0;
	clause = add(clauses, &result);
	if (clause)
		clause->n_tests = 0;
	return result;
}

enum scmp_clauses_result scmp_clauses_test(struct scmp_clauses *clauses, const struct scmp_test *test)
{
	enum scmp_clauses_result result;
	struct scmp_clause *clause = add(clauses, &result);

	if (clause) {
		clause->n_tests = 1;
		clause->tests[0] = *test;
	}
	return result;
}

enum scmp_clauses_result scmp_clauses_or(struct scmp_clauses *clauses, const struct scmp_clauses *other)
{
	enum scmp_clauses_result result = SCMP_CLAUSES_DONE;
	size_t i;

	for (i = 0; i < other->n && result == SCMP_CLAUSES_DONE; i++) {
		struct scmp_clause *clause = add(clauses, &result);

		if (clause)
			*clause = other->list[i];
	}
	return result;
}

/* Of what cannot be seen through at a glance it is taken to be so. */
static bool can_hold(const struct scmp_clause *clause)
{
	struct scmp_literal literals[SCMP_TESTS_MAX];
	uint64_t args[SCMP_ARGS_MAX];
	size_t budget = 1000, i;

	for (i = 0; i < clause->n_tests; i++)
		literals[i] = (struct scmp_literal){.test = &clause->tests[i]};
	return scmp_solve(literals, clause->n_tests, args, &budget) != SCMP_UNSATISFIABLE;
}

static enum scmp_clauses_result join(struct scmp_clause *both, const struct scmp_clause *left,
				     const struct scmp_clause *right)
{
	if (left->n_tests + right->n_tests > SCMP_TESTS_MAX)
		return SCMP_CLAUSES_TOO_MANY;
	*both = *left;
	memcpy(&both->tests[left->n_tests], right->tests, right->n_tests * sizeof(*right->tests));
	both->n_tests += right->n_tests;
	return SCMP_CLAUSES_DONE;
}

/*
 * not_in(1..3, 5..9, ...) has two clauses a range, and their combinations are far more
 * than can hold. Where none can one is left, for its rule to be found impossible.
 */
enum scmp_clauses_result scmp_clauses_and(struct scmp_clauses *clauses, const struct scmp_clauses *other)
{
	enum scmp_clauses_result result = SCMP_CLAUSES_DONE;
	struct scmp_clauses both = {0};
	size_t left = clauses->n * other->n, i, j;

	for (i = 0; i < clauses->n; i++) {
		for (j = 0; j < other->n; j++) {
			struct scmp_clause clause, *place;

			left--;
			result = join(&clause, &clauses->list[i], &other->list[j]);
			if (result == SCMP_CLAUSES_DONE && !can_hold(&clause) && (left > 0 || both.n > 0))
				continue;
			place = result == SCMP_CLAUSES_DONE ? add(&both, &result) : NULL;
			if (!place) {
				scmp_clauses_free(&both);
				return result;
			}
			*place = clause;
		}
	}
	free(clauses->list);
	*clauses = both;
	return result;
}

void scmp_clauses_free(struct scmp_clauses *clauses)
{
	free(clauses->list);
	*clauses = (struct scmp_clauses){0};
}
