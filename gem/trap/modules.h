/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Which module (program or library) an address lies in. */
#pragma once

#include <stdint.h>

/* scmp_auxiliary() - a value of the auxiliary vector; 0 if it has none, or is NULL */
uint64_t scmp_auxiliary(const void *auxv, uint64_t type);

/*
 * scmp_modules_snapshot() - note the modules that are mapped now
 * @auxv: the auxiliary vector of the process, or NULL
 * Called once, by scmp_trap_configure(). Libraries opened later have no name.
 */
void scmp_modules_snapshot(const void *auxv);

/*
 * scmp_print_place() - libc.so.6+0xcf2a7, or the bare address where no module is known
 * The offset is the one that addr2line(1) takes.
 */
char *scmp_print_place(char *dst, char *end, uint64_t address, const char *program);
