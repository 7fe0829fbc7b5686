/* SPDX-License-Identifier: MIT */
/*
 * Conditions by the names of arguments, as `flags: any(:O_CREAT)`: what a policy
 * writes becomes tests of the width that the kernel reads. For each syscall of a
 * rule by itself, as the same name can stand elsewhere and be of another width.
 */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/hash.h>
#include <mruby/range.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clauses.h"
#include "constants.h"
#include "gem.h"
#include "wish.h"

/* The argument that is spoken of. */
struct subject {
	mrb_state *mrb;
	struct scmp_wish *wish;
	const struct scmp_syscall *call;
	const struct scmp_argument *argument;
	unsigned index;
	const char *keyword;
};

enum { VALUE_TEXT = 64, KEYWORD_TEXT = 48, DEPTH_MAX = 16, MODE_BITS = 3 };

static bool expand(const struct subject *subject, mrb_value value, struct scmp_clauses *clauses, int depth);

static unsigned bits_of(const struct subject *subject)
{
	return scmp_width_bits(subject->argument->width);
}

static uint64_t ones_of(const struct subject *subject)
{
	unsigned bits = bits_of(subject);

	return bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
}

static struct scmp_test test_of(const struct subject *subject, enum scmp_op op, uint64_t mask, uint64_t value)
{
	unsigned bits = bits_of(subject);

	return (struct scmp_test){
		.arg = (uint8_t)subject->index,
		.op = (uint8_t)op,
		.bits = bits == 64 ? 0 : (uint8_t)bits,
		.mask = mask,
		.value = value,
	};
}

static bool report(const struct subject *subject, enum scmp_clauses_result result)
{
	if (result == SCMP_CLAUSES_TOO_MANY)
		SCMP_WISH_FAULT(subject->wish,
				"the conditions on %s have too many combinations (%d at most, of %d tests each): make "
				"several rules of it",
				subject->call->name, SCMP_CLAUSES_MAX, SCMP_TESTS_MAX);
	else if (result == SCMP_CLAUSES_NO_MEMORY)
		SCMP_WISH_FAULT(subject->wish, "out of memory");
	return result == SCMP_CLAUSES_DONE;
}

static bool add_test(const struct subject *subject, struct scmp_clauses *clauses, enum scmp_op op, uint64_t mask,
		     uint64_t value)
{
	struct scmp_test test = test_of(subject, op, mask, value);

	return report(subject, scmp_clauses_test(clauses, &test));
}

/*
 * Numbers
 */

bool scmp_narrow(uint64_t *value, unsigned bits)
{
	uint64_t ones = bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
	bool negative = bits == 32 && (int64_t)*value < 0 && (int64_t)*value >= INT32_MIN;

	if (*value <= ones)
		return true;
	if (negative)
		*value &= ones;
	return negative;
}

/* The call and argument whose constant this is, for who has taken the wrong name; of several the shortest. */
const struct scmp_syscall *scmp_constant_owner(const char *name, const char **argument)
{
	const struct scmp_syscall *call, *owner = NULL;
	size_t i;
	unsigned a;

	for (i = 0; (call = scmp_syscall_at(i)); i++)
		for (a = 0; a < call->n_args; a++)
			if (scmp_constant_by_name(call->args[a].meaning, name) &&
			    (!owner || strlen(call->name) < strlen(owner->name))) {
				*argument = scmp_syscall_word(call->args[a].word);
				owner = call;
			}
	return owner;
}

static const char *nearest_constant(unsigned meaning, const char *name)
{
	struct scmp_constants all = scmp_constants_of(meaning);
	const char **words = calloc(all.n + 1, sizeof(*words)), *near;
	size_t i;

	if (!words)
		return NULL;
	for (i = 0; i < all.n; i++)
		words[i] = all.first[i].name;
	near = scmp_suggest(name, words, all.n);
	free(words);
	return near;
}

