/* SPDX-License-Identifier: MIT */
/* The policy of this process; policy.h says how its parts are used. */
#include "policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "answers.h"
#include "gem.h"
#include "hash.h"
#include "meaning.h"
#include "sim.h"
#include "source.h"
#include "unnamed.h"

static struct {
	struct scmp_policy_context *contexts, **contexts_end;
	struct scmp_policy_fault *faults;
	struct scmp_policy_context *only; /* the choice of scmp_policy_close() */
	struct scmp_policy_fault *latest;
	bool any_loaded;
	bool deferred;
	bool closed;
	struct scmp_program *programs; /* between build and install */
	size_t n_programs;
	bool has_block;
	bool out_of_memory;
	unsigned last_id;
	struct scmp_static_answer answers[SCMP_ANSWERS_MAX]; /* numbered from 1 */
	size_t n_answers;
} policy = {.contexts_end = &policy.contexts};

void scmp_policy_reset(void)
{
	memset(&policy, 0, sizeof(policy));
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

void scmp_policy_out_of_memory(void)
{
	policy.out_of_memory = true;
}

/* In the order of the file's lines: some faults show only when all rules are known. */
static void put_in_order(struct scmp_policy_fault *fault)
{
	struct scmp_policy_fault **at;

	for (at = &policy.faults; *at && !((*at)->file == fault->file && (*at)->line > fault->line); at = &(*at)->next)
		;
	fault->next = *at;
	*at = fault;
}

/* In a loop of the policy's the same is wrong each time. */
static bool is_noted(const struct scmp_policy_fault *fault)
{
	const struct scmp_policy_fault *other;

	for (other = policy.faults; other; other = other->next)
		if (other->context == fault->context && other->file == fault->file && other->noted == fault->noted &&
		    other->warning == fault->warning && strcmp(other->text, fault->text) == 0)
			return true;
	return false;
}

void scmp_policy_fault(const struct scmp_policy_context *context, const char *file, int line, enum scmp_warning warning,
		       const char *format, ...)
{
	struct scmp_policy_fault *fault = calloc(1, sizeof(*fault));
	va_list arguments;

	if (!fault) {
		policy.out_of_memory = true;
		return;
	}
	fault->context = context;
	fault->file = file;
	fault->line = fault->noted = line;
	fault->warning = warning;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	policy.latest = NULL;
	if (is_noted(fault)) {
		free(fault);
		return;
	}
	put_in_order(fault);
	policy.latest = fault;
}

void scmp_policy_point(const char *token)
{
	struct scmp_policy_fault *fault = policy.latest, **at;
	int line = fault && fault->file ? scmp_source_line_of(fault->file, fault->line, token) : 0;

	if (line == 0)
		return;
	snprintf(fault->token, sizeof(fault->token), "%s", token);
	if (line == fault->line)
		return;
	for (at = &policy.faults; *at != fault; at = &(*at)->next)
		;
	*at = fault->next;
	fault->line = line;
	put_in_order(fault);
}

const struct scmp_policy_fault *scmp_policy_faults(void)
{
	return policy.faults;
}

bool scmp_policy_broken(const struct scmp_policy_context *context)
{
	const struct scmp_policy_fault *fault;

	for (fault = policy.faults; fault; fault = fault->next)
		if (!fault->warning && (!context || fault->context == context))
			return true;
	return policy.out_of_memory;
}

static void take_off(struct scmp_policy_fault **at)
{
	struct scmp_policy_fault *fault = *at;

	policy.latest = NULL;
	*at = fault->next;
	free(fault);
}

void scmp_policy_forget(const struct scmp_policy_context *context)
{
	struct scmp_policy_fault **at = &policy.faults;

	while (*at)
		if ((*at)->context == context)
			take_off(at);
		else
			at = &(*at)->next;
}

void scmp_policy_drop(bool (*unwanted)(const struct scmp_policy_fault *fault))
{
	struct scmp_policy_fault **at = &policy.faults;

	while (*at)
		if (unwanted(*at))
			take_off(at);
		else
			at = &(*at)->next;
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

void scmp_policy_note_block(void)
{
	policy.has_block = true;
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

/* What rules say the same wrong thing in one line of the policy: as one. */
static bool same_words(const struct scmp_fault *a, const struct scmp_fault *b)
{
	return a->kind == b->kind && a->rule->file == b->rule->file && a->rule->line == b->rule->line &&
	       a->rule->verb == b->rule->verb && a->together == b->together &&
	       (a->earlier == b->earlier ||
		(a->earlier && b->earlier && a->earlier->file == b->earlier->file &&
		 a->earlier->line == b->earlier->line && a->earlier->verb == b->earlier->verb));
}

/* ":mkdir, :rmdir", or "family(:unlink)" */
static void name_calls(const struct scmp_fault *faults, size_t n, char *text, size_t room)
{
	const size_t more_room = sizeof(" and 4294967295 more");
	size_t length = 0, i;

	for (i = 0; i < n; i++) {
		const struct scmp_rule *rule = faults[i].rule;
		const char *name = rule->family ? rule->family->name : rule->name;

		if (length + strlen(name) + more_room >= room) {
			snprintf(text + length, room - length, " and %zu more", n - i);
			return;
		}
		length += (size_t)snprintf(text + length, room - length, "%s%s%s", i ? ", " : "",
					   rule->family ? "" : ":", name);
	}
}

/* "line 4", or "base.rb:4" where it is another file's. */
static const char *line_of(const struct scmp_rule *rule, const char *file, char *text, size_t room)
{
	if (rule->file == file)
		snprintf(text, room, "line %d", rule->line);
	else
		snprintf(text, room, "%s:%d", rule->file, rule->line);
	return text;
}

/* Return: how many of the faults were told. */
static size_t tell_faults(const struct scmp_policy_context *context, const struct scmp_fault *faults, size_t n_faults)
{
	const struct scmp_rule *rule = faults[0].rule, *earlier = faults[0].earlier;
	char names[160], line[128];
	size_t n = 1;

	while (n < n_faults && same_words(&faults[0], &faults[n]))
		n++;
	name_calls(faults, n, names, sizeof(names));
	switch (faults[0].kind) {
	case SCMP_FAULT_NEVER_TRUE:
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s %s can never match: its conditions contradict themselves", rule->verb, names);
		scmp_policy_point(rule->verb);
		break;
	case SCMP_FAULT_COVERED:
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s %s can never take effect: %s (%s) %s all of its calls, and the first match wins",
				  rule->verb, names, line_of(earlier, rule->file, line, sizeof(line)), earlier->verb,
				  faults[0].together ? "and those before it take" : "takes");
		scmp_policy_point(rule->verb);
		break;
	case SCMP_FAULT_SAME_AS_DEFAULT:
		scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_NO_EFFECT,
				  "%s %s has no effect: it is the default action", rule->verb, names);
		break;
	}
	return n;
}

/*
 * A rule that was included and that the includer, or another policy that it
 * includes, has an answer for already: that is what rules before an include are for.
 */
static bool is_overridden(const struct scmp_policy_context *context, const struct scmp_fault *fault)
{
	return fault->kind == SCMP_FAULT_COVERED && fault->rule->file != context->context.fallback.file &&
	       fault->earlier->file != fault->rule->file;
}

/* In a host it is an accident: SECCOMP_POLICY=none is how one says it. */
static void refuse_empty(const struct scmp_policy_context *context)
{
	const struct scmp_rule *fallback = &context->context.fallback;

	/* Where something else is wrong a rule may have been lost with it. */
	if (!policy.deferred || context->asked || fallback->verdict != SCMP_VERDICT_ALLOW || fallback->traps ||
	    scmp_policy_broken(NULL))
		return;
	scmp_policy_fault(context, fallback->file, fallback->line, false,
			  "this context lets every call pass: its default is allow, and no rule has reached it "
			  "(SECCOMP_POLICY=none runs a program unfiltered)");
}

static void check_rules(struct scmp_policy_context *context)
{
	struct scmp_fault *faults;
	size_t n_faults, n = 0, i;

	refuse_empty(context);
	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];

		if (!scmp_answer_needs_block(rule) || policy.has_block)
			continue;
		scmp_policy_fault(context, rule->file, rule->line, false,
				  "%s cannot fail, its callers take an error for a result: give the trap a block that "
				  "chooses one, or say `return n, :%s`",
				  rule->name, rule->name);
		scmp_policy_point(rule->name);
	}
	if (context->context.n_rules == 0)
		return;
	faults = calloc(context->context.n_rules, sizeof(*faults));
	if (!faults) {
		policy.out_of_memory = true;
		return;
	}
	n_faults = scmp_filter_check(&context->context, faults);
	for (i = 0; i < n_faults; i++)
		if (!is_overridden(context, &faults[i]))
			faults[n++] = faults[i];
	for (i = 0; i < n; i += tell_faults(context, &faults[i], n - i))
		;
	free(faults);
}

