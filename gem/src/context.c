/* SPDX-License-Identifier: MIT */
/*
 * Seccomp::Context below its words: takes what a word of mrblib/context.rb was
 * given, checks all of it, and adds rules to the policy. A mistake is noted
 * with its place and the policy goes on, so that all of a file's come out
 * together; only misuse that leaves no context behind raises.
 */
#include <errno.h>
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/data.h>
#include <mruby/hash.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "block.h"
#include "bridge.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "source.h"
#include "statement.h"
#include "syscalls.h"
#include "unused.h"
#include "wish.h"

/* The C structure belongs to the policy and lives as long as it. */
static const struct mrb_data_type context_type = {"Seccomp::Context", NULL};

/* A block that adds rules would be left alone with the belief that they hold. */
static void refuse_if_final(mrb_state *mrb)
{
	if (scmp_policy_is_final())
		mrb_raise(mrb, E_RUNTIME_ERROR,
			  "the policy is in force and can no longer be changed: make rules outside of blocks");
}

static struct scmp_policy_context *context_of(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = mrb_data_check_get_ptr(mrb, self, &context_type);

	if (!context)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "this context was never initialized: make one with Seccomp.new");
	refuse_if_final(mrb);
	return context;
}

const char *scmp_word_of(mrb_state *mrb, mrb_value value)
{
	if (mrb_symbol_p(value))
		return mrb_sym_name(mrb, mrb_symbol(value));
	if (mrb_string_p(value) && !memchr(RSTRING_PTR(value), 0, (size_t)RSTRING_LEN(value)))
		return mrb_string_cstr(mrb, value);
	return NULL;
}

static bool is_a(mrb_state *mrb, mrb_value object, const char *name)
{
	return mrb_obj_is_kind_of(mrb, object, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), name));
}

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
	if (is_a(mrb, what, "Test")) {
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
	if (!mrb_nil_p(wish->block))
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

/* Adds a rule for each syscall named, in lists of any depth; returns how many were named. */
static size_t add_what(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what)
{
	size_t named = 0;
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(what); i++) {
		mrb_value item = RARRAY_PTR(what)[i];

		if (mrb_array_p(item)) {
			named += add_what(mrb, context, wish, item);
		} else if (is_a(mrb, item, "Family")) {
			add_family(mrb, context, wish, item);
			named++;
		} else if (!is_a(mrb, item, "Arg")) {
			add_syscall(mrb, context, wish, item, mrb_nil_value());
			named++;
		}
	}
	return named;
}

static struct scmp_wish new_wish(mrb_state *mrb, const struct scmp_policy_context *context)
{
	struct scmp_wish wish = {
		.context = context,
		.ok = true,
		.block = mrb_nil_value(),
		.conditions = mrb_nil_value(),
	};

	wish.place = scmp_place_now(mrb);
	wish.rule.nr = -1;
	wish.rule.file = wish.place.file;
	wish.rule.line = wish.place.line;
	return wish;
}

/* A keyword given twice, an operator of Ruby's between tests: nothing of that comes this far. */
static void look_for_swallowed(struct scmp_wish *wish, bool of_default)
{
	enum scmp_swallowed swallowed;
	bool option;
	size_t length, n;
	const char *text = scmp_source_statement(wish->place.file, wish->place.line, &length), *word;
	char token[32];

	if (!text)
		return;
	swallowed = scmp_statement_swallowed(text, length, &word, &n);
	snprintf(token, sizeof(token), "%.*s", (int)n, word);
	option = strcmp(token, "default") == 0 || strcmp(token, "why") == 0 || strcmp(token, "log") == 0 ||
		 strcmp(token, "limit") == 0;
	/* The rules of a block on the same line tell of theirs. */
	if (of_default && !option)
		return;
	switch (swallowed) {
	case SCMP_SWALLOWED_NOTHING:
		return;
	case SCMP_SWALLOWED_KEYWORD:
		SCMP_WISH_FAULT(wish, "%s: is given twice, and Ruby keeps the last%s", token,
				option ? "" : ": join two tests by &");
		break;
	case SCMP_SWALLOWED_OPERATOR:
		SCMP_WISH_FAULT(wish,
				"%s is Ruby's own, and keeps one of the two: `any(...) & none(...)` is both, "
				"[any(...), none(...)] either",
				token);
		break;
	}
	scmp_policy_point(token);
}

