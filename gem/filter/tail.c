/* SPDX-License-Identifier: MIT */
/*
 * Cases -> classic BPF. Pure functions, used by splice.c.
 *
 * BPF compares 32 bits at a time, so an argument is compared in halves, the
 * high one first. Each case is a block that begins with nothing loaded:
 *
 *	tests, each of which jumps to the next block if it fails
 *	RET answer
 */
#include <linux/seccomp.h>

#include "gate.h"
#include "doors.h"
#include "tail.h"

/*
 * Stands for "the next block" in a jump until the block's length is known. The
 * longest block (the tests of 6 instructions each, the gate, RET) is
 * far below it, so it is never a real distance.
 */
enum { FAIL = 255 };

_Static_assert((SCMP_TESTS_MAX + SCMP_VIRTUAL_TESTS_MAX) * 6 + 5 + 1 < FAIL, "a block must be shorter than the mark");

static void emit(struct scmp_code *code, uint16_t op, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (code->n_insns < BPF_MAXINSNS)
		code->insns[code->n_insns] = (struct sock_filter){.code = op, .jt = jt, .jf = jf, .k = k};
	code->n_insns++;
}

static void jump(struct scmp_code *code, uint16_t op, uint32_t k, uint8_t jt, uint8_t jf)
{
	emit(code, BPF_JMP | op | BPF_K, jt, jf, k);
}

/* Where the two halves of a 64-bit field of seccomp_data lie. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { LOW_HALF = 0, HIGH_HALF = 4 };
#else
enum { LOW_HALF = 4, HIGH_HALF = 0 };
#endif

static void load_low(struct scmp_code *code, size_t field)
{
	emit(code, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(field + LOW_HALF));
}

static void load_high(struct scmp_code *code, size_t field)
{
	emit(code, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(field + HIGH_HALF));
}

static uint32_t low(uint64_t value)
{
	return (uint32_t)value;
}

static uint32_t high(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

bool scmp_is_always_true(const struct scmp_test *test)
{
	switch (test->op) {
	case SCMP_OP_GE:
		return test->value == 0;
	case SCMP_OP_LE:
		return test->value >= scmp_test_ones(test);
	case SCMP_OP_MASKED_EQ:
		return test->mask == 0 && test->value == 0;
	default:
		return false;
	}
}

static void emit_equal(struct scmp_code *code, size_t field, uint64_t value)
{
	load_high(code, field);
	jump(code, BPF_JEQ, high(value), 0, FAIL);
	load_low(code, field);
	jump(code, BPF_JEQ, low(value), 0, FAIL);
}

static void emit_different(struct scmp_code *code, size_t field, uint64_t value)
{
	load_high(code, field);
	jump(code, BPF_JEQ, high(value), 0, 2);
	load_low(code, field);
	jump(code, BPF_JEQ, low(value), FAIL, 0);
}

/* @low_op: what decides where the high halves are equal: JGT, or JGE. */
static void emit_above(struct scmp_code *code, size_t field, uint64_t value, uint16_t low_op)
{
	load_high(code, field);
	jump(code, BPF_JGT, high(value), 3, 0);
	jump(code, BPF_JEQ, high(value), 0, FAIL);
	load_low(code, field);
	jump(code, low_op, low(value), 0, FAIL);
}

static void emit_not_above(struct scmp_code *code, size_t field, uint64_t value, uint16_t low_op)
{
	load_high(code, field);
	jump(code, BPF_JGT, high(value), FAIL, 0);
	jump(code, BPF_JEQ, high(value), 0, 2);
	load_low(code, field);
	jump(code, low_op, low(value), FAIL, 0);
}

/* The half in A. A value outside its mask is compared all the same: it never holds. */
static void emit_masked_half(struct scmp_code *code, uint32_t mask, uint32_t value)
{
	if (value == 0) {
		jump(code, BPF_JSET, mask, FAIL, 0);
		return;
	}
	if (mask != UINT32_MAX)
		emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
	jump(code, BPF_JEQ, value, 0, FAIL);
}

static void emit_masked(struct scmp_code *code, size_t field, uint64_t mask, uint64_t value)
{
	if (high(mask) || high(value)) {
		load_high(code, field);
		emit_masked_half(code, high(mask), high(value));
	}
	if (low(mask) || low(value)) {
		load_low(code, field);
		emit_masked_half(code, low(mask), low(value));
	}
}

