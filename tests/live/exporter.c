/* SPDX-License-Identifier: MIT */
/*
 * A host that exports names which mruby, libseccomp and the linker use as well,
 * and a malloc of its own. It prints how often its functions were called and its
 * variables changed, and what uname(2) returned.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED char etext[64] = "etext", edata[64] = "edata", end[64] = "end";
EXPORTED int strangers;

#define STRANGER(name)                                                                                                 \
	EXPORTED void *name(void);                                                                                     \
	void *name(void)                                                                                               \
	{                                                                                                              \
		strangers++;                                                                                           \
		return NULL;                                                                                           \
	}

STRANGER(mrb_open)
STRANGER(mrb_malloc)
STRANGER(mrb_parse_nstring)
STRANGER(mrb_funcall)
STRANGER(seccomp_init)
STRANGER(seccomp_load)
STRANGER(seccomp_syscall_resolve_name)
STRANGER(scmp_fail)
STRANGER(scmp_trap_arm)

static char heap[1 << 20] __attribute__((aligned(16)));
static size_t used;
static int allocations;

EXPORTED void *malloc(size_t size);
EXPORTED void free(void *memory);
EXPORTED void *calloc(size_t n, size_t size);
EXPORTED void *realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	char *memory = heap + used;

	allocations++;
	used += (size + 15) & ~(size_t)15;
	return used <= sizeof(heap) ? memory : NULL;
}

void free(void *memory)
{
	(void)memory;
}

void *calloc(size_t n, size_t size)
{
	return malloc(n * size);
}

void *realloc(void *memory, size_t size)
{
	char *moved = malloc(size);

	if (moved && memory)
		memmove(moved, memory,
			size < (size_t)(heap + sizeof(heap) - (char *)memory)
				? size
				: (size_t)(heap + sizeof(heap) - (char *)memory));
	return moved;
}

int main(void)
{
	int at_main = allocations, result;
	struct utsname name;

	result = uname(&name) < 0 ? -errno : 0;
	printf("strangers %d allocations %d+%d names %s %s %s uname %d\n", strangers, at_main, allocations - at_main,
	       etext, edata, end, result);
	return 0;
}
