/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] How many records of a rule are written in a second; limit.h. No lock: any thread, at any time. */
#include "limit.h"

#include <asm/unistd.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <stdint.h>

#include "gate.h"
#include "log.h"
#include "print.h"

enum { SUMMARY_MAX = 512 };

/* Of each rule: the second, above the number of records in it; and the process, above how many it has left out. */
static uint64_t written[SCMP_ID_MAX + 1], left_out[SCMP_ID_MAX + 1];

static uint64_t pair(uint64_t upper, uint32_t lower)
{
	return upper << 32 | lower;
}

static bool change(uint64_t *at, uint64_t *seen, uint64_t to)
{
	return __atomic_compare_exchange_n(at, seen, to, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static uint32_t process(void)
{
	return (uint32_t)scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

/* A forked child does not go on with its parent's count: the parent will tell it. */
static void leave_out(uint16_t id)
{
	uint32_t self = process();
	uint64_t seen = __atomic_load_n(&left_out[id], __ATOMIC_RELAXED);

	while (!change(&left_out[id], &seen, seen >> 32 == self ? seen + 1 : pair(self, 1)))
		;
}

static void tell(const struct scmp_trap_config *config, const struct scmp_trap_rule *rule, uint32_t n)
{
	char text[SUMMARY_MAX];
	char *end = text + sizeof(text) - 1;
	char *p = text;

	p = scmp_print_unsigned(p, end, n);
	p = scmp_print_text(p, end, n == 1 ? " record left out: " : " records left out: ");
	p = scmp_print_text(p, end, rule->verb);
	p = scmp_print_text(p, end, " ");
	p = scmp_print_escaped(p, end, rule->file);
	p = scmp_print_text(p, end, ":");
	p = scmp_print_signed(p, end, rule->line);
	p = scmp_print_text(p, end, ", limit: ");
	p = scmp_print_unsigned(p, end, rule->limit);
	*p = '\0';
	scmp_note(config, text);
}

bool scmp_limit_passes(const struct scmp_trap_config *config, const struct scmp_trap_rule *rule)
{
	uint64_t seen = __atomic_load_n(&written[rule->id], __ATOMIC_RELAXED), next;
	struct __kernel_timespec now;

	/* Without a clock there is no second. */
	if (scmp_gate_call(__NR_clock_gettime, CLOCK_MONOTONIC_COARSE, (long)&now, 0, 0, 0, 0) < 0)
		return true;
	do {
		next = seen >> 32 == (uint32_t)now.tv_sec ? seen + 1 : pair((uint32_t)now.tv_sec, 1);
		if ((uint32_t)next > rule->limit) {
			leave_out(rule->id);
			return false;
		}
	} while (!change(&written[rule->id], &seen, next));
	if (__atomic_load_n(&left_out[rule->id], __ATOMIC_RELAXED)) {
		seen = __atomic_exchange_n(&left_out[rule->id], 0, __ATOMIC_RELAXED);
		if ((uint32_t)seen && seen >> 32 == process())
			tell(config, rule, (uint32_t)seen);
	}
	return true;
}
