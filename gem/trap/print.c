/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Text without libc: see print.h. May be called from anywhere,
 * on any stack: the longest number is the only memory it takes.
 */
#include "print.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "errnos.h"

enum { DIGITS_MAX = 22 };

/* Longer ones do not fit into a record anyway. */
enum { TEXT_MAX = 4096 };

/* A number below this, or above its negative, is read as a number, not as bits or an address. */
enum { SMALL = 4096 };

static char *print_char(char *dst, char *end, char c)
{
	if (dst < end)
		*dst++ = c;
	return dst;
}

size_t scmp_text_length(const char *text)
{
	const char *end = memchr(text, '\0', TEXT_MAX);

	return end ? (size_t)(end - text) : TEXT_MAX;
}

char *scmp_print_text(char *dst, char *end, const char *text)
{
	while (*text)
		dst = print_char(dst, end, *text++);
	return dst;
}

static char *print_octal_escape(char *dst, char *end, unsigned char c, char next)
{
	/* Short where the next character cannot be taken for a digit of the escape. */
	bool full = next >= '0' && next <= '9';

	dst = print_char(dst, end, '\\');
	if (full || c >= 64)
		dst = print_char(dst, end, (char)('0' + (c >> 6)));
	if (full || c >= 8)
		dst = print_char(dst, end, (char)('0' + ((c >> 3) & 7)));
	return print_char(dst, end, (char)('0' + (c & 7)));
}

static char *print_escaped_char(char *dst, char *end, char c, char next)
{
	static const char plain[] = "\t\n\v\f\r\"\\";
	static const char letter[] = "tnvfr\"\\";
	size_t i = 0;

	if (c >= ' ' && c <= '~' && c != '"' && c != '\\')
		return print_char(dst, end, c);
	while (plain[i] && plain[i] != c)
		i++;
	if (!plain[i])
		return print_octal_escape(dst, end, (unsigned char)c, next);
	dst = print_char(dst, end, '\\');
	return print_char(dst, end, letter[i]);
}

char *scmp_print_escaped(char *dst, char *end, const char *text)
{
	for (; *text && dst < end; text++)
		dst = print_escaped_char(dst, end, *text, text[1]);
	return dst;
}

char *scmp_print_bytes(char *dst, char *end, const char *bytes, size_t n, char next)
{
	for (size_t i = 0; i < n && dst < end; i++)
		dst = print_escaped_char(dst, end, bytes[i], i + 1 < n ? bytes[i + 1] : next);
	return dst;
}

static char *print_number(char *dst, char *end, uint64_t value, unsigned int base)
{
	char digits[DIGITS_MAX];
	size_t n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		dst = print_char(dst, end, digits[--n]);
	return dst;
}

char *scmp_print_unsigned(char *dst, char *end, uint64_t value)
{
	return print_number(dst, end, value, 10);
}

char *scmp_print_signed(char *dst, char *end, int64_t value)
{
	if (value >= 0)
		return print_number(dst, end, (uint64_t)value, 10);
	dst = print_char(dst, end, '-');
	return print_number(dst, end, -(uint64_t)value, 10);
}

char *scmp_print_octal(char *dst, char *end, uint64_t value)
{
	return print_number(dst, end, value, 8);
}

char *scmp_print_hex_digits(char *dst, char *end, uint64_t value)
{
	return print_number(dst, end, value, 16);
}

char *scmp_print_hex(char *dst, char *end, uint64_t value)
{
	dst = scmp_print_text(dst, end, "0x");
	return scmp_print_hex_digits(dst, end, value);
}

char *scmp_print_arg(char *dst, char *end, uint64_t value)
{
	int64_t number = (int64_t)value;

	/* An int argument's upper half is whatever the register held: often 0. */
	if (value <= UINT32_MAX)
		number = (int32_t)(uint32_t)value;
	if (number > -SMALL && number < SMALL)
		return scmp_print_signed(dst, end, number);
	return scmp_print_hex(dst, end, value);
}

char *scmp_print_result(char *dst, char *end, int64_t result)
{
	const char *name;

	if (result >= 0 && result <= INT32_MAX)
		return scmp_print_signed(dst, end, result);
	if (result >= 0 || result < -SCMP_ERRNO_MAX)
		return scmp_print_hex(dst, end, (uint64_t)result);

	dst = scmp_print_text(dst, end, "-1 ");
	name = scmp_errno_name((int)-result);
	if (name)
		return scmp_print_text(dst, end, name);
	dst = scmp_print_text(dst, end, "errno ");
	return scmp_print_signed(dst, end, -result);
}
