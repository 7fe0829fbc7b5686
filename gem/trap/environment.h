/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] execve(2) and execveat(2): a child in which nothing arms the handler ends at its first trap,
 * so what does is put back into an environment that has lost it.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdint.h>

#include "arch.h"
#include "trap.h"

/*
 * scmp_environment_exec() - make the call, with LD_PRELOAD and the SECCOMP_ variables that the host was started with
 * A variable that the host has set to something else stays as it is; of LD_PRELOAD the rest does. An
 * environment that is larger than what the stack has room for is left alone.
 * Return: -errno; where it succeeds it does not.
 */
int64_t scmp_environment_exec(const struct scmp_trap_config *config, const struct seccomp_data *data,
			      const struct ucontext *uc);
