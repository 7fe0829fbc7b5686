/* SPDX-License-Identifier: MIT */
/*
 * What the tests in C share: a check that says what failed and ends the test,
 * a name for each behaviour, and short ways to write rules.
 */
#pragma once

#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

/* What is being shown; printed before whatever fails in it. */
#define behaviour(sentence) (behaviour_name = (sentence))

#define check(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s: failed: %s\n%s:%d: %s\n", behaviour_name, #condition, __FILE__, __LINE__, \
				__func__);                                                                             \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

#define check_equal(is, should_be)                                                                                     \
	do {                                                                                                           \
		uint64_t is_ = (uint64_t)(is), should_be_ = (uint64_t)(should_be);                                     \
		if (is_ != should_be_) {                                                                               \
			fprintf(stderr, "%s: failed: %s is 0x%" PRIx64 " and not 0x%" PRIx64 "\n%s:%d: %s\n",          \
				behaviour_name, #is, is_, should_be_, __FILE__, __LINE__, __func__);                   \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

static const char *behaviour_name = "";

/* Tests of an argument, as in struct scmp_test. */
#define TEST(arg_, op_, value_)                                                                                        \
	{                                                                                                              \
		.arg = (uint8_t)(arg_), .op = SCMP_OP_##op_, .value = (value_)                                         \
	}
#define MASKED(arg_, mask_, value_)                                                                                    \
	{                                                                                                              \
		.arg = (uint8_t)(arg_), .op = SCMP_OP_MASKED_EQ, .mask = (mask_), .value = (value_)                    \
	}

/* RULE(nr, verdict, data, tests...); its line is where it stands in the test. */
#define RULE(nr_, verdict_, data_, ...)                                                                                \
	{                                                                                                              \
		.nr = (nr_), .verdict = SCMP_VERDICT_##verdict_, .data = (data_),                                      \
		.n_tests = sizeof((struct scmp_test[]){{0}, ##__VA_ARGS__}) / sizeof(struct scmp_test) - 1,            \
		.tests = (struct scmp_test[]){{0}, ##__VA_ARGS__} + 1, .name = "call", .verb = #verdict_,              \
		.file = "p.rb", .line = __LINE__                                                                       \
	}

/* keep() - a rule whose tests outlive the block that it is written in */
static inline struct scmp_rule keep(struct scmp_rule rule)
{
	struct scmp_test *tests = calloc(rule.n_tests + 1u, sizeof(*tests));

	if (rule.n_tests)
		memcpy(tests, rule.tests, rule.n_tests * sizeof(*tests));
	rule.tests = tests;
	return rule;
}

/* The same for a rule that traps. */
#define TRAP_RULE(nr_, id_, ...)                                                                                       \
	{                                                                                                              \
		.nr = (nr_), .verdict = SCMP_VERDICT_TRAP, .traps = true, .id = (id_),                                 \
		.n_tests = sizeof((struct scmp_test[]){{0}, ##__VA_ARGS__}) / sizeof(struct scmp_test) - 1,            \
		.tests = (struct scmp_test[]){{0}, ##__VA_ARGS__} + 1, .name = "call", .verb = "trap", .file = "p.rb", \
		.line = __LINE__                                                                                       \
	}

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* A generator of its own for each test: xorshift64. @state must not be 0. */
static inline uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1d;
}
