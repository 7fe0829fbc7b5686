/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The names of the kernel's error numbers on this architecture. */
#pragma once

/* The kernel's results from -1 to -SCMP_ERRNO_MAX are errors. */
enum { SCMP_ERRNO_MAX = 4095 };

/* scmp_errno_name() - "EPERM" for 1; NULL for a number without a name */
const char *scmp_errno_name(int number);
