/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] A call's arguments as strace(1) shows them, by the table's
 * width and meaning of each: "/etc/x", O_RDONLY|O_CLOEXEC, AT_FDCWD, 0644,
 * ["ls", "-l"], {sa_family=AF_INET, ...}. Functions append as those of print.h do.
 *
 * What a pointer shows is read from the host by memory.h: one that is bad, or
 * that the filter does not let us try, is a number.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls.h"

/* scmp_decode_count() - how many arguments are worth showing: open has a mode only where it may create a file */
size_t scmp_decode_count(const struct scmp_syscall *known, const uint64_t args[6]);

/*
 * scmp_decode() - argument `i`
 * @known: NULL for a call that the table does not know: its registers are numbers
 */
char *scmp_decode(char *dst, char *end, const struct scmp_syscall *known, const uint64_t args[6], size_t i);

/*
 * scmp_decode_constants() - the names of a value of a set, the rest of it as a number
 * @before: what stands before each name, @between: and between two of them
 */
char *scmp_decode_constants(char *dst, char *end, unsigned meaning, uint64_t value, const char *before,
			    const char *between);

/* scmp_decode_has_names() - whether the values of argument `i` are constants of its meaning, in this call */
bool scmp_decode_has_names(const struct scmp_syscall *known, const uint64_t args[6], size_t i);

/* scmp_decode_value() - what the kernel reads of a register */
uint64_t scmp_decode_value(enum scmp_width width, uint64_t value);
