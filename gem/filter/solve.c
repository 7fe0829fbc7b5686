/* SPDX-License-Identifier: MIT */
/*
 * Satisfiability of argument tests. Pure functions, used by check.c.
 *
 * Each literal is about one argument, so each argument is solved by itself. Its
 * orders and equalities become an interval, its masks a set of fixed bits; the
 * smallest value that fits both is then tried against the rest: values that
 * are excluded (step over them), and masks that must not match (some bit of
 * the mask must differ: try each).
 *
 * Where some tests are about the low bits only, and others about all, the former
 * are masks: an equality is one, an order is several, tried one after another.
 */
#include "solve.h"

struct space {
	uint64_t min, max;
	uint64_t mask, bits; /* (x & mask) == bits */
	uint64_t ones; /* of the widest test */
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

/* Whether the test is about the low bits only, and another is not. */
static bool is_low(const struct space *space, const struct scmp_test *test)
{
	return scmp_test_ones(test) < space->ones;
}

/* The bits that the test compares, for what is no order. */
static uint64_t mask_of(const struct scmp_test *test)
{
	bool masked = test->op == SCMP_OP_MASKED_EQ || test->op == SCMP_OP_MASKED_NE;

	return (masked ? test->mask : UINT64_MAX) & scmp_test_ones(test);
}

static bool fix_bits(struct space *space, uint64_t mask, uint64_t bits)
{
	if ((bits & ~mask) || ((bits ^ space->bits) & mask & space->mask))
		return false;
	space->mask |= mask;
	space->bits |= bits;
	return true;
}

/* @low: what is left of the low bits by orders of them alone. Return: false if nothing is left of a space. */
static bool narrow(struct space *space, struct space *low, const struct scmp_literal *literal)
{
	const struct scmp_test *test = literal->test;
	enum scmp_op op = (enum scmp_op)test->op;
	struct space *ordered = is_low(space, test) ? low : space;

	switch (literal->negated ? opposite(op) : op) {
	case SCMP_OP_MASKED_EQ:
		return fix_bits(space, mask_of(test), test->value);
	case SCMP_OP_LT:
		return test->value > 0 && at_most(ordered, test->value - 1);
	case SCMP_OP_LE:
		return at_most(ordered, test->value);
	case SCMP_OP_EQ:
		if (ordered == low)
			return fix_bits(space, mask_of(test), test->value);
		return at_least(space, test->value) && at_most(space, test->value);
	case SCMP_OP_GE:
		return at_least(ordered, test->value);
	case SCMP_OP_GT:
		return test->value < UINT64_MAX && at_least(ordered, test->value + 1);
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
	for (uint64_t left = mask_of(test) & ~space.mask; left; left &= left - 1) {
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
		if (violated->test->op == SCMP_OP_MASKED_EQ || violated->test->op == SCMP_OP_MASKED_NE ||
		    is_low(&space, violated->test))
			return differ(space, violated->test, literals, n_literals, args, budget);
		if (space.min == UINT64_MAX)
			break;
		space.min++;
	}
	return SCMP_UNSATISFIABLE;
}

/* The interval of low bits as masks: the largest blocks that begin and end with it. */
static enum scmp_solution search_blocks(const struct space *space, const struct space *low,
					const struct scmp_literal *literals, size_t n_literals, uint8_t arg,
					uint64_t *args, size_t *budget)
{
	uint64_t size;

	for (uint64_t at = low->min; at <= low->max; at += size) {
		enum scmp_solution solution = SCMP_UNSATISFIABLE;
		struct space sub = *space;

		size = at ? at & -at : low->ones + 1;
		while (at + size - 1 > low->max)
			size >>= 1;
		if (fix_bits(&sub, low->ones & ~(size - 1), at))
			solution = search(sub, literals, n_literals, arg, args, budget);
		if (solution != SCMP_UNSATISFIABLE)
			return solution;
	}
	return SCMP_UNSATISFIABLE;
}

static enum scmp_solution solve_argument(const struct scmp_literal *literals, size_t n_literals, uint8_t arg,
					 uint64_t *args, size_t *budget)
{
	struct space space = {0}, low = {.ones = UINT64_MAX};

	for (size_t i = 0; i < n_literals; i++) {
		uint64_t ones = scmp_test_ones(literals[i].test);

		if (literals[i].test->arg != arg)
			continue;
		space.ones = ones > space.ones ? ones : space.ones;
		low.ones = ones < low.ones ? ones : low.ones;
	}
	if (space.ones == 0) {
		args[arg] = 0;
		return SCMP_SATISFIABLE;
	}
	space.max = space.ones;
	low.max = low.ones;
	for (size_t i = 0; i < n_literals; i++)
		if (literals[i].test->arg == arg && !narrow(&space, &low, &literals[i]))
			return SCMP_UNSATISFIABLE;
	if (low.min == 0 && low.max == low.ones)
		return search(space, literals, n_literals, arg, args, budget);
	return search_blocks(&space, &low, literals, n_literals, arg, args, budget);
}

enum scmp_solution scmp_solve(const struct scmp_literal *literals, size_t n_literals, uint64_t args[SCMP_ARGS_MAX],
			      size_t *budget)
{
	enum scmp_solution result = SCMP_SATISFIABLE;

	for (uint8_t arg = 0; arg < SCMP_ARGS_MAX; arg++) {
		enum scmp_solution solution = solve_argument(literals, n_literals, arg, args, budget);

		if (solution == SCMP_UNSATISFIABLE)
			return solution;
		if (solution == SCMP_UNKNOWN)
			result = solution;
	}
	return result;
}