/* The masked value must differ: where the high halves do, the low ones do not matter. */
static void emit_masked_different(struct scmp_code *code, size_t field, uint64_t mask, uint64_t value)
{
	if (high(mask) || high(value)) {
		load_high(code, field);
		emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, high(mask));
		jump(code, BPF_JEQ, high(value), 0, 3);
	}
	load_low(code, field);
	emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, low(mask));
	jump(code, BPF_JEQ, low(value), FAIL, 0);
}

/* An argument of which the kernel reads no more than the low half. */
static void emit_narrow(struct scmp_code *code, size_t field, const struct scmp_test *test)
{
	uint32_t ones = low(scmp_test_ones(test)), value = low(test->value);

	load_low(code, field);
	if (test->op == SCMP_OP_MASKED_EQ || test->op == SCMP_OP_MASKED_NE) {
		if (test->op == SCMP_OP_MASKED_NE && value == 0) {
			jump(code, BPF_JSET, low(test->mask) & ones, 0, FAIL);
			return;
		}
		emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, low(test->mask) & ones);
	} else if (ones != UINT32_MAX) {
		emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, ones);
	}
	switch ((enum scmp_op)test->op) {
	case SCMP_OP_EQ:
	case SCMP_OP_MASKED_EQ:
		jump(code, BPF_JEQ, value, 0, FAIL);
		break;
	case SCMP_OP_NE:
	case SCMP_OP_MASKED_NE:
		jump(code, BPF_JEQ, value, FAIL, 0);
		break;
	case SCMP_OP_LT:
		jump(code, BPF_JGE, value, FAIL, 0);
		break;
	case SCMP_OP_LE:
		jump(code, BPF_JGT, value, FAIL, 0);
		break;
	case SCMP_OP_GE:
		jump(code, BPF_JGE, value, 0, FAIL);
		break;
	case SCMP_OP_GT:
		jump(code, BPF_JGT, value, 0, FAIL);
		break;
	case SCMP_OPS:
		break;
	}
}

/* A value that the argument cannot have: the comparison is decided, but for what the order says. */
static void emit_out_of_range(struct scmp_code *code, const struct scmp_test *test)
{
	bool holds = test->op == SCMP_OP_NE || test->op == SCMP_OP_MASKED_NE || test->op == SCMP_OP_LT ||
		     test->op == SCMP_OP_LE;

	if (!holds) {
		load_low(code, offsetof(struct seccomp_data, nr));
		jump(code, BPF_JGE, 0, FAIL, FAIL);
	}
}

static void emit_test(struct scmp_code *code, const struct scmp_test *test)
{
	size_t field = offsetof(struct seccomp_data, args) + test->arg * sizeof(uint64_t);

	if (scmp_is_always_true(test))
		return;
	if (test->bits) {
		if (test->value > scmp_test_ones(test))
			emit_out_of_range(code, test);
		else
			emit_narrow(code, field, test);
		return;
	}

	switch ((enum scmp_op)test->op) {
	case SCMP_OP_NE:
		emit_different(code, field, test->value);
		break;
	case SCMP_OP_LT:
		emit_not_above(code, field, test->value, BPF_JGE);
		break;
	case SCMP_OP_LE:
		emit_not_above(code, field, test->value, BPF_JGT);
		break;
	case SCMP_OP_EQ:
		emit_equal(code, field, test->value);
		break;
	case SCMP_OP_GE:
		emit_above(code, field, test->value, BPF_JGE);
		break;
	case SCMP_OP_GT:
		emit_above(code, field, test->value, BPF_JGT);
		break;
	case SCMP_OP_MASKED_EQ:
		emit_masked(code, field, test->mask, test->value);
		break;
	case SCMP_OP_MASKED_NE:
		emit_masked_different(code, field, test->mask, test->value);
		break;
	case SCMP_OPS:
		break;
	}
}

/* Let the marked jumps of the block that begins at @start lead behind its end. */
static void resolve(struct scmp_code *code, size_t start)
{
	size_t end = code->n_insns;

	if (end > BPF_MAXINSNS)
		return;
	for (size_t i = start; i < end; i++) {
		struct sock_filter *insn = &code->insns[i];

		if (BPF_CLASS(insn->code) != BPF_JMP)
			continue;
		if (insn->jt == FAIL)
			insn->jt = (uint8_t)(end - i - 1);
		if (insn->jf == FAIL)
			insn->jf = (uint8_t)(end - i - 1);
	}
}

