/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The host's memory, page by page; memory.h. */
#include "memory.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <string.h>

#include "gate.h"

/* The smallest page of any kernel: to try more often than needed is only slower. */
enum { PAGE = 4096 };

/*
 * The kernel copies the eight bytes of the set before it looks at the first
 * argument, which is none that it knows.
 */
static int try_read(uint64_t address)
{
	uint64_t aligned = address & ~(uint64_t)7;
	long r;

	/* The address 0 stands for "no set"; the rest of its page is no more there than that. */
	r = scmp_gate_call(__NR_rt_sigprocmask, SCMP_GATE_HOW_NONE, (long)(aligned ? aligned : 8), 0, sizeof(uint64_t),
			   0, 0);

	return r == -EINVAL ? 0 : (int)(r < 0 ? r : -EPERM);
}

/* Adds 0 to an aligned word, which is a write to the page and changes nothing; nobody waits for the futex. */
static int try_write(uint64_t address)
{
	static uint32_t nobody;
	long r = scmp_gate_call(__NR_futex, (long)&nobody, SCMP_GATE_FUTEX_TRY, 0, 0, (long)(address & ~(uint64_t)3),
				SCMP_GATE_FUTEX_ADD_0);

	return r < 0 ? (int)r : 0;
}

static int try_pages(uint64_t address, size_t n, int (*try)(uint64_t))
{
	uint64_t page = address & ~(uint64_t)(PAGE - 1), end;

	if (n == 0)
		return 0;
	if (__builtin_add_overflow(address, n - 1, &end))
		return -EFAULT;
	for (uint64_t at = address;; at = page) {
		int r = try(at);

		if (r < 0)
			return r;
		if (end - page < PAGE)
			return 0;
		page += PAGE;
	}
}

/* From above, and read first, as a stack grows: a write by the kernel's futex finds it only where it has grown. */
bool scmp_memory_below(uint64_t end, size_t n)
{
	uint64_t last = (end - n) & ~(uint64_t)(PAGE - 1);

	if (n > end)
		return false;
	for (uint64_t page = end & ~(uint64_t)(PAGE - 1); page >= last; page -= PAGE)
		if (try_read(page) < 0 || try_write(page) < 0)
			return false;
	return true;
}

typedef uint64_t word __attribute__((may_alias, aligned(1)));

/*
 * Not memcpy: what is behind a string's end is read too, as far as its page goes, and
 * the address sanitizer of a program that we are linked into would end it for that.
 */
static void copy(void *to, const void *from, size_t n)
{
	volatile char *dst = to;
	const volatile char *src = from;

	for (; n >= sizeof(word); n -= sizeof(word)) {
		*(volatile word *)dst = *(const volatile word *)src;
		dst += sizeof(word);
		src += sizeof(word);
	}
	while (n-- > 0)
		*dst++ = *src++;
}

int scmp_memory_read(void *to, uint64_t from, size_t n)
{
	int r = try_pages(from, n, try_read);

	if (r == 0)
		copy(to, (const void *)from, n);
	return r;
}

int scmp_memory_write(uint64_t to, const void *from, size_t n)
{
	int r = try_pages(to, n, try_write);

	if (r == 0)
		copy((void *)to, from, n);
	return r;
}

long scmp_memory_string(char *to, uint64_t from, size_t max)
{
	size_t length = 0;

	while (length < max) {
		uint64_t at = from + length;
		size_t part = PAGE - (at & (PAGE - 1));
		const char *end;
		int r;

		if (part > max - length)
			part = max - length;
		r = scmp_memory_read(to + length, at, part);
		if (r < 0)
			return r;
		end = memchr(to + length, '\0', part);
		if (end)
			return end - to;
		length += part;
	}
	return (long)length;
}
