/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] What the handler goes by at present. */
#pragma once

#include "trap.h"

/* scmp_config_present() - the one that was set last; before that, one that knows nothing */
const struct scmp_trap_config *scmp_config_present(void);

void scmp_config_set(const struct scmp_trap_config *config);
