/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The host's memory, for blocks that ask for it and for
 * records: a bad pointer is an error and not a crash. For any thread, with or
 * without the lock: nothing here is written but what is asked for.
 *
 * Each page is first tried by a system call that touches it for us and does
 * nothing else; only another thread that unmaps it in the same moment can still
 * make the access a fault, as it could make any access of the host's own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* scmp_memory_read() - copy from the host; 0, -EFAULT, or another -errno where the filter does not let us try */
int scmp_memory_read(void *to, uint64_t from, size_t n);

/* scmp_memory_write() - copy to the host, all of it or (with -errno) nothing */
int scmp_memory_write(uint64_t to, const void *from, size_t n);

/*
 * scmp_memory_string() - copy what is before a NUL byte, `max` bytes at most
 * Return: how many, or -errno; -EFAULT where the memory ends before either.
 */
long scmp_memory_string(char *to, uint64_t from, size_t max);

/* scmp_memory_below() - whether the `n` bytes that end there can be written; a stack grows to have them */
bool scmp_memory_below(uint64_t end, size_t n);
