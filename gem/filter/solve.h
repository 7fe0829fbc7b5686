/* SPDX-License-Identifier: MIT */
/*
 * Whether a conjunction of argument tests can hold at all, exactly, and for
 * which arguments.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule.h"

enum scmp_solution {
	SCMP_UNSATISFIABLE,
	SCMP_SATISFIABLE,
	SCMP_UNKNOWN, /* the budget ran out: to be taken as satisfiable */
};

/* A test, or its opposite. */
struct scmp_literal {
	const struct scmp_test *test;
	bool negated;
};

/* scmp_literal_holds() - whether it is true of these six arguments */
bool scmp_literal_holds(const struct scmp_literal *literal, const uint64_t *args);

/*
 * scmp_solve() - find six arguments of which all literals are true
 * @args: set to them where there are such
 * @budget: how many more looks at a literal may be spent, here and by whoever
 *          else uses this budget
 */
enum scmp_solution scmp_solve(const struct scmp_literal *literals, size_t n_literals, uint64_t args[SCMP_ARGS_MAX],
			      size_t *budget);
