/* SPDX-License-Identifier: MIT */
/* Text without libc: what it looks like, and that it stays where it belongs. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "errnos.h"
#include "print.h"

enum { ROOM = 200 };

static char text[ROOM];

/* The text from `text` to `end`, against what it should be. */
static void check_text(const char *end, const char *should_be)
{
	size_t length = (size_t)(end - text);

	if (length != strlen(should_be) || memcmp(text, should_be, length) != 0) {
		fprintf(stderr, "%s: failed: \"%.*s\" and not \"%s\"\n", behaviour_name, (int)length, text, should_be);
		exit(1);
	}
}

static void numbers(void)
{
	char *end = text + ROOM;

	behaviour("numbers are printed to their limits");
	check_text(scmp_print_unsigned(text, end, 0), "0");
	check_text(scmp_print_unsigned(text, end, UINT64_MAX), "18446744073709551615");
	check_text(scmp_print_signed(text, end, INT64_MIN), "-9223372036854775808");
	check_text(scmp_print_signed(text, end, INT64_MAX), "9223372036854775807");
	check_text(scmp_print_hex(text, end, 0), "0x0");
	check_text(scmp_print_hex(text, end, UINT64_MAX), "0xffffffffffffffff");
}

static void arguments(void)
{
	char *end = text + ROOM;

	behaviour("a small argument is a number, any other is bits");
	check_text(scmp_print_arg(text, end, 0), "0");
	check_text(scmp_print_arg(text, end, 4095), "4095");
	check_text(scmp_print_arg(text, end, 4096), "0x1000");
	check_text(scmp_print_arg(text, end, 0x7ffc1234), "0x7ffc1234");

	behaviour("a small negative argument is a number, at 32 bits and at 64");
	check_text(scmp_print_arg(text, end, 0xffffff9c), "-100");
	check_text(scmp_print_arg(text, end, (uint64_t)-100), "-100");
	check_text(scmp_print_arg(text, end, UINT64_MAX), "-1");
	check_text(scmp_print_arg(text, end, (uint64_t)-4095), "-4095");
	check_text(scmp_print_arg(text, end, (uint64_t)-4096), "0xfffffffffffff000");
	check_text(scmp_print_arg(text, end, 0x1ffffff9c), "0x1ffffff9c");
}

static void results(void)
{
	char *end = text + ROOM;

	behaviour("a result is a number, an address or an error");
	check_text(scmp_print_result(text, end, 0), "0");
	check_text(scmp_print_result(text, end, 4711), "4711");
	check_text(scmp_print_result(text, end, 0x7f5c1000), "2136739840");
	check_text(scmp_print_result(text, end, 0x7f5c10001000), "0x7f5c10001000");
	check_text(scmp_print_result(text, end, -EPERM), "-1 EPERM");
	check_text(scmp_print_result(text, end, -EWOULDBLOCK), "-1 EAGAIN");
	check_text(scmp_print_result(text, end, -512), "-1 errno 512");
	check_text(scmp_print_result(text, end, -4095), "-1 errno 4095");
	check_text(scmp_print_result(text, end, -4096), "0xfffffffffffff000");
}

static void errnos(void)
{
	int named = 0;

	behaviour("an errno has the name that libc gives it");
	for (int number = -1; number <= SCMP_ERRNO_MAX + 1; number++) {
		const char *name = scmp_errno_name(number);
		const char *libc_name = number > 0 ? strerrorname_np(number) : NULL;

		if (libc_name && strcmp(libc_name, "ENOTSUP") == 0)
			libc_name = "EOPNOTSUPP";
		check(!name == !libc_name);
		check(!name || strcmp(name, libc_name) == 0);
		named += name != NULL;
	}
	check(named > 130);
}

static void escapes(void)
{
	char *end = text + ROOM;

	behaviour("text from outside cannot break a line or end a quotation");
	check_text(scmp_print_escaped(text, end, "plain ~ text"), "plain ~ text");
	check_text(scmp_print_escaped(text, end, "\t\n\v\f\r\"\\"), "\\t\\n\\v\\f\\r\\\"\\\\");
	check_text(scmp_print_escaped(text, end, "\001\033[0m\177"), "\\1\\33[0m\\177");
	check_text(scmp_print_escaped(text, end, "\0011\0339"), "\\0011\\0339");
	check_text(scmp_print_escaped(text, end, "\303\266"), "\\303\\266");
}

static char *print_everything(char *dst, char *end)
{
	dst = scmp_print_text(dst, end, "text");
	dst = scmp_print_escaped(dst, end, "\n\001 \377");
	dst = scmp_print_unsigned(dst, end, UINT64_MAX);
	dst = scmp_print_signed(dst, end, INT64_MIN);
	dst = scmp_print_hex(dst, end, UINT64_MAX);
	dst = scmp_print_arg(dst, end, UINT64_MAX);
	return scmp_print_result(dst, end, -EPERM);
}

static void limits(void)
{
	char whole[ROOM];
	size_t length = (size_t)(print_everything(whole, whole + ROOM) - whole);

	behaviour("whatever the room, what fits is printed and not a byte beyond is touched");
	for (size_t room = 0; room <= length; room++) {
		memset(text, '#', ROOM);
		check_equal(print_everything(text, text + room) - text, room);
		check(memcmp(text, whole, room) == 0);
		for (size_t i = room; i < ROOM; i++)
			check_equal(text[i], '#');
	}
}

int main(void)
{
	numbers();
	arguments();
	results();
	errnos();
	escapes();
	limits();
	return 0;
}
