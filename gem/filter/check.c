/* SPDX-License-Identifier: MIT */
/*
 * Rules that do not mean what they say. Pure reasoning about the policy, used
 * once at start; no memory is allocated and the work is bounded: where the
 * budget of a rule runs out, the rule is taken to be sound.
 *
 * Whether earlier rules together take every call of a rule is answered by
 * looking for a call that escapes them: find one that the rule matches; if an
 * earlier rule takes it, then at least one test of that rule must fail, so try
 * each test as the one that does, and look again.
 */
#include "filter.h"
#include "solve.h"

/* Looks at a literal that one question may cost; about a quarter of a millisecond. */
enum { BUDGET = 100000 };

/* Tests of one rule, and those of the earlier rules that have been turned around. */
enum { LITERALS_MAX = 512 };

/* The first and the last rule of each number, found by its low bits. */
enum { BUCKETS = 1024 };

struct buckets {
	size_t first[BUCKETS];
	size_t last[BUCKETS];
};

struct escape {
	const struct scmp_rule *rules; /* from which rules a call is to escape: */
	size_t begin, end; /* those of its number in [begin, end) */
	int nr;
	size_t budget;
	size_t n_literals;
	struct scmp_literal literals[LITERALS_MAX];
};

static bool push(struct escape *escape, const struct scmp_test *test, bool negated)
{
	if (escape->n_literals == LITERALS_MAX)
		return false;
	escape->literals[escape->n_literals++] = (struct scmp_literal){.test = test, .negated = negated};
	return true;
}

static bool matches(const struct scmp_rule *rule, const uint64_t *args)
{
	for (size_t i = 0; i < rule->n_tests; i++)
		if (!scmp_literal_holds(&(struct scmp_literal){.test = &rule->tests[i]}, args))
			return false;
	return true;
}

static bool spend(struct escape *escape, size_t cost)
{
	if (escape->budget < cost)
		return false;
	escape->budget -= cost;
	return true;
}

/* Set *rulep to the first of the rules that takes this call, or NULL; false if the budget is out. */
static bool find_taker(struct escape *escape, const uint64_t *args, const struct scmp_rule **rulep)
{
	enum { SKIPPED_FOR_ONE = 16 }; /* rules of other numbers cost little, but not nothing */

	*rulep = NULL;
	if (!spend(escape, (escape->end - escape->begin) / SKIPPED_FOR_ONE))
		return false;
	for (size_t i = escape->begin; i < escape->end; i++) {
		const struct scmp_rule *rule = &escape->rules[i];

		if (rule->nr != escape->nr)
			continue;
		if (!spend(escape, 1))
			return false;
		if (matches(rule, args)) {
			*rulep = rule;
			break;
		}
	}
	return true;
}

static enum scmp_solution find_escape(struct escape *escape)
{
	size_t n_literals = escape->n_literals;
	const struct scmp_rule *rule;
	uint64_t args[SCMP_ARGS_MAX];
	enum scmp_solution solution;

	solution = scmp_solve(escape->literals, n_literals, args, &escape->budget);
	if (solution != SCMP_SATISFIABLE)
		return solution;
	if (!find_taker(escape, args, &rule))
		return SCMP_UNKNOWN;
	if (!rule)
		return SCMP_SATISFIABLE;

	for (size_t i = 0; i < rule->n_tests; i++) {
		if (!push(escape, &rule->tests[i], true))
			return SCMP_UNKNOWN;
		solution = find_escape(escape);
		if (solution != SCMP_UNSATISFIABLE)
			return solution;
		/* The next test fails while this one holds: no call is looked at twice. */
		escape->n_literals = n_literals + i;
		push(escape, &rule->tests[i], false);
	}
	escape->n_literals = n_literals;
	return SCMP_UNSATISFIABLE;
}

