/* SPDX-License-Identifier: MIT */
/*
 * Satisfiability of argument tests. Pure functions, used by check.c.
 *
 * Each literal is about one argument, so each argument is solved by itself. Its
 * orders and equalities become an interval, its masks a set of fixed bits; the
 * smallest value that fits both is then tried against the rest: values that
 * are excluded (step over them), and masks that must not match (some bit of
 * the mask must differ: try each).
 */
#include "solve.h"

struct space {
	uint64_t min, max;
	uint64_t mask, bits; /* (x & mask) == bits */
};

bool scmp_literal_holds(const struct scmp_literal *literal, const uint64_t *args)
{
	const struct scmp_test *test = literal->test;
	uint64_t x = args[test->arg] & scmp_test_ones(test);
	bool holds = false;

	switch ((enum scmp_op)test->op) {
	case SCMP_OP_NE:
		holds = x != test->value;
		break;
	case SCMP_OP_LT:
		holds = x < test->value;
		break;
	case SCMP_OP_LE:
		holds = x <= test->value;
		break;
	case SCMP_OP_EQ:
		holds = x == test->value;
		break;
	case SCMP_OP_GE:
		holds = x >= test->value;
		break;
	case SCMP_OP_GT:
		holds = x > test->value;
		break;
	case SCMP_OP_MASKED_EQ:
		holds = (x & test->mask) == test->value;
		break;
	case SCMP_OP_MASKED_NE:
		holds = (x & test->mask) != test->value;
		break;
	case SCMP_OPS:
		break;
	}
	return holds != literal->negated;
}

static enum scmp_op opposite(enum scmp_op op)
{
	static const enum scmp_op opposites[] = {
		[SCMP_OP_NE] = SCMP_OP_EQ,
		[SCMP_OP_EQ] = SCMP_OP_NE,
		[SCMP_OP_LT] = SCMP_OP_GE,
		[SCMP_OP_GE] = SCMP_OP_LT,
		[SCMP_OP_LE] = SCMP_OP_GT,
		[SCMP_OP_GT] = SCMP_OP_LE,
		[SCMP_OP_MASKED_EQ] = SCMP_OP_MASKED_NE,
		[SCMP_OP_MASKED_NE] = SCMP_OP_MASKED_EQ,
	};
	return opposites[op];
}

static bool at_least(struct space *space, uint64_t value)
{
	if (value > space->min)
		space->min = value;
	return space->min <= space->max;
}

static bool at_most(struct space *space, uint64_t value)
{
	if (value < space->max)
		space->max = value;
	return space->min <= space->max;
}

static bool fix_bits(struct space *space, uint64_t mask, uint64_t bits)
{
	if ((bits & ~mask) || ((bits ^ space->bits) & mask & space->mask))
		return false;
	space->mask |= mask;
	space->bits |= bits;
	return true;
}

/* Return: false if nothing is left of the space. */
static bool narrow(struct space *space, const struct scmp_literal *literal)
{
	const struct scmp_test *test = literal->test;
	enum scmp_op op = (enum scmp_op)test->op;

	switch (literal->negated ? opposite(op) : op) {
	case SCMP_OP_MASKED_EQ:
		return fix_bits(space, test->mask, test->value);
	case SCMP_OP_LT:
		return test->value > 0 && at_most(space, test->value - 1);
	case SCMP_OP_LE:
		return at_most(space, test->value);
	case SCMP_OP_EQ:
		return at_least(space, test->value) && at_most(space, test->value);
	case SCMP_OP_GE:
		return at_least(space, test->value);
	case SCMP_OP_GT:
		return test->value < UINT64_MAX && at_least(space, test->value + 1);
	default:
		return true;
	}
}

/* Set *xp to the smallest value of the space; false if there is none. */
static bool smallest(const struct space *space, uint64_t *xp)
{
	uint64_t x = space->min, wrong = (x & space->mask) ^ space->bits;
	uint64_t top, below, raise;

	if (wrong == 0) {
		*xp = x;
		return x <= space->max;
	}

	/* Above the highest wrong bit x fits; below a bit that is raised, the smallest bits that fit do. */
	top = 1ull << (63 - __builtin_clzll(wrong));
	if (space->bits & top) {
		raise = top;
	} else {
		/* That bit must sink from 1 to 0, so a free 0 above it has to rise. */
		raise = ~x & ~space->mask & ~(top | (top - 1));
		raise &= -raise;
		if (raise == 0)
			return false;
	}
	below = raise - 1;
	x = (x & ~(below | raise)) | raise | (space->bits & below);
	*xp = x;
	return x <= space->max;
}

static enum scmp_solution search(struct space space, const struct scmp_literal *literals, size_t n_literals,
				 uint8_t arg, uint64_t *args, size_t *budget);

/* No value with all of @test's bits: let each of them in turn be the first that differs. */
static enum scmp_solution differ(struct space space, const struct scmp_test *test, const struct scmp_literal *literals,
				 size_t n_literals, uint64_t *args, size_t *budget)
{
	for (uint64_t left = test->mask & ~space.mask; left; left &= left - 1) {
		uint64_t bit = left & -left;
		struct space sub = space;
		enum scmp_solution solution;

		sub.mask |= bit;
		sub.bits |= ~test->value & bit;
		solution = search(sub, literals, n_literals, test->arg, args, budget);
		if (solution != SCMP_UNSATISFIABLE)
			return solution;
		space.mask |= bit;
		space.bits |= test->value & bit;
	}
	return SCMP_UNSATISFIABLE;
}

static enum scmp_solution search(struct space space, const struct scmp_literal *literals, size_t n_literals,
				 uint8_t arg, uint64_t *args, size_t *budget)
{
	while (smallest(&space, &args[arg])) {
		const struct scmp_literal *violated = NULL;

		if (*budget < n_literals)
			return SCMP_UNKNOWN;
		*budget -= n_literals;
		for (size_t i = 0; i < n_literals && !violated; i++)
			if (literals[i].test->arg == arg && !scmp_literal_holds(&literals[i], args))
				violated = &literals[i];
		if (!violated)
			return SCMP_SATISFIABLE;

		space.min = args[arg];
		if (violated->test->op == SCMP_OP_MASKED_EQ || violated->test->op == SCMP_OP_MASKED_NE)
			return differ(space, violated->test, literals, n_literals, args, budget);
		if (space.min == UINT64_MAX)
			break;
		space.min++;
	}
	return SCMP_UNSATISFIABLE;
}

enum scmp_solution scmp_solve(const struct scmp_literal *literals, size_t n_literals, uint64_t args[SCMP_ARGS_MAX],
			      size_t *budget)
{
	enum scmp_solution result = SCMP_SATISFIABLE;

	for (uint8_t arg = 0; arg < SCMP_ARGS_MAX; arg++) {
		struct space space = {.max = UINT64_MAX};
		enum scmp_solution solution;

		for (size_t i = 0; i < n_literals; i++)
			if (literals[i].test->arg == arg)
				space.max = scmp_test_ones(literals[i].test);

		for (size_t i = 0; i < n_literals; i++)
			if (literals[i].test->arg == arg && !narrow(&space, &literals[i]))
				return SCMP_UNSATISFIABLE;
		solution = search(space, literals, n_literals, arg, args, budget);
		if (solution == SCMP_UNSATISFIABLE)
			return solution;
		if (solution == SCMP_UNKNOWN)
			result = solution;
	}
	return result;
}
