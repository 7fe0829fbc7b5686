/* SPDX-License-Identifier: MIT */
/*
 * libc's functions on memory and text that mruby calls all the time, under
 * libc's names: what is defined here is what the library's own code gets. Through
 * libc's names in the host it would get whatever the host has put before libc: a
 * sanitizer's interceptors, which take a block for unlocked code, and run the host's
 * deferred signal handlers in the middle of it. Built without builtins, or the
 * compiler would make each of these a call of itself.
 */
#include <stddef.h>
#include <string.h>

/* From where on the processor's own instruction is the faster one. */
enum { LONG = 64 };

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

#if defined(__x86_64__)
	if (n >= LONG) {
		__asm__ volatile("rep movsb" : "+D"(t), "+S"(f), "+c"(n) : : "memory");
		return to;
	}
#endif
	while (n-- > 0)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t <= f || t >= f + n)
		return memcpy(to, from, n);
	while (n-- > 0)
		t[n] = f[n];
	return to;
}

void *memset(void *at, int c, size_t n)
{
	unsigned char *t = at;

#if defined(__x86_64__)
	if (n >= LONG) {
		__asm__ volatile("rep stosb" : "+D"(t), "+c"(n) : "a"(c) : "memory");
		return at;
	}
#endif
	while (n-- > 0)
		*t++ = (unsigned char)c;
	return at;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *left = a, *right = b;

	for (; n > 0; n--, left++, right++)
		if (*left != *right)
			return *left - *right;
	return 0;
}

void *memchr(const void *at, int c, size_t n)
{
	const unsigned char *t = at;

	for (; n > 0; n--, t++)
		if (*t == (unsigned char)c)
			return (void *)t;
	return NULL;
}

size_t strlen(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	while (n > 0 && *a && *a == *b) {
		a++;
		b++;
		n--;
	}
	return n > 0 ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *text, int c)
{
	while (*text != (char)c)
		if (!*text++)
			return NULL;
	return (char *)text;
}

char *strrchr(const char *text, int c)
{
	const char *found = NULL;

	do
		if (*text == (char)c)
			found = text;
	while (*text++);
	return (char *)found;
}
