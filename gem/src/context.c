/* SPDX-License-Identifier: MIT */
/*
 * Seccomp::Context below its words: takes what a word of mrblib/context.rb was
 * given, checks all of it, and adds rules to the policy. A mistake is noted
 * with its place and the policy goes on, so that all of a file's come out
 * together; only misuse that leaves no context behind raises.
 */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/data.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "bridge.h"
#include "context.h"
#include "exceptions.h"
#include "gem.h"
#include "include.h"
#include "place.h"
#include "policy.h"
#include "source.h"
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

struct scmp_policy_context *scmp_context_of(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = mrb_data_check_get_ptr(mrb, self, &context_type);

	if (!context)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "this context was never initialized: make one with Seccomp.new");
	refuse_if_final(mrb);
	return context;
}

void scmp_context_bind(mrb_value self, struct scmp_policy_context *context)
{
	mrb_data_init(self, context, &context_type);
}

const char *scmp_word_of(mrb_state *mrb, mrb_value value)
{
	if (mrb_symbol_p(value))
		return mrb_sym_name(mrb, mrb_symbol(value));
	if (mrb_string_p(value) && !memchr(RSTRING_PTR(value), 0, (size_t)RSTRING_LEN(value)))
		return mrb_string_cstr(mrb, value);
	return NULL;
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

/* In lists as well, as deep as those of syscalls may be. */
static void take_arguments(mrb_state *mrb, struct scmp_wish *wish, mrb_value what, int depth, unsigned *index)
{
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(what); i++) {
		mrb_value item = RARRAY_PTR(what)[i];

		if (mrb_array_p(item) && depth < SCMP_WISH_DEPTH_MAX)
			take_arguments(mrb, wish, item, depth + 1, index);
		else if (scmp_is_a(mrb, item, "Arg"))
			scmp_wish_argument(mrb, wish, item, (*index)++);
	}
}

