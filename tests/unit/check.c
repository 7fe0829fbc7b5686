/* SPDX-License-Identifier: MIT */
/* scmp_filter_check(): the faults that it finds, and the sound rules that it leaves alone. */
#include <time.h>

#include "check.h"
#include "filter.h"

enum { CALL = 140, OTHER = 141 };

const struct scmp_rule allow = RULE(-1, ALLOW, 0);

struct expected {
	enum scmp_fault_kind kind;
	int rule; /* index; -1 ends the list */
	int earlier; /* index, or -1 */
	bool together;
};

static void check_faults(const char *sentence, struct scmp_rule *rules, size_t n_rules,
			 const struct scmp_rule *fallback, const struct expected *expected)
{
	const struct scmp_context context = {.fallback = *fallback, .rules = rules, .n_rules = n_rules};
	struct scmp_fault faults[8];
	size_t n = 0, found;

	behaviour(sentence);
	check(n_rules <= N_ELEMENTS(faults));
	while (expected[n].rule >= 0)
		n++;
	found = scmp_filter_check(&context, faults);
	check_equal(found, n);
	for (size_t i = 0; i < n; i++) {
		check_equal(faults[i].kind, expected[i].kind);
		check_equal(faults[i].rule - rules, expected[i].rule);
		if (faults[i].kind == SCMP_FAULT_COVERED) {
			check_equal(faults[i].earlier - rules, expected[i].earlier);
			check_equal(faults[i].together, expected[i].together);
		}
	}
}

#define NOTHING                                                                                                        \
	{                                                                                                              \
		.rule = -1                                                                                             \
	}
#define FAULTS(sentence, fallback, rules, ...)                                                                         \
	check_faults(sentence, rules, N_ELEMENTS(rules), &(fallback), (const struct expected[]){__VA_ARGS__, NOTHING})
#define SOUND(sentence, fallback, rules)                                                                               \
	check_faults(sentence, rules, N_ELEMENTS(rules), &(fallback), (const struct expected[]){NOTHING})

static void test_never_true(void)
{
	struct scmp_rule outside[] = {RULE(CALL, ERRNO, 1, MASKED(0, 3, 4))};
	struct scmp_rule below[] = {RULE(CALL, ERRNO, 1, TEST(3, LT, 0))};
	struct scmp_rule above[] = {RULE(CALL, ERRNO, 1, TEST(3, GT, UINT64_MAX))};
	struct scmp_rule both[] = {RULE(CALL, ERRNO, 1, TEST(0, EQ, 1), TEST(0, EQ, 2))};
	struct scmp_rule bits[] = {RULE(CALL, ERRNO, 1, MASKED(1, 6, 2), MASKED(1, 12, 4))};
	struct scmp_rule unlike[] = {RULE(CALL, ERRNO, 1, TEST(0, EQ, 1), TEST(1, EQ, 2))};

	FAULTS("a value outside its mask never matches", allow, outside, {SCMP_FAULT_NEVER_TRUE, 0});
	FAULTS("nothing is below 0", allow, below, {SCMP_FAULT_NEVER_TRUE, 0});
	FAULTS("nothing is above the largest number", allow, above, {SCMP_FAULT_NEVER_TRUE, 0});
	FAULTS("one argument cannot be two values", allow, both, {SCMP_FAULT_NEVER_TRUE, 0});
	FAULTS("one bit cannot be both", allow, bits, {SCMP_FAULT_NEVER_TRUE, 0});
	SOUND("two arguments can be two values", allow, unlike);
}

