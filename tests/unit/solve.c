/* SPDX-License-Identifier: MIT */
/* solve.c against trying every value: the answer is right, and a witness is one. */
#include "check.h"
#include "solve.h"

static enum scmp_solution solve(const struct scmp_literal *literals, size_t n, uint64_t *args)
{
	size_t budget = 1000000;

	return scmp_solve(literals, n, args, &budget);
}

static bool all_hold(const struct scmp_literal *literals, size_t n, const uint64_t *args)
{
	for (size_t i = 0; i < n; i++)
		if (!scmp_literal_holds(&literals[i], args))
			return false;
	return true;
}

/* One test, and what it says about a few values: the reference for all that follows. */
static void test_literals(void)
{
	static const struct {
		struct scmp_test test;
		uint64_t value;
		bool holds;
	} cases[] = {
		{TEST(2, NE, 5), 5, false},	    {TEST(2, NE, 5), 6, true},
		{TEST(2, LT, 5), 4, true},	    {TEST(2, LT, 5), 5, false},
		{TEST(2, LE, 5), 5, true},	    {TEST(2, LE, 5), 6, false},
		{TEST(2, EQ, 5), 5, true},	    {TEST(2, EQ, 5), 1ull << 32 | 5, false},
		{TEST(2, GE, 5), 5, true},	    {TEST(2, GE, 5), 4, false},
		{TEST(2, GT, 5), 6, true},	    {TEST(2, GT, 5), 5, false},
		{TEST(2, GT, 5), UINT64_MAX, true}, {MASKED(2, 3, 1), 5, true},
		{MASKED(2, 3, 1), 6, false},
	};

	behaviour("a test holds for the values that it names, and its opposite for the others");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const uint64_t args[SCMP_ARGS_MAX] = {[2] = cases[i].value};

		check_equal(scmp_literal_holds(&(struct scmp_literal){&cases[i].test, false}, args), cases[i].holds);
		check_equal(scmp_literal_holds(&(struct scmp_literal){&cases[i].test, true}, args), !cases[i].holds);
	}
}

static void test_known(void)
{
	const struct {
		const char *sentence;
		struct scmp_literal literals[3];
		size_t n;
		enum scmp_solution solution;
	} cases[] = {
		{"no test at all can hold", {{NULL}}, 0, SCMP_SATISFIABLE},
		{"nothing is below 0", {{&(struct scmp_test)TEST(0, LT, 0)}}, 1, SCMP_UNSATISFIABLE},
		{"nothing is above the largest number",
		 {{&(struct scmp_test)TEST(5, GT, UINT64_MAX)}},
		 1,
		 SCMP_UNSATISFIABLE},
		{"a value outside its mask is never found",
		 {{&(struct scmp_test)MASKED(0, 3, 4)}},
		 1,
		 SCMP_UNSATISFIABLE},
		{"a mask of 0 always matches 0", {{&(struct scmp_test)MASKED(0, 0, 0), true}}, 1, SCMP_UNSATISFIABLE},
		{"not equal to the only value of an interval",
		 {{&(struct scmp_test)TEST(0, GE, UINT64_MAX)}, {&(struct scmp_test)TEST(0, NE, UINT64_MAX)}},
		 2,
		 SCMP_UNSATISFIABLE},
		{"an even number between 6 and 8 does not exist",
		 {{&(struct scmp_test)TEST(0, GT, 6)},
		  {&(struct scmp_test)TEST(0, LT, 8)},
		  {&(struct scmp_test)MASKED(0, 1, 0)}},
		 3,
		 SCMP_UNSATISFIABLE},
		{"fixed bits above a bound leave nothing",
		 {{&(struct scmp_test)TEST(0, GT, 0x8000000000000007)},
		  {&(struct scmp_test)MASKED(0, ~7ull, 1ull << 63)}},
		 2,
		 SCMP_UNSATISFIABLE},
		{"a mask differs in its second bit where its first is needed",
		 {{&(struct scmp_test)TEST(0, GE, 6)},
		  {&(struct scmp_test)MASKED(0, 6, 6), true},
		  {&(struct scmp_test)MASKED(0, 2, 0), true}},
		 3,
		 SCMP_SATISFIABLE},
		{"an int that lies between bounds may have any upper half",
		 {{&(struct scmp_test){.arg = 0, .op = SCMP_OP_GE, .bits = 32, .value = 9}},
		  {&(struct scmp_test){.arg = 0, .op = SCMP_OP_LE, .bits = 32, .value = 17}},
		  {&(struct scmp_test)TEST(0, GT, 0xffffffff0000000a)}},
		 3,
		 SCMP_SATISFIABLE},
		{"an int and all bits are not the same and not different",
		 {{&(struct scmp_test){.arg = 0, .op = SCMP_OP_NE, .bits = 32, .value = 5}},
		  {&(struct scmp_test)TEST(0, EQ, 5)}},
		 2,
		 SCMP_UNSATISFIABLE},
		{"arguments do not disturb each other",
		 {{&(struct scmp_test)TEST(0, EQ, 1)}, {&(struct scmp_test)TEST(1, NE, 1)}},
		 2,
		 SCMP_SATISFIABLE},
	};
	uint64_t args[SCMP_ARGS_MAX];

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		behaviour(cases[i].sentence);
		check_equal(solve(cases[i].literals, cases[i].n, args), cases[i].solution);
	}
}

/*
 * Random literals whose values lie in a window of 6 bits, somewhere in the 64;
 * a mask keeps the other bits 0. Then 64 x 64 pairs of arguments are all. Some
 * windows lie across the low half, of which some tests then see no more.
 */
