/* SPDX-License-Identifier: MIT */
/*
 * Alias gaps: a policy refuses one call, and another does the same. Only of
 * families that are `alike` (families.def), only where the context's default
 * lets run what no rule names, and only of calls of which nothing is refused:
 * whoever has a rule for some of a call has thought of it. family(...) in the
 * policy is complete by itself.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "families.h"
#include "lint.h"
#include "syscalls.h"

enum {
	NAME_ROOM = 28,
	FAMILIES_MAX = 255, /* what a byte can count */
	WORDS_MAX = 255, /* over all that families.def has */
	RULES_MAX = 64, /* of one family in one line; alternatives of conditions count, and more add nothing */
};

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* What a call without that argument does is what another does with this value of it. */
static const struct implied {
	int nr;
	uint8_t set; /* enum scmp_meaning */
	bool any; /* the value is behind a pointer: it may be any */
	uint64_t value;
} implied[] = {
#ifdef __NR_creat
	{__NR_creat, SCMP_SET_O, false, 01101}, /* O_CREAT | O_WRONLY | O_TRUNC */
#endif
#ifdef __NR_rmdir
	{__NR_rmdir, SCMP_SET_AT, false, 0x200}, /* AT_REMOVEDIR */
	{__NR_unlink, SCMP_SET_AT, false, 0},
#endif
#ifdef __NR_fork
	{__NR_fork, SCMP_SET_CLONE, false, SIGCHLD},
	{__NR_vfork, SCMP_SET_CLONE, false, 0x4100 | SIGCHLD}, /* CLONE_VFORK | CLONE_VM */
#endif
	{__NR_openat2, SCMP_SET_O, true, 0},
	{__NR_clone3, SCMP_SET_CLONE, true, 0},
};

/* To refuse the first is not about what the second of the same family does; -1: any. */
static const int apart[][2] = {
#ifdef __NR_rmdir
	{__NR_rmdir, __NR_unlink},    {__NR_unlink, __NR_rmdir},
#endif
#ifdef __NR_fork
	{__NR_clone3, __NR_fork}, /* it is the flags that are refused */
	{__NR_clone3, __NR_vfork},
#endif
	{__NR_open_by_handle_at, -1}, /* past folders that are closed */
	{__NR_pivot_root, -1},	      {__NR_setgroups, -1},	   {-1, __NR_setgroups},
	{__NR_swapoff, __NR_swapon},  {__NR_swapon, __NR_swapoff},
};

static bool are_apart(int refused, int other)
{
	size_t i;

	for (i = 0; i < N_ELEMENTS(apart); i++)
		if ((apart[i][0] == refused || apart[i][0] == -1) && (apart[i][1] == other || apart[i][1] == -1))
			return true;
	return false;
}

/* A rule's tests of arguments with these constants, asked of one value. */
static bool takes_value(const struct scmp_rule *rule, const struct scmp_syscall *call, unsigned set, uint64_t value)
{
	uint64_t args[SCMP_ARGS_MAX] = {0};
	size_t i;

	for (i = 0; i < call->n_args; i++)
		if (call->args[i].meaning == set)
			args[i] = value;
	return scmp_lint_matches(rule, args);
}

static bool has_argument(const struct scmp_syscall *call, unsigned set)
{
	size_t i;

	for (i = 0; i < call->n_args; i++)
		if (call->args[i].meaning == set)
			return true;
	return false;
}

/* Whether the other can do what the rule's test forbids; a test of what only one of them has tells them apart. */
static bool meets_test(const struct scmp_rule *rule, const struct scmp_test *test, const struct scmp_syscall *call,
		       int other)
{
	unsigned set = call->args[test->arg].meaning;
	size_t i;

	if (set >= SCMP_SETS)
		return false;
	for (i = 0; i < N_ELEMENTS(implied); i++)
		if (implied[i].nr == other && implied[i].set == set)
			return implied[i].any || takes_value(rule, call, set, implied[i].value);
	return has_argument(scmp_syscall_by_number(other), set);
}

