/* SPDX-License-Identifier: MIT */
/* The policy of this process; policy.h says how its parts are used. */
#include "policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "checks.h"
#include "gem.h"
#include "hash.h"
#include "meaning.h"
#include "sim.h"
#include "trap_rules.h"
#include "unnamed.h"

static struct {
	struct scmp_policy_context *contexts, **contexts_end;
	struct scmp_policy_context *only; /* the choice of scmp_policy_close() */
	bool any_loaded;
	bool deferred;
	bool closed;
	struct scmp_program *programs; /* between build and install */
	size_t n_programs;
	bool has_block;
	bool has_on_trap;
	unsigned last_id;
} policy = {.contexts_end = &policy.contexts};

void scmp_policy_reset(void)
{
	memset(&policy, 0, sizeof(policy));
	scmp_policy_forget_faults();
	scmp_policy_forget_answers();
	policy.contexts_end = &policy.contexts;
}

struct scmp_policy_context *scmp_policy_context_new(void)
{
	struct scmp_policy_context *context = calloc(1, sizeof(*context));

	if (!context)
		return NULL;
	*policy.contexts_end = context;
	policy.contexts_end = &context->next;
	return context;
}

struct scmp_rule *scmp_policy_add(struct scmp_policy_context *context)
{
	struct scmp_rule *rule;

	if (context->context.n_rules == context->capacity) {
		size_t capacity = context->capacity ? 2 * context->capacity : 16;
		struct scmp_rule *rules = realloc(context->context.rules, capacity * sizeof(*rules));

		if (!rules)
			return NULL;
		context->context.rules = rules;
		context->capacity = capacity;
	}
	rule = &context->context.rules[context->context.n_rules++];
	memset(rule, 0, sizeof(*rule));
	return rule;
}

uint16_t scmp_policy_next_id(void)
{
	return policy.last_id < SCMP_ID_MAX ? (uint16_t)++policy.last_id : 0;
}

unsigned scmp_policy_last_id(void)
{
	return policy.last_id;
}

void scmp_policy_defer(void)
{
	policy.deferred = true;
}

bool scmp_policy_deferred(void)
{
	return policy.deferred;
}

bool scmp_policy_is_final(void)
{
	return policy.deferred && policy.closed;
}

void scmp_policy_note_block(bool on_trap)
{
	policy.has_block = true;
	policy.has_on_trap |= on_trap;
}

bool scmp_policy_asks(const struct scmp_rule *rule)
{
	return scmp_rule_asks(rule) && (rule->own_block || policy.has_on_trap);
}

bool scmp_policy_has_block(void)
{
	return policy.has_block;
}

struct scmp_policy_context *scmp_policy_next(struct scmp_policy_context *context)
{
	for (context = context ? context->next : policy.contexts; context; context = context->next)
		if (policy.only ? context == policy.only : context->loaded || !policy.any_loaded)
			return context;
	return NULL;
}

/* Where one context is loaded by name, one that is not was forgotten, or meant for nothing. */
static void warn_of_unloaded(void)
{
	const struct scmp_policy_context *context;

	if (!policy.deferred || !policy.any_loaded)
		return;
	for (context = policy.contexts; context; context = context->next)
		if (!context->loaded)
			scmp_policy_fault(context, context->context.fallback.file, context->context.fallback.line,
					  SCMP_WARNING_NOT_LOADED,
					  "this context has no effect: the policy loads others by name, and not this");
}

size_t scmp_policy_close(struct scmp_policy_context *only)
{
	struct scmp_policy_context *context;
	size_t n = 0;

	policy.only = only;
	policy.closed = true;
	policy.any_loaded = false;
	for (context = policy.contexts; context; context = context->next)
		policy.any_loaded |= context->loaded;
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		scmp_policy_check(context);
		scmp_unnamed_mend(context);
		scmp_policy_number_answers(&context->context);
		n++;
	}
	warn_of_unloaded();
	return n;
}

bool scmp_policy_traps(void)
{
	struct scmp_policy_context *context;
	size_t i;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		if (context->context.fallback.traps)
			return true;
		for (i = 0; i < context->context.n_rules; i++)
			if (context->context.rules[i].traps)
				return true;
	}
	return false;
}

/* Whether some call of this number may run, under all contexts by themselves; and whether some call may not. */
static void ask_rules(int nr, bool *some, bool *not_all)
{
	struct scmp_policy_context *context;
	size_t i;

	*some = true;
	*not_all = false;
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		bool decided = false, here = false;

		for (i = 0; i < context->context.n_rules && !decided; i++) {
			const struct scmp_rule *rule = &context->context.rules[i];

			if (rule->nr != nr)
				continue;
			here |= scmp_rule_runs(rule);
			*not_all |= !scmp_rule_runs(rule);
			decided = rule->n_tests == 0;
		}
		if (!decided) {
			here |= scmp_rule_runs(&context->context.fallback);
			*not_all |= !scmp_rule_runs(&context->context.fallback);
		}
		*some &= here;
	}
}

