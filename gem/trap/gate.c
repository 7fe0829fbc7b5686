/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The gate's page, and the way through it. scmp_gate_open()
 * is the first act of the library in a process, before libc is initialised and,
 * in an exec'd child, under the inherited filter: raw system calls only.
 */
#include "gate.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <stddef.h>

#include "arch.h"

typedef long (*gate_function)(long nr, long a, long b, long c, long d, long e, long f);

/* Of this process image: exec starts with false, as it starts without the page. */
static bool gate_is_open;

int scmp_gate_open(void)
{
	long at;
	long rc;

	if (gate_is_open)
		return 0;

	/* First make sure that the address is free: mremap would replace what is there. */
	at = scmp_raw_call(__NR_mmap, (long)SCMP_GATE_ADDRESS, SCMP_GATE_SIZE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at < 0)
		return (int)at;
	if ((unsigned long)at != SCMP_GATE_ADDRESS) {
		/* Linux before 4.17 takes the address for a wish. */
		(void)scmp_raw_call(__NR_munmap, at, SCMP_GATE_SIZE, 0, 0, 0, 0);
		return -EEXIST;
	}

	/*
	 * Moving a page that is executable already needs no PROT_EXEC from anyone: it
	 * works under policies and security modules that refuse new executable memory.
	 */
	rc = scmp_raw_call(__NR_mremap, (long)scmp_gate_page, SCMP_GATE_SIZE, SCMP_GATE_SIZE,
			   MREMAP_MAYMOVE | MREMAP_FIXED, (long)SCMP_GATE_ADDRESS, 0);
	if (rc < 0) {
		(void)scmp_raw_call(__NR_munmap, (long)SCMP_GATE_ADDRESS, SCMP_GATE_SIZE, 0, 0, 0, 0);
		return (int)rc;
	}
	gate_is_open = true;
	return 0;
}

long scmp_gate_call(long nr, long a, long b, long c, long d, long e, long f)
{
	if (!gate_is_open)
		return scmp_raw_call(nr, a, b, c, d, e, f);
	return ((gate_function)SCMP_GATE_ADDRESS)(nr, a, b, c, d, e, f);
}
