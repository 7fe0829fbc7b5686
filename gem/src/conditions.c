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
	struct scmp_test *test = &wish->rule.tests[wish->rule.n_tests];
	int operator= scmp_operator(mrb, op);
	char text[64];

	if (index >= SCMP_ARGS_MAX) {
		if (index == SCMP_ARGS_MAX)
			SCMP_WISH_FAULT(wish, "too many ARGs: a syscall has at most %d arguments", SCMP_ARGS_MAX);
		return;
	}
	if (operator<0) {
		SCMP_WISH_FAULT(wish, "unknown operator %s: use :==, :!=, :<, :<=, :>, :>= or :=~",
				scmp_inspect(mrb, op, text, sizeof(text)));
		return;
	}
	test->arg = (uint8_t)index;
	test->op = (uint8_t) operator;
	if (operator== SCMP_OP_MASKED_EQ) {
		if (mrb_nil_p(b)) {
			SCMP_WISH_FAULT(wish, "ARG(:=~, mask, value) takes a mask and a value");
			return;
		}
		if (!scmp_value(mrb, a, &test->mask))
			goto no_value;
		a = b;
	} else if (!mrb_nil_p(b)) {
		SCMP_WISH_FAULT(wish, "ARG(:%s, value) takes one value; only :=~ takes two",
				mrb_symbol_p(op) ? mrb_sym_name(mrb, mrb_symbol(op)) : "op");
		return;
	}
	if (!scmp_value(mrb, a, &test->value))
		goto no_value;
	wish->rule.n_tests++;
	return;

no_value:
	SCMP_WISH_FAULT(wish,
			"%s is not an argument's value: 64 bits as an Integer, or a String such as "
			"\"0xffffffff00000000\"",
			scmp_inspect(mrb, a, text, sizeof(text)));
}
