/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Which module an address lies in, without /proc (which a
 * policy may refuse, and which costs 22 us) and without libc (which need not be
 * initialised yet): from the auxiliary vector to the program's headers, from
 * there to the dynamic linker's own list, which debuggers use as well.
 *
 * The snapshot is taken once, by the thread that configures the handler; it is
 * read-only from then on.
 */
#include "modules.h"

#include <linux/auxvec.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "arch.h"
#include "gate.h"
#include "print.h"

enum { MODULES_MAX = 256, NAME_MAX_SHOWN = 40 };

/* The vector, and the dynamic linker's list, as every Linux libc keeps them. */
struct aux {
	uint64_t type;
	uint64_t value;
};

struct link {
	uint64_t bias; /* what is added to the addresses in the file */
	const char *name;
	const void *dynamic;
	const struct link *next;
};

struct debug {
	int version;
	const struct link *links;
};

struct module {
	char name[NAME_MAX_SHOWN]; /* empty: the program itself */
	uint64_t bias;
	uint64_t start; /* from the first byte that may be executed */
	uint64_t end; /* to the last */
};

static struct module modules[MODULES_MAX];
static size_t n_modules;

uint64_t scmp_auxiliary(const void *auxv, uint64_t type)
{
	for (const struct aux *aux = auxv; aux && aux->type != AT_NULL; aux++) {
		if (aux->type == type)
			return aux->value;
	}
	return 0;
}

static void copy_basename(char *name, const char *path)
{
	const char *base = path;
	char *end;

	for (; *path; path++) {
		if (*path == '/')
			base = path + 1;
	}
	end = scmp_print_text(name, name + NAME_MAX_SHOWN - 1, base);
	*end = '\0';
}

static void add_module(const char *name, uint64_t bias, const Elf64_Phdr *headers, size_t n_headers)
{
	struct module *module = &modules[n_modules];

	if (n_modules == MODULES_MAX)
		return;
	module->start = UINT64_MAX;
	module->end = 0;
	for (size_t i = 0; i < n_headers; i++) {
		const Elf64_Phdr *header = &headers[i];

		if (header->p_type != PT_LOAD || !(header->p_flags & PF_X))
			continue;
		if (bias + header->p_vaddr < module->start)
			module->start = bias + header->p_vaddr;
		if (bias + header->p_vaddr + header->p_memsz > module->end)
			module->end = bias + header->p_vaddr + header->p_memsz;
	}
	if (!module->end)
		return;
	module->bias = bias;
	copy_basename(module->name, name);
	n_modules++;
}

/*
 * A library's headers are at its bias, as long as the linker has started it at
 * address 0, as it does. To be sure, the kernel reads the address first: a futex
 * that has another value than the expected one is not waited for, one that is not
 * mapped is a fault of the call and not of ours. (To expect the magic itself
 * would be to wait, for the shortest time that there is: 60 us.)
 */
static bool is_elf_header(uint64_t address)
{
	static const struct __kernel_timespec at_once;
	static const char magic[4] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3};
	long rc;

	if (!address || address % 4)
		return false;
	rc = scmp_gate_call(__NR_futex, (long)address, FUTEX_WAIT_PRIVATE, 0, (long)&at_once, 0, 0);
	return (rc == -EAGAIN || rc == -ETIMEDOUT) && !memcmp((const void *)address, magic, sizeof(magic));
}

static void add_library(const struct link *link)
{
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)link->bias;

	if (is_elf_header(link->bias) && elf->e_phentsize == sizeof(Elf64_Phdr))
		add_module(link->name, link->bias, (const Elf64_Phdr *)(link->bias + elf->e_phoff), elf->e_phnum);
}

/* Where the program lies, and where it has the dynamic linker's list. */
static const struct debug *find_debug(const Elf64_Phdr *headers, size_t n_headers, uint64_t *bias)
{
	const Elf64_Dyn *dynamic = NULL;

	*bias = 0;
	for (size_t i = 0; i < n_headers; i++) {
		if (headers[i].p_type == PT_PHDR)
			*bias = (uint64_t)headers - headers[i].p_vaddr;
	}
	for (size_t i = 0; i < n_headers; i++) {
		if (headers[i].p_type == PT_DYNAMIC)
			dynamic = (const Elf64_Dyn *)(*bias + headers[i].p_vaddr);
	}
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_DEBUG)
			return (const struct debug *)dynamic->d_un.d_ptr;
	}
	return NULL;
}

void scmp_modules_snapshot(const void *auxv)
{
	const Elf64_Phdr *headers;
	const struct debug *debug;
	size_t n_headers;
	uint64_t bias;

	headers = (const Elf64_Phdr *)scmp_auxiliary(auxv, AT_PHDR);
	n_headers = scmp_auxiliary(auxv, AT_PHNUM);
	if (!headers || scmp_auxiliary(auxv, AT_PHENT) != sizeof(Elf64_Phdr))
		return;

	n_modules = 0;
	debug = find_debug(headers, n_headers, &bias);
	add_module("", bias, headers, n_headers);
	if (!debug || !debug->links)
		return;
	/* The first of the list is the program. */
	for (const struct link *link = debug->links->next; link; link = link->next)
		add_library(link);
}

char *scmp_print_place(char *dst, char *end, uint64_t address, const char *program)
{
	for (size_t i = 0; i < n_modules; i++) {
		const struct module *module = &modules[i];

		if (address < module->start || address >= module->end)
			continue;
		dst = scmp_print_escaped(dst, end, module->name[0] ? module->name : program);
		dst = scmp_print_text(dst, end, "+");
		return scmp_print_hex(dst, end, address - module->bias);
	}
	return scmp_print_hex(dst, end, address);
}
