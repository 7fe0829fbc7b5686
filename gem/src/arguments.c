/* SPDX-License-Identifier: MIT */
/*
 * Conditions by the names of arguments, as `flags: any(:O_CREAT)`: what a policy
 * writes becomes tests of the width that the kernel reads. For each syscall of a
 * rule by itself, as the same name can stand elsewhere and be of another width.
 */
#include <fcntl.h>
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/hash.h>
#include <mruby/range.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>
#include <string.h>

#include "clauses.h"
#include "constants.h"
#include "gem.h"
#include "range.h"
#include "subject.h"
#include "wish.h"

enum { VALUE_TEXT = 64, KEYWORD_TEXT = 48, DEPTH_MAX = 16, MODE_BITS = 3 };

static bool expand(const struct scmp_subject *subject, mrb_value value, struct scmp_clauses *clauses, int depth);

/*
 * Tests: Seccomp::Test, what any(), all() and so on return
 */

/* A number, or a constant: one of a field (socket's type) leaves the flags beside it open. */
static bool expand_value(const struct scmp_subject *subject, mrb_value value, struct scmp_clauses *clauses, bool other)
{
	struct scmp_subject read = scmp_subject_of_test(subject, value, !other);
	uint32_t field = mrb_symbol_p(value) ? scmp_constants_field(subject->argument->meaning) : 0;
	uint64_t v;

	if (!scmp_subject_number(&read, value, &v))
		return false;
	if (field && !(v & ~(uint64_t)field))
		return scmp_subject_test(&read, clauses, other ? SCMP_OP_MASKED_NE : SCMP_OP_MASKED_EQ, field, v);
	return scmp_subject_test(&read, clauses, other ? SCMP_OP_NE : SCMP_OP_EQ, 0, v);
}

/* SOCK_STREAM, beside the flags of a socket's type. */
static bool is_of_field(const struct scmp_subject *subject, mrb_value value)
{
	unsigned meaning = subject->argument->meaning;
	const struct scmp_constant *constant;

	if (!scmp_constants_field(meaning) || !mrb_symbol_p(value))
		return false;
	constant = scmp_constant_by_name(meaning, mrb_sym_name(subject->mrb, mrb_symbol(value)));
	return constant && !(constant->value & ~scmp_constants_field(meaning));
}

/* It, or AF_UNIX, is a value: its bits are part of others' too. */
static bool is_value(const struct scmp_subject *subject, mrb_value value)
{
	struct scmp_constants all = scmp_constants_of(subject->argument->meaning);

	return (all.n && all.value_bits == UINT32_MAX) || is_of_field(subject, value);
}

static bool no_value(const struct scmp_subject *subject, const char *word, mrb_value value)
{
	char text[VALUE_TEXT];

	if (!is_value(subject, value))
		return true;
	SCMP_WISH_FAULT(subject->wish,
			"%s tests bits, and %s's %s has values: [...] is one of several, not_in(...) any but them; %s "
			"is one",
			word, subject->call->name, subject->keyword,
			scmp_inspect(subject->mrb, value, text, sizeof(text)));
	scmp_policy_point(word);
	return false;
}

static bool no_values(const struct scmp_subject *subject, const char *word, mrb_value values)
{
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(values); i++)
		if (!no_value(subject, word, RARRAY_PTR(values)[i]))
			return false;
	return true;
}

/* mask(:SOCK_STREAM, :SOCK_STREAM) is true of others, too. Who writes numbers means bits: the letter of an ioctl. */
static bool no_value_as_mask(const struct scmp_subject *subject, mrb_value mask)
{
	mrb_int i;

	if (mrb_symbol_p(mask))
		return no_value(subject, "mask", mask);
	for (i = 0; mrb_array_p(mask) && i < RARRAY_LEN(mask); i++)
		if (mrb_symbol_p(RARRAY_PTR(mask)[i]) && !no_value(subject, "mask", RARRAY_PTR(mask)[i]))
			return false;
	return true;
}