/* context.__rule(action, operand, what, options, block): operand may be the context itself for "none". */
static mrb_value context_rule(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = context_of(mrb, self);
	mrb_value action, operand, what, options, block;
	struct scmp_wish wish = new_wish(mrb, context);
	unsigned index = 0;
	mrb_int i;

	mrb_get_args(mrb, "ooAoo", &action, &operand, &what, &options, &block);
	context->asked = true;
	scmp_unused_take(mrb, what);
	scmp_unused_take(mrb, options);
	if (mrb_obj_equal(mrb, operand, self))
		operand = mrb_undef_value();
	if (context->loaded)
		SCMP_WISH_FAULT(&wish, "this context is loaded already: a rule added now has no effect");
	scmp_wish_action(mrb, &wish, action, operand);
	wish.rule.verb = wish.verb;
	for (i = 0; i < RARRAY_LEN(what); i++)
		if (is_a(mrb, RARRAY_PTR(what)[i], "Arg"))
			scmp_wish_argument(mrb, &wish, RARRAY_PTR(what)[i], index++);
	scmp_wish_options(mrb, &wish, options);
	if (mrb_hash_p(options) && !mrb_hash_empty_p(mrb, options))
		look_for_swallowed(&wish, false);
	if (!mrb_nil_p(block)) {
		wish.block = block;
		if (wish.rule.verdict != SCMP_VERDICT_TRAP) {
			SCMP_WISH_FAULT(&wish, "%s takes no block: only trap asks one",
					wish.verb ? wish.verb : "this rule");
			scmp_policy_point(wish.verb ? wish.verb : "rule");
		} else {
			wish.ok &= scmp_block_check(mrb, context, block, SCMP_BLOCK_OF_RULE);
		}
	}
	if (add_what(mrb, context, &wish, what) == 0 && wish.ok) {
		SCMP_WISH_FAULT(&wish, "%s names no syscall", wish.verb ? wish.verb : "the rule");
		scmp_policy_point(wish.verb ? wish.verb : "rule");
	}
	return mrb_int_value(mrb, 0);
}

/* unknown: :ENOSYS, for calls that are newer than the table of system calls; taken out of the options. */
static void set_unknown(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish)
{
	mrb_value key = mrb_symbol_value(mrb_intern_lit(mrb, "unknown"));
	struct scmp_wish unknown = *wish;

	context->context.unknown_from = 0;
	context->context.unknown_errno = 0;
	if (!mrb_hash_p(wish->conditions) || !mrb_hash_key_p(mrb, wish->conditions, key))
		return;
	scmp_wish_errno(mrb, &unknown, mrb_hash_delete_key(mrb, wish->conditions, key));
	context->context.unknown_from = (uint32_t)scmp_syscall_end();
	context->context.unknown_errno = unknown.rule.data;
	if (mrb_hash_size(mrb, wish->conditions) == 0)
		wish->conditions = mrb_nil_value();
}

/* Options of Seccomp.new that are none. */
static void refuse_conditions(mrb_state *mrb, struct scmp_wish *wish, bool no_default)
{
	static const char *const words[] = {"limit", "log", "unknown", "why", "default"};
	mrb_value keys = mrb_hash_keys(mrb, wish->conditions);
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(keys); i++) {
		const char *word = mrb_sym_name(mrb, mrb_symbol(RARRAY_PTR(keys)[i]));
		const char *near = scmp_suggest(word, words, no_default ? 5 : 4);

		if (near)
			SCMP_WISH_FAULT(wish, "Seccomp.new has no option %s: (did you mean %s:?)", word, near);
		else
			SCMP_WISH_FAULT(wish,
					"a default has no conditions: its options are limit:, log:, unknown: and why:");
		scmp_policy_point(word);
	}
}