/* Whether the rules in [begin, end) take every call of the rule. */
static bool is_covered(const struct scmp_context *context, const struct scmp_rule *rule, size_t begin, size_t end)
{
	struct escape escape = {.rules = context->rules, .begin = begin, .end = end, .nr = rule->nr, .budget = BUDGET};

	for (size_t i = 0; i < rule->n_tests; i++)
		push(&escape, &rule->tests[i], false);
	return find_escape(&escape) == SCMP_UNSATISFIABLE;
}

/* Whether the rules in [first, begin) take every call of all the alternatives [begin, end). */
static bool all_covered(const struct scmp_context *context, size_t begin, size_t end, size_t first)
{
	for (size_t i = begin; i < end; i++)
		if (!is_covered(context, &context->rules[i], first, begin))
			return false;
	return true;
}

/* Of the rules in [begin, end), which together cover the one: that which does it alone, or the last needed. */
static size_t find_coverer_of_one(const struct scmp_context *context, size_t index, size_t end, size_t begin)
{
	const struct scmp_rule *rule = &context->rules[index];
	size_t enough = end, few = begin;

	for (size_t i = begin; i < end; i++)
		if (context->rules[i].nr == rule->nr && is_covered(context, rule, i, i + 1))
			return i;

	while (enough - few > 1) {
		size_t middle = few + (enough - few) / 2;

		if (is_covered(context, rule, begin, middle))
			enough = middle;
		else
			few = middle;
	}
	return enough - 1;
}

static bool can_hold(const struct scmp_rule *rule, const struct scmp_rule *other)
{
	struct scmp_literal literals[2 * SCMP_TESTS_MAX];
	uint64_t args[SCMP_ARGS_MAX];
	size_t n = 0, budget = BUDGET;

	for (size_t i = 0; i < rule->n_tests; i++)
		literals[n++] = (struct scmp_literal){.test = &rule->tests[i]};
	for (size_t i = 0; other && i < other->n_tests; i++)
		literals[n++] = (struct scmp_literal){.test = &other->tests[i]};
	return scmp_solve(literals, n, args, &budget) != SCMP_UNSATISFIABLE;
}

/* Behind the last alternative of the rule that begins there. */
static size_t end_of_group(const struct scmp_context *context, size_t begin)
{
	const struct scmp_rule *rule = &context->rules[begin];
	size_t end = begin + 1;

	while (rule->group && end < context->n_rules && context->rules[end].group == rule->group &&
	       context->rules[end].nr == rule->nr)
		end++;
	return end;
}

/* Who covers all the alternatives [begin, end) that can hold at all, from rule @first on. */
static void name_coverer(const struct scmp_context *context, size_t begin, size_t end, size_t first,
			 struct scmp_fault *fault)
{
	size_t last = first;

	for (size_t i = begin; i < end; i++) {
		size_t coverer =
			can_hold(&context->rules[i], NULL) ? find_coverer_of_one(context, i, begin, first) : first;

		last = coverer > last ? coverer : last;
	}
	/* From the first of its own alternatives. */
	while (last > first && context->rules[last].group &&
	       context->rules[last - 1].group == context->rules[last].group)
		last--;
	fault->earlier = &context->rules[last];
	for (size_t i = begin; i < end && !fault->together; i++)
		fault->together = !is_covered(context, &context->rules[i], last, end_of_group(context, last));
}

static bool same_effect(const struct scmp_rule *rule, const struct scmp_rule *fallback)
{
	if (rule->traps || fallback->traps || rule->verdict != fallback->verdict)
		return false;
	switch (rule->verdict) {
	case SCMP_VERDICT_ERRNO:
	case SCMP_VERDICT_TRACE:
		return rule->data == fallback->data;
	case SCMP_VERDICT_RETURN:
	case SCMP_VERDICT_TRAP:
	case SCMP_VERDICT_INTERCEPT:
		return false;
	default:
		return true;
	}
}

/* Whether it says of its call what the context says of those that no rule names. */
static bool is_default(const struct scmp_context *context, const struct scmp_rule *rule)
{
	return !(context->unknown_from && (uint32_t)rule->nr >= context->unknown_from) &&
	       same_effect(rule, &context->fallback);
}