static void test_windows(uint64_t seed)
{
	enum { WINDOW = 64, ROUNDS = 20000, LITERALS = 6 };
	uint64_t state = seed;
	size_t n_satisfiable = 0;

	behaviour("the solver agrees with trying all values");
	for (size_t round = 0; round < ROUNDS; round++) {
		bool halves = draw(&state) % 2;
		unsigned shift = (unsigned)(halves ? 27 + draw(&state) % 5 : draw(&state) % 59);
		struct scmp_test tests[LITERALS + 2];
		struct scmp_literal literals[LITERALS + 2];
		size_t n = 1 + draw(&state) % LITERALS;
		uint64_t args[SCMP_ARGS_MAX] = {0};
		bool expected = false;

		for (size_t i = 0; i < n; i++) {
			tests[i] = (struct scmp_test){
				.arg = (uint8_t)(draw(&state) % 2),
				.op = (uint8_t)(draw(&state) % SCMP_OPS),
				.bits = halves && draw(&state) % 2 ? 32 : 0,
				.mask = (draw(&state) & (draw(&state) | draw(&state) % 2 * -1)) % WINDOW << shift,
				.value = draw(&state) % WINDOW << shift,
			};
			if (tests[i].bits && draw(&state) % 8)
				tests[i].value &= UINT32_MAX;
			if (tests[i].op == SCMP_OP_MASKED_EQ && draw(&state) % 8)
				tests[i].value &= tests[i].mask;
			literals[i] = (struct scmp_literal){&tests[i], draw(&state) % 2};
		}
		for (uint8_t arg = 0; arg < 2; arg++) {
			tests[n] = (struct scmp_test)MASKED(arg, ~((uint64_t)(WINDOW - 1) << shift), 0);
			literals[n] = (struct scmp_literal){&tests[n], false};
			n++;
		}

		for (uint64_t a = 0; a < WINDOW && !expected; a++) {
			for (uint64_t b = 0; b < WINDOW && !expected; b++) {
				args[0] = a << shift;
				args[1] = b << shift;
				expected = all_hold(literals, n, args);
			}
		}
		check_equal(solve(literals, n, args), expected ? SCMP_SATISFIABLE : SCMP_UNSATISFIABLE);
		if (expected)
			check(all_hold(literals, n, args));
		n_satisfiable += expected;
	}
	behaviour("the random cases are of both kinds");
	check(n_satisfiable > ROUNDS / 10 && n_satisfiable < ROUNDS * 9 / 10);
}

/* A solution chosen first, then literals that it fulfils: the solver must find one. */
static void test_witnesses(uint64_t seed)
{
	enum { ROUNDS = 20000, LITERALS = 12 };
	uint64_t state = seed;

	behaviour("where there is a solution, one is found, and it is one");
	for (size_t round = 0; round < ROUNDS; round++) {
		struct scmp_test tests[LITERALS];
		struct scmp_literal literals[LITERALS];
		uint64_t args[SCMP_ARGS_MAX];

		for (size_t i = 0; i < SCMP_ARGS_MAX; i++)
			args[i] = draw(&state) >> draw(&state) % 64;
		for (size_t i = 0; i < LITERALS; i++) {
			uint8_t arg = (uint8_t)(draw(&state) % 3);

			tests[i] = (struct scmp_test){
				.arg = arg,
				.op = (uint8_t)(draw(&state) % SCMP_OPS),
				.bits = draw(&state) % 3 ? 0 : 32,
				.mask = draw(&state) & draw(&state),
				.value = args[arg] + draw(&state) % 5 - 2,
			};
			if (tests[i].bits)
				tests[i].value &= UINT32_MAX;
			if (tests[i].op == SCMP_OP_MASKED_EQ)
				tests[i].value = (draw(&state) % 2 ? args[arg] : draw(&state)) & tests[i].mask;
			literals[i] = (struct scmp_literal){&tests[i], false};
			literals[i].negated = !scmp_literal_holds(&literals[i], args);
		}
		check_equal(solve(literals, LITERALS, args), SCMP_SATISFIABLE);
		check(all_hold(literals, LITERALS, args));
	}
}

/* Many masks that must not match: a search that could take for ever. */
static void test_budget(void)
{
	enum { MASKS = 60 };
	struct scmp_test tests[MASKS + 1];
	struct scmp_literal literals[MASKS + 1];
	uint64_t args[SCMP_ARGS_MAX], state = 7;
	size_t budget = 50000;

	for (size_t i = 0; i < MASKS; i++) {
		/* A 3-SAT problem in 16 bits. */
		tests[i] = (struct scmp_test)MASKED(0, 0, 0);
		while (__builtin_popcountll(tests[i].mask) < 3)
			tests[i].mask |= 1ull << draw(&state) % 16;
		tests[i].value = draw(&state) & tests[i].mask;
		literals[i] = (struct scmp_literal){&tests[i], true};
	}
	tests[MASKS] = (struct scmp_test)MASKED(0, ~0xffffull, 0);
	literals[MASKS] = (struct scmp_literal){&tests[MASKS], false};

	behaviour("a search without an end gives up, and says so");
	check(scmp_solve(literals, MASKS + 1, args, &(size_t){100}) == SCMP_UNKNOWN);
	behaviour("a search within its budget does not");
	check(scmp_solve(literals, MASKS + 1, args, &budget) != SCMP_UNKNOWN);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;

	printf("seed %" PRIu64 "\n", seed);
	test_literals();
	test_known();
	test_windows(seed);
	test_witnesses(seed);
	test_budget();
	return 0;
}