static void set_default(mrb_state *mrb, struct scmp_policy_context *context, mrb_value action, mrb_value options)
{
	struct scmp_wish wish = new_wish(mrb, context);
	bool none = mrb_nil_p(action);

	if (none)
		action = mrb_symbol_value(mrb_intern_lit(mrb, "allow"));
	scmp_unused_take(mrb, options);
	scmp_wish_action(mrb, &wish, action, mrb_undef_value());
	wish.rule.verb = wish.verb;
	scmp_wish_options(mrb, &wish, options);
	set_unknown(mrb, context, &wish);
	if (!mrb_nil_p(wish.conditions))
		refuse_conditions(mrb, &wish, none);
	else if (none && wish.ok)
		SCMP_WISH_FAULT(&wish, "a context needs a default action: Seccomp.new(default: :allow) { |rule| ... }");
	look_for_swallowed(&wish, true);
	scmp_wish_settle(&wish.rule);
	if (wish.rule.traps)
		wish.rule.id = scmp_policy_next_id();
	context->context.fallback = wish.rule;
}

/*
 * Including: while another policy's text runs, its context is that of who includes it.
 */

static struct including {
	struct scmp_policy_context *context; /* which takes the rules, or NULL */
	const char *name;
	size_t n_contexts; /* that the included policy has made */
} including;

static bool is_included(mrb_state *mrb, mrb_value self)
{
	return mrb_test(mrb_iv_get(mrb, self, mrb_intern_lit(mrb, "@included")));
}

static bool same_default(const struct scmp_rule *a, const struct scmp_rule *b)
{
	return a->verdict == b->verdict && a->data == b->data && a->answer == b->answer;
}

static bool same_unknown(const struct scmp_context *a, const struct scmp_context *b)
{
	return a->unknown_from == b->unknown_from && a->unknown_errno == b->unknown_errno;
}

/* Seccomp.new in an included policy. */
static void include_context(mrb_state *mrb, mrb_value self, mrb_value action, mrb_value options)
{
	static struct scmp_policy_context theirs; /* for its default alone */
	struct scmp_place place = scmp_place_now(mrb);

	mrb_data_init(self, including.context, &context_type);
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "@included"), mrb_true_value());
	theirs = (struct scmp_policy_context){0};
	set_default(mrb, &theirs, action, options);
	if (++including.n_contexts > 1)
		scmp_policy_fault(including.context, place.file, place.line, false,
				  "include \"%s\": this is its second context, and only one can be taken in place",
				  including.name);
	else if (!same_unknown(&theirs.context, &including.context->context))
		scmp_policy_fault(including.context, place.file, place.line, false,
				  "include \"%s\": its unknown: is not that of the context where it is included",
				  including.name);
	else if (!same_default(&theirs.context.fallback, &including.context->context.fallback))
		scmp_policy_fault(
			including.context, place.file, place.line, false,
			"include \"%s\": its default is %s, and %s where it is included: its rules would mean "
			"something else",
			including.name, theirs.context.fallback.verb, including.context->context.fallback.verb);
}

/*
 * call-seq: rule.include(policy) -> 0
 *
 * Takes the rules of another policy in the place where it stands: a ready-made one
 * by its name, or a file, its path relative to that of this one. Its default must be
 * the same; whether it is loaded is decided here. Rules before it may take what its
 * rules would; what was included before, through whichever file, is not taken again.
 */