static bool constant(const struct subject *subject, mrb_sym symbol, uint64_t *value)
{
	unsigned meaning = subject->argument->meaning;
	const char *name = mrb_sym_name(subject->mrb, symbol);
	const struct scmp_constant *found = scmp_constant_by_name(meaning, name);
	const struct scmp_syscall *owner;
	const char *near, *argument = "";

	if (found) {
		*value = found->value;
		return true;
	}
	near = nearest_constant(meaning, name);
	owner = scmp_constant_owner(name, &argument);
	if (owner)
		SCMP_WISH_FAULT(subject->wish, ":%s is not a constant of %s's %s: it is one of %s's %s", name,
				subject->call->name, subject->keyword, owner->name, argument);
	else if (near)
		SCMP_WISH_FAULT(subject->wish, "unknown constant :%s of %s's %s (did you mean :%s?)", name,
				subject->call->name, subject->keyword, near);
	else if (scmp_constants_of(meaning).n)
		SCMP_WISH_FAULT(subject->wish, "unknown constant :%s of %s's %s: they begin with %s_", name,
				subject->call->name, subject->keyword, scmp_constants_title(meaning));
	else
		SCMP_WISH_FAULT(subject->wish, "%s's %s has no constants: :%s is not a number", subject->call->name,
				subject->keyword, name);
	scmp_policy_point(name);
	return false;
}

static bool is_pointer(const struct subject *subject)
{
	return subject->argument->width == SCMP_WIDTH_PTR;
}

/* "O_CREAT", "PROT_READ|PROT_EXEC": as Symbols, ":O_CREAT" and so on; false where they are no constants of it. */
static bool as_symbols(const struct subject *subject, const char *text, char *symbols, size_t room, size_t *n)
{
	size_t length = 0;

	for (*n = 0; *text; (*n)++) {
		char name[32];
		size_t size = strcspn(text, "| ");

		snprintf(name, sizeof(name), "%.*s", (int)size, text);
		if (!scmp_constant_by_name(subject->argument->meaning, name) || length + size + 4 > room)
			return false;
		length += (size_t)snprintf(symbols + length, room - length, "%s:%s", *n ? ", " : "", name);
		text += size;
		text += strspn(text, "| ");
	}
	return *n > 0;
}

/* What Ruby values are not, and what their writer may have meant. */
static void refuse_value(const struct subject *subject, mrb_value value)
{
	mrb_state *mrb = subject->mrb;
	const char *call = subject->call->name, *keyword = subject->keyword, *string = NULL;
	char text[VALUE_TEXT], symbols[128];
	size_t n = 0;

	if (mrb_string_p(value))
		string = scmp_word_of(mrb, value);
	if (!string || !as_symbols(subject, string, symbols, sizeof(symbols), &n))
		n = 0;
	scmp_inspect(mrb, value, text, sizeof(text));
	if (mrb_nil_p(value))
		SCMP_WISH_FAULT(subject->wish, "%s's %s is nil: leave it out to take any value", call, keyword);
	else if (mrb_false_p(value))
		SCMP_WISH_FAULT(
			subject->wish,
			"%s's %s is false: `!`, `not` and `==` are Ruby's own and made that of it; say not_in(...) for "
			"any other value, none(...) for bits that are not set",
			call, keyword);
	else if (mrb_true_p(value))
		SCMP_WISH_FAULT(subject->wish, "%s's %s is true: a comparison is written without ==, as `%s: 3`", call,
				keyword, keyword);
	else if (mrb_float_p(value))
		SCMP_WISH_FAULT(subject->wish, "%s's %s is an integer, not %s", call, keyword, text);
	else if (n == 1)
		SCMP_WISH_FAULT(subject->wish, "%s's %s: a constant is a Symbol, %s, not %s", call, keyword, symbols,
				text);
	else if (n > 1)
		SCMP_WISH_FAULT(subject->wish, "%s's %s: %s is written any(%s), for either bit, or all(%s)", call,
				keyword, text, symbols, symbols);
	else if (mrb_obj_is_kind_of(mrb, value, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "Test")))
		SCMP_WISH_FAULT(subject->wish,
				"%s's %s: a condition cannot stand in a condition's brackets: join two by &", call,
				keyword);
	else if (mrb_range_p(value) || mrb_array_p(value))
		SCMP_WISH_FAULT(subject->wish, "%s's %s: %s is no single value: they are listed, as any(1, 2)", call,
				keyword, text);
	else if (string && is_pointer(subject))
		SCMP_WISH_FAULT(subject->wish,
				"%s's %s is a pointer, and a filter cannot see what it points to: let a block decide, "
				"`trap(:%s) { |call| ... call.string(%u) ... }`",
				call, keyword, call, subject->index);
	else
		SCMP_WISH_FAULT(subject->wish, "%s is not a value of %s's %s: an Integer, a constant or \"0x...\"",
				text, call, keyword);
	scmp_policy_point(keyword);
}