static bool same_answer(const struct scmp_static_answer *a, const struct scmp_static_answer *b)
{
	return a->result == b->result && a->record == b->record && a->kills == b->kills &&
	       a->kills_thread == b->kills_thread;
}

static struct scmp_static_answer static_answer(const struct scmp_rule *rule)
{
	return (struct scmp_static_answer){
		.result = rule->answer,
		.record = rule->record,
		.kills = rule->verdict == SCMP_VERDICT_KILL_PROCESS,
		.kills_thread = rule->verdict == SCMP_VERDICT_KILL_THREAD,
	};
}

/*
 * The static answers are numbered, for children that will have nothing else. More
 * than can be numbered are refused there: they share number 0 with -EPERM.
 */
static void number_answer(struct scmp_rule *rule)
{
	static const struct scmp_static_answer refused = {.result = -EPERM, .record = true};
	struct scmp_static_answer answer = static_answer(rule);
	size_t i;

	rule->answer_number = 0;
	if (!rule->traps || same_answer(&answer, &refused))
		return;
	for (i = 0; i < policy.n_answers && !same_answer(&policy.answers[i], &answer); i++)
		;
	if (i == SCMP_ANSWERS_MAX)
		return;
	policy.answers[i] = answer;
	policy.n_answers = i < policy.n_answers ? policy.n_answers : i + 1;
	rule->answer_number = (uint8_t)(i + 1);
}