/* context.__rule(action, operand, what, options, block): operand may be the context itself for "none". */
static mrb_value context_rule(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
	mrb_value action, operand, what, options, block;
	struct scmp_wish wish = new_wish(mrb, context);
	unsigned index = 0;

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
	take_arguments(mrb, &wish, what, 0, &index);
	scmp_wish_options(mrb, &wish, options);
	if (!mrb_nil_p(block)) {
		wish.block = block;
		if (!scmp_rule_asks(&wish.rule)) {
			SCMP_WISH_FAULT(&wish, "%s takes no block: only trap and intercept ask one",
					wish.verb ? wish.verb : "this rule");
			scmp_policy_point(wish.verb ? wish.verb : "rule");
		} else {
			wish.ok &= scmp_block_check(mrb, context, block, SCMP_BLOCK_OF_RULE);
		}
	}
	if (scmp_wish_rules(mrb, context, &wish, what) == 0 && wish.ok) {
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

void scmp_context_default(mrb_state *mrb, struct scmp_policy_context *context, mrb_value action, mrb_value options)
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
	scmp_wish_settle(&wish.rule);
	if (wish.rule.traps)
		wish.rule.id = scmp_policy_next_id();
	context->context.fallback = wish.rule;
}

/* context.__silence(ids, options) */
static mrb_value context_silence(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
	mrb_value ids, options;

	mrb_get_args(mrb, "AH", &ids, &options);
	scmp_silence_note(mrb, context, scmp_is_included(mrb, self), ids, options);
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
	if (scmp_include_context(mrb, self, action, options))
		return self;
	context = scmp_policy_context_new();
	if (!context)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	scmp_context_bind(self, context);
	scmp_context_default(mrb, context, action, options);
	return self;
}

/*
 * call-seq: context.reset(action) -> 0
 *
 * Forgets all rules and sets the default action. What is loaded stays loaded.
 */
static mrb_value context_reset(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
	mrb_value action;

	mrb_get_args(mrb, "o", &action);
	if (scmp_is_included(mrb, self))
		mrb_raise(mrb, E_RUNTIME_ERROR, "an included policy cannot reset the context that it is included in");
	context->context.n_rules = 0;
	context->loaded = false;
	context->silences = NULL;
	scmp_policy_forget(context);
	scmp_context_default(mrb, context, action, mrb_nil_value());
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
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
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
	if (scmp_is_included(mrb, self))
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
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
	mrb_value block;
	bool ok;

	mrb_get_args(mrb, "o", &block);
	ok = scmp_block_check(mrb, context, block, SCMP_BLOCK_OF_CONTEXT);
	context->asked |= !ok;
	return mrb_bool_value(ok);
}

/* context.__begin -> number: its block is run now. */
static mrb_value context_begin(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
	struct scmp_policy_block *block = calloc(1, sizeof(*block));
	struct scmp_place place = scmp_place_now(mrb);

	if (!block) {
		scmp_policy_out_of_memory();
		return mrb_int_value(mrb, 0);
	}
	*block = (struct scmp_policy_block){
		.file = place.file,
		.line = place.line,
		.number = context->blocks ? context->blocks->number + 1 : 1,
		.next = context->blocks,
	};
	context->blocks = block;
	return mrb_int_value(mrb, block->number);
}

/* context.__end(number): it has come to its end. */
static mrb_value context_end(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_block *block;
	mrb_int number;

	mrb_get_args(mrb, "i", &number);
	for (block = scmp_context_of(mrb, self)->blocks; block; block = block->next)
		block->ended |= block->number == number;
	return mrb_nil_value();
}

/* dup and clone: two objects would share one list of rules. */
static mrb_value context_copy(mrb_state *mrb, mrb_value self)
{
	mrb_raise(mrb, E_RUNTIME_ERROR, "a context cannot be copied");
	return self;
}

/* Its words check what they make one of: Seccomp::Test.new(:anyy, [1]) would be no condition. */
static mrb_value made_new(mrb_state *mrb, mrb_value self)
{
	const mrb_value *arguments;
	mrb_int n;

	mrb_get_args(mrb, "*", &arguments, &n);
	if (scmp_place_called_here(mrb))
		scmp_exception_raise(mrb, "NoMethodError", "new",
				     "%s has no method new: conditions are made by any(...) and its like or "
				     "Seccomp::ARG(...), families by family(...)",
				     mrb_class_name(mrb, mrb_class_ptr(self)));
	return mrb_obj_new(mrb, mrb_class_ptr(self), n, arguments);
}

static void define_made(mrb_state *mrb, struct RClass *module, const char *name)
{
	struct RClass *class = mrb_define_class_under(mrb, module, name, mrb->object_class);

	mrb_define_class_method(mrb, class, "new", made_new, MRB_ARGS_ANY());
	mrb_undef_class_method(mrb, class, "allocate");
}

void scmp_context_init(mrb_state *mrb, struct RClass *module)
{
	struct RClass *class = mrb_define_class_under(mrb, module, "Context", mrb->object_class);

	MRB_SET_INSTANCE_TT(class, MRB_TT_DATA);
	mrb_define_module_function(mrb, module, "__fault", fault, MRB_ARGS_REQ(2));
	define_made(mrb, module, "Arg");
	define_made(mrb, module, "Test");
	define_made(mrb, module, "Family");
	mrb_define_class_under(mrb, module, "PolicyError", mrb_class_get(mrb, "StandardError"));
	mrb_define_method(mrb, class, "initialize", context_initialize, MRB_ARGS_OPT(2));
	mrb_define_method(mrb, class, "__begin", context_begin, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "__end", context_end, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "__block?", context_block, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "__rule", context_rule, MRB_ARGS_REQ(5));
	mrb_define_method(mrb, class, "__silence", context_silence, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, class, "include", scmp_context_include, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "load", context_load, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "reset", context_reset, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "initialize_copy", context_copy, MRB_ARGS_REQ(1));
}
