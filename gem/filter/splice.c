/* SPDX-License-Identifier: MIT */
/*
 * Rules and doors -> the program. Each call gets the ordered list of its cases:
 * its doors, its rules, the default. A call whose answer does not depend on
 * more than its number is given to libseccomp as that and so stays in the
 * kernel's action cache; for any other, libseccomp gets a place-holder, whose
 * leaf then becomes a jump to a tail of ours (tail.c).
 * Called before a filter is in force: malloc is used.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "sort.h"
#include "tail.h"

/*
 * What a place-holder stands for: SECCOMP_RET_TRACE with the index of its tail.
 * The first is the default's.
 */
struct tail {
	const struct scmp_case *cases;
	size_t n_cases;
	uint32_t last; /* the answer if no case holds */
	bool last_runs; /* ... but for calls from the gate, which run */
	size_t start; /* in the program; 0: not yet there */
};

struct build {
	uint32_t fallback; /* the default's answer */
	bool fallback_runs; /* ... but for calls from the gate, which run */
	uint32_t unknown_from; /* but for these calls, if it is not 0, */
	uint32_t unknown; /* which get this */
	struct scmp_case *cases; /* sorted by number, then in order of precedence */
	size_t n_cases;
	struct scmp_leaf *leaves;
	size_t n_leaves;
	struct tail *tails;
	size_t n_tails;
	struct scmp_code code;
};

/* The largest errno that libseccomp takes; the kernel knows one more. */
enum { PLAIN_ERRNO_MAX = 4094 };

