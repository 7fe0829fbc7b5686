/* SPDX-License-Identifier: MIT */
/* The arena: blocks do not overlap, and what was freed can be had again, in other sizes too. */
#include "arena.h"

#include <stdarg.h>

#include "check.h"
#include "failure.h"

enum { BLOCKS = 1 << 20, MIB = 1 << 20 };

static struct held {
	unsigned char *memory;
	size_t size;
	unsigned char mark;
} held[BLOCKS];

static size_t n_held;
static uint64_t state = 88172645463325252;

void scmp_fail(const char *format, ...)
{
	vfprintf(stderr, format, (va_list){0});
	exit(1);
}

const char *scmp_error_text(int error)
{
	return "no reason";
}

static bool take(size_t size)
{
	struct held *block = &held[n_held % BLOCKS];

	block->memory = scmp_arena_allocate(size);
	if (!block->memory)
		return false;
	check(n_held < BLOCKS);
	check_equal((uintptr_t)block->memory % 16, 0);
	check(scmp_arena_room(block->memory) >= size);
	block->size = size;
	block->mark = (unsigned char)draw(&state);
	memset(block->memory, block->mark, size);
	n_held++;
	return true;
}

static void give_back(size_t i)
{
	for (size_t j = 0; j < held[i].size; j++)
		check_equal(held[i].memory[j], held[i].mark);
	scmp_arena_release(held[i].memory);
	held[i] = held[--n_held];
}

static size_t draw_size(void)
{
	switch (draw(&state) % 4) {
	case 0:
		return draw(&state) % 64;
	case 1:
		return draw(&state) % 4096;
	case 2:
		return draw(&state) % MIB;
	default:
		return 100;
	}
}

int main(void)
{
	scmp_arena_open();
	scmp_arena_settle();

	behaviour("blocks keep what is written into them, full or not");
	for (int round = 0; round < 12; round++) {
		while (take(draw_size()))
			;
		check(n_held > 50);
		for (size_t n = n_held / (round % 2 ? 8 : 2); n > 0; n--)
			give_back(draw(&state) % n_held);
	}

	behaviour("what small blocks have taken is there for a large one when they are gone");
	while (n_held)
		give_back(n_held - 1);
	while (take(100))
		;
	while (n_held)
		give_back(draw(&state) % n_held);
	for (int i = 0; i < 3; i++)
		check(take(13 * MIB));

	behaviour("and the other way round");
	while (n_held)
		give_back(0);
	for (int i = 0; i < 100000; i++)
		check(take(100));

	behaviour("too much is refused, not given");
	check(!scmp_arena_allocate(64 * MIB));
	check(!scmp_arena_allocate(SIZE_MAX));
	return 0;
}
