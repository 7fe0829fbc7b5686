/* SPDX-License-Identifier: MIT */
/* The host's memory as a block may touch it: what is there, what is not, and the borders between. */
#include "memory.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "little.h"

enum { PAGE = 4096 };

/* Five pages: none, readable and writable, the same, readable, none. */
static char *pages;
static char bytes[5 * PAGE];

static int read_at(long offset, size_t n)
{
	return scmp_memory_read(bytes, (uint64_t)pages + (uint64_t)offset, n);
}

static int write_at(long offset, size_t n)
{
	return scmp_memory_write((uint64_t)pages + (uint64_t)offset, bytes, n);
}

static long string_at(long offset, size_t max)
{
	return scmp_memory_string(bytes, (uint64_t)pages + (uint64_t)offset, max);
}

static void test_reading(void)
{
	behaviour("what is mapped is read, over the borders of pages and at any address");
	for (long i = 0; i < 3 * PAGE; i++)
		if (i < 2 * PAGE)
			pages[PAGE + i] = (char)(i % 251);
	check_equal(read_at(PAGE, 3 * PAGE), 0);
	check(memcmp(bytes, pages + PAGE, 3 * PAGE) == 0);
	check_equal(read_at(2 * PAGE - 3, 7), 0);
	check(memcmp(bytes, pages + 2 * PAGE - 3, 7) == 0);
	check_equal(read_at(4 * PAGE - 1, 1), 0);
	check_equal(read_at(PAGE, 0), 0);

	behaviour("what is not is an error: before, behind, and a byte of it");
	check_equal(read_at(0, 1), -EFAULT);
	check_equal(read_at(PAGE - 1, 2), -EFAULT);
	check_equal(read_at(4 * PAGE - 1, 2), -EFAULT);
	check_equal(read_at(0, 5 * PAGE), -EFAULT);
	check_equal(scmp_memory_read(bytes, 0, 1), -EFAULT);
	check_equal(scmp_memory_read(bytes, UINT64_MAX, 1), -EFAULT);
	check_equal(scmp_memory_read(bytes, UINT64_MAX - 3, 8), -EFAULT);
	check_equal(scmp_memory_read(bytes, UINT64_MAX - 3, SIZE_MAX), -EFAULT);
	check_equal(scmp_memory_read(bytes, 1ull << 47, 8), -EFAULT);
	check_equal(scmp_memory_read(bytes, 1ull << 63, 8), -EFAULT);
}

static void test_writing(void)
{
	char before[3 * PAGE];

	behaviour("what may be written is written, and what may not is left whole");
	memset(bytes, 'w', sizeof(bytes));
	check_equal(write_at(2 * PAGE - 5, 11), 0);
	check(memcmp(pages + 2 * PAGE - 5, bytes, 11) == 0 && pages[2 * PAGE - 6] != 'w' && pages[2 * PAGE + 6] != 'w');
	memcpy(before, pages + PAGE, sizeof(before));
	check_equal(write_at(3 * PAGE - 1, 2), -EFAULT);
	check_equal(write_at(3 * PAGE, 1), -EFAULT);
	check_equal(write_at(4 * PAGE - 1, 2), -EFAULT);
	check_equal(write_at(PAGE - 1, 2), -EFAULT);
	check_equal(write_at(0, 0), 0);
	check(memcmp(pages + PAGE, before, sizeof(before)) == 0);
	check_equal(scmp_memory_write(0, bytes, 1), -EFAULT);
	check_equal(scmp_memory_write(UINT64_MAX - 1, bytes, 4), -EFAULT);
}

static void test_strings(void)
{
	behaviour("a string ends at its NUL, or at the most that is wanted");
	memset(pages + PAGE, 's', 2 * PAGE);
	memcpy(pages + 2 * PAGE - 2, "over", 5);
	check_equal(string_at(2 * PAGE - 2, 100), 4);
	check(memcmp(bytes, "over", 4) == 0);
	check_equal(string_at(2 * PAGE + 2, 100), 0);
	check_equal(string_at(PAGE, 10), 10);
	check_equal(string_at(PAGE, 0), 0);

	behaviour("one that the memory's end cuts off is an error, unless it is long enough before");
	check_equal(mprotect(pages + 3 * PAGE, PAGE, PROT_NONE), 0);
	check_equal(string_at(3 * PAGE - 4, 4), 4);
	check_equal(string_at(3 * PAGE - 4, 5), -EFAULT);
	pages[3 * PAGE - 1] = '\0';
	check_equal(string_at(3 * PAGE - 4, 5), 3);
	check_equal(string_at(0, 5), -EFAULT);
}

int main(void)
{
	pages = mmap(NULL, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(pages != MAP_FAILED);
	check_equal(mprotect(pages + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	check_equal(mprotect(pages + 3 * PAGE, PAGE, PROT_READ), 0);
	little_start(little_log());
	test_reading();
	test_writing();
	test_strings();
	return 0;
}
