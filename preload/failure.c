/* SPDX-License-Identifier: MIT */
/* Ends a start that cannot be completed; failure.h. */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "sys.h"

static char message[1024];
static jmp_buf *soft;

void scmp_fail_softly(jmp_buf *where)
{
	soft = where;
}

const char *scmp_failure_text(void)
{
	return message;
}

static void say(const char *text, size_t length)
{
	while (length > 0) {
		long n = scmp_sys(__NR_write, 2, (long)text, (long)length, 0, 0, 0);

		if (n <= 0)
			return; /* nobody listens: the exit status still tells */
		text += n;
		length -= (size_t)n;
	}
}

void scmp_defuse(char *text, size_t length)
{
	for (; length; text++, length--)
		if ((unsigned char)*text < ' ' || *text == '\177')
			*text = '?';
}

void scmp_fail_text(const char *text)
{
	/* Whoever goes on all the same tells of the first line. */
	if (text != message)
		snprintf(message, sizeof(message), "%.*s", (int)strcspn(text, "\n"), text);
	if (soft)
		longjmp(*soft, 1);
	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[sizeof(message) + 8];
		/* A line that is quoted stands under the one that speaks of it. */
		int n = snprintf(line, sizeof(line), "%s%.*s\n", *text == ' ' ? "" : "scmp: ", (int)length, text);

		n = n < (int)sizeof(line) ? n : (int)sizeof(line) - 1;
		scmp_defuse(line, (size_t)n - 1);
		say(line, (size_t)n);
		text += length + (text[length] == '\n');
	}
	for (;;)
		scmp_sys(__NR_exit_group, SCMP_EXIT_FAILURE, 0, 0, 0, 0, 0);
}

void scmp_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	/* Names in it are others', and it is one line. */
	scmp_defuse(message, strlen(message));
	scmp_fail_text(message);
}

/* strerror(3) would translate, and so load a catalogue. */
const char *scmp_error_text(int error)
{
	const char *text = strerrordesc_np(error);

	return text ? text : "unknown error";
}
