/* SPDX-License-Identifier: MIT */
/* A file of its own, as the trap engine's header does not go together with libc's. */
#include "sys.h"

#include "arch.h"

long scmp_sys(long nr, long a, long b, long c, long d, long e, long f)
{
	return scmp_raw_call(nr, a, b, c, d, e, f);
}