static mrb_value context_include(mrb_state *mrb, mrb_value self)
{
	struct including outer = including;
	struct scmp_policy_context *context = context_of(mrb, self);
	struct scmp_place place = scmp_place_now(mrb);
	mrb_value name, exception;
	char text[64];

	mrb_get_args(mrb, "o", &name);
	if (!mrb_string_p(name) || !scmp_word_of(mrb, name)) {
		scmp_policy_fault(context, place.file, place.line, false,
				  "include takes the name of a ready-made policy or a path, as a String, not %s",
				  scmp_inspect(mrb, name, text, sizeof(text)));
		scmp_policy_point("include");
		return mrb_int_value(mrb, 0);
	}
	context->asked = true;
	including = (struct including){context, scmp_word_of(mrb, name), 0};
	if (scmp_source_include(mrb, including.name, context, &place, &exception) && including.n_contexts == 0 &&
	    mrb_nil_p(exception)) {
		scmp_policy_fault(context, place.file, place.line, false, "include \"%s\": it defines no filter",
				  including.name);
		scmp_policy_point(including.name);
	}
	including = outer;
	if (!mrb_nil_p(exception))
		mrb_exc_raise(mrb, exception);
	return mrb_int_value(mrb, 0);
}

/* context.__silence(ids, options) */
static mrb_value context_silence(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = context_of(mrb, self);
	mrb_value ids, options;

	mrb_get_args(mrb, "AH", &ids, &options);
	scmp_silence_note(mrb, context, is_included(mrb, self), ids, options);
	return mrb_int_value(mrb, 0);
}

/*
 * call-seq: Seccomp::Context.new(action, options = {})
 *
 * Seccomp.new says the same with a keyword and a block.
 */
static mrb_value context_initialize(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context;
	mrb_value action = mrb_nil_value(), options = mrb_nil_value(), block;

	mrb_get_args(mrb, "|oo&", &action, &options, &block);
	if (mrb_nil_p(action) && !scmp_policy_deferred())
		mrb_raise(mrb, E_ARGUMENT_ERROR,
			  "a context needs a default action: Seccomp.new(default: :allow) { |rule| ... }");
	refuse_if_final(mrb);
	if (!mrb_nil_p(block))
		scmp_note_fault(mrb, "Context",
				"Seccomp::Context.new takes no block: Seccomp.new(default: :allow) { |rule| "
				"... } does");
	if (DATA_PTR(self))
		mrb_raise(mrb, E_RUNTIME_ERROR, "this context is initialized already");
	if (including.context) {
		include_context(mrb, self, action, options);
		return self;
	}
	context = scmp_policy_context_new();
	if (!context)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	mrb_data_init(self, context, &context_type);
	set_default(mrb, context, action, options);
	return self;
}

/*
 * call-seq: context.reset(action) -> 0
 *
 * Forgets all rules and sets the default action. What is loaded stays loaded.
 */
static mrb_value context_reset(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = context_of(mrb, self);
	mrb_value action;

	mrb_get_args(mrb, "o", &action);
	if (is_included(mrb, self))
		mrb_raise(mrb, E_RUNTIME_ERROR, "an included policy cannot reset the context that it is included in");
	context->context.n_rules = 0;
	context->loaded = false;
	context->silences = NULL;
	scmp_policy_forget(context);
	set_default(mrb, context, action, mrb_nil_value());
	return mrb_int_value(mrb, 0);
}

/* Raises all faults of the context as one PolicyError, and forgets them. */
static void raise_faults(mrb_state *mrb, const struct scmp_policy_context *context)
{
	mrb_value text = mrb_str_new_lit(mrb, "");
	const struct scmp_policy_fault *fault;

	for (fault = scmp_policy_faults(); fault; fault = fault->next) {
		if (fault->warning || fault->context != context)
			continue;
		if (RSTRING_LEN(text) > 0)
			mrb_str_cat_lit(mrb, text, "\n");
		mrb_str_concat(mrb, text, mrb_format(mrb, "%s:%d: %s", fault->file, fault->line, fault->text));
	}
	scmp_policy_forget(context);
	mrb_exc_raise(mrb, mrb_exc_new_str(mrb, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "PolicyError"),
					   text));
}

/*
 * call-seq: context.load -> 0
 *
 * Loads the filter on all threads of the process; no_new_privs is set. Raises
 * Seccomp::PolicyError with all that is wrong with the rules, or with what the
 * kernel said. In a policy file of libscmp the load happens after the file's
 * end, and its faults end the start.
 */
