/* SPDX-License-Identifier: MIT */
/* Numbers and constants of one argument, and what is said of those that are none; subject.h. */
#include "subject.h"

#include <mruby/array.h>
#include <mruby/range.h>
#include <mruby/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "constants.h"
#include "gem.h"
#include "wish.h"

enum { VALUE_TEXT = 64 };

void scmp_numbers_add(struct scmp_numbers *numbers, uint64_t number)
{
	uint64_t narrowed = number;
	bool fits = scmp_narrow(&narrowed, 32);

	numbers->large |= !fits;
	numbers->negative |= fits && number > UINT32_MAX;
}

enum scmp_width scmp_width_of_test(enum scmp_width width, struct scmp_numbers numbers, bool bounded, bool runs)
{
	if (width != SCMP_WIDTH_EITHER)
		return width;
	if (numbers.large)
		return SCMP_WIDTH_U64;
	if (numbers.negative)
		return SCMP_WIDTH_S32;
	/* More registers have 5 in their low half than are 5, but fewer have something else there than are not. */
	return bounded == runs ? SCMP_WIDTH_U64 : SCMP_WIDTH_U32;
}

/* @depth: how many Arrays may stand in each other */
static void add_numbers(mrb_state *mrb, struct scmp_numbers *numbers, mrb_value value, int depth)
{
	uint64_t number;
	mrb_int i;

	if (mrb_array_p(value)) {
		for (i = 0; depth > 0 && i < RARRAY_LEN(value); i++)
			add_numbers(mrb, numbers, RARRAY_PTR(value)[i], depth - 1);
	} else if (mrb_range_p(value)) {
		add_numbers(mrb, numbers, mrb_range_beg(mrb, value), 0);
		add_numbers(mrb, numbers, mrb_range_end(mrb, value), 0);
	} else if (scmp_value(mrb, value, &number)) {
		scmp_numbers_add(numbers, number);
	}
}

struct scmp_subject scmp_subject_of_test(const struct scmp_subject *subject, mrb_value numbers, bool bounded)
{
	struct scmp_subject read = *subject;
	struct scmp_numbers found = {0};

	add_numbers(subject->mrb, &found, numbers, 2);
	read.width = scmp_width_of_test(subject->width, found, bounded, scmp_rule_runs(&subject->wish->rule));
	return read;
}

unsigned scmp_subject_bits(const struct scmp_subject *subject)
{
	return scmp_width_bits(subject->width);
}

uint64_t scmp_subject_ones(const struct scmp_subject *subject)
{
	unsigned bits = scmp_subject_bits(subject);

	return bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
}

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

static bool is_pointer(const struct scmp_subject *subject)
{
	return subject->argument->width == SCMP_WIDTH_PTR;
}

static void refuse_pointer(const struct scmp_subject *subject)
{
	const char *call = subject->call->name, *keyword = subject->keyword;

	SCMP_WISH_FAULT(
		subject->wish,
		"%s's %s is a pointer, and a filter cannot see what it points to; a trap's block can, by call[:%s], "
		"but has to answer every %s",
		call, keyword, keyword, call);
}

static bool constant(const struct scmp_subject *subject, mrb_sym symbol, uint64_t *value)
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
	if (is_pointer(subject))
		refuse_pointer(subject);
	else if (owner)
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

/* "O_CREAT", "PROT_READ|PROT_EXEC": as Symbols, ":O_CREAT" and so on; false where they are no constants of it. */
static bool as_symbols(const struct scmp_subject *subject, const char *text, char *symbols, size_t room, size_t *n)
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
static void refuse_value(const struct scmp_subject *subject, mrb_value value)
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
	else if (scmp_is_a(mrb, value, "Test"))
		SCMP_WISH_FAULT(subject->wish,
				"%s's %s: a condition cannot stand in a condition's brackets: join two by &", call,
				keyword);
	else if (mrb_range_p(value) || mrb_array_p(value))
		SCMP_WISH_FAULT(subject->wish, "%s's %s: %s is no single value: they are listed, as any(1, 2)", call,
				keyword, text);
	else if (string && is_pointer(subject))
		refuse_pointer(subject);
	else
		SCMP_WISH_FAULT(subject->wish, "%s is not a value of %s's %s: an Integer, a constant or \"0x...\"",
				text, call, keyword);
	scmp_policy_point(keyword);
}

bool scmp_subject_number(const struct scmp_subject *subject, mrb_value value, uint64_t *result)
{
	char text[VALUE_TEXT];

	if (mrb_symbol_p(value))
		return constant(subject, mrb_symbol(value), result);
	if (!scmp_value(subject->mrb, value, result)) {
		refuse_value(subject, value);
		return false;
	}
	if (!scmp_narrow(result, scmp_subject_bits(subject))) {
		SCMP_WISH_FAULT(subject->wish, "%s can never match: of %s's %s the kernel reads %u bits",
				scmp_inspect(subject->mrb, value, text, sizeof(text)), subject->call->name,
				subject->keyword, scmp_subject_bits(subject));
		scmp_policy_point(subject->keyword);
		return false;
	}
	return true;
}

bool scmp_subject_bits_of(const struct scmp_subject *subject, mrb_value value, uint64_t *result)
{
	mrb_int i;

	if (!mrb_array_p(value))
		return scmp_subject_number(subject, value, result);
	*result = 0;
	for (i = 0; i < RARRAY_LEN(value); i++) {
		uint64_t one;

		if (!scmp_subject_number(subject, RARRAY_PTR(value)[i], &one))
			return false;
		*result |= one;
	}
	return true;
}

static struct scmp_test test_of(const struct scmp_subject *subject, enum scmp_op op, uint64_t mask, uint64_t value)
{
	unsigned bits = scmp_subject_bits(subject);

	return (struct scmp_test){
		.arg = (uint8_t)subject->index,
		.op = (uint8_t)op,
		.bits = bits == 64 ? 0 : (uint8_t)bits,
		.mask = mask,
		.value = value,
	};
}

bool scmp_subject_combine(const struct scmp_subject *subject, enum scmp_clauses_result result)
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

bool scmp_subject_test(const struct scmp_subject *subject, struct scmp_clauses *clauses, enum scmp_op op, uint64_t mask,
		       uint64_t value)
{
	struct scmp_test test = test_of(subject, op, mask, value);

	return scmp_subject_combine(subject, scmp_clauses_test(clauses, &test));
}