bool scmp_policy_lets_run(int nr)
{
	bool some, not_all;

	ask_rules(nr, &some, &not_all);
	return some && !not_all;
}

bool scmp_policy_guards_log(void)
{
	bool write_runs, write_refused, range_runs, range_refused;

	ask_rules(__NR_write, &write_runs, &write_refused);
	ask_rules(__NR_close_range, &range_runs, &range_refused);
	return write_refused || range_runs;
}

static uint64_t hash_rule(uint64_t hash, const struct scmp_rule *rule)
{
	unsigned i;

	hash = scmp_hash_u64(hash, (uint64_t)rule->nr);
	hash = scmp_hash_u64(hash, rule->verdict);
	hash = scmp_hash_u64(hash, rule->data);
	hash = scmp_hash_u64(hash, (uint64_t)rule->answer);
	hash = scmp_hash_u64(hash, (uint64_t)rule->traps << 16 | rule->id);
	for (i = 0; i < rule->n_tests; i++) {
		hash = scmp_hash_u64(hash, (uint64_t)rule->tests[i].bits << 16 | (uint64_t)rule->tests[i].arg << 8 |
						   rule->tests[i].op);
		hash = scmp_hash_u64(hash, rule->tests[i].mask);
		hash = scmp_hash_u64(hash, rule->tests[i].value);
	}
	return scmp_hash_u64(hash, rule->n_tests);
}

/* Of the rules and not of the program: an exec'd child then need not build it again. */
uint64_t scmp_policy_fingerprint(void)
{
	uint64_t hash = scmp_hash_text(SCMP_HASH_START, SCMP_VERSION);
	struct scmp_policy_context *context;
	size_t i;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		hash = hash_rule(hash, &context->context.fallback);
		hash = scmp_hash_u64(hash,
				     (uint64_t)context->context.unknown_from << 32 | context->context.unknown_errno);
		for (i = 0; i < context->context.n_rules; i++)
			hash = hash_rule(hash, &context->context.rules[i]);
		hash = scmp_hash_u64(hash, context->context.n_rules);
	}
	return hash;
}

bool scmp_policy_limits(void)
{
	struct scmp_policy_context *context;
	size_t i;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context)) {
		if (context->context.fallback.limit)
			return true;
		for (i = 0; i < context->context.n_rules; i++)
			if (context->context.rules[i].limit)
				return true;
	}
	return false;
}

/* Loading a filter is a system call too: does the one before let it pass? */
static bool lets_seccomp_pass(const struct scmp_program *program)
{
	struct seccomp_data data = {
		.nr = __NR_seccomp,
		.arch = scmp_native_arch,
		.args = {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC},
	};

	return scmp_sim_run(program->insns, program->n_insns, &data) == SECCOMP_RET_ALLOW;
}

/* Build and verify one context; what comes after it must still be loadable. */
static int prepare(struct scmp_program *program, struct scmp_policy_context *context, const struct scmp_door *doors,
		   size_t n_doors, struct scmp_why *why)
{
	const struct scmp_rule *fallback = &context->context.fallback;
	int r;

	r = scmp_filter_build(program, &context->context, doors, n_doors, why);
	if (r < 0)
		return r;
	r = scmp_filter_verify(program, &context->context, doors, n_doors, why);
	if (r < 0)
		return r;
	if (scmp_policy_next(context) && !lets_seccomp_pass(program)) {
		snprintf(why->text, sizeof(why->text),
			 "%s:%d: the context refuses seccomp(2), with which the next one would be loaded: let it allow "
			 ":seccomp, or load it last",
			 fallback->file, fallback->line);
		return -EACCES;
	}
	return 0;
}

static void forget_programs(void)
{
	size_t i;

	for (i = 0; i < policy.n_programs; i++)
		free(policy.programs[i].insns);
	free(policy.programs);
	policy.programs = NULL;
	policy.n_programs = 0;
}

int scmp_policy_build(const struct scmp_frame *frame, struct scmp_why *why)
{
	struct scmp_door doors[SCMP_DOORS_MAX];
	size_t n_doors = scmp_doors(doors, frame), n = 0;
	struct scmp_policy_context *context;
	int r = 0;

	why->text[0] = '\0';
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		n++;
	policy.programs = calloc(n ? n : 1, sizeof(*policy.programs));
	if (!policy.programs) {
		snprintf(why->text, sizeof(why->text), "out of memory");
		return -ENOMEM;
	}
	for (context = scmp_policy_next(NULL); context && r == 0; context = scmp_policy_next(context))
		r = prepare(&policy.programs[policy.n_programs++], context, doors, n_doors, why);
	if (r < 0)
		forget_programs();
	return r;
}

int scmp_policy_install(struct scmp_why *why)
{
	size_t i;
	int r = 0;

	why->text[0] = '\0';
	for (i = 0; i < policy.n_programs && r == 0; i++)
		r = scmp_filter_load(&policy.programs[i], why);
	forget_programs();
	return r;
}