static void test_covered(void)
{
	struct scmp_rule twice[] = {RULE(CALL, ERRNO, 1), RULE(OTHER, ERRNO, 1), RULE(CALL, KILL_PROCESS, 0)};
	struct scmp_rule narrow[] = {RULE(CALL, ERRNO, 1), RULE(CALL, ERRNO, 2, TEST(0, EQ, 5))};
	struct scmp_rule wide[] = {RULE(CALL, ERRNO, 2, TEST(0, EQ, 5)), RULE(CALL, ERRNO, 1)};
	struct scmp_rule same[] = {RULE(CALL, ERRNO, 1, TEST(0, EQ, 5)), RULE(CALL, ERRNO, 2, TEST(0, EQ, 5))};
	struct scmp_rule hole[] = {
		RULE(CALL, ERRNO, 1, TEST(0, LT, 1ull << 40)),
		RULE(CALL, ERRNO, 2, TEST(0, GT, 1ull << 40)),
		RULE(CALL, ERRNO, 3, TEST(1, EQ, 1)),
		RULE(CALL, ERRNO, 4),
	};
	struct scmp_rule filled[] = {
		RULE(CALL, ERRNO, 1, TEST(0, LT, 1ull << 40)),
		RULE(CALL, ERRNO, 2, TEST(0, GT, 1ull << 40)),
		RULE(CALL, ERRNO, 3, TEST(0, EQ, 1ull << 40)),
		RULE(CALL, ERRNO, 4),
	};
	struct scmp_rule alone[] = {
		RULE(CALL, ERRNO, 1, TEST(0, LT, 7)),
		RULE(CALL, ERRNO, 2, TEST(0, GT, 2)),
		RULE(OTHER, ERRNO, 2),
		RULE(CALL, ERRNO, 3, TEST(0, GT, 10)),
	};
	struct scmp_rule early[] = {
		RULE(CALL, ERRNO, 1, TEST(0, LT, 7)),
		RULE(CALL, ERRNO, 2, TEST(0, GE, 7), TEST(1, EQ, 0)),
		RULE(CALL, ERRNO, 3, TEST(1, GT, 0)),
		RULE(OTHER, ERRNO, 3),
		RULE(OTHER, ERRNO, 4, TEST(0, EQ, 1)),
		RULE(OTHER, ERRNO, 5, TEST(0, EQ, 2)),
		RULE(CALL, ERRNO, 6),
	};
	struct scmp_rule pair[] = {
		RULE(CALL, ERRNO, 1, TEST(0, LT, 7)),
		RULE(CALL, ERRNO, 1, TEST(5, EQ, 7)),
		RULE(CALL, ERRNO, 2, TEST(0, GT, 2)),
		RULE(CALL, ERRNO, 3, TEST(1, EQ, 0)),
	};
	struct scmp_rule masks[] = {
		RULE(CALL, ERRNO, 1, MASKED(0, 3, 0)),
		RULE(CALL, ERRNO, 1, MASKED(0, 3, 1)),
		RULE(CALL, ERRNO, 1, MASKED(0, 2, 2), TEST(1, NE, 9)),
		RULE(CALL, ERRNO, 1, MASKED(0, 2, 2), TEST(1, EQ, 9)),
		RULE(CALL, ERRNO, 1, TEST(0, EQ, 77)),
		RULE(CALL, ERRNO, 1, TEST(2, EQ, 77)),
	};
	struct scmp_rule deny[] = {RULE(CALL, ALLOW, 0, MASKED(0, 1, 1)), RULE(CALL, ALLOW, 0, MASKED(0, 1, 0)),
				   TRAP_RULE(CALL, 1)};

	FAULTS("the second rule of a call is covered by the first", allow, twice, {SCMP_FAULT_COVERED, 2, 0});
	FAULTS("a narrower rule comes too late", allow, narrow, {SCMP_FAULT_COVERED, 1, 0});
	SOUND("a wider rule may follow", allow, wide);
	FAULTS("the same tests twice", allow, same, {SCMP_FAULT_COVERED, 1, 0});
	SOUND("intervals with a hole between them leave the hole", allow, hole);
	FAULTS("the last needed is the one that fills the hole", allow, filled, {SCMP_FAULT_COVERED, 3, 2, true});
	FAULTS("of many earlier rules the one that does it alone is named", allow, alone, {SCMP_FAULT_COVERED, 3, 1});
	FAULTS("two rules cover a third together, and the last needed is named", allow, pair,
	       {SCMP_FAULT_COVERED, 3, 2, true});
	FAULTS("what comes after the last needed is not named", allow, early, {SCMP_FAULT_COVERED, 4, 3},
	       {SCMP_FAULT_COVERED, 5, 3}, {SCMP_FAULT_COVERED, 6, 2, true});
	FAULTS("masks cover together", allow, masks, {SCMP_FAULT_COVERED, 4, 1}, {SCMP_FAULT_COVERED, 5, 3, true});
	FAULTS("exceptions that leave nothing", allow, deny, {SCMP_FAULT_COVERED, 2, 1, true});
}

/* Alternatives: rules of one group, of which one must hold. */
static struct scmp_rule in_group(uint32_t group, struct scmp_rule rule)
{
	rule.group = group;
	return rule;
}

static void test_alternatives(void)
{
	struct scmp_rule some[] = {
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, LT, 3), TEST(0, GT, 10))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, GT, 5), TEST(0, LT, 8))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, EQ, 1), TEST(0, EQ, 2))),
	};
	struct scmp_rule none[] = {
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, LT, 3), TEST(0, GT, 10))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, EQ, 1), TEST(0, EQ, 2))),
	};
	struct scmp_rule covered[] = {
		RULE(CALL, ERRNO, 1, TEST(0, EQ, 1)),
		RULE(CALL, ERRNO, 1, TEST(0, EQ, 2)),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 2, TEST(0, EQ, 2))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 2, TEST(0, EQ, 1))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 2, TEST(0, LT, 3), TEST(0, GT, 10))),
	};
	struct scmp_rule whole[] = {
		RULE(CALL, ERRNO, 1, TEST(1, EQ, 7)),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, EQ, 1))),
		in_group(1, (struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(0, EQ, 2))),
		in_group(2, (struct scmp_rule)RULE(CALL, ERRNO, 2, TEST(0, GE, 1), TEST(0, LE, 2))),
	};

	SOUND("one alternative that can hold is enough", allow, some);
	FAULTS("a rule of which no alternative can hold never matches", allow, none, {SCMP_FAULT_NEVER_TRUE, 0});
	FAULTS("the last needed for all the alternatives is named", allow, covered, {SCMP_FAULT_COVERED, 2, 1, true});
	FAULTS("a rule covers by all of its alternatives", allow, whole, {SCMP_FAULT_COVERED, 3, 1});
}