/* ENOSYS says that a call does not exist: older ones are what is meant to be taken instead. */
static bool is_the_way_back(const struct scmp_rule *rule, int other)
{
	return scmp_lint_error(rule) == ENOSYS &&
	       scmp_syscall_by_number(other)->since <= scmp_syscall_by_number(rule->nr)->since;
}

/* Whether what the rule refuses can be had from the other call. */
static bool does_the_same(const struct scmp_rule *rule, int other)
{
	const struct scmp_syscall *call = scmp_syscall_by_number(rule->nr);
	size_t i;

	if (rule->nr == other || are_apart(rule->nr, other) || is_the_way_back(rule, other))
		return false;
	for (i = 0; i < rule->n_tests; i++)
		if (!meets_test(rule, &rule->tests[i], call, other))
			return false;
	return true;
}

/* The running kernel has it. */
static bool is_here(int nr)
{
	const struct scmp_syscall *call = scmp_syscall_by_number(nr);

	return call->since != 0 && call->since <= scmp_lint_kernel();
}

/* One family in one line of the policy. */
struct gap {
	const struct scmp_lint *lint;
	const struct scmp_family *family;
	const struct scmp_rule *rules[RULES_MAX]; /* what refuses some of its members */
	size_t n_rules;
	char refused[96], missing[160];
	size_t n_refused, n_missing;
	bool conditions; /* all of the rules have some */
	bool cannot_say; /* one of those missing has no argument for them */
};

static bool is_refused(const struct gap *gap, const char *name)
{
	size_t i;

	for (i = 0; i < gap->n_rules; i++)
		if (strcmp(gap->rules[i]->name, name) == 0)
			return true;
	return false;
}

static bool is_missing(const struct gap *gap, int nr)
{
	size_t i;

	if (nr < 0 || gap->lint->refused[nr])
		return false;
	for (i = 0; i < gap->n_rules; i++)
		if (does_the_same(gap->rules[i], nr))
			return is_here(nr);
	return false;
}

static bool is_implied(int nr)
{
	size_t i;

	for (i = 0; i < N_ELEMENTS(implied); i++)
		if (implied[i].nr == nr)
			return true;
	return false;
}

static void sort_members(struct gap *gap)
{
	const char *members = gap->family->members;
	char member[NAME_ROOM];

	while ((members = scmp_family_next(members, member))) {
		int nr;

		if (is_refused(gap, member)) {
			scmp_lint_name(gap->refused, sizeof(gap->refused), member);
			gap->n_refused++;
			continue;
		}
		nr = scmp_syscall_by_name(member)->numbers[SCMP_ARCH_HERE];
		if (is_missing(gap, nr)) {
			scmp_lint_name(gap->missing, sizeof(gap->missing), member);
			gap->n_missing++;
			gap->cannot_say |= is_implied(nr);
		}
	}
}

static void tell(const struct gap *gap, const struct scmp_policy_context *context)
{
	const struct scmp_rule *rule = gap->rules[0];
	bool many = gap->n_missing > 1;
	char advice[64];

	if (!gap->conditions)
		snprintf(advice, sizeof(advice), "family(:%s) is %s", gap->family->name,
			 gap->n_refused + gap->n_missing > 2 ? "all of them" : "both");
	else if (gap->cannot_say && strcmp(gap->family->name, "open") == 0)
		snprintf(advice, sizeof(advice), "family(:open_write) is all that opens for writing");
	else
		snprintf(advice, sizeof(advice), "name %s too", many ? "them" : "it");
	scmp_policy_fault(context, rule->file, rule->line, SCMP_WARNING_ALIAS_GAP,
			  "%s %s refused and %s %s not, which %s the same: %s", gap->refused,
			  gap->n_refused > 1 ? "are" : "is", gap->missing, many ? "are" : "is", many ? "do" : "does",
			  advice);
}

/*
 * The names of alike families, by their first letters: to look up a few in the table
 * of system calls would touch more of it than all the rest of a start does.
 */
