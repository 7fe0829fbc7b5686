/* SPDX-License-Identifier: MIT */
/*
 * What mruby and libseccomp call for memory and for help, by way of the linker's
 * --wrap. A file of its own, so that a test can come between it and the arena.
 */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "failure.h"

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *text);
__attribute__((noreturn)) void __wrap_abort(void);
int __wrap_fprintf(FILE *stream, const char *format, ...);

void *__wrap_malloc(size_t size)
{
	return scmp_arena_allocate(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	memory = scmp_arena_allocate(bytes);
	return memory ? memset(memory, 0, bytes) : NULL;
}

void *__wrap_realloc(void *memory, size_t size)
{
	size_t room;
	void *moved;

	if (!memory)
		return scmp_arena_allocate(size);
	room = scmp_arena_room(memory);
	if (size <= room && size >= room / 2)
		return memory;
	moved = scmp_arena_allocate(size);
	if (!moved)
		return size <= room ? memory : NULL;
	memcpy(moved, memory, size < room ? size : room);
	scmp_arena_release(memory);
	return moved;
}

void __wrap_free(void *memory)
{
	scmp_arena_release(memory);
}

char *__wrap_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = scmp_arena_allocate(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

/* mruby gives up this way where it cannot raise. After the start there is nobody left to tell but the kernel. */
void __wrap_abort(void)
{
	scmp_fail("libscmp: mruby gave up");
}

/* mruby's own complaint about a text that is too much for it: the fault that follows says it in our form. */
int __wrap_fprintf(FILE *stream, const char *format, ...)
{
	return 0;
}
