/* SPDX-License-Identifier: MIT */
/*
 * The program against what the rules mean. Called once at start, after the
 * program is made and before it is loaded: the last line of defence against a
 * fault in libseccomp or in our own tails.
 *
 * A sample of calls, since all cannot be tried: every number; and for every
 * door and rule, a call that it matches, with each tested argument moved to the
 * values at which a comparison can go wrong, then some combinations of these
 * values. The generator has a fixed seed: the same policy is verified in the
 * same way every time.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"
#include "gate.h"
#include "meaning.h"
#include "sim.h"
#include "sort.h"

/* A little over the last system call of any architecture of ours. */
enum { NUMBERS = 512 };

/* How many combinations to try for a call that has argument tests. */
enum { COMBINATIONS = 8 };

enum { VALUES_MAX = 16 };

/* Where one call has so many tests, only the bound itself and its two neighbours are tried of each. */
enum { MANY_TESTS = 64, BOUND_VALUES = 3 };

enum { X32_BIT = 0x40000000 };

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* Doors and rules to read the meaning from: all of them, or, to be quick, those of one number. */
struct subject {
	struct scmp_context context;
	const struct scmp_door *doors;
	size_t n_doors;
	bool gate; /* some door asks for the gate */
	size_t n_tests;
};

struct verifier {
	const struct scmp_program *program;
	struct subject all;
	struct scmp_why *why;
	uint64_t random;
	uint64_t *entries; /* room for all doors and rules */
	struct scmp_rule *rules; /* room for all rules */
	struct scmp_door *doors; /* room for all doors */
};

static uint64_t next_random(struct verifier *verifier)
{
	uint64_t x = verifier->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return verifier->random = x;
}

/* Small numbers as often as large ones. */
static uint64_t any_size(struct verifier *verifier)
{
	uint64_t x = next_random(verifier);

	return x >> (x & 63);
}

static int probe(struct verifier *verifier, const struct subject *subject, const struct seccomp_data *data)
{
	int64_t is = scmp_sim_run(verifier->program->insns, verifier->program->n_insns, data);
	uint32_t should_be = scmp_meaning(&subject->context, subject->doors, subject->n_doors, data);

	if (is == should_be)
		return 0;
	snprintf(verifier->why->text, sizeof(verifier->why->text),
		 "the program does not mean what the rules say: system call %d (0x%" PRIx64 ", 0x%" PRIx64
		 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ")%s gets 0x%" PRIx64
		 " and not 0x%" PRIx32,
		 data->nr, (uint64_t)data->args[0], (uint64_t)data->args[1], (uint64_t)data->args[2],
		 (uint64_t)data->args[3], (uint64_t)data->args[4], (uint64_t)data->args[5],
		 data->instruction_pointer == SCMP_GATE_IP ? " from the gate" : "", (uint64_t)is, should_be);
	return -EBADMSG;
}

/* The values of an argument at which this test can go wrong. */
static size_t values_of(struct verifier *verifier, const struct scmp_test *test, uint64_t *values)
{
	uint64_t random = next_random(verifier), v = test->value;
	size_t n = 0;

	values[n++] = v;
	values[n++] = v - 1;
	values[n++] = v + 1;
	values[n++] = v + (1ull << 32);
	values[n++] = v - (1ull << 32);
	values[n++] = v + (1ull << 16);
	values[n++] = 0;
	values[n++] = UINT64_MAX;
	if ((test->op == SCMP_OP_MASKED_EQ || test->op == SCMP_OP_MASKED_NE) && test->mask) {
		uint64_t mask = test->mask;

		values[n++] = v | ~mask;
		values[n++] = v | (random & ~mask);
		values[n++] = v ^ (mask & -mask);
		values[n++] = v ^ 1ull << (63 - __builtin_clzll(mask));
		values[n++] = v ^ (random & mask);
	}
	return n;
}

/* Set the argument of the test to a value that suits all of the tests, if one is at hand. */
static void suit(struct verifier *verifier, const struct scmp_test *tests, size_t n_tests, const struct scmp_test *test,
		 struct seccomp_data *data)
{
	uint64_t values[VALUES_MAX];
	size_t n = values_of(verifier, test, values);

	for (size_t i = 0; i < n; i++) {
		bool suits = true;

		for (size_t t = 0; t < n_tests; t++)
			suits = suits && (tests[t].arg != test->arg || scmp_meaning_test(&tests[t], values[i]));
		if (suits) {
			data->args[test->arg] = values[i];
			return;
		}
	}
}

/* The same call by a neighbour's number, which dispatch must keep apart. */
static int probe_neighbours(struct verifier *verifier, struct seccomp_data data)
{
	int r;

	data.nr--;
	r = probe(verifier, &verifier->all, &data);
	data.nr += 2;
	return r < 0 ? r : probe(verifier, &verifier->all, &data);
}

