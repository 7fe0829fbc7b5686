/* SPDX-License-Identifier: MIT */
/* From a wish to rules: the syscalls that it names, one by one, and in families. */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "bridge.h"
#include "gem.h"
#include "source.h"
#include "statement.h"
#include "wish.h"

/* The syscall that a policy names: by name, or by a number that need not be known. */
struct named {
	int nr;
	const char *name; /* NULL: a fault was noted */
	const struct scmp_syscall *call; /* NULL: the number is not known */
};

/* The keyword of `flags = 3`, which names the call of the number 3, where the statement has one. */
static bool note_assignment(struct scmp_wish *wish)
{
	size_t length, n;
	const char *text = scmp_source_statement(wish->place.file, wish->place.line, &length), *word;
	char token[32];

	if (!text || !scmp_statement_assigned(text, length, &word, &n))
		return false;
	snprintf(token, sizeof(token), "%.*s", (int)n, word);
	SCMP_WISH_FAULT(wish, "%s = is an assignment, whose value would name a syscall: a condition is written `%s: 3`",
			token, token);
	scmp_policy_point(token);
	return true;
}

static struct named name_number(struct scmp_wish *wish, int nr)
{
	struct named named = {nr, NULL, scmp_syscall_by_number(nr)};
	char text[32];

	if (note_assignment(wish))
		return named;
	if (named.call) {
		named.name = named.call->name;
		return named;
	}
	snprintf(text, sizeof(text), "syscall_%d", nr);
	named.name = strdup(text);
	scmp_policy_fault(wish->context, wish->place.file, wish->place.line, SCMP_WARNING_UNKNOWN_NUMBER,
			  "no syscall of the number %d is known: a name is checked, a number taken as it is", nr);
	return named;
}

static struct named name_syscall(struct scmp_wish *wish, const char *name)
{
	struct named named = {scmp_resolve_syscall(name)};
	const char *near, *argument;
	char token[64], text[SCMP_SUGGESTION];

	if (named.nr >= 0) {
		named.call = scmp_syscall_by_number(named.nr);
		named.name = named.call ? named.call->name : strdup(name);
		return named;
	}
	if (note_assignment(wish))
		return named;
	/* Of an errno that stands in a call's place the errno's place has told. */
	if (scmp_resolve_errno(name) && !wish->ok)
		return named;
	near = scmp_suggest_syscall(name, text);
	if (scmp_resolve_errno(name))
		SCMP_WISH_FAULT(wish, ":%s is an errno and no syscall: it stands first, `rule.errno :%s, :mkdir`", name,
				name);
	else if (scmp_constant_owner(name, &argument))
		SCMP_WISH_FAULT(wish, ":%s is no syscall: a condition stands behind its argument's name, `%s: :%s`",
				name, argument, name);
	else
		SCMP_WISH_FAULT(wish, "%s :%s%s%s%s",
				named.nr == -2 ? "this architecture has no syscall" : "unknown syscall", name,
				near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
	snprintf(token, sizeof(token), ":%s", name);
	scmp_policy_point(token);
	return named;
}

static struct named resolve(mrb_state *mrb, struct scmp_wish *wish, mrb_value what)
{
	const char *name = scmp_word_of(mrb, what);
	char text[64];

