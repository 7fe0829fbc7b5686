/* SPDX-License-Identifier: MIT */
/*
 * From Ruby values to the kernel's 64 bits and libseccomp's operators. Nothing
 * here raises: the caller names the fault together with its place.
 */
#include "gem.h"

#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <string.h>

/* Decimal, 0x, 0o and 0b as Ruby writes them; "-1" is two's complement. */
static bool parse_u64(const char *text, size_t length, uint64_t *result)
{
	const char *p = text, *end = text + length;
	bool negative = false, after_digit = false;
	uint64_t value = 0;
	unsigned base = 10;

	if (p < end && *p == '-') {
		negative = true;
		p++;
	}
	if (end - p > 2 && p[0] == '0') {
		base = p[1] == 'x' || p[1] == 'X' ? 16 : p[1] == 'b' ? 2 : p[1] == 'o' ? 8 : 10;
		if (base != 10)
			p += 2;
	}
	/* Of "0755" nobody knows whether it is octal. */
	if (p == end || (base == 10 && *p == '0' && end - p > 1))
		return false;
	for (; p < end; p++) {
		unsigned digit;

		/* Between two digits. */
		if (*p == '_' && after_digit && p + 1 < end) {
			after_digit = false;
			continue;
		}
		after_digit = true;
		if (*p >= '0' && *p <= '9')
			digit = (unsigned)(*p - '0');
		else if ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')
			digit = (unsigned)((*p | 0x20) - 'a') + 10;
		else
			return false;
		if (digit >= base || __builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	if (negative && value > (uint64_t)1 << 63)
		return false;
	*result = negative ? -value : value;
	return true;
}

bool scmp_value(mrb_state *mrb, mrb_value value, uint64_t *result)
{
	if (mrb_integer_p(value)) {
		*result = (uint64_t)mrb_integer(value);
		return true;
	}
	if (mrb_string_p(value))
		return parse_u64(RSTRING_PTR(value), (size_t)RSTRING_LEN(value), result);
	/* mruby 3.2 and later: an Integer too large for a word is an object. */
	if (mrb_obj_is_kind_of(mrb, value, mrb_class_get(mrb, "Integer"))) {
		mrb_value digits = mrb_funcall(mrb, value, "to_s", 0);

		return mrb_string_p(digits) && parse_u64(RSTRING_PTR(digits), (size_t)RSTRING_LEN(digits), result);
	}
	return false;
}

bool scmp_is_a(mrb_state *mrb, mrb_value object, const char *name)
{
	return mrb_obj_is_kind_of(mrb, object, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), name));
}

static const struct operator_name {
	const char *name;
	enum scmp_op op;
} operator_names[] = {
	{"==", SCMP_OP_EQ},
	{"eq", SCMP_OP_EQ},
	{"SCMP_CMP_EQ", SCMP_OP_EQ},
	{"!=", SCMP_OP_NE},
	{"ne", SCMP_OP_NE},
	{"SCMP_CMP_NE", SCMP_OP_NE},
	{"<", SCMP_OP_LT},
	{"lt", SCMP_OP_LT},
	{"SCMP_CMP_LT", SCMP_OP_LT},
	{"<=", SCMP_OP_LE},
	{"le", SCMP_OP_LE},
	{"SCMP_CMP_LE", SCMP_OP_LE},
	{">", SCMP_OP_GT},
	{"gt", SCMP_OP_GT},
	{"SCMP_CMP_GT", SCMP_OP_GT},
	{">=", SCMP_OP_GE},
	{"ge", SCMP_OP_GE},
	{"SCMP_CMP_GE", SCMP_OP_GE},
	{"=~", SCMP_OP_MASKED_EQ},
	{"masked_eq", SCMP_OP_MASKED_EQ},
	{"masqed_eq", SCMP_OP_MASKED_EQ}, /* mruby-seccomp's own spelling */
	{"SCMP_CMP_MASKED_EQ", SCMP_OP_MASKED_EQ},
};

int scmp_operator(mrb_state *mrb, mrb_value op)
{
	const char *name = NULL;
	mrb_int length = 0;
	size_t i;

	/* SCMP_CMP_NE is 1 and SCMP_CMP_MASKED_EQ 7 in libseccomp, in the order of enum scmp_op. */
	if (mrb_integer_p(op)) {
		mrb_int value = mrb_integer(op);

		return value >= 1 && value <= 7 ? (int)value - 1 : -1;
	}
	if (mrb_symbol_p(op)) {
		name = mrb_sym_name_len(mrb, mrb_symbol(op), &length);
	} else if (mrb_string_p(op)) {
		name = RSTRING_PTR(op);
		length = RSTRING_LEN(op);
	}
	for (i = 0; name && i < sizeof(operator_names) / sizeof(operator_names[0]); i++)
		if (strlen(operator_names[i].name) == (size_t)length &&
		    memcmp(operator_names[i].name, name, (size_t)length) == 0)
			return (int)operator_names[i].op;
	return -1;
}

struct inspected {
	mrb_value value;
	char *text;
	size_t size;
};

static mrb_value inspect_body(mrb_state *mrb, void *data)
{
	struct inspected *inspected = data;
	mrb_value string = mrb_inspect(mrb, inspected->value);
	size_t length = 0;

	if (mrb_string_p(string)) {
		length = (size_t)RSTRING_LEN(string);
		if (length >= inspected->size)
			length = inspected->size - 1;
		memcpy(inspected->text, RSTRING_PTR(string), length);
	}
	inspected->text[length] = '\0';
	return mrb_nil_value();
}

const char *scmp_inspect(mrb_state *mrb, mrb_value value, char *text, size_t size)
{
	struct inspected inspected = {value, text, size};
	int arena = mrb_gc_arena_save(mrb);
	mrb_bool failed = false;

	mrb_protect_error(mrb, inspect_body, &inspected, &failed);
	mrb_gc_arena_restore(mrb, arena);
	if (failed)
		strncpy(text, "(an object that cannot be inspected)", size - 1)[size - 1] = '\0';
	return text;
}
