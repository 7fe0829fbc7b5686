/* SPDX-License-Identifier: MIT */
/* How a host of these tests prints what it sees: by write(2) alone, at once, from any thread. */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* say() - one line; what is longer than its room is cut */
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
	va_list arguments;
	char text[512];
	int n;

	va_start(arguments, format);
	n = vsnprintf(text, sizeof(text) - 1, format, arguments);
	va_end(arguments);
	if (n > (int)sizeof(text) - 2)
		n = (int)sizeof(text) - 2;
	text[n++] = '\n';
	if (write(1, text, (size_t)n) != n)
		_exit(99);
}

/* outcome() - a call's result, or the name of its error; of the thread's last one */
static inline const char *outcome(long r)
{
	static _Thread_local char text[32];

	if (r < 0)
		snprintf(text, sizeof(text), "%s", strerrorname_np(errno));
	else
		snprintf(text, sizeof(text), "%ld", r);
	return text;
}
