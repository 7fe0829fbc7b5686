/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Calls that the handler makes in the host's stead, in a way
 * that the host cannot tell from its own. The filter sends them here where the
 * policy lets them run (filter/doors.h, "virtual"); the handler's own, from the
 * gate, get the policy's answer. They are not trapped by any rule: there is no
 * record, and no block is asked.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdint.h>

#include "trap.h"

/* In place of the number of a static answer, beside the id 0, which no rule has. */
enum {
	SCMP_VIRTUAL_CLOSE_RANGE = 1, /* without the log's descriptor */
};

/* scmp_virtual() - make the call; its result: >= 0, or -errno */
int64_t scmp_virtual(const struct scmp_log *log, unsigned number, const struct seccomp_data *data);
