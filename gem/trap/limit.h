/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] limit: N, at most so many records of a rule in each second of the clock. */
#pragma once

#include <stdbool.h>

#include "trap.h"

/*
 * scmp_limit_passes() - whether this record of a limited rule is to be written
 * Those that were left out since the last one are told of first. What a process has left
 * out when it ends stays untold.
 */
bool scmp_limit_passes(const struct scmp_trap_config *config, const struct scmp_trap_rule *rule);