/* Whether one of the alternatives [begin, end) saves some call from a later rule with another effect. */
static bool is_exception(const struct scmp_context *context, size_t begin, size_t end, size_t last)
{
	for (size_t i = end; i <= last; i++) {
		const struct scmp_rule *later = &context->rules[i];

		if (later->nr != context->rules[begin].nr || is_default(context, later))
			continue;
		for (size_t j = begin; j < end; j++)
			if (can_hold(&context->rules[j], later))
				return true;
	}
	return false;
}

/* Whether the alternatives [begin, end) of a rule with tests take every call of their number. */
static bool takes_every_call(const struct scmp_context *context, size_t begin, size_t end)
{
	const struct scmp_rule any = {.nr = context->rules[begin].nr};

	for (size_t i = begin; i < end; i++)
		if (context->rules[i].n_tests == 0)
			return false;
	return is_covered(context, &any, begin, end);
}

/* How many rules, each with its alternatives, its family has. */
static size_t size_of_family(const struct scmp_context *context, const struct scmp_rule_family *family)
{
	size_t n = 0;

	for (size_t begin = 0; begin < context->n_rules; begin = end_of_group(context, begin))
		n += context->rules[begin].family == family;
	return n;
}

/* Whether the first of these faults is that of its whole family; *np: how many faults of the family follow one another.
 */
static bool is_of_all(const struct scmp_context *context, const struct scmp_fault *faults, size_t n_faults, size_t *np)
{
	const struct scmp_fault *first = &faults[0];
	size_t n = 1;

	*np = 1;
	if (!first->rule->family || first->kind == SCMP_FAULT_NEVER_TRUE)
		return true;
	while (n < n_faults && faults[n].rule->family == first->rule->family && faults[n].kind == first->kind)
		n++;
	*np = n;
	return n == size_of_family(context, first->rule->family);
}

/* A family is one thing to whoever names it. */
static size_t judge_families(const struct scmp_context *context, struct scmp_fault *faults, size_t n_faults)
{
	size_t n = 0, run;

	for (size_t i = 0; i < n_faults; i += run)
		if (is_of_all(context, &faults[i], n_faults - i, &run))
			faults[n++] = faults[i];
	return n;
}

static size_t bucket(const struct scmp_rule *rule)
{
	return (unsigned)rule->nr % BUCKETS;
}

size_t scmp_filter_check(const struct scmp_context *context, struct scmp_fault *faults)
{
	struct buckets buckets;
	size_t n = 0;

	for (size_t i = context->n_rules; i-- > 0;)
		buckets.first[bucket(&context->rules[i])] = i;
	for (size_t i = 0; i < context->n_rules; i++)
		buckets.last[bucket(&context->rules[i])] = i;

	for (size_t begin = 0, end; begin < context->n_rules; begin = end) {
		const struct scmp_rule *rule = &context->rules[begin];
		size_t first = buckets.first[bucket(rule)], last = buckets.last[bucket(rule)], possible;
		struct scmp_fault fault = {.rule = rule};

		end = end_of_group(context, begin);
		/* Some alternatives never hold in what makes sense as a whole: not_in(3..5, 8..10) is one below 3 and
		 * above 10. */
		possible = begin;
		while (possible < end && !can_hold(&context->rules[possible], NULL))
			possible++;
		if (possible == end) {
			fault.kind = SCMP_FAULT_NEVER_TRUE;
		} else if (takes_every_call(context, begin, end)) {
			fault.kind = SCMP_FAULT_ALWAYS_TRUE;
		} else if (first < begin && all_covered(context, begin, end, first)) {
			fault.kind = SCMP_FAULT_COVERED;
			name_coverer(context, begin, end, first, &fault);
		} else if (is_default(context, rule) && !is_exception(context, begin, end, last)) {
			fault.kind = SCMP_FAULT_SAME_AS_DEFAULT;
		} else {
			continue;
		}
		faults[n++] = fault;
	}
	return judge_families(context, faults, n);
}
