/* SPDX-License-Identifier: MIT */
/* Conditions on a call's arguments, in mruby-seccomp's positional form. */
#include <mruby.h>
#include <mruby/class.h>
#include <mruby/variable.h>
#include <string.h>

#include "gem.h"
#include "wish.h"

/* One Seccomp::ARG: the n-th tests argument n. */
void scmp_wish_argument(mrb_state *mrb, struct scmp_wish *wish, mrb_value argument, unsigned index)
{
	mrb_value op = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@op"));
	mrb_value a = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@a"));
	mrb_value b = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@b"));
	struct scmp_test *test = &wish->positional[wish->n_positional];
	int operator= scmp_operator(mrb, op);
	char text[64];

	if (index >= SCMP_ARGS_MAX) {
		if (index == SCMP_ARGS_MAX)
			SCMP_WISH_FAULT(wish, "too many ARGs: a syscall has at most %d arguments", SCMP_ARGS_MAX);
		return;
	}
	if (mrb_nil_p(op) || mrb_nil_p(a)) {
		SCMP_WISH_FAULT(wish, "ARG takes an operator and a value, as Seccomp::ARG(:==, 3)");
		scmp_policy_point("ARG");
		return;
	}
	if (operator<0) {
		SCMP_WISH_FAULT(wish, "unknown operator %s: use :==, :!=, :<, :<=, :>, :>= or :=~",
				scmp_inspect(mrb, op, text, sizeof(text)));
		scmp_policy_point("ARG");
		return;
	}
	test->arg = (uint8_t)index;
	test->op = (uint8_t) operator;
	if (operator== SCMP_OP_MASKED_EQ) {
		if (mrb_nil_p(b)) {
			SCMP_WISH_FAULT(wish, "ARG(:=~, mask, value) takes a mask and a value");
			scmp_policy_point("ARG");
			return;
		}
		if (!scmp_value(mrb, a, &test->mask))
			goto no_value;
		a = b;
	} else if (!mrb_nil_p(b)) {
		SCMP_WISH_FAULT(wish, "ARG(:%s, value) takes one value; only :=~ takes two",
				mrb_symbol_p(op) ? mrb_sym_name(mrb, mrb_symbol(op)) : "op");
		scmp_policy_point("ARG");
		return;
	}
	if (!scmp_value(mrb, a, &test->value))
		goto no_value;
	wish->n_positional++;
	return;

no_value:
	if (mrb_symbol_p(a)) {
		SCMP_WISH_FAULT(wish, "ARG takes numbers: a constant stands behind an argument's name, as `prot: %s`",
				scmp_inspect(mrb, a, text, sizeof(text)));
		scmp_policy_point("ARG");
		return;
	}
	SCMP_WISH_FAULT(wish,
			"%s is not an argument's value: 64 bits as an Integer, or a String such as "
			"\"0xffffffff00000000\"",
			scmp_inspect(mrb, a, text, sizeof(text)));
	scmp_policy_point("ARG");
}

static bool is_dummy(const struct scmp_test *test)
{
	return test->op == SCMP_OP_GE && test->value == 0;
}

/* The mask is that of the bits which the kernel reads. */
static bool is_sound_mask(struct scmp_wish *wish, const struct scmp_test *test)
{
	unsigned long long mask = test->mask, value = test->value;

	if (value & ~mask)
		SCMP_WISH_FAULT(wish, "(argument %u & 0x%llx) == 0x%llx can never be true: 0x%llx is outside the mask",
				test->arg, mask, value, value & ~mask);
	else if (mask == 0)
		SCMP_WISH_FAULT(wish, "a mask of 0 takes every value of argument %u: ARG(:>=, 0) passes it over",
				test->arg);
	return mask != 0 && !(value & ~mask);
}

/* The bits of the argument that the test is about. */
static unsigned bits_of(const struct scmp_wish *wish, const struct scmp_argument *argument,
			const struct scmp_test *test)
{
	bool bounded = test->op == SCMP_OP_EQ || test->op == SCMP_OP_LT || test->op == SCMP_OP_LE;
	struct scmp_numbers numbers = {0};

	scmp_numbers_add(&numbers, test->value);
	scmp_numbers_add(&numbers, test->mask);
	return scmp_width_bits(
		scmp_width_of_test((enum scmp_width)argument->width, numbers, bounded, scmp_rule_runs(&wish->rule)));
}

bool scmp_wish_positional(struct scmp_wish *wish, const struct scmp_syscall *call, struct scmp_clauses *clauses)
{
	size_t i;

	for (i = 0; i < wish->n_positional; i++) {
		struct scmp_test test = wish->positional[i];
		struct scmp_clauses mine = {0};
		unsigned bits;

		/* ARG(:>=, 0) is how an argument is left out. */
		if (is_dummy(&test))
			continue;
		if (call && test.arg >= call->n_args) {
			SCMP_WISH_FAULT(wish, "%s has %d argument%s; you tested argument %d (the first is 0)",
					call->name, call->n_args, call->n_args == 1 ? "" : "s", test.arg);
			return false;
		}
		bits = call ? bits_of(wish, &call->args[test.arg], &test) : 64;
		test.bits = bits == 64 ? 0 : (uint8_t)bits;
		if (!scmp_narrow(&test.value, bits)) {
			SCMP_WISH_FAULT(wish, "0x%llx: of %s's %s the kernel reads %u bits",
					(unsigned long long)test.value, call->name,
					scmp_syscall_word(call->args[test.arg].word), bits);
			return false;
		}
		test.mask &= scmp_test_ones(&test);
		if (test.op == SCMP_OP_MASKED_EQ && !is_sound_mask(wish, &test))
			return false;
		if (scmp_clauses_test(&mine, &test) || scmp_clauses_and(clauses, &mine)) {
			SCMP_WISH_FAULT(wish, "out of memory");
			scmp_clauses_free(&mine);
			return false;
		}
		scmp_clauses_free(&mine);
	}
	return true;
}
