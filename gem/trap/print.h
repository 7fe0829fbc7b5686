/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Text without libc. Every function appends at `dst`, never
 * writes at or beyond `end`, and returns the new end of the text, so that calls
 * chain; what does not fit is left out. Nothing is terminated by a zero byte.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* scmp_print_room() - the end for a text that may take `room` bytes of what is left */
static inline char *scmp_print_room(char *dst, char *end, size_t room)
{
	return room < (size_t)(end - dst) ? dst + room : end;
}

/* scmp_text_length() - strlen(3), 4096 at most */
size_t scmp_text_length(const char *text);

/* scmp_print_text() - the text as it is */
char *scmp_print_text(char *dst, char *end, const char *text);

/* scmp_print_escaped() - text from outside: quotes, backslashes and what is not printable ASCII as strace(1) shows it
 */
char *scmp_print_escaped(char *dst, char *end, const char *text);

/* scmp_print_bytes() - `n` bytes of such text, NUL bytes too; `next` is what follows them there, or NUL */
char *scmp_print_bytes(char *dst, char *end, const char *bytes, size_t n, char next);

/*
 * scmp_print_unsigned(), scmp_print_signed() - decimal; scmp_print_octal(), scmp_print_hex_digits() - bare digits;
 * scmp_print_hex() - with 0x before it
 */
char *scmp_print_unsigned(char *dst, char *end, uint64_t value);
char *scmp_print_signed(char *dst, char *end, int64_t value);
char *scmp_print_octal(char *dst, char *end, uint64_t value);
char *scmp_print_hex_digits(char *dst, char *end, uint64_t value);
char *scmp_print_hex(char *dst, char *end, uint64_t value);

/* scmp_print_arg() - a raw argument: small numbers in decimal, with their sign, others in hex */
char *scmp_print_arg(char *dst, char *end, uint64_t value);

/* scmp_print_result() - what a call returned: 3, 0x7f5c1000, -1 EPERM */
char *scmp_print_result(char *dst, char *end, int64_t result);
