/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] What is known of each system call of this architecture
 * without asking libseccomp: its name and its number of arguments.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct scmp_syscall {
	char name[27]; /* not a pointer: the table needs no relocation, and so no memory of its own */
	uint8_t n_args;
};

/* scmp_syscall_by_number() - NULL for a number that the table does not know */
const struct scmp_syscall *scmp_syscall_by_number(int nr);
