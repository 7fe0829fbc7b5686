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
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "bridge.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "syscalls.h"
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

static struct RClass *arg_class(mrb_state *mrb)
{
	return mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "Arg");
}

/* Adds the wish's rule for one syscall. */
static void add_syscall(mrb_state *mrb, struct scmp_policy_context *context, struct scmp_wish *wish, mrb_value what)
{
	const struct scmp_syscall *syscall;
	struct scmp_rule *rule;
	const char *name = scmp_word_of(mrb, what), *near;
	char text[64];
	unsigned i;
	int nr;

	if (mrb_integer_p(what) && mrb_integer(what) >= 0 && mrb_integer(what) < 0x40000000) {
		nr = (int)mrb_integer(what);
		syscall = scmp_syscall_by_number(nr);
		if (syscall) {
			name = syscall->name;
		} else {
			snprintf(text, sizeof(text), "syscall_%d", nr);
			name = strdup(text);
			scmp_policy_fault(
				context, wish->place.file, wish->place.line, true,
				"no syscall of the number %d is known: a name is checked, a number taken as it "
				"is",
				nr);
		}
	} else if (name) {
		nr = scmp_resolve_syscall(name);
		if (nr < 0) {
			near = scmp_suggest_syscall(name);
			SCMP_WISH_FAULT(wish, "%s :%s%s%s%s",
					nr == -2 ? "this architecture has no syscall" : "unknown syscall", name,
					near ? " (did you mean :" : "", near ? near : "", near ? "?)" : "");
			return;
		}
		syscall = scmp_syscall_by_number(nr);
		name = syscall ? syscall->name : strdup(name);
	} else {
		SCMP_WISH_FAULT(wish, "a syscall is named by a Symbol, a String or its number, not %s",
				scmp_inspect(mrb, what, text, sizeof(text)));
		return;
	}
	if (!wish->ok || !name)
		return;
	if (syscall)
		for (i = 0; i < wish->rule.n_tests; i++)
			if (wish->rule.tests[i].arg >= syscall->n_args &&
			    !(wish->rule.tests[i].op == SCMP_OP_GE && wish->rule.tests[i].value == 0)) {
				SCMP_WISH_FAULT(wish, "%s has %d argument%s; you tested argument %d (the first is 0)",
						name, syscall->n_args, syscall->n_args == 1 ? "" : "s",
						wish->rule.tests[i].arg);
				return;
			}
	rule = scmp_policy_add(context);
	if (!rule) {
		SCMP_WISH_FAULT(wish, "out of memory");
		return;
	}
	*rule = wish->rule;
	rule->nr = nr;
	rule->name = name;
	switch (scmp_answer_fit(rule)) {
	case SCMP_ANSWER_FITS:
		break;
	case SCMP_ANSWER_NEVER_REFUSED:
		SCMP_WISH_FAULT(wish,
				"%s cannot be refused: without it a process cannot end, or come back from a signal",
				name);
		break;
	case SCMP_ANSWER_CANNOT_FAIL:
		SCMP_WISH_FAULT(
			wish,
			"%s cannot fail, its callers take the error for a result: choose one with `return n, :%s`",
			name, name);
		break;
	}
	scmp_wish_settle(rule);
	if (rule->traps) {
		rule->id = scmp_policy_next_id();
		if (rule->id == 0)
			SCMP_WISH_FAULT(wish, "too many rules that trap: a policy can have %d of them", SCMP_ID_MAX);
		else if (!mrb_nil_p(wish->block))
			scmp_bridge_set_block(mrb, rule->id, wish->block);
	}
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
		} else if (!mrb_obj_is_kind_of(mrb, item, arg_class(mrb))) {
			add_syscall(mrb, context, wish, item);
			named++;
		}
	}
	return named;
}

static struct scmp_wish new_wish(mrb_state *mrb, const struct scmp_policy_context *context)
{
	struct scmp_wish wish = {.context = context, .ok = true, .block = mrb_nil_value()};

	wish.place = scmp_place_now(mrb);
	wish.rule.nr = -1;
	wish.rule.file = wish.place.file;
	wish.rule.line = wish.place.line;
	return wish;
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
	if (mrb_obj_equal(mrb, operand, self))
		operand = mrb_undef_value();
	if (context->loaded)
		SCMP_WISH_FAULT(&wish, "this context is loaded already: a rule added now has no effect");
	scmp_wish_action(mrb, &wish, action, operand);
	wish.rule.verb = wish.verb;
	for (i = 0; i < RARRAY_LEN(what); i++)
		if (mrb_obj_is_kind_of(mrb, RARRAY_PTR(what)[i], arg_class(mrb)))
			scmp_wish_argument(mrb, &wish, RARRAY_PTR(what)[i], index++);
	scmp_wish_options(mrb, &wish, options);
	if (!mrb_nil_p(block)) {
		wish.block = block;
		if (wish.rule.verdict != SCMP_VERDICT_TRAP) {
			SCMP_WISH_FAULT(&wish, "%s takes no block: only trap asks one",
					wish.verb ? wish.verb : "this rule");
			wish.ok = false;
		}
	}
	if (add_what(mrb, context, &wish, what) == 0 && wish.ok)
		SCMP_WISH_FAULT(&wish, "%s names no syscall", wish.verb ? wish.verb : "the rule");
	return mrb_int_value(mrb, 0);
}

static void set_default(mrb_state *mrb, struct scmp_policy_context *context, mrb_value action, mrb_value options)
{
	struct scmp_wish wish = new_wish(mrb, context);

	scmp_wish_action(mrb, &wish, action, mrb_undef_value());
	wish.rule.verb = wish.verb;
	scmp_wish_options(mrb, &wish, options);
	scmp_wish_settle(&wish.rule);
	if (wish.rule.traps)
		wish.rule.id = scmp_policy_next_id();
	context->context.fallback = wish.rule;
}

/*
 * call-seq: Seccomp::Context.new(action, options = {})
 *
 * Seccomp.new says the same with a keyword and a block.
 */
static mrb_value context_initialize(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context;
	mrb_value action, options = mrb_nil_value();

	mrb_get_args(mrb, "o|o", &action, &options);
	refuse_if_final(mrb);
	if (DATA_PTR(self))
		mrb_raise(mrb, E_RUNTIME_ERROR, "this context is initialized already");
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
	context->context.n_rules = 0;
	context->loaded = false;
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
	struct scmp_why why;

	if (context->loaded) {
		struct scmp_place place = scmp_place_now(mrb);

		scmp_policy_fault(context, place.file, place.line, false, "this context is loaded already");
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
	mrb_define_class_under(mrb, module, "Arg", mrb->object_class);
	mrb_define_class_under(mrb, module, "PolicyError", mrb_class_get(mrb, "StandardError"));
	mrb_define_method(mrb, class, "initialize", context_initialize, MRB_ARGS_ARG(1, 1));
	mrb_define_method(mrb, class, "__rule", context_rule, MRB_ARGS_REQ(5));
	mrb_define_method(mrb, class, "load", context_load, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "reset", context_reset, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "initialize_copy", context_copy, MRB_ARGS_REQ(1));
}
