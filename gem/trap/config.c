/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] What the handler goes by at present; config.h. */
#include "config.h"

static const struct scmp_trap_config nothing_known = {.log = {.fd = -1, .reserved = -1}};
static const struct scmp_trap_config *configured = &nothing_known;

const struct scmp_trap_config *scmp_config_present(void)
{
	return __atomic_load_n(&configured, __ATOMIC_ACQUIRE);
}

void scmp_config_set(const struct scmp_trap_config *config)
{
	__atomic_store_n(&configured, config, __ATOMIC_RELEASE);
}
