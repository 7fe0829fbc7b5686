/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Whose memory this is: of a process and its copies by fork(2)
 * each has an epoch of its own; a child by vfork(2), or another that shares all memory and
 * is not a thread, has its parent's, and the parent's alone it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* scmp_epoch_init() - from now on a forked child can tell that it is one; to be called once a process image */
void scmp_epoch_init(void);

/* scmp_epoch() - never 0; changes in a child by fork, before it asks the first time */
uint32_t scmp_epoch(void);

/* scmp_epoch_mine() - the process that calls is the one whose memory this is; asked for in a forked child, first of all
 */
void scmp_epoch_mine(void);

/* scmp_epoch_borrowed() - whether the memory is another process's: this is its vfork child */
bool scmp_epoch_borrowed(void);