static void test_same_as_default(void)
{
	const struct scmp_rule deny = RULE(-1, ERRNO, 38), trap = TRAP_RULE(-1, 9);
	struct scmp_rule lone[] = {RULE(CALL, ALLOW, 0), RULE(OTHER, ERRNO, 1)};
	struct scmp_rule exception[] = {RULE(CALL, ALLOW, 0, TEST(0, EQ, 1)), RULE(CALL, ERRNO, 1)};
	struct scmp_rule apart[] = {RULE(CALL, ALLOW, 0, TEST(0, EQ, 1)), RULE(CALL, ERRNO, 1, TEST(0, GT, 1))};
	struct scmp_rule strange[] = {RULE(CALL, ALLOW, 0, TEST(0, EQ, 1)), RULE(OTHER, ERRNO, 1),
				      RULE(CALL, ALLOW, 0, TEST(0, EQ, 2))};
	struct scmp_rule errnos[] = {RULE(CALL, ERRNO, 38), RULE(OTHER, ERRNO, 1)};
	struct scmp_rule traps[] = {TRAP_RULE(CALL, 1), RULE(OTHER, ALLOW, 0)};
	struct scmp_rule logged[] = {RULE(CALL, ALLOW, 0)};
	struct scmp_rule after[] = {RULE(CALL, ERRNO, 1, TEST(0, EQ, 1)), RULE(CALL, ALLOW, 0)};

	logged[0].traps = true;
	FAULTS("a rule that says what the default says", allow, lone, {SCMP_FAULT_SAME_AS_DEFAULT, 0});
	SOUND("an exception to a later rule is legal", allow, exception);
	FAULTS("an exception to a rule that it never meets is none", allow, apart, {SCMP_FAULT_SAME_AS_DEFAULT, 0});
	FAULTS("rules of other calls need no exception", allow, strange, {SCMP_FAULT_SAME_AS_DEFAULT, 0},
	       {SCMP_FAULT_SAME_AS_DEFAULT, 2});
	FAULTS("the errno counts", deny, errnos, {SCMP_FAULT_SAME_AS_DEFAULT, 0});
	SOUND("a trap is never the same as a default that traps", trap, traps);
	SOUND("what is logged by a trap is not the same as what is not", allow, logged);
	FAULTS("an exception comes before its rule", allow, after, {SCMP_FAULT_SAME_AS_DEFAULT, 1});
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check_time(const char *sentence, const struct scmp_rule *rules, size_t n_rules, size_t n_faults,
		       double limit)
{
	struct scmp_context context = {.fallback = allow, .n_rules = n_rules};
	struct scmp_fault *faults = calloc(n_rules, sizeof(*faults));
	double start, took;
	size_t found;

	behaviour(sentence);
	context.rules = calloc(n_rules, sizeof(*context.rules));
	check(faults && context.rules);
	for (size_t i = 0; i < n_rules; i++)
		context.rules[i] = rules[i];
	start = seconds();
	found = scmp_filter_check(&context, faults);
	took = seconds() - start;
	printf("%-70s %8.1f us\n", sentence, took * 1e6);
	check_equal(found, n_faults);
	check(took < limit);
	free(context.rules);
	free(faults);
}

/* The limits are far from what it takes, for a slow machine under a sanitizer. */
static void test_time(void)
{
	enum { RULES = 300 };
	static struct scmp_rule rules[RULES];
	static struct scmp_test bits[RULES][3];
	uint64_t state = 3;

	for (size_t i = 0; i < RULES; i++)
		rules[i] = (struct scmp_rule)RULE((int)i, ERRNO, 1);
	check_time("300 calls", rules, RULES, 0, 0.1);

	for (size_t i = 0; i < RULES; i++)
		rules[i] = keep((struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(1, EQ, i)));
	check_time("300 values of one argument", rules, RULES, 0, 0.5);

	for (size_t i = 0; i < RULES; i++)
		rules[i] = keep((struct scmp_rule)RULE(CALL, ERRNO, 1, TEST(1, NE, 1)));
	check_time("300 times the same rule", rules, RULES, RULES - 1, 1);

	/* Each rule takes the calls in which three bits have certain values: 3-SAT, with the last rule as the question.
	 */
	for (size_t i = 0; i < RULES - 1; i++) {
		rules[i] = (struct scmp_rule)RULE(CALL, ERRNO, 1);
		rules[i].tests = bits[i];
		for (rules[i].n_tests = 0; rules[i].n_tests < 3; rules[i].n_tests++) {
			uint64_t mask = 1ull << draw(&state) % 12;

			bits[i][rules[i].n_tests] = (struct scmp_test)MASKED(rules[i].n_tests * 2u + draw(&state) % 2,
									     mask, draw(&state) & mask);
		}
	}
	rules[RULES - 1] = (struct scmp_rule)RULE(CALL, ERRNO, 2);
	check_time("300 rules that are hard to see through", rules, RULES, 0, 5);
}

int main(void)
{
	test_never_true();
	test_covered();
	test_alternatives();
	test_same_as_default();
	test_time();
	return 0;
}
