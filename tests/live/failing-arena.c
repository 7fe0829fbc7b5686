/* SPDX-License-Identifier: MIT */
/*
 * Comes between the library and its arena, in a variant of the library that
 * arena.py runs: the n-th allocation finds the arena exhausted. n is in the
 * environment, which is read from /proc since libc's is not there yet:
 *
 *   SCMP_FAIL_AT=N     the N-th allocation of this process image, from 1; 0: none, but count
 *   SCMP_FAIL_FROM=N   this one and all that follow
 *   SCMP_FAIL_COUNT=F  append to the file F how many there were when the process ended
 *
 * Exhausted means what it means in arena.c: a request that cannot be met, which
 * ends a start, and is NULL later.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "arena.h"
#include "sys.h"

void *__real_scmp_arena_allocate(size_t size);
void *__wrap_scmp_arena_allocate(size_t size);

static struct {
	bool read;
	long at, from, n;
	char count_file[256];
} wish;

static char environment[1 << 16];

static const char *find(const char *name, size_t length)
{
	size_t named = strlen(name);
	const char *entry;

	for (entry = environment; entry < environment + length; entry += strlen(entry) + 1)
		if (strncmp(entry, name, named) == 0)
			return entry + named;
	return NULL;
}

static long number(const char *text)
{
	long value = 0;

	for (; text && *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (*text - '0');
	return value;
}

static void read_wish(void)
{
	long fd = scmp_sys(__NR_openat, AT_FDCWD, (long)"/proc/self/environ", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	long length = 0, n;
	const char *file;

	while ((n = scmp_sys(__NR_read, fd, (long)(environment + length), (long)sizeof(environment) - 1 - length, 0, 0,
			     0)) > 0)
		length += n;
	scmp_sys(__NR_close, fd, 0, 0, 0, 0, 0);
	wish.read = true;
	wish.at = number(find("SCMP_FAIL_AT=", (size_t)length));
	wish.from = number(find("SCMP_FAIL_FROM=", (size_t)length));
	file = find("SCMP_FAIL_COUNT=", (size_t)length);
	if (file)
		strncpy(wish.count_file, file, sizeof(wish.count_file) - 1);
}

void *__wrap_scmp_arena_allocate(size_t size)
{
	if (!wish.read)
		read_wish();
	wish.n++;
	return __real_scmp_arena_allocate(wish.n == wish.at || (wish.from && wish.n >= wish.from) ? SIZE_MAX : size);
}

__attribute__((destructor)) static void count(void)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld\n", wish.n);
	long fd;

	if (!wish.count_file[0])
		return;
	fd = scmp_sys(__NR_openat, AT_FDCWD, (long)wish.count_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666, 0,
		      0);
	scmp_sys(__NR_write, fd, (long)text, length, 0, 0, 0);
	scmp_sys(__NR_close, fd, 0, 0, 0, 0, 0);
}