/* The same call from places that are nearly the gate. */
static int probe_places(struct verifier *verifier, const struct subject *subject, struct seccomp_data data)
{
	static const uint64_t places[] = {SCMP_GATE_IP - 1,
					  SCMP_GATE_IP + 1,
					  SCMP_GATE_IP ^ 1ull << 32,
					  SCMP_GATE_SHARED_IP,
					  SCMP_GATE_SHARED_IP - 1,
					  SCMP_GATE_SHARED_IP ^ 1ull << 32,
					  UINT64_MAX,
					  0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < N_ELEMENTS(places); i++) {
		data.instruction_pointer = places[i];
		r = probe(verifier, subject, &data);
	}
	return r;
}

/*
 * A call that matches, and what is close to it; then each tested argument moved around.
 * @data: what is not tested is as it is here
 */
static int probe_near(struct verifier *verifier, const struct subject *subject, struct seccomp_data data,
		      const struct scmp_test *tests, size_t n_tests)
{
	uint64_t values[VALUES_MAX];
	int r;

	for (size_t i = 0; i < n_tests; i++)
		suit(verifier, tests, n_tests, &tests[i], &data);
	r = probe(verifier, subject, &data);
	if (r == 0 && n_tests > 0 && subject->n_tests <= MANY_TESTS)
		r = probe_neighbours(verifier, data);
	if (r == 0 && data.instruction_pointer == SCMP_GATE_IP)
		r = probe_places(verifier, subject, data);
	for (size_t i = 0; r == 0 && i < n_tests; i++) {
		struct seccomp_data moved = data;
		size_t n = values_of(verifier, &tests[i], values);

		if (subject->n_tests > MANY_TESTS)
			n = BOUND_VALUES;
		for (size_t v = 0; r == 0 && v < n; v++) {
			moved.args[tests[i].arg] = values[v];
			r = probe(verifier, subject, &moved);
		}
	}
	return r;
}

static int probe_case(struct verifier *verifier, const struct subject *subject, struct seccomp_data data,
		      const struct scmp_test *tests, size_t n_tests)
{
	for (size_t i = 0; i < SCMP_ARGS_MAX; i++)
		data.args[i] = any_size(verifier);
	return probe_near(verifier, subject, data, tests, n_tests);
}

static const struct scmp_test *random_test(struct verifier *verifier, const struct subject *subject)
{
	size_t nth = next_random(verifier) % subject->n_tests;

	for (size_t i = 0; i < subject->n_doors; i++) {
		if (nth < subject->doors[i].n_tests)
			return &subject->doors[i].tests[nth];
		nth -= subject->doors[i].n_tests;
	}
	for (size_t i = 0;; i++) {
		if (nth < subject->context.rules[i].n_tests)
			return &subject->context.rules[i].tests[nth];
		nth -= subject->context.rules[i].n_tests;
	}
}

static int probe_combinations(struct verifier *verifier, const struct subject *subject, struct seccomp_data data)
{
	uint64_t values[VALUES_MAX];

	for (size_t i = 0; i < COMBINATIONS; i++) {
		int r;

		data.instruction_pointer = subject->gate && i % 2 ? SCMP_GATE_IP : 0;
		for (size_t arg = 0; arg < SCMP_ARGS_MAX; arg++) {
			const struct scmp_test *test = random_test(verifier, subject);
			size_t n = values_of(verifier, test, values);

			data.args[test->arg] = values[next_random(verifier) % n];
		}
		r = probe(verifier, subject, &data);
		if (r < 0)
			return r;
	}
	return 0;
}

/* All that is tried of one number that a door or a rule names. */
static int probe_group(struct verifier *verifier, const struct subject *subject, int nr)
{
	const struct seccomp_data elsewhere = {.nr = nr, .arch = scmp_native_arch};
	struct seccomp_data data = elsewhere;
	int r;

	r = probe(verifier, subject, &data);
	for (size_t i = 0; r == 0 && i < subject->n_doors; i++) {
		const struct scmp_door *door = &subject->doors[i];

		data.instruction_pointer = door->gate ? SCMP_GATE_IP : 0;
		/* Most ask for a pointer, and so a null one gets by them, to the next. */
		if (door->virtual)
			r = probe_near(verifier, subject, data, door->tests, door->n_tests);
		if (r == 0)
			r = probe_case(verifier, subject, data, door->tests, door->n_tests);
	}
	for (size_t i = 0; r == 0 && i < subject->context.n_rules; i++) {
		const struct scmp_rule *rule = &subject->context.rules[i];

		data.instruction_pointer = rule->verdict == SCMP_VERDICT_INTERCEPT ? SCMP_GATE_IP : 0;
		r = probe_case(verifier, subject, data, rule->tests, rule->n_tests);
	}
	if (r == 0 && subject->n_tests > 0)
		r = probe_combinations(verifier, subject, elsewhere);
	if (r < 0)
		return r;

	for (size_t i = 0; i < SCMP_ARGS_MAX; i++)
		data.args[i] = any_size(verifier);
	data.instruction_pointer = SCMP_GATE_IP;
	r = probe(verifier, subject, &data);
	data.nr |= X32_BIT;
	return r < 0 ? r : probe(verifier, subject, &data);
}