/* One number: an Integer, a String such as "0xffffffff00000000", or a constant. */
static bool number(const struct subject *subject, mrb_value value, uint64_t *result)
{
	char text[VALUE_TEXT];

	if (mrb_symbol_p(value))
		return constant(subject, mrb_symbol(value), result);
	if (!scmp_value(subject->mrb, value, result)) {
		refuse_value(subject, value);
		return false;
	}
	if (!scmp_narrow(result, bits_of(subject))) {
		SCMP_WISH_FAULT(subject->wish, "%s can never match: of %s's %s the kernel reads %u bits",
				scmp_inspect(subject->mrb, value, text, sizeof(text)), subject->call->name,
				subject->keyword, bits_of(subject));
		scmp_policy_point(subject->keyword);
		return false;
	}
	return true;
}

/* Bits: one number, or several that are ORed. */
static bool bits(const struct subject *subject, mrb_value value, uint64_t *result)
{
	mrb_int i;

	if (!mrb_array_p(value))
		return number(subject, value, result);
	*result = 0;
	for (i = 0; i < RARRAY_LEN(value); i++) {
		uint64_t one;

		if (!number(subject, RARRAY_PTR(value)[i], &one))
			return false;
		*result |= one;
	}
	return true;
}

/*
 * Ranges
 */

struct interval {
	uint64_t low, high;
};

/* As one or two intervals of unsigned numbers: a signed range can lie on both sides of zero. */
static size_t intervals(const struct subject *subject, mrb_value range, struct interval intervals[2])
{
	mrb_state *mrb = subject->mrb;
	struct RRange *r = mrb_range_ptr(mrb, range);
	mrb_value begin = mrb_range_beg(mrb, range), end = mrb_range_end(mrb, range);
	bool is_signed = scmp_width_is_signed(subject->argument->width);
	uint64_t ones = ones_of(subject), sign = (ones >> 1) + 1;
	uint64_t low = is_signed ? sign : 0, high = is_signed ? sign - 1 : ones;
	char text[VALUE_TEXT];

	if ((!mrb_nil_p(begin) && !number(subject, begin, &low)) || (!mrb_nil_p(end) && !number(subject, end, &high)))
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

static bool expand_range(const struct subject *subject, mrb_value range, struct scmp_clauses *clauses)
{
	struct interval found[2];
	size_t n = intervals(subject, range, found), i;

	for (i = 0; i < n; i++) {
		struct scmp_clauses inside = {0}, below = {0};
		bool ok = add_test(subject, &inside, SCMP_OP_GE, 0, found[i].low) &&
			  add_test(subject, &below, SCMP_OP_LE, 0, found[i].high) &&
			  report(subject, scmp_clauses_and(&inside, &below)) &&
			  report(subject, scmp_clauses_or(clauses, &inside));

		scmp_clauses_free(&inside);
		scmp_clauses_free(&below);
		if (!ok)
			return false;
	}
	return n > 0;
}

/* Outside of the intervals: all of their complements at once. */
static bool expand_outside(const struct subject *subject, mrb_value range, struct scmp_clauses *clauses)
{
	struct interval found[2];
	size_t n = intervals(subject, range, found), i;
	bool ok = n > 0;

	for (i = 0; i < n && ok; i++) {
		struct scmp_clauses outside = {0};

		ok = (found[i].low == 0 || add_test(subject, &outside, SCMP_OP_LT, 0, found[i].low)) &&
		     (found[i].high == ones_of(subject) || add_test(subject, &outside, SCMP_OP_GT, 0, found[i].high)) &&
		     report(subject, scmp_clauses_and(clauses, &outside));
		scmp_clauses_free(&outside);
	}
	return ok;
}

/*
 * Tests: Seccomp::Test, what any(), all() and so on return
 */

static bool some_bits(const struct subject *subject, const char *word, mrb_value values, uint64_t *mask)
{
	if (!bits(subject, values, mask))
		return false;
	if (*mask != 0)
		return true;
	if (subject->argument->meaning == SCMP_SET_O)
		SCMP_WISH_FAULT(subject->wish, "%s(:O_RDONLY) tests no bit: O_RDONLY is 0, say accmode(:O_RDONLY)",
				word);
	else
		SCMP_WISH_FAULT(subject->wish, "%s of %s's %s tests no bit: say `%s: 0` for none at all", word,
				subject->call->name, subject->keyword, subject->keyword);
	scmp_policy_point(word);
	return false;
}

static bool expand_only(const struct subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	uint64_t allowed;

	if (!bits(subject, values, &allowed))
		return false;
	if (allowed == ones_of(subject)) {
		SCMP_WISH_FAULT(subject->wish, "only of all bits is always true: leave %s: out", subject->keyword);
		scmp_policy_point("only");
		return false;
	}
	return add_test(subject, clauses, SCMP_OP_MASKED_EQ, ones_of(subject) & ~allowed, 0);
}

static bool expand_mask(const struct subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	uint64_t mask, value;

	if (RARRAY_LEN(values) != 2) {
		SCMP_WISH_FAULT(subject->wish, "mask(mask, value) takes a mask and a value");
		scmp_policy_point("mask");
		return false;
	}
	if (!bits(subject, RARRAY_PTR(values)[0], &mask) || !bits(subject, RARRAY_PTR(values)[1], &value))
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
	return add_test(subject, clauses, SCMP_OP_MASKED_EQ, mask, value);
}

static bool expand_not_in(const struct subject *subject, mrb_value values, struct scmp_clauses *clauses)
{
	mrb_int i;

	if (!report(subject, scmp_clauses_always(clauses)))
		return false;
	for (i = 0; i < RARRAY_LEN(values); i++) {
		mrb_value value = RARRAY_PTR(values)[i];
		struct scmp_clauses other = {0};
		uint64_t v;
		bool ok;

		if (mrb_range_p(value)) {
			ok = expand_outside(subject, value, clauses);
		} else {
			ok = number(subject, value, &v) && add_test(subject, &other, SCMP_OP_NE, 0, v) &&
			     report(subject, scmp_clauses_and(clauses, &other));
			scmp_clauses_free(&other);
		}
		if (!ok)
			return false;
	}
	return true;
}

static bool expand_accmode(const struct subject *subject, mrb_value values, struct scmp_clauses *clauses)
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

		if (!number(subject, RARRAY_PTR(values)[i], &mode))
			return false;
		if (mode & ~(uint64_t)MODE_BITS) {
			SCMP_WISH_FAULT(
				subject->wish,
				"accmode is one of :O_RDONLY, :O_WRONLY and :O_RDWR; other flags are tested by any");
			scmp_policy_point("accmode");
			return false;
		}
		if (!add_test(subject, clauses, SCMP_OP_MASKED_EQ, MODE_BITS, mode))
			return false;
	}
	return true;
}