struct index {
	const char *names[WORDS_MAX]; /* each ends with a blank or zero byte */
	uint8_t families[WORDS_MAX]; /* counted from 1 */
	uint8_t next[WORDS_MAX]; /* of the same letter, counted from 1 */
	uint8_t first[32];
	uint8_t n;
};

static unsigned letter(const char *name)
{
	return (unsigned char)name[0] % 32;
}

static void index_names(struct index *index)
{
	size_t i;

	*index = (struct index){.n = 0};
	for (i = 0; i < scmp_n_families && i < FAMILIES_MAX; i++) {
		const char *name = scmp_families[i].alike ? scmp_families[i].members : NULL;

		while (name && index->n < WORDS_MAX - 1) {
			const char *blank = strchr(name, ' ');

			index->names[index->n] = name;
			index->families[index->n] = (uint8_t)(i + 1);
			index->next[index->n] = index->first[letter(name)];
			index->first[letter(name)] = ++index->n;
			name = blank ? blank + 1 : NULL;
		}
	}
}

static uint8_t find_family(const struct index *index, const char *name)
{
	size_t length = strlen(name), i;

	for (i = index->first[letter(name)]; i; i = index->next[i - 1])
		if (strncmp(index->names[i - 1], name, length) == 0 &&
		    (index->names[i - 1][length] == ' ' || index->names[i - 1][length] == '\0'))
			return index->families[i - 1];
	return 0;
}

/* That of a rule that refuses a call, or 0. */
static uint8_t family_of(const struct scmp_rule *rule, const struct index *index)
{
	if (scmp_lint_lets(rule))
		return 0;
	/* The policy's own word for all of it: complete by itself. */
	if (rule->family && strncmp(rule->family->name, "family(", 7) == 0)
		return 0;
	return find_family(index, rule->name);
}

/* What stands in the line of a rule and is of its family. */
static void gather(struct gap *gap, const struct scmp_context *context, size_t begin, const uint8_t *families)
{
	const struct scmp_rule *first = &context->rules[begin];
	size_t i;

	gap->family = &scmp_families[families[begin] - 1];
	gap->conditions = true;
	for (i = begin; i < context->n_rules && gap->n_rules < RULES_MAX; i++) {
		const struct scmp_rule *rule = &context->rules[i];

		if (rule->line != first->line || rule->file != first->file)
			break;
		if (families[i] != families[begin])
			continue;
		gap->rules[gap->n_rules++] = rule;
		gap->conditions &= rule->n_tests > 0;
	}
}

/* One warning for a family and a file: the first line that has the gap. */
static void check(const struct scmp_lint *lint, const struct scmp_policy_context *context, const uint8_t *families)
{
	const struct scmp_rule *looked_at[FAMILIES_MAX + 1] = {NULL}; /* the last one */
	bool told[FAMILIES_MAX + 1] = {false}; /* ... had the gap */
	size_t i;

	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i], *last = looked_at[families[i]];
		struct gap gap;

		if (!families[i] ||
		    (last && last->file == rule->file && (told[families[i]] || last->line == rule->line)))
			continue;
		gap = (struct gap){.lint = lint};
		gather(&gap, &context->context, i, families);
		sort_members(&gap);
		if (gap.n_missing)
			tell(&gap, context);
		looked_at[families[i]] = rule;
		told[families[i]] = gap.n_missing > 0;
	}
}

static void check_context(const struct scmp_lint *lint, const struct scmp_policy_context *context,
			  const struct index *index)
{
	uint8_t *families = malloc(context->context.n_rules + 1);
	size_t i;

	if (!families) {
		scmp_policy_out_of_memory();
		return;
	}
	for (i = 0; i < context->context.n_rules; i++)
		families[i] = family_of(&context->context.rules[i], index);
	check(lint, context, families);
	free(families);
}

void scmp_lint_aliases(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;
	struct index index;

	index_names(&index);
	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		if (scmp_lint_lets(&context->context.fallback))
			check_context(lint, context, &index);
}
