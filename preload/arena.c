/* SPDX-License-Identifier: MIT */
/*
 * A free list for each size class, a bump pointer for what none holds. Blocks
 * are never split or joined: what a policy uses is soon the same mix of sizes
 * again and again. Classes are 16 bytes apart up to 512, then four to a power
 * of two, which wastes at most a fifth of a block.
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
	HEADER = 8, /* before each block's 16-byte aligned memory: its class */
	SMALL = 512,
	N_CLASSES = 100,
};

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

void *scmp_arena_allocate(size_t size)
{
	size_t taken;
	unsigned class;
	char *memory;

	if (size > ARENA_SIZE)
		return no_memory();
	class = class_of(size, &taken);
	if (arena.free[class]) {
		memory = (char *)arena.free[class];
		arena.free[class] = arena.free[class]->next;
		return memory;
	}
	if (taken > (size_t)(arena.end - arena.top) - 16)
		return no_memory();
	memory = arena.top + 16; /* leaves the header before it */
	arena.top += taken;
	memcpy(memory - HEADER, &(uint64_t){class}, HEADER);
	return memory;
}

static unsigned class_at(const void *memory)
{
	uint64_t class;

	memcpy(&class, (const char *)memory - HEADER, HEADER);
	return (unsigned)class;
}

void scmp_arena_release(void *memory)
{
	struct block *block = memory;
	unsigned class;

	if (!block)
		return;
	class = class_at(memory);
	block->next = arena.free[class];
	arena.free[class] = block;
}

size_t scmp_arena_room(const void *memory)
{
	unsigned class = class_at(memory), power;

	if (class <= SMALL / 16)
		return class * 16 - HEADER;
	class -= SMALL / 16 + 1;
	power = 9 + class / 4;
	return ((size_t)1 << power) + (class % 4 + 1) * ((size_t)1 << (power - 2)) - HEADER;
}