static void number_answers(struct scmp_context *context)
{
	size_t i;

	number_answer(&context->fallback);
	for (i = 0; i < context->n_rules; i++)
		number_answer(&context->rules[i]);
}

size_t scmp_policy_static_answers(const struct scmp_static_answer **answers)
{
	*answers = policy.answers;
	return policy.n_answers;
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
		check_rules(context);
		scmp_unnamed_mend(context);
		number_answers(&context->context);
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

/* Records name the file as one does in speech: without its folders. */
static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/* The bits of an argument that a rule's tests make the same in all of its calls, and what they are. */
static uint64_t fixed_bits(const struct scmp_rule *rule, unsigned arg, uint64_t *values)
{
	uint64_t fixed = 0;
	unsigned i;

	*values = 0;
	for (i = 0; i < rule->n_tests; i++) {
		const struct scmp_test *test = &rule->tests[i];
		uint64_t bits = test->op == SCMP_OP_EQ		? scmp_test_ones(test)
				: test->op == SCMP_OP_MASKED_EQ ? test->mask
								: 0;

		if (test->arg != arg)
			continue;
		fixed |= bits;
		*values |= test->value & bits;
	}
	return fixed;
}

/* A rule's alternatives, which follow one another, fix what each of them does, and all in the same way. */
static void fix_arguments(struct scmp_trap_rule *entry, const struct scmp_rule *rule, bool alternative)
{
	unsigned i;

	for (i = 0; i < SCMP_ARGS_MAX; i++) {
		uint64_t values, before, fixed = fixed_bits(rule, i, &values);

		if (alternative) {
			(void)fixed_bits(rule - 1, i, &before);
			fixed &= entry->fixed[i] & ~(values ^ before);
		}
		entry->fixed[i] = fixed;
	}
}

/* A `return` is an answer that was chosen, even where it is an errno; what brk and getpid say instead of one is not. */
static bool refuses(const struct scmp_rule *rule)
{
	if (rule->verb && strcmp(rule->verb, "return") == 0)
		return false;
	return rule->verdict == SCMP_VERDICT_TRAP || rule->verdict == SCMP_VERDICT_ERRNO ||
	       rule->verdict == SCMP_VERDICT_KILL_PROCESS || rule->verdict == SCMP_VERDICT_KILL_THREAD;
}

static void fill_trap_rule(struct scmp_trap_rule *table, const struct scmp_rule *rule)
{
	struct scmp_trap_rule *entry = &table[rule->id];
	struct scmp_static_answer answer = static_answer(rule);

	if (!rule->traps || rule->id == 0)
		return;
	fix_arguments(entry, rule, entry->id == rule->id);
	entry->verb = rule->verb;
	entry->file = base_name(rule->file);
	entry->line = rule->line;
	entry->why = rule->why;
	entry->answer = answer.result;
	entry->kills = answer.kills;
	entry->kills_thread = answer.kills_thread;
	entry->record = answer.record;
	entry->limit = rule->limit;
	entry->block = rule->verdict == SCMP_VERDICT_TRAP && policy.has_block;
	entry->id = rule->id;
	entry->answer_number = rule->answer_number;
	entry->refuses = refuses(rule);
	entry->pretends = entry->refuses && answer.result >= 0;
	entry->named = rule->name && !rule->unnamed;
}

const struct scmp_trap_rule *scmp_policy_trap_rules(size_t *n_rules)
{
	struct scmp_policy_context *context;
	struct scmp_trap_rule *table;
	size_t i;

	*n_rules = 0;
	if (policy.last_id == 0)
		return NULL;
	*n_rules = policy.last_id + 1;
	table = calloc(*n_rules, sizeof(*table));
	if (!table)
		return NULL;
	for (context = policy.contexts; context; context = context->next) {
		fill_trap_rule(table, &context->context.fallback);
		for (i = 0; i < context->context.n_rules; i++)
			fill_trap_rule(table, &context->context.rules[i]);
	}
	return table;
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
