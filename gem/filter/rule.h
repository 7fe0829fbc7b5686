/* SPDX-License-Identifier: MIT */
/*
 * What a policy says, as plain data: rules, in file order, and the context
 * that holds them. gem/src fills these from Ruby; gem/filter turns them into
 * a BPF program. Nothing here owns memory: strings and arrays live as long as
 * the policy does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trap.h"

/* What becomes of a call. The first six are seccomp(2)'s own words. */
enum scmp_verdict {
	SCMP_VERDICT_ALLOW,
	SCMP_VERDICT_LOG,
	SCMP_VERDICT_ERRNO, /* `data` is the errno; 0 is a faked success */
	SCMP_VERDICT_TRACE, /* `data` is the tracer's 16 bits */
	SCMP_VERDICT_KILL_THREAD,
	SCMP_VERDICT_KILL_PROCESS,
	SCMP_VERDICT_RETURN, /* the handler returns `answer` */
	SCMP_VERDICT_TRAP, /* the handler asks a block, else returns `answer` */
	SCMP_VERDICT_INTERCEPT, /* the same, and the block may let it run: from the gate it does */
};

/* The comparisons of libseccomp's scmp_compare, unsigned, and one more. */
enum scmp_op {
	SCMP_OP_NE,
	SCMP_OP_LT,
	SCMP_OP_LE,
	SCMP_OP_EQ,
	SCMP_OP_GE,
	SCMP_OP_GT,
	SCMP_OP_MASKED_EQ, /* (argument & mask) == value */
	SCMP_OP_MASKED_NE, /* (argument & mask) != value */
	SCMP_OPS,
};

/* Tests of one rule: what a block of the program has room for (tail.c). */
enum { SCMP_ARGS_MAX = 6, SCMP_TESTS_MAX = 36 };

struct scmp_test {
	uint8_t arg; /* 0 to 5 */
	uint8_t op; /* enum scmp_op */
	uint8_t bits; /* the kernel reads so many of the register, 16 or 32; 0: all. Tests of one call's argument have
		       * the same, or some have 32 and others 0. */
	uint64_t mask; /* MASKED_EQ and MASKED_NE only */
	uint64_t value;
};

/* scmp_test_ones() - all bits of the argument that the test is about */
static inline uint64_t scmp_test_ones(const struct scmp_test *test)
{
	return test->bits ? (1ull << test->bits) - 1 : UINT64_MAX;
}

/* What a rule was said of all at once: of its calls some may be taken already, or be no exception. */
struct scmp_rule_family {
	const char *name; /* as the policy writes it */
};

/*
 * One syscall of one rule of the policy, or of one of its alternatives. All tests
 * must hold (AND); alternatives (OR) are rules of the same group, one after another.
 */
struct scmp_rule {
	int nr; /* -1 in a context's default */
	uint32_t group; /* alternatives of one rule have the same; 0: it has none */
	const struct scmp_rule_family *family; /* rules of the same stand one after another; NULL: of none */
	enum scmp_verdict verdict;
	uint32_t data;
	int64_t answer; /* RETURN, TRAP and INTERCEPT: the static result, >= 0 or -errno */
	bool traps; /* decided by way of a SIGSYS: TRAP, INTERCEPT, RETURN, or a `log: true` */
	bool own_block; /* TRAP and INTERCEPT: it has one, and does not ask on_trap's */
	bool record; /* a trap of this rule is written to the log */
	uint32_t limit; /* ... so many times a second at most; 0: always */
	uint16_t id; /* of a trapping rule, unique over all contexts, from 1 to SCMP_ID_MAX */
	uint8_t answer_number; /* of its static answer (trap/inherited.h) */
	uint8_t n_tests;
	const struct scmp_test *tests;
	const char *name; /* the syscall's name; NULL in a default */
	bool unnamed; /* the policy does not name it: what its default becomes for this call (src/unnamed.h) */
	const char *verb; /* the policy's word: "trap", "errno" ... */
	const char *file; /* where the policy says it */
	int line;
	const char *why; /* the policy's reason, or NULL */
};

/* scmp_rule_asks() - whether a block may decide its calls */
static inline bool scmp_rule_asks(const struct scmp_rule *rule)
{
	return rule->verdict == SCMP_VERDICT_TRAP || rule->verdict == SCMP_VERDICT_INTERCEPT;
}

/* scmp_rule_runs() - whether the calls that it takes go on to run */
static inline bool scmp_rule_runs(const struct scmp_rule *rule)
{
	return !rule->traps && (rule->verdict == SCMP_VERDICT_ALLOW || rule->verdict == SCMP_VERDICT_LOG ||
				rule->verdict == SCMP_VERDICT_TRACE);
}

/* scmp_rule_data() - the 16 bits that its trap brings along */
static inline uint32_t scmp_rule_data(const struct scmp_rule *rule)
{
	return (uint32_t)rule->answer_number << SCMP_ID_BITS | rule->id;
}

/* One Seccomp.new: an ordered list of rules and what happens to the rest. */
struct scmp_context {
	struct scmp_rule fallback; /* the default action */
	struct scmp_rule *rules;
	size_t n_rules;
	uint32_t unknown_from; /* this number and those above are newer than the policy; 0: it makes no difference */
	uint32_t unknown_errno; /* ... and fail with this, where no rule names them */
};