static bool expand_both(const struct subject *subject, mrb_value values, struct scmp_clauses *clauses, int depth)
{
	struct scmp_clauses other = {0};
	bool ok = RARRAY_LEN(values) == 2 && expand(subject, RARRAY_PTR(values)[0], clauses, depth) &&
		  expand(subject, RARRAY_PTR(values)[1], &other, depth) &&
		  report(subject, scmp_clauses_and(clauses, &other));

	scmp_clauses_free(&other);
	return ok;
}

static bool expand_test(const struct subject *subject, mrb_value test, struct scmp_clauses *clauses, int depth)
{
	mrb_state *mrb = subject->mrb;
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
	if (!some_bits(subject, word, values, &mask))
		return false;
	if (strcmp(word, "any") == 0)
		return add_test(subject, clauses, SCMP_OP_MASKED_NE, mask, 0);
	return add_test(subject, clauses, SCMP_OP_MASKED_EQ, mask, strcmp(word, "all") == 0 ? mask : 0);
}

static bool expand(const struct subject *subject, mrb_value value, struct scmp_clauses *clauses, int depth)
{
	mrb_state *mrb = subject->mrb;
	uint64_t v;
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
				  report(subject, scmp_clauses_or(clauses, &one));

			scmp_clauses_free(&one);
			if (!ok)
				return false;
		}
		return true;
	}
	if (mrb_range_p(value))
		return expand_range(subject, value, clauses);
	if (mrb_obj_is_kind_of(mrb, value, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "Test")))
		return expand_test(subject, value, clauses, depth + 1);
	return number(subject, value, &v) && add_test(subject, clauses, SCMP_OP_EQ, 0, v);
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

static bool find_argument(const struct scmp_syscall *call, const char *keyword, struct subject *subject)
{
	int i = scmp_syscall_argument(call, keyword);

	if (i < 0)
		return false;
	subject->index = (unsigned)i;
	subject->argument = &call->args[i];
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
		struct subject subject = {mrb, wish, call};
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
		      report(&subject, scmp_clauses_and(clauses, &mine));
		scmp_clauses_free(&mine);
	}
	return ok;
}