/* O_TMPFILE is O_DIRECTORY and a bit of its own: either would do for any(:O_TMPFILE). */
static bool no_many_bits(const struct scmp_subject *subject, const char *word, mrb_value values)
{
	unsigned meaning = subject->argument->meaning;
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(values); i++) {
		mrb_value value = RARRAY_PTR(values)[i];
		const char *name = mrb_symbol_p(value) ? mrb_sym_name(subject->mrb, mrb_symbol(value)) : NULL;
		const struct scmp_constant *constant = name ? scmp_constant_by_name(meaning, name) : NULL;
		uint32_t bits = constant ? constant->value & ~scmp_constants_of(meaning).value_bits : 0;

		if (!(bits & (bits - 1)))
			continue;
		SCMP_WISH_FAULT(
			subject->wish,
			"%s tests each bit by itself, and :%s has several, which are others' too: all(:%s) is true "
			"where it is set",
			word, name, name);
		scmp_policy_point(word);
		return false;
	}
	return true;
}

static bool some_bits(const struct scmp_subject *subject, const char *word, mrb_value values, uint64_t *mask)
{
	bool is_open = subject->argument->meaning == SCMP_SET_O;

	if (!scmp_subject_bits_of(subject, values, mask) || !no_values(subject, word, values) ||
	    (strcmp(word, "all") != 0 && !no_many_bits(subject, word, values)))
		return false;
	if (is_open && ((*mask & O_ACCMODE) == O_WRONLY || (*mask & O_ACCMODE) == O_RDWR)) {
		SCMP_WISH_FAULT(subject->wish,
				"%s tests one of the two ways to write: with both, as %s(:O_WRONLY, :O_RDWR), or by "
				"accmode(...)",
				word, word);
		scmp_policy_point(word);
		return false;
	}
	if (*mask != 0)
		return true;
	if (is_open)
		SCMP_WISH_FAULT(subject->wish, "%s(:O_RDONLY) tests no bit: O_RDONLY is 0, say accmode(:O_RDONLY)",
				word);
	else
		SCMP_WISH_FAULT(subject->wish, "%s of %s's %s tests no bit: say `%s: 0` for none at all", word,
				subject->call->name, subject->keyword, subject->keyword);
	scmp_policy_point(word);
	return false;
}

static bool always_true(const struct scmp_subject *subject)
{
	SCMP_WISH_FAULT(subject->wish, "only of all bits is always true: leave %s: out", subject->keyword);
	scmp_policy_point("only");
	return false;
}

/* only(:MAP_SHARED, :MAP_PRIVATE, :MAP_FIXED): one of the first two, and no flag but the third. */
static bool expand_only_of_field(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	uint64_t flags = 0, ones = scmp_subject_ones(subject), v;
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(values); i++) {
		if (!scmp_subject_number(subject, RARRAY_PTR(values)[i], &v))
			return false;
		if (!is_of_field(subject, RARRAY_PTR(values)[i]))
			flags |= v;
	}
	if (flags == ones)
		return always_true(subject);
	for (i = 0; i < RARRAY_LEN(values); i++) {
		if (!is_of_field(subject, RARRAY_PTR(values)[i]))
			continue;
		if (!scmp_subject_number(subject, RARRAY_PTR(values)[i], &v) ||
		    !scmp_subject_test(subject, clauses, SCMP_OP_MASKED_EQ, ones & ~flags, v & ~flags))
			return false;
	}
	return true;
}

static bool expand_only(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	struct scmp_subject read = scmp_subject_of_test(subject, values, true);
	uint64_t allowed, ones = scmp_subject_ones(&read);
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(values); i++)
		if (is_of_field(subject, RARRAY_PTR(values)[i]))
			return expand_only_of_field(subject, values, clauses);
	if (!scmp_subject_bits_of(&read, values, &allowed) || !no_values(subject, "only", values))
		return false;
	if (allowed == ones)
		return always_true(subject);
	return scmp_subject_test(&read, clauses, SCMP_OP_MASKED_EQ, ones & ~allowed, 0);
}

static bool expand_mask(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	struct scmp_subject read = scmp_subject_of_test(subject, values, true);
	uint64_t mask, value;

	if (RARRAY_LEN(values) != 2) {
		SCMP_WISH_FAULT(subject->wish, "mask(mask, value) takes a mask and a value");
		scmp_policy_point("mask");
		return false;
	}
	if (!scmp_subject_bits_of(&read, RARRAY_PTR(values)[0], &mask) ||
	    !scmp_subject_bits_of(&read, RARRAY_PTR(values)[1], &value) ||
	    !no_value_as_mask(subject, RARRAY_PTR(values)[0]))
		return false;
	if (value & ~mask) {
		SCMP_WISH_FAULT(subject->wish, "(%s & 0x%llx) == 0x%llx can never be true: 0x%llx is outside the mask",
				subject->keyword, (unsigned long long)mask, (unsigned long long)value,
				(unsigned long long)(value & ~mask));
		scmp_policy_point("mask");
		return false;
	}
	if (mask == 0) {
		SCMP_WISH_FAULT(subject->wish, "a mask of 0 takes every value: leave %s: out", subject->keyword);
		scmp_policy_point("mask");
		return false;
	}
	return scmp_subject_test(&read, clauses, SCMP_OP_MASKED_EQ, mask, value);
}

