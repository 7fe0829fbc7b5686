/* SPDX-License-Identifier: MIT */
/* What the SIGSYS handler is told of the closed policy: its trapping rules, and their static answers. */
#pragma once

#include <stddef.h>

#include "rule.h"
#include "trap.h"

/* scmp_policy_number_answers() - number the static answers of a context's rules, for who will know nothing else */
void scmp_policy_number_answers(struct scmp_context *context);

/* scmp_policy_static_answers() - of the closed policy, in the order of their numbers. Return: how many. */
size_t scmp_policy_static_answers(const struct scmp_static_answer **answers);

/* scmp_policy_trap_rules() - the handler's table, indexed by id; NULL and 0 where nothing traps, NULL and 1: no memory
 */
const struct scmp_trap_rule *scmp_policy_trap_rules(size_t *n_rules);

/* scmp_policy_forget_answers() - as in a new process */
void scmp_policy_forget_answers(void);
