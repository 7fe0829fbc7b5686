/* SPDX-License-Identifier: MIT */
/* Ranges as tests; range.h. */
#include "range.h"

#include <mruby/range.h>

#include "constants.h"
#include "gem.h"
#include "wish.h"

enum { VALUE_TEXT = 64 };

struct interval {
	uint64_t low, high;
};

/* As one or two intervals of unsigned numbers: a signed range can lie on both sides of zero. */
static size_t intervals(const struct scmp_subject *subject, mrb_value range, struct interval intervals[2])
{
	mrb_state *mrb = subject->mrb;
	struct RRange *r = mrb_range_ptr(mrb, range);
	mrb_value begin = mrb_range_beg(mrb, range), end = mrb_range_end(mrb, range);
	bool is_signed = scmp_width_is_signed(subject->width);
	uint64_t ones = scmp_subject_ones(subject), sign = (ones >> 1) + 1;
	uint64_t low = is_signed ? sign : 0, high = is_signed ? sign - 1 : ones;
	char text[VALUE_TEXT];

	if (scmp_constants_field(subject->argument->meaning) && (mrb_symbol_p(begin) || mrb_symbol_p(end))) {
		SCMP_WISH_FAULT(subject->wish,
				"%s of %s's %s has no room for the flags beside them: list the constants, as [...]",
				scmp_inspect(mrb, range, text, sizeof(text)), subject->call->name, subject->keyword);
		scmp_policy_point(subject->keyword);
		return 0;
	}
	if ((!mrb_nil_p(begin) && !scmp_subject_number(subject, begin, &low)) ||
	    (!mrb_nil_p(end) && !scmp_subject_number(subject, end, &high)))
		return 0;
	if (is_signed) {
		/* Shifted so that the order is that of unsigned numbers. */
		low ^= sign;
		high ^= sign;
	}
	if (RANGE_EXCL(r) && !mrb_nil_p(end)) {
		if (high == 0)
			goto empty;
		high--;
	}
	if (low > high)
		goto empty;
	if (low == 0 && high == ones) {
		SCMP_WISH_FAULT(subject->wish, "%s takes every value of %s's %s: leave it out",
				scmp_inspect(mrb, range, text, sizeof(text)), subject->call->name, subject->keyword);
		scmp_policy_point(subject->keyword);
		return 0;
	}
	if (!is_signed) {
		intervals[0] = (struct interval){low, high};
		return 1;
	}
	if (low < sign && high >= sign) {
		intervals[0] = (struct interval){low ^ sign, ones};
		intervals[1] = (struct interval){0, high ^ sign};
		return 2;
	}
	intervals[0] = (struct interval){low ^ sign, high ^ sign};
	return 1;

empty:
	SCMP_WISH_FAULT(subject->wish, "%s can never match: the range is empty%s",
			scmp_inspect(mrb, range, text, sizeof(text)),
			is_signed ? "" : " (the kernel takes this argument as unsigned)");
	scmp_policy_point(subject->keyword);
	return 0;
}

/* What lies beyond a range without an end depends on what the kernel reads: the largest number may be -1. */
static bool is_known(const struct scmp_subject *subject, mrb_value range)
{
	mrb_state *mrb = subject->mrb;

	if (subject->width != SCMP_WIDTH_EITHER ||
	    !(mrb_nil_p(mrb_range_beg(mrb, range)) || mrb_nil_p(mrb_range_end(mrb, range))))
		return true;
	SCMP_WISH_FAULT(
		subject->wish,
		"of %s's %s the kernel reads an int or all 64 bits, as the command has it: a range needs both its "
		"ends there",
		subject->call->name, subject->keyword);
	scmp_policy_point(subject->keyword);
	return false;
}

bool scmp_range_inside(const struct scmp_subject *subject, mrb_value range, struct scmp_clauses *clauses)
{
	struct interval found[2];
	struct scmp_subject read = scmp_subject_of_test(subject, range, true);
	size_t n = is_known(subject, range) ? intervals(&read, range, found) : 0, i;

	for (i = 0; i < n; i++) {
		struct scmp_clauses inside = {0}, below = {0};
		bool ok = scmp_subject_test(&read, &inside, SCMP_OP_GE, 0, found[i].low) &&
			  scmp_subject_test(&read, &below, SCMP_OP_LE, 0, found[i].high) &&
			  scmp_subject_combine(subject, scmp_clauses_and(&inside, &below)) &&
			  scmp_subject_combine(subject, scmp_clauses_or(clauses, &inside));

		scmp_clauses_free(&inside);
		scmp_clauses_free(&below);
		if (!ok)
			return false;
	}
	return n > 0;
}

/* All of their complements at once. */
bool scmp_range_outside(const struct scmp_subject *subject, mrb_value range, struct scmp_clauses *clauses)
{
	struct interval found[2];
	struct scmp_subject read = scmp_subject_of_test(subject, range, false);
	size_t n = is_known(subject, range) ? intervals(&read, range, found) : 0, i;
	bool ok = n > 0;

	for (i = 0; i < n && ok; i++) {
		struct scmp_clauses outside = {0};

		ok = (found[i].low == 0 || scmp_subject_test(&read, &outside, SCMP_OP_LT, 0, found[i].low)) &&
		     (found[i].high == scmp_subject_ones(&read) ||
		      scmp_subject_test(&read, &outside, SCMP_OP_GT, 0, found[i].high)) &&
		     scmp_subject_combine(subject, scmp_clauses_and(clauses, &outside));
		scmp_clauses_free(&outside);
	}
	return ok;
}
