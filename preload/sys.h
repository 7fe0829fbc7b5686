/* SPDX-License-Identifier: MIT */
/*
 * System calls without libc, for the constructor: it runs before libc's own, and
 * in a sanitized host libc's functions may be interceptors that are not ready.
 */
#pragma once

/* scmp_sys() - a system call; >= 0, or -errno */
long scmp_sys(long nr, long a, long b, long c, long d, long e, long f);