static mrb_value context_load(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = context_of(mrb, self);
	struct scmp_frame frame = {.log_fd = -1};
	mrb_value block;
	struct scmp_why why;

	mrb_get_args(mrb, "&", &block);
	if (!mrb_nil_p(block)) {
		struct scmp_place place = scmp_place_now(mrb);

		scmp_policy_fault(
			context, place.file, place.line, false,
			"load takes no block: it is Seccomp.new's, `Seccomp.new(default: :allow) { |rule| ... "
			"}.load`");
	}
	if (is_included(mrb, self))
		return mrb_int_value(mrb, 0);
	if (context->loaded) {
		struct scmp_place place = scmp_place_now(mrb);

		scmp_policy_fault(context, place.file, place.line, false, "this context is loaded already");
		scmp_policy_point("load");
	}
	if (scmp_policy_deferred()) {
		context->loaded = true;
		return mrb_int_value(mrb, 0);
	}
	scmp_policy_close(context);
	if (scmp_policy_broken(context))
		raise_faults(mrb, context);
	frame.traps = scmp_policy_traps();
	frame.limits = scmp_policy_limits();
	frame.blocks = frame.traps;
	if (scmp_bridge_refresh() < 0)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	if (scmp_policy_build(&frame, &why) < 0 || scmp_policy_install(&why) < 0)
		mrb_raise(mrb, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "PolicyError"), why.text);
	context->loaded = true;
	return mrb_int_value(mrb, 0);
}

void scmp_note_fault(mrb_state *mrb, const char *token, const char *format, ...)
{
	struct scmp_place place = scmp_place_now(mrb);
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!scmp_policy_deferred())
		mrb_raise(mrb, E_ARGUMENT_ERROR, text);
	refuse_if_final(mrb);
	scmp_policy_fault(NULL, place.file, place.line, false, "%s", text);
	scmp_policy_point(token);
}

/* Seccomp.__fault(text, token): what is wrong with a word that belongs to no context. */
static mrb_value fault(mrb_state *mrb, mrb_value self)
{
	const char *text, *token;

	mrb_get_args(mrb, "zz", &text, &token);
	scmp_note_fault(mrb, token, "%s", text);
	return mrb_nil_value();
}

/* context.__block?(block): whether it can be run. */
static mrb_value context_block(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = context_of(mrb, self);
	mrb_value block;
	bool ok;

	mrb_get_args(mrb, "o", &block);
	ok = scmp_block_check(mrb, context, block, SCMP_BLOCK_OF_CONTEXT);
	context->asked |= !ok;
	return mrb_bool_value(ok);
}

/* dup and clone: two objects would share one list of rules. */
static mrb_value context_copy(mrb_state *mrb, mrb_value self)
{
	mrb_raise(mrb, E_RUNTIME_ERROR, "a context cannot be copied");
	return self;
}

void scmp_context_init(mrb_state *mrb, struct RClass *module)
{
	struct RClass *class = mrb_define_class_under(mrb, module, "Context", mrb->object_class);

	MRB_SET_INSTANCE_TT(class, MRB_TT_DATA);
	mrb_define_module_function(mrb, module, "__fault", fault, MRB_ARGS_REQ(2));
	mrb_define_class_under(mrb, module, "Arg", mrb->object_class);
	mrb_define_class_under(mrb, module, "Test", mrb->object_class);
	mrb_define_class_under(mrb, module, "Family", mrb->object_class);
	mrb_define_class_under(mrb, module, "PolicyError", mrb_class_get(mrb, "StandardError"));
	mrb_define_method(mrb, class, "initialize", context_initialize, MRB_ARGS_OPT(2));
	mrb_define_method(mrb, class, "__block?", context_block, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "__rule", context_rule, MRB_ARGS_REQ(5));
	mrb_define_method(mrb, class, "__silence", context_silence, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, class, "include", context_include, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "load", context_load, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "reset", context_reset, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "initialize_copy", context_copy, MRB_ARGS_REQ(1));
}
