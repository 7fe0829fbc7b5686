/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The calls in the host's stead; virtual.h. */
#include "virtual.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <stdbool.h>

#include "gate.h"

static long close_range(uint32_t first, uint32_t last, uint32_t flags)
{
	return scmp_gate_call(__NR_close_range, first, last, flags, 0, 0, 0);
}

/* The kernel takes all three for unsigned int, whatever the upper halves hold. */
static long close_range_around(uint32_t number, uint32_t first, uint32_t last, uint32_t flags)
{
	long r = 0;

	if (first > last || number < first || number > last)
		return close_range(first, last, flags);
	if (number > first)
		r = close_range(first, number - 1, flags);
	if (r == 0 && number < last)
		r = close_range(number + 1, last, flags);
	return r;
}

int64_t scmp_virtual(const struct scmp_log *log, unsigned number, const struct seccomp_data *data)
{
	/* From the gate it is made already, and not in a way that we would make it. */
	if (data->instruction_pointer == SCMP_GATE_IP)
		return -EPERM;
	if (number == SCMP_VIRTUAL_CLOSE_RANGE)
		return close_range_around((uint32_t)log->reserved, (uint32_t)data->args[0], (uint32_t)data->args[1],
					  (uint32_t)data->args[2]);
	return -ENOSYS;
}