static bool expand_not_in(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	mrb_int i;

	if (!scmp_subject_combine(subject, scmp_clauses_always(clauses)))
		return false;
	for (i = 0; i < RARRAY_LEN(values); i++) {
		mrb_value value = RARRAY_PTR(values)[i];
		struct scmp_clauses other = {0};
		bool ok;

		if (mrb_range_p(value)) {
			ok = scmp_range_outside(subject, value, clauses);
		} else {
			ok = expand_value(subject, value, &other, true) &&
			     scmp_subject_combine(subject, scmp_clauses_and(clauses, &other));
			scmp_clauses_free(&other);
		}
		if (!ok)
			return false;
	}
	return true;
}

static bool expand_accmode(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	mrb_int i;

	if (subject->argument->meaning != SCMP_SET_O) {
		SCMP_WISH_FAULT(subject->wish, "accmode is for the flags of open, not for %s's %s", subject->call->name,
				subject->keyword);
		scmp_policy_point("accmode");
		return false;
	}
	for (i = 0; i < RARRAY_LEN(values); i++) {
		uint64_t mode;

		if (!scmp_subject_number(subject, RARRAY_PTR(values)[i], &mode))
			return false;
		if (mode & ~(uint64_t)MODE_BITS) {
			SCMP_WISH_FAULT(
				subject->wish,
				"accmode is one of :O_RDONLY, :O_WRONLY and :O_RDWR; other flags are tested by any");
			scmp_policy_point("accmode");
			return false;
		}
		if (!scmp_subject_test(subject, clauses, SCMP_OP_MASKED_EQ, MODE_BITS, mode))
			return false;
	}
	return true;
}

static bool expand_both(const struct scmp_subject *subject, mrb_value values, struct scmp_clauses *clauses, int depth)
{
	struct scmp_clauses other = {0};
	bool ok = RARRAY_LEN(values) == 2 && expand(subject, RARRAY_PTR(values)[0], clauses, depth) &&
		  expand(subject, RARRAY_PTR(values)[1], &other, depth) &&
		  scmp_subject_combine(subject, scmp_clauses_and(clauses, &other));

	scmp_clauses_free(&other);
	return ok;
}

static bool expand_test(const struct scmp_subject *subject, mrb_value test, struct scmp_clauses *clauses, int depth)
{
	mrb_state *mrb = subject->mrb;
	struct scmp_subject read;
	char word[KEYWORD_TEXT];
	mrb_value op = mrb_iv_get(mrb, test, mrb_intern_lit(mrb, "@op"));
	mrb_value values = mrb_iv_get(mrb, test, mrb_intern_lit(mrb, "@values"));
	uint64_t mask;

	if (!mrb_symbol_p(op) || !mrb_array_p(values))
		return false;
	snprintf(word, sizeof(word), "%s", mrb_sym_name(mrb, mrb_symbol(op)));
	if (strcmp(word, "broken") == 0) {
		/* What is wrong with it has been said where it was made. */
		subject->wish->ok = false;
		return false;
	}
	if (RARRAY_LEN(values) == 0) {
		SCMP_WISH_FAULT(subject->wish, "%s() names no value", word);
		scmp_policy_point(word);
		return false;
	}
	if (strcmp(word, "and") == 0)
		return expand_both(subject, values, clauses, depth);
	if (strcmp(word, "not_in") == 0)
		return expand_not_in(subject, values, clauses);
	if (strcmp(word, "only") == 0)
		return expand_only(subject, values, clauses);
	if (strcmp(word, "mask") == 0)
		return expand_mask(subject, values, clauses);
	if (strcmp(word, "accmode") == 0)
		return expand_accmode(subject, values, clauses);
	read = scmp_subject_of_test(subject, values, strcmp(word, "any") != 0);
	if (!some_bits(&read, word, values, &mask))
		return false;
	if (strcmp(word, "any") == 0)
		return scmp_subject_test(&read, clauses, SCMP_OP_MASKED_NE, mask, 0);
	return scmp_subject_test(&read, clauses, SCMP_OP_MASKED_EQ, mask, strcmp(word, "all") == 0 ? mask : 0);
}

