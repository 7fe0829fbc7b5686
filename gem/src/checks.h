/* SPDX-License-Identifier: MIT */
/* Rules that do not mean what they say: what is found when all of them are known is noted as faults. */
#pragma once

struct scmp_policy_context;

/* scmp_policy_check() - look at all rules of a context */
void scmp_policy_check(const struct scmp_policy_context *context);