/* From either of the gate's two instructions, whose addresses differ in one bit. */
static void emit_gate(struct scmp_code *code)
{
	size_t field = offsetof(struct seccomp_data, instruction_pointer);

	load_high(code, field);
	jump(code, BPF_JEQ, high(SCMP_GATE_IP), 0, FAIL);
	load_low(code, field);
	emit(code, BPF_ALU | BPF_AND | BPF_K, 0, 0, ~low(SCMP_GATE_IP_EITHER));
	jump(code, BPF_JEQ, low(SCMP_GATE_IP), 0, FAIL);
}

void scmp_tail_emit_unknown(struct scmp_code *code, uint32_t unknown_from, uint32_t unknown)
{
	load_low(code, offsetof(struct seccomp_data, nr));
	jump(code, BPF_JGE, unknown_from, 0, 1);
	emit(code, BPF_RET | BPF_K, 0, 0, unknown);
}

/* What a case asks, one after the other: whether it is the gate, its tests, its door's. */
static size_t n_questions(const struct scmp_case *one)
{
	return one->gate + one->n_tests + one->n_door_tests;
}

/* NULL: the gate */
static const struct scmp_test *question(const struct scmp_case *one, size_t nth)
{
	if (one->gate && nth-- == 0)
		return NULL;
	return nth < one->n_tests ? &one->tests[nth] : &one->door_tests[nth - one->n_tests];
}

static void emit_question(struct scmp_code *code, const struct scmp_test *asked)
{
	if (asked)
		emit_test(code, asked);
	else
		emit_gate(code);
}

static bool ask_the_same(const struct scmp_case *one, const struct scmp_case *other, size_t nth)
{
	const struct scmp_test *a, *b;

	if (nth >= n_questions(one) || nth >= n_questions(other))
		return false;
	a = question(one, nth);
	b = question(other, nth);
	if (!a || !b)
		return a == b;
	return a->arg == b->arg && a->op == b->op && a->bits == b->bits && a->mask == b->mask && a->value == b->value;
}

static void emit_case(struct scmp_code *code, const struct scmp_case *one, size_t asked)
{
	size_t start = code->n_insns;

	for (size_t i = asked; i < n_questions(one); i++)
		emit_question(code, question(one, i));
	emit(code, BPF_RET | BPF_K, 0, 0, one->action);
	resolve(code, start);
}

static void emit_cases(struct scmp_code *code, const struct scmp_case *cases, size_t n_cases, size_t asked);

/* What they all ask next is asked once: who fails it goes behind them all, which may be far. */
static void emit_shared(struct scmp_code *code, const struct scmp_case *cases, size_t n_cases, size_t asked)
{
	size_t start = code->n_insns, miss;

	emit_question(code, question(cases, asked));
	emit(code, BPF_JMP | BPF_JA, 0, 0, 1);
	resolve(code, start);
	miss = code->n_insns;
	emit(code, BPF_JMP | BPF_JA, 0, 0, 0);
	emit_cases(code, cases, n_cases, asked + 1);
	if (miss < BPF_MAXINSNS)
		code->insns[miss].k = (uint32_t)(code->n_insns - miss - 1);
}

/* @asked: of each its first questions have been, and hold */
static void emit_cases(struct scmp_code *code, const struct scmp_case *cases, size_t n_cases, size_t asked)
{
	size_t next;

	for (size_t i = 0; i < n_cases; i = next) {
		for (next = i + 1; next < n_cases && ask_the_same(&cases[i], &cases[next], asked);)
			next++;
		if (next - i > 1)
			emit_shared(code, &cases[i], next - i, asked);
		else
			emit_case(code, &cases[i], asked);
	}
}

void scmp_tail_emit(struct scmp_code *code, const struct scmp_case *cases, size_t n_cases, uint32_t last,
		    bool last_runs)
{
	emit_cases(code, cases, n_cases, 0);
	if (last_runs) {
		size_t start = code->n_insns;

		emit_gate(code);
		emit(code, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
		resolve(code, start);
	}
	emit(code, BPF_RET | BPF_K, 0, 0, last);
}