static int probe_number(struct verifier *verifier, const struct subject *subject, int nr)
{
	struct seccomp_data data = {.nr = nr, .arch = scmp_native_arch};
	int r = probe(verifier, subject, &data);

	data.instruction_pointer = SCMP_GATE_IP;
	return r < 0 || subject->context.fallback.verdict != SCMP_VERDICT_INTERCEPT ? r
										    : probe(verifier, subject, &data);
}

/* Numbers that no door and no rule names. */
static int probe_rest(struct verifier *verifier, int begin, int end)
{
	struct subject nobody = {.context = verifier->all.context};
	int r = 0;

	nobody.context.n_rules = 0;
	for (int nr = begin; r == 0 && nr < end; nr++)
		r = probe_number(verifier, &nobody, nr);
	return r;
}

/* One entry a door or rule, sorted by number, then by position: doors first, each in their order. */
static uint64_t entry(int nr, size_t position)
{
	return (uint64_t)(uint32_t)nr << 32 | position;
}

static int compare_entries(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static size_t sort_entries(struct verifier *verifier)
{
	const struct subject *all = &verifier->all;
	size_t n = 0;

	for (size_t i = 0; i < all->n_doors; i++, n++)
		verifier->entries[n] = entry(all->doors[i].nr, n);
	for (size_t i = 0; i < all->context.n_rules; i++, n++)
		verifier->entries[n] = entry(all->context.rules[i].nr, n);
	scmp_sort(verifier->entries, n, sizeof(*verifier->entries), compare_entries);
	return n;
}

/* Copy the doors and rules of one number. Return: the end of their entries. */
static size_t gather(struct verifier *verifier, struct subject *subject, size_t begin, size_t end)
{
	const struct subject *all = &verifier->all;
	uint64_t nr = verifier->entries[begin] >> 32;
	size_t i;

	*subject = (struct subject){
		.context = all->context,
		.doors = verifier->doors,
	};
	subject->context.rules = verifier->rules;
	subject->context.n_rules = 0;
	for (i = begin; i < end && verifier->entries[i] >> 32 == nr; i++) {
		size_t position = (uint32_t)verifier->entries[i];

		if (position < all->n_doors) {
			const struct scmp_door *door = &all->doors[position];

			verifier->doors[subject->n_doors++] = *door;
			subject->gate = subject->gate || door->gate;
			subject->n_tests += door->n_tests;
		} else {
			const struct scmp_rule *rule = &all->context.rules[position - all->n_doors];

			verifier->rules[subject->context.n_rules++] = *rule;
			subject->gate = subject->gate || rule->verdict == SCMP_VERDICT_INTERCEPT;
			subject->n_tests += rule->n_tests;
		}
	}
	return i;
}

static int verify(struct verifier *verifier)
{
	static const uint32_t foreign[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, 0, UINT32_MAX};
	static const int odd_numbers[] = {X32_BIT - 1, X32_BIT, X32_BIT + NUMBERS, INT32_MAX, INT32_MIN, -1};
	size_t n = sort_entries(verifier), next;
	struct subject subject;
	int rest = 0, r = 0;

	for (size_t i = 0; r == 0 && i < n; i = next) {
		int nr = (int)(verifier->entries[i] >> 32);

		next = gather(verifier, &subject, i, n);
		r = probe_group(verifier, &subject, nr);
		if (r == 0 && nr >= 0 && nr < NUMBERS) {
			r = probe_rest(verifier, rest, nr);
			rest = nr + 1;
		}
	}
	if (r == 0)
		r = probe_rest(verifier, rest, NUMBERS);
	for (size_t i = 0; r == 0 && i < N_ELEMENTS(odd_numbers); i++)
		r = probe_number(verifier, &verifier->all, odd_numbers[i]);
	for (size_t i = 0; r == 0 && i < N_ELEMENTS(foreign); i++)
		r = probe(verifier, &verifier->all, &(struct seccomp_data){.arch = foreign[i]});
	return r;
}

int scmp_filter_verify(const struct scmp_program *program, const struct scmp_context *context,
		       const struct scmp_door *doors, size_t n_doors, struct scmp_why *why)
{
	struct verifier verifier = {
		.program = program,
		.all = {.context = *context, .doors = doors, .n_doors = n_doors},
		.why = why,
		.random = 0x9e3779b97f4a7c15, /* any number but 0 */
		.entries = calloc(n_doors + context->n_rules + 1, sizeof(*verifier.entries)),
		.rules = calloc(context->n_rules + 1, sizeof(*verifier.rules)),
		.doors = calloc(n_doors + 1, sizeof(*verifier.doors)),
	};
	int r = -ENOMEM;

	if (verifier.entries && verifier.rules && verifier.doors)
		r = verify(&verifier);
	else
		snprintf(why->text, sizeof(why->text), "out of memory");
	free(verifier.doors);
	free(verifier.rules);
	free(verifier.entries);
	return r;
}