	if (mrb_integer_p(what) && mrb_integer(what) >= 0 && mrb_integer(what) < 0x40000000)
		return name_number(wish, (int)mrb_integer(what));
	if (name)
		return name_syscall(wish, name);
	if (scmp_is_a(mrb, what, "Test")) {
		const char *op = scmp_word_of(mrb, mrb_iv_get(mrb, what, mrb_intern_lit(mrb, "@op")));

		/* A helper that was given the rule's block has said so itself. */
		wish->ok = false;
		if (op && strcmp(op, "broken") != 0) {
			SCMP_WISH_FAULT(wish,
					"a condition stands behind the name of an argument, as in `flags: any(...)`");
			scmp_policy_point(op);
		}
	} else if (mrb_proc_p(what)) {
		SCMP_WISH_FAULT(wish, "a block stands behind what the rule is given, `trap(:mkdir) { |call| ... }` or "
				      "`trap :mkdir, &a_lambda`");
	} else if (mrb_hash_p(what))
		SCMP_WISH_FAULT(wish, "%s: conditions are keywords, `flags: 1`, and come last; a String is no keyword",
				scmp_inspect(mrb, what, text, sizeof(text)));
	else
		SCMP_WISH_FAULT(wish, "a syscall is named by a Symbol, a String or its number, not %s",
				scmp_inspect(mrb, what, text, sizeof(text)));
	return (struct named){-1};
}

/* All that the wish says of the arguments of one syscall; `more`: what a family says of it. */
static bool conditions_of(mrb_state *mrb, struct scmp_wish *wish, const struct named *named, mrb_value more,
			  struct scmp_clauses *clauses)
{
	if (scmp_clauses_always(clauses)) {
		SCMP_WISH_FAULT(wish, "out of memory");
		return false;
	}
	if (!scmp_wish_positional(wish, named->call, clauses))
		return false;
	if (!named->call && !mrb_nil_p(wish->conditions)) {
		SCMP_WISH_FAULT(wish, "the arguments of %s have no names: it is known by its number only", named->name);
		return false;
	}
	return scmp_wish_arguments(mrb, wish, named->call, wish->conditions, clauses) &&
	       scmp_wish_arguments(mrb, wish, named->call, more, clauses);
}

/* What a rule is but for its tests; false where a fault was noted. */
static bool settle(mrb_state *mrb, struct scmp_wish *wish, const struct named *named, struct scmp_rule *rule)
{
	static uint32_t groups;

	*rule = wish->rule;
	rule->nr = named->nr;
	rule->name = named->name;
	rule->group = ++groups;
	switch (scmp_answer_fit(rule)) {
	case SCMP_ANSWER_FITS:
		break;
	case SCMP_ANSWER_NEVER_REFUSED:
		SCMP_WISH_FAULT(wish,
				"%s cannot be refused: without it a process cannot end, or come back from a signal",
				rule->name);
		scmp_policy_point(rule->name);
		return false;
	case SCMP_ANSWER_CANNOT_FAIL:
		SCMP_WISH_FAULT(
			wish,
			"%s cannot fail, its callers take the error for a result: choose one with `return n, :%s`",
			rule->name, rule->name);
		scmp_policy_point(rule->name);
		return false;
	}
	scmp_wish_settle(rule);
	if (!rule->traps)
		return true;
	rule->id = scmp_policy_next_id();
	if (rule->id == 0) {
		SCMP_WISH_FAULT(wish, "too many rules that trap: a policy can have %d of them", SCMP_ID_MAX);
		return false;
	}
	rule->own_block = !mrb_nil_p(wish->block);
	if (rule->own_block)
		scmp_bridge_set_block(mrb, rule->id, wish->block);
	return true;
}

/* One rule for each clause: they differ in their tests only. */
static bool add_alternatives(struct scmp_policy_context *context, const struct scmp_rule *model,
			     const struct scmp_clauses *clauses)
{
	size_t i;

	for (i = 0; i < clauses->n; i++) {
		const struct scmp_clause *clause = &clauses->list[i];
		struct scmp_test *tests = malloc((clause->n_tests + 1) * sizeof(*tests));
		struct scmp_rule *rule = tests ? scmp_policy_add(context) : NULL;

		if (!rule)
			return false;
		memcpy(tests, clause->tests, clause->n_tests * sizeof(*tests));
		*rule = *model;
		rule->tests = tests;
		rule->n_tests = (uint8_t)clause->n_tests;
	}
	return true;
}

/* Adds the wish's rule for one syscall. */
static void add_syscall(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what,
			mrb_value more)
{
	struct named named = resolve(mrb, wish, what);
	struct scmp_clauses clauses = {0};
	struct scmp_rule rule;

	if (!wish->ok || !named.name)
		return;
	if (conditions_of(mrb, wish, &named, more, &clauses) && settle(mrb, wish, &named, &rule) &&
	    !add_alternatives(context, &rule, &clauses))
		scmp_policy_out_of_memory();
	scmp_clauses_free(&clauses);
}

static const struct scmp_rule_family *new_family(mrb_state *mrb, mrb_value name)
{
	struct scmp_rule_family *family = calloc(1, sizeof(*family));

	if (family)
		family->name = strdup(mrb_string_p(name) ? mrb_string_cstr(mrb, name) : "family");
	if (!family || !family->name)
		scmp_policy_out_of_memory();
	return family && family->name ? family : NULL;
}

/* A Seccomp::Family: names of which this architecture need not have all, each with conditions of its own. */
static void add_family(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value family)
{
	mrb_value entries = mrb_iv_get(mrb, family, mrb_intern_lit(mrb, "@entries"));
	mrb_int i, j;

	if (!mrb_array_p(entries)) {
		/* What is wrong with it has been said where it was named. */
		wish->ok = false;
		return;
	}
	wish->rule.family = new_family(mrb, mrb_iv_get(mrb, family, mrb_intern_lit(mrb, "@name")));
	for (i = 0; i < RARRAY_LEN(entries); i++) {
		mrb_value entry = RARRAY_PTR(entries)[i], names = mrb_ary_entry(entry, 0);

		for (j = 0; mrb_array_p(names) && j < RARRAY_LEN(names); j++) {
			const char *name = scmp_word_of(mrb, RARRAY_PTR(names)[j]);

			if (!name || scmp_resolve_syscall(name) != -2)
				add_syscall(mrb, context, wish, RARRAY_PTR(names)[j], mrb_ary_entry(entry, 1));
		}
	}
	wish->rule.family = NULL;
}

/* In lists, which may be nested, but not for ever. Return: false where they are. */
static bool add_all(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what,
		    int depth, size_t *named)
{
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(what); i++) {
		mrb_value item = RARRAY_PTR(what)[i];

		if (mrb_array_p(item)) {
			if (depth == SCMP_WISH_DEPTH_MAX || !add_all(mrb, context, wish, item, depth + 1, named))
				return false;
			continue;
		}
		if (scmp_is_a(mrb, item, "Arg"))
			continue;
		if (scmp_is_a(mrb, item, "Family"))
			add_family(mrb, context, wish, item);
		else
			add_syscall(mrb, context, wish, item, mrb_nil_value());
		++*named;
	}
	return true;
}

size_t scmp_wish_rules(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what)
{
	size_t named = 0;

	if (!add_all(mrb, context, wish, what, 0, &named))
		SCMP_WISH_FAULT(wish, "the Arrays of syscalls are nested too deeply");
	return named;
}
