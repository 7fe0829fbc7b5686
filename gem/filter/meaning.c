/* SPDX-License-Identifier: MIT */
/*
 * What the rules say. Pure functions, deliberately the plainest way to write
 * it: C comparisons and a walk down the list. Nothing here may be used
 * by, or taken from, the files that make the program (tail, splice, dispatch)
 * or that reason about rules (solve, check).
 */
#include <linux/audit.h>

#include "gate.h"
#include "meaning.h"

#if defined(__x86_64__)
const uint32_t scmp_native_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
const uint32_t scmp_native_arch = AUDIT_ARCH_AARCH64;
#endif

/* x32 calls come with the native architecture and this bit in the number. */
enum { X32_BIT = 0x40000000 };

bool scmp_meaning_test(const struct scmp_test *test, uint64_t argument)
{
	if (test->bits == 32)
		argument = (uint32_t)argument;
	if (test->bits == 16)
		argument = (uint16_t)argument;
	switch ((enum scmp_op)test->op) {
	case SCMP_OP_NE:
		return argument != test->value;
	case SCMP_OP_LT:
		return argument < test->value;
	case SCMP_OP_LE:
		return argument <= test->value;
	case SCMP_OP_EQ:
		return argument == test->value;
	case SCMP_OP_GE:
		return argument >= test->value;
	case SCMP_OP_GT:
		return argument > test->value;
	case SCMP_OP_MASKED_EQ:
		return (argument & test->mask) == test->value;
	case SCMP_OP_MASKED_NE:
		return (argument & test->mask) != test->value;
	case SCMP_OPS:
		break;
	}
	return false;
}

static bool all_hold(const struct scmp_test *tests, size_t n_tests, const struct seccomp_data *data)
{
	for (size_t i = 0; i < n_tests; i++)
		if (!scmp_meaning_test(&tests[i], data->args[tests[i].arg]))
			return false;
	return true;
}

static uint32_t answer(const struct scmp_rule *rule)
{
	if (rule->traps)
		return SECCOMP_RET_TRAP | scmp_rule_data(rule);
	switch (rule->verdict) {
	case SCMP_VERDICT_ALLOW:
		return SECCOMP_RET_ALLOW;
	case SCMP_VERDICT_LOG:
		return SECCOMP_RET_LOG;
	case SCMP_VERDICT_ERRNO:
		return SECCOMP_RET_ERRNO | (rule->data & 0xffff);
	case SCMP_VERDICT_TRACE:
		return SECCOMP_RET_TRACE | (rule->data & 0xffff);
	case SCMP_VERDICT_KILL_THREAD:
		return SECCOMP_RET_KILL_THREAD;
	case SCMP_VERDICT_RETURN:
	case SCMP_VERDICT_TRAP:
	case SCMP_VERDICT_INTERCEPT:
		return SECCOMP_RET_TRAP | scmp_rule_data(rule);
	case SCMP_VERDICT_KILL_PROCESS:
		break;
	}
	return SECCOMP_RET_KILL_PROCESS;
}

static bool from_gate(const struct seccomp_data *data)
{
	return data->instruction_pointer == SCMP_GATE_IP || data->instruction_pointer == SCMP_GATE_SHARED_IP;
}

static const struct scmp_door *first_door(const struct scmp_door *doors, size_t n_doors,
					  const struct seccomp_data *data, bool virtual)
{
	for (size_t i = 0; i < n_doors; i++)
		if (doors[i].nr == data->nr && doors[i].virtual == virtual && (!doors[i].gate || from_gate(data)) &&
		    all_hold(doors[i].tests, doors[i].n_tests, data))
			return &doors[i];
	return NULL;
}

static bool lets_run(uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG || action == SECCOMP_RET_TRACE;
}

uint32_t scmp_meaning(const struct scmp_context *context, const struct scmp_door *doors, size_t n_doors,
		      const struct seccomp_data *data)
{
	const struct scmp_rule *rule = NULL;
	const struct scmp_door *door;
	uint32_t said;

	if (data->arch != scmp_native_arch)
		return SECCOMP_RET_KILL_PROCESS;
#if defined(__x86_64__)
	/* -1 is not x32: it is the number that a tracer sets to skip a call. */
	if ((uint32_t)data->nr >= X32_BIT && data->nr != -1)
		return SECCOMP_RET_KILL_PROCESS;
#endif

	door = first_door(doors, n_doors, data, false);
	if (door)
		return door->action;

	for (size_t i = 0; i < context->n_rules && !rule; i++)
		if (context->rules[i].nr == data->nr &&
		    all_hold(context->rules[i].tests, context->rules[i].n_tests, data))
			rule = &context->rules[i];
	if (!rule && context->unknown_from && (uint32_t)data->nr >= context->unknown_from)
		return SECCOMP_RET_ERRNO | context->unknown_errno;
	if (!rule)
		rule = &context->fallback;
	if (rule->verdict == SCMP_VERDICT_INTERCEPT && from_gate(data))
		return SECCOMP_RET_ALLOW;
	said = answer(rule);

	/* What would run may be the handler's to do, unless it is the handler that does it. */
	door = lets_run(said) ? first_door(doors, n_doors, data, true) : NULL;
	return door && !lets_run(door->action) ? door->action : said;
}