static uint32_t action_of(const struct scmp_rule *rule)
{
	uint32_t data = rule->data & SECCOMP_RET_DATA;

	if (rule->traps)
		return SECCOMP_RET_TRAP | scmp_rule_data(rule);
	switch (rule->verdict) {
	case SCMP_VERDICT_ALLOW:
		return SECCOMP_RET_ALLOW;
	case SCMP_VERDICT_LOG:
		return SECCOMP_RET_LOG;
	case SCMP_VERDICT_ERRNO:
		return SECCOMP_RET_ERRNO | data;
	case SCMP_VERDICT_TRACE:
		return SECCOMP_RET_TRACE | data;
	case SCMP_VERDICT_KILL_THREAD:
		return SECCOMP_RET_KILL_THREAD;
	case SCMP_VERDICT_KILL_PROCESS:
		return SECCOMP_RET_KILL_PROCESS;
	case SCMP_VERDICT_RETURN:
	case SCMP_VERDICT_TRAP:
	case SCMP_VERDICT_INTERCEPT:
		return SECCOMP_RET_TRAP | scmp_rule_data(rule);
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* Whether libseccomp can give this answer by itself. */
static bool is_plain(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_KILL_PROCESS:
		return true;
	case SECCOMP_RET_ERRNO:
		return (action & SECCOMP_RET_DATA) <= PLAIN_ERRNO_MAX;
	default:
		return false;
	}
}

static bool can_fail(const struct scmp_test *tests, size_t n_tests)
{
	for (size_t i = 0; i < n_tests; i++)
		if (!scmp_is_always_true(&tests[i]))
			return true;
	return false;
}

static struct scmp_case *add_case(struct build *build, int nr, bool gate, uint32_t action,
				  const struct scmp_test *tests, size_t n_tests)
{
	struct scmp_case *added = &build->cases[build->n_cases];

	*added = (struct scmp_case){
		.nr = nr,
		.rank = (uint32_t)build->n_cases,
		.gate = gate,
		.conditional = gate || can_fail(tests, n_tests),
		.action = action,
		.tests = tests,
		.n_tests = n_tests,
	};
	build->n_cases++;
	return added;
}

static bool lets_run(uint32_t action)
{
	switch (action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_TRACE:
		return true;
	default:
		return false;
	}
}

/* Before the case of a rule that lets the call run: the virtual doors of its number, each under the rule's tests. */
static void add_virtual_cases(struct build *build, int nr, uint32_t action, const struct scmp_test *tests,
			      size_t n_tests, const struct scmp_door *doors, size_t n_doors)
{
	for (size_t i = 0; i < n_doors; i++) {
		const struct scmp_door *door = &doors[i];
		struct scmp_case *added;

		if (!door->virtual || door->nr != nr || !lets_run(action))
			continue;
		added = add_case(build, nr, door->gate, lets_run(door->action) ? action : door->action, tests, n_tests);
		added->door_tests = door->tests;
		added->n_door_tests = door->n_tests;
		added->conditional |= can_fail(door->tests, door->n_tests);
	}
}

static int compare_cases(const void *a, const void *b)
{
	const struct scmp_case *left = a, *right = b;

	if (left->nr != right->nr)
		return left->nr < right->nr ? -1 : 1;
	return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* What a call gets where no case of it holds. */
static uint32_t default_of(const struct build *build, int nr)
{
	return build->unknown_from && (uint32_t)nr >= build->unknown_from ? build->unknown : build->fallback;
}

static int collect(struct build *build, const struct scmp_context *context, const struct scmp_door *doors,
		   size_t n_doors, struct scmp_why *why)
{
	build->fallback = action_of(&context->fallback);
	build->fallback_runs = context->fallback.verdict == SCMP_VERDICT_INTERCEPT;
	build->unknown_from = context->unknown_from;
	build->unknown = SECCOMP_RET_ERRNO | (context->unknown_errno & SECCOMP_RET_DATA);
	for (size_t i = 0; i < n_doors; i++)
		if (!doors[i].virtual)
			add_case(build, doors[i].nr, doors[i].gate, doors[i].action, doors[i].tests, doors[i].n_tests);
	for (size_t i = 0; i < context->n_rules; i++) {
		const struct scmp_rule *rule = &context->rules[i];

		if (rule->nr < 0) {
			snprintf(why->text, sizeof(why->text), "%s:%d: %s is not a system call of this architecture",
				 rule->file ? rule->file : "?", rule->line, rule->name ? rule->name : "?");
			return -EINVAL;
		}
		add_virtual_cases(build, rule->nr, action_of(rule), rule->tests, rule->n_tests, doors, n_doors);
		if (rule->verdict == SCMP_VERDICT_INTERCEPT)
			add_case(build, rule->nr, true, SECCOMP_RET_ALLOW, rule->tests, rule->n_tests);
		add_case(build, rule->nr, false, action_of(rule), rule->tests, rule->n_tests);
	}
	/* And for what the default lets run: once a number. */
	for (size_t i = 0; i < n_doors; i++)
		if (doors[i].virtual && (i == 0 || doors[i - 1].nr != doors[i].nr || !doors[i - 1].virtual))
			add_virtual_cases(build, doors[i].nr, default_of(build, doors[i].nr), NULL, 0, doors, n_doors);
	scmp_sort(build->cases, build->n_cases, sizeof(*build->cases), compare_cases);
	return 0;
}

/*
 * Decide what libseccomp gets for one call. What can never be reached is left
 * out, and what would answer as the rest does is left to the rest: so a door
 * costs nothing where the call is allowed anyway.
 */
static void add_leaf(struct build *build, const struct scmp_case *cases, size_t n_cases)
{
	struct scmp_leaf *leaf = &build->leaves[build->n_leaves];
	uint32_t last = default_of(build, cases[0].nr);
	bool last_runs = build->fallback_runs && last == build->fallback;
	size_t n = 0;

	while (n < n_cases && cases[n].conditional)
		n++;
	if (n < n_cases) {
		last = cases[n].action;
		last_runs = false;
	}
	while (n > 0 && cases[n - 1].action == last)
		n--;

	if (n == 0 && last == default_of(build, cases[0].nr))
		return;
	leaf->nr = cases[0].nr;
	if (n == 0 && is_plain(last)) {
		leaf->action = last;
	} else {
		leaf->action = SECCOMP_RET_TRACE | (uint32_t)build->n_tails;
		build->tails[build->n_tails++] =
			(struct tail){.cases = cases, .n_cases = n, .last = last, .last_runs = last_runs};
	}
	build->n_leaves++;
}

static int dispatch(struct build *build, struct scmp_why *why)
{
	uint32_t fallback = build->fallback;
	size_t end;

	/* The index 0 is taken even where a plain default needs no place-holder. */
	build->tails[build->n_tails++] = (struct tail){.last = fallback, .last_runs = build->fallback_runs};
	if (!is_plain(fallback) || build->unknown_from)
		fallback = SECCOMP_RET_TRACE;

	for (size_t start = 0; start < build->n_cases; start = end) {
		end = start + 1;
		while (end < build->n_cases && build->cases[end].nr == build->cases[start].nr)
			end++;
		add_leaf(build, &build->cases[start], end - start);
	}
	return scmp_dispatch(&build->code, fallback, build->leaves, build->n_leaves, why);
}

static bool same_tests(const struct scmp_test *a, size_t n_a, const struct scmp_test *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (a[i].arg != b[i].arg || a[i].op != b[i].op || a[i].bits != b[i].bits || a[i].mask != b[i].mask ||
		    a[i].value != b[i].value)
			return false;
	return true;
}

static bool same_tail(const struct tail *a, const struct tail *b)
{
	if (a->n_cases != b->n_cases || a->last != b->last || a->last_runs != b->last_runs)
		return false;
	for (size_t i = 0; i < a->n_cases; i++) {
		const struct scmp_case *one = &a->cases[i], *other = &b->cases[i];

		if (one->gate != other->gate || one->action != other->action ||
		    !same_tests(one->tests, one->n_tests, other->tests, other->n_tests) ||
		    !same_tests(one->door_tests, one->n_door_tests, other->door_tests, other->n_door_tests))
			return false;
	}
	return true;
}

/* Where a tail that says the same has been put, or 0. Few say it: what rules trap has ids of its own. */
static size_t find_same(const struct build *build, const struct tail *tail)
{
	enum { LOOK_AT = 64 };

	for (size_t i = 1; i < build->n_tails && i <= LOOK_AT; i++)
		if (build->tails[i].start && same_tail(&build->tails[i], tail))
			return build->tails[i].start;
	return 0;
}

/* Put the tails where their place-holders are. */
static int splice(struct build *build, struct scmp_why *why)
{
	struct scmp_code *code = &build->code;
	size_t n_dispatch = code->n_insns;

	for (size_t i = 0; i < n_dispatch; i++) {
		struct sock_filter *insn = &code->insns[i];
		struct tail *tail;
		bool is_default;

		if (insn->code != (BPF_RET | BPF_K) || (insn->k & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE)
			continue;
		if ((insn->k & SECCOMP_RET_DATA) >= build->n_tails) {
			snprintf(why->text, sizeof(why->text), "libseccomp made a leaf that was not asked for");
			return -EBADMSG;
		}
		tail = &build->tails[insn->k & SECCOMP_RET_DATA];
		is_default = tail == &build->tails[0];
		if (tail->n_cases == 0 && !tail->last_runs && !(is_default && build->unknown_from)) {
			insn->k = tail->last;
			continue;
		}
		if (tail->start == 0 && !is_default)
			tail->start = find_same(build, tail);
		if (tail->start == 0) {
			tail->start = code->n_insns;
			if (is_default && build->unknown_from)
				scmp_tail_emit_unknown(code, build->unknown_from, build->unknown);
			scmp_tail_emit(code, tail->cases, tail->n_cases, tail->last, tail->last_runs);
		}
		*insn = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)(tail->start - i - 1));
	}
	return 0;
}

static int hand_over(const struct build *build, struct scmp_program *programp, struct scmp_why *why)
{
	size_t size = build->code.n_insns * sizeof(build->code.insns[0]);
	struct sock_filter *insns;

	if (build->code.n_insns > BPF_MAXINSNS) {
		snprintf(why->text, sizeof(why->text), "the policy needs %zu instructions, the kernel takes %d at most",
			 build->code.n_insns, BPF_MAXINSNS);
		return -E2BIG;
	}
	insns = malloc(size);
	if (!insns)
		return -ENOMEM;
	memcpy(insns, build->code.insns, size);
	*programp = (struct scmp_program){.insns = insns, .n_insns = (unsigned short)build->code.n_insns};
	return 0;
}

int scmp_filter_build(struct scmp_program *programp, const struct scmp_context *context, const struct scmp_door *doors,
		      size_t n_doors, struct scmp_why *why)
{
	size_t n = n_doors + 2 * context->n_rules;
	struct build *build;
	int r = -ENOMEM;

	for (size_t i = 0; i < n_doors; i++)
		if (doors[i].virtual)
			n += context->n_rules + 1;

	build = calloc(1, sizeof(*build));
	if (!build)
		goto out;
	build->cases = calloc(n + 1, sizeof(*build->cases));
	build->leaves = calloc(n + 1, sizeof(*build->leaves));
	build->tails = calloc(n + 1, sizeof(*build->tails));
	if (build->cases && build->leaves && build->tails) {
		r = collect(build, context, doors, n_doors, why);
		if (r == 0)
			r = dispatch(build, why);
		if (r == 0)
			r = splice(build, why);
		if (r == 0)
			r = hand_over(build, programp, why);
	}
	free(build->tails);
	free(build->leaves);
	free(build->cases);
	free(build);
out:
	if (r == -ENOMEM)
		snprintf(why->text, sizeof(why->text), "out of memory");
	return r;
}