static bool expand(const struct scmp_subject *subject, mrb_value value, struct scmp_clauses *clauses, int depth)
{
	mrb_state *mrb = subject->mrb;
	mrb_int i;

	if (depth > DEPTH_MAX) {
		SCMP_WISH_FAULT(subject->wish, "the conditions on %s are nested too deeply", subject->keyword);
		return false;
	}
	if (mrb_array_p(value)) {
		if (RARRAY_LEN(value) == 0) {
			SCMP_WISH_FAULT(subject->wish, "%s's %s can be none of []: the rule would never match",
					subject->call->name, subject->keyword);
			scmp_policy_point(subject->keyword);
			return false;
		}
		/* Each by itself: what one of them narrows is not the others'. */
		for (i = 0; i < RARRAY_LEN(value); i++) {
			struct scmp_clauses one = {0};
			bool ok = expand(subject, RARRAY_PTR(value)[i], &one, depth + 1) &&
				  scmp_subject_combine(subject, scmp_clauses_or(clauses, &one));

			scmp_clauses_free(&one);
			if (!ok)
				return false;
		}
		return true;
	}
	if (mrb_range_p(value))
		return scmp_range_inside(subject, value, clauses);
	if (scmp_is_a(mrb, value, "Test"))
		return expand_test(subject, value, clauses, depth + 1);
	return expand_value(subject, value, clauses, false);
}

/*
 * Keywords
 */

const char *scmp_argument_names(const struct scmp_syscall *call, char *text, size_t room)
{
	size_t length = 0;
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < call->n_args && length < room; i++)
		length += (size_t)snprintf(text + length, room - length, "%s%s", i ? ", " : "",
					   scmp_syscall_word(call->args[i].word));
	return text;
}

static void unknown_keyword(struct scmp_wish *wish, const struct scmp_syscall *call, const char *keyword)
{
	const char *words[6 * 2 + 8], *near;
	char names[160];
	size_t n = 0;
	unsigned i;

	words[n++] = "log";
	words[n++] = "why";
	words[n++] = "limit";
	for (i = 0; i < call->n_args; i++) {
		words[n++] = scmp_syscall_word(call->args[i].word);
		if (call->args[i].other_word)
			words[n++] = scmp_syscall_word(call->args[i].other_word);
	}
	near = scmp_suggest(keyword, words, n);
	if (near)
		SCMP_WISH_FAULT(wish, "%s has no argument %s: (did you mean %s:?)", call->name, keyword, near);
	else
		SCMP_WISH_FAULT(wish, "%s has no argument %s:, it has (%s)", call->name, keyword,
				scmp_argument_names(call, names, sizeof(names)));
	scmp_policy_point(keyword);
}

static bool find_argument(const struct scmp_syscall *call, const char *keyword, struct scmp_subject *subject)
{
	int i = scmp_syscall_argument(call, keyword);

	if (i < 0)
		return false;
	subject->index = (unsigned)i;
	subject->argument = &call->args[i];
	subject->width = (enum scmp_width)subject->argument->width;
	return true;
}

bool scmp_wish_arguments(mrb_state *mrb, struct scmp_wish *wish, const struct scmp_syscall *call, mrb_value conditions,
			 struct scmp_clauses *clauses)
{
	mrb_value keys;
	bool ok = true;
	mrb_int i;

	if (!mrb_hash_p(conditions))
		return true;
	keys = mrb_hash_keys(mrb, conditions);
	for (i = 0; i < RARRAY_LEN(keys); i++) {
		mrb_value key = RARRAY_PTR(keys)[i];
		struct scmp_subject subject = {mrb, wish, call};
		struct scmp_clauses mine = {0};
		char keyword[KEYWORD_TEXT];

		/* mruby has one buffer for the names of all short Symbols. */
		snprintf(keyword, sizeof(keyword), "%s", mrb_sym_name(mrb, mrb_symbol(key)));
		subject.keyword = keyword;
		if (!find_argument(call, subject.keyword, &subject)) {
			unknown_keyword(wish, call, subject.keyword);
			ok = false;
			continue;
		}
		ok &= expand(&subject, mrb_hash_get(mrb, conditions, key), &mine, 0) &&
		      scmp_subject_combine(&subject, scmp_clauses_and(clauses, &mine));
		scmp_clauses_free(&mine);
	}
	return ok;
}
