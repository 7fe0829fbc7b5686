/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] syscalls.def, as a table by number. May be called from anywhere.
 */
#include "syscalls.h"

#include <asm/unistd.h>

static const struct scmp_syscall syscalls[] = {
#define SYSCALL(call, n) [__NR_##call] = {#call, n},
#include "syscalls.def"
#undef SYSCALL
};

const struct scmp_syscall *scmp_syscall_by_number(int nr)
{
	if (nr < 0 || (size_t)nr >= sizeof(syscalls) / sizeof(syscalls[0]) || !syscalls[nr].name[0])
		return NULL;
	return &syscalls[nr];
}
