/* SPDX-License-Identifier: MIT */
/*
 * A free list for each size class, a bump pointer for what none holds: what a
 * policy uses is soon the same mix of sizes again and again. Only when the range
 * is used up are blocks split, and neighbours joined. Classes are 16 bytes apart up
 * to 512, then four to a power of two, which wastes at most a fifth of a block.
 */
#include "arena.h"

#include <linux/mman.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "failure.h"
#include "gate.h"

enum {
	ARENA_SIZE = 64 << 20, /* reserved, not used: pages come as they are touched */
	ARENA_FIRST = 320 << 10, /* what mruby and a small policy use: one call instead of 80 page faults */
	HEADER = 8, /* before each block's 16-byte aligned memory: its class, and whether it is free */
	START = 16, /* of a block's memory in it */
	SMALL = 512,
	N_CLASSES = SMALL / 16 + 1 + (26 - 9) * 4, /* up to ARENA_SIZE, which is 2^26 */
};

#define FREE (1ull << 32)

struct block {
	struct block *next;
};

static struct {
	char *start, *top, *end;
	struct block *free[N_CLASSES];
	bool settled;
} arena;

/* The class of a block that holds `size` bytes and its header; and what such a block takes. */
static unsigned class_of(size_t size, size_t *taken)
{
	size_t need = (size + HEADER + 15) & ~(size_t)15;
	unsigned power, class;
	size_t step;

	if (need <= SMALL) {
		*taken = need;
		return (unsigned)(need / 16);
	}
	power = 63 - (unsigned)__builtin_clzll(need - 1); /* 2^power < need <= 2^(power + 1), power >= 9 */
	step = (size_t)1 << (power - 2);
	class = (unsigned)((need - 1 - ((size_t)1 << power)) / step);
	*taken = ((size_t)1 << power) + (class + 1) * step;
	return SMALL / 16 + 1 + (power - 9) * 4 + class;
}

static size_t taken_by(unsigned class)
{
	unsigned power;

	if (class <= SMALL / 16)
		return class * 16;
	class -= SMALL / 16 + 1;
	power = 9 + class / 4;
	return ((size_t)1 << power) + (class % 4 + 1) * ((size_t)1 << (power - 2));
}

static uint64_t header_of(const void *memory)
{
	uint64_t header;

	memcpy(&header, (const char *)memory - HEADER, HEADER);
	return header;
}

static void set_header(void *memory, uint64_t header)
{
	memcpy((char *)memory - HEADER, &header, HEADER);
}

static void push(unsigned class, void *memory)
{
	struct block *block = memory;

	set_header(memory, class | FREE);
	block->next = arena.free[class];
	arena.free[class] = block;
}

static void *pop(unsigned class)
{
	struct block *block = arena.free[class];

	if (block) {
		arena.free[class] = block->next;
		set_header(block, class);
	}
	return block;
}

void scmp_arena_open(void)
{
	long start = scmp_gate_call(__NR_mmap, 0, ARENA_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start < 0 && start > -4096)
		scmp_fail("libscmp: no memory for the policy: mmap of %d MiB: %s", ARENA_SIZE >> 20,
			  scmp_error_text((int)-start));
	memset(&arena, 0, sizeof(arena));
	arena.start = (char *)start;
	arena.top = arena.start;
	arena.end = arena.start + ARENA_SIZE;
}

void scmp_arena_populate(void)
{
	/* Kernels before 5.14 do not know it, and then pages come one by one. */
	scmp_gate_call(__NR_madvise, (long)arena.start, ARENA_FIRST, MADV_POPULATE_WRITE, 0, 0, 0);
}

void scmp_arena_settle(void)
{
	arena.settled = true;
}

static void *no_memory(void)
{
	if (!arena.settled)
		scmp_fail("libscmp: the policy needs more memory than the %d MiB that it may have", ARENA_SIZE >> 20);
	return NULL;
}

/* Make free blocks of a range, the largest first; every multiple of 16 is a sum of classes. */
static void carve(char *from, size_t length)
{
	while (length > 0) {
		size_t taken;
		unsigned class = class_of(length - HEADER, &taken);

		if (taken > length)
			class --;
		push(class, from + START);
		from += taken_by(class);
		length -= taken_by(class);
	}
}

/* A larger free block, of which the rest stays free. */
static void *split(unsigned class)
{
	unsigned larger = class + 1;
	char *memory;

	while (larger < N_CLASSES && !arena.free[larger])
		larger++;
	if (larger >= N_CLASSES)
		return NULL;
	memory = pop(larger);
	set_header(memory, class);
	carve(memory - START + taken_by(class), taken_by(larger) - taken_by(class));
	return memory;
}

/* What is free side by side becomes one range; the last goes back to where new blocks come from. */
static void join(void)
{
	char *at = arena.start, *free = NULL, *next;

	memset(arena.free, 0, sizeof(arena.free));
	for (; at < arena.top; at = next) {
		uint64_t header = header_of(at + START);

		next = at + taken_by((unsigned)header);
		if (header & FREE) {
			free = free ? free : at;
		} else if (free) {
			carve(free, (size_t)(at - free));
			free = NULL;
		}
	}
	if (free)
		arena.top = free;
}

static void *bump(unsigned class)
{
	size_t taken = taken_by(class);
	char *memory = arena.top + START;

	if (taken > (size_t)(arena.end - arena.top) - START)
		return NULL;
	arena.top += taken;
	set_header(memory, class);
	return memory;
}

void *scmp_arena_allocate(size_t size)
{
	size_t taken;
	unsigned class;
	void *memory;

	if (size > ARENA_SIZE - START - HEADER)
		return no_memory();
	class = class_of(size, &taken);
	memory = pop(class);
	if (!memory)
		memory = bump(class);
	if (!memory)
		memory = split(class);
	if (!memory) {
		join();
		memory = bump(class);
	}
	if (!memory)
		memory = pop(class);
	if (!memory)
		memory = split(class);
	return memory ? memory : no_memory();
}

void scmp_arena_release(void *memory)
{
	if (memory)
		push((unsigned)header_of(memory), memory);
}

size_t scmp_arena_room(const void *memory)
{
	return taken_by((unsigned)header_of(memory)) - HEADER;
}
