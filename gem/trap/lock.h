/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The lock's own setting up; to take and leave it, see trap.h. */
#pragma once

/* scmp_lock_init() - from now on a forked child can tell that it is one; to be called once a process image */
void scmp_lock_init(void);
