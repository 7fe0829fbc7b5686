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

/* The C structure belongs to the policy and lives as long as it. */
static const struct mrb_data_type context_type = {"Seccomp::Context", NULL};

static struct scmp_policy_context *context_of(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context = mrb_data_check_get_ptr(mrb, self, &context_type);

	if (!context)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "this context was never initialized: make one with Seccomp.new");
	return context;
}

#define FAULT(place, ...) scmp_policy_fault((place).file, (place).line, false, __VA_ARGS__)

/* What a word was given, as far as it goes for all the syscalls that it names. */
struct wish {
	struct scmp_place place;
	const char *verb;
	struct scmp_rule rule; /* a rule but for its syscall */
	mrb_value block; /* or nil */
	bool ok;
};

static const char *word_of(mrb_state *mrb, mrb_value value)
{
	if (mrb_symbol_p(value))
		return mrb_sym_name(mrb, mrb_symbol(value));
	if (mrb_string_p(value) && !memchr(RSTRING_PTR(value), 0, (size_t)RSTRING_LEN(value)))
		return mrb_string_cstr(mrb, value);
	return NULL;
}

/* The verbs, their other names in mruby-seccomp and libseccomp, and what an Integer action stands for. */
static const struct verb {
	const char *name;
	const char *constant;
	uint32_t action;
	enum scmp_verdict verdict;
} verbs[] = {
	{"allow", "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW, SCMP_VERDICT_ALLOW},
	{"errno", "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0), SCMP_VERDICT_ERRNO},
	{"kill", "SCMP_ACT_KILL", SCMP_ACT_KILL_PROCESS, SCMP_VERDICT_KILL_PROCESS},
	{"kill_process", "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS, SCMP_VERDICT_KILL_PROCESS},
	{"kill_thread", "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD, SCMP_VERDICT_KILL_THREAD},
	{"log", "SCMP_ACT_LOG", SCMP_ACT_LOG, SCMP_VERDICT_LOG},
	{"return", NULL, UINT32_MAX, SCMP_VERDICT_RETURN},
	{"trace", "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0), SCMP_VERDICT_TRACE},
	{"trap", "SCMP_ACT_TRAP", SCMP_ACT_TRAP, SCMP_VERDICT_TRAP},
};

enum { N_VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const struct verb *verb_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0 || (verbs[i].constant && strcmp(verbs[i].constant, name) == 0))
			return &verbs[i];
	return NULL;
}

static const struct verb *verb_by_action(uint32_t action)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (verbs[i].action == (action & SECCOMP_RET_ACTION_FULL))
			return &verbs[i];
	return NULL;
}

static void unknown_action(mrb_state *mrb, struct wish *wish, mrb_value action)
{
	const char *words[N_VERBS], *near = NULL, *name = word_of(mrb, action);
	char text[64];
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		words[i] = verbs[i].name;
	if (name)
		near = scmp_suggest(name, words, N_VERBS);
	scmp_inspect(mrb, action, text, sizeof(text));
	if (name && strcmp(name, "notify") == 0)
		FAULT(wish->place, "action :notify is not supported: use trap, whose block decides in the process");
	else if (near)
		FAULT(wish->place, "unknown action %s (did you mean :%s?)", text, near);
	else
		FAULT(wish->place, "unknown action %s: the actions are allow, errno, kill, kill_thread, log, return, "
				   "trace and trap", text);
	wish->ok = false;
}

static void take_errno(mrb_state *mrb, struct wish *wish, mrb_value value)
{
	char text[64];

	if (mrb_integer_p(value)) {
		mrb_int number = mrb_integer(value);

		if (number >= 1 && number <= 4095) {
			wish->rule.data = (uint32_t)number;
			return;
		}
		FAULT(wish->place, "errno %s is out of range: 1 to 4095%s",
		      scmp_inspect(mrb, value, text, sizeof(text)),
		      number == 0 ? " (a faked success is `return 0`)" : "");
	} else if (word_of(mrb, value)) {
		const char *name = word_of(mrb, value), *near;
		int number = scmp_resolve_errno(name);

		if (number) {
			wish->rule.data = (uint32_t)number;
			return;
		}
		near = scmp_suggest_errno(name);
		if (scmp_resolve_syscall(name) >= 0)
			FAULT(wish->place, "errno takes the error first: errno :EPERM, :%s", name);
		else if (near)
			FAULT(wish->place, "unknown errno :%s (did you mean :%s?)", name, near);
		else
			FAULT(wish->place, "unknown errno :%s", name);
	} else {
		FAULT(wish->place, "errno takes a name such as :EPERM or 1 to 4095, not %s",
		      scmp_inspect(mrb, value, text, sizeof(text)));
	}
	wish->ok = false;
}

static void take_return(mrb_state *mrb, struct wish *wish, mrb_value value)
{
	uint64_t result;
	char text[64];

	if (!scmp_value(mrb, value, &result) || (int64_t)result < -4095) {
		FAULT(wish->place, "return takes a result: 0 or more, or -1 to -4095 for an errno, not %s",
		      scmp_inspect(mrb, value, text, sizeof(text)));
		wish->ok = false;
		return;
	}
	wish->rule.answer = (int64_t)result;
}

static void take_userdata(mrb_state *mrb, struct wish *wish, mrb_value value)
{
	char text[64];

	if (mrb_integer_p(value) && mrb_integer(value) >= 0 && mrb_integer(value) <= 0xffff) {
		wish->rule.data = (uint32_t)mrb_integer(value);
		return;
	}
	FAULT(wish->place, "trace takes the tracer's number, 0 to 65535, not %s",
	      scmp_inspect(mrb, value, text, sizeof(text)));
	wish->ok = false;
}

/* An action with its operand: :kill, [:errno, :ENOSYS], SCMP_ACT_KILL, or a word and its operand. */
static void take_action(mrb_state *mrb, struct wish *wish, mrb_value action, mrb_value operand)
{
	const struct verb *verb = NULL;

	if (mrb_array_p(action) && RARRAY_LEN(action) >= 1 && RARRAY_LEN(action) <= 2 && mrb_undef_p(operand)) {
		if (RARRAY_LEN(action) == 2)
			operand = RARRAY_PTR(action)[1];
		action = RARRAY_PTR(action)[0];
	}
	if (mrb_integer_p(action) && mrb_integer(action) >= 0 && mrb_integer(action) <= UINT32_MAX) {
		uint32_t data = (uint32_t)mrb_integer(action) & SECCOMP_RET_DATA;

		verb = verb_by_action((uint32_t)mrb_integer(action));
		if (verb && mrb_undef_p(operand) && data)
			operand = mrb_int_value(mrb, (mrb_int)data);
	} else if (word_of(mrb, action)) {
		verb = verb_by_name(word_of(mrb, action));
	}
	if (!verb) {
		unknown_action(mrb, wish, action);
		return;
	}
	wish->verb = verb->name;
	wish->rule.verdict = verb->verdict;
	wish->rule.answer = -EPERM;
	if (verb->verdict == SCMP_VERDICT_ERRNO) {
		if (mrb_undef_p(operand))
			wish->rule.data = EPERM;
		else
			take_errno(mrb, wish, operand);
	} else if (verb->verdict == SCMP_VERDICT_TRACE) {
		if (!mrb_undef_p(operand))
			take_userdata(mrb, wish, operand);
	} else if (verb->verdict == SCMP_VERDICT_RETURN) {
		if (mrb_undef_p(operand))
			operand = mrb_nil_value();
		take_return(mrb, wish, operand);
	} else if (!mrb_undef_p(operand) && !(mrb_integer_p(operand) && mrb_integer_p(action))) {
		FAULT(wish->place, "action :%s takes no operand", verb->name);
		wish->ok = false;
	}
}

static struct RClass *arg_class(mrb_state *mrb)
{
	return mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "Arg");
}

/* One Seccomp::ARG: the n-th tests argument n. */
static void take_argument(mrb_state *mrb, struct wish *wish, mrb_value argument, unsigned index)
{
	mrb_value op = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@op"));
	mrb_value a = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@a"));
	mrb_value b = mrb_iv_get(mrb, argument, mrb_intern_lit(mrb, "@b"));
	struct scmp_test *test = &wish->rule.tests[wish->rule.n_tests];
	int operator= scmp_operator(mrb, op);
	char text[64];

	if (index >= SCMP_ARGS_MAX) {
		if (index == SCMP_ARGS_MAX)
			FAULT(wish->place, "too many ARGs: a syscall has at most %d arguments", SCMP_ARGS_MAX);
		wish->ok = false;
		return;
	}
	if (operator< 0) {
		FAULT(wish->place, "unknown operator %s: use :==, :!=, :<, :<=, :>, :>= or :=~",
		      scmp_inspect(mrb, op, text, sizeof(text)));
		wish->ok = false;
		return;
	}
	test->arg = (uint8_t) index;
	test->op = (uint8_t) operator;
	if (operator== SCMP_OP_MASKED_EQ) {
		if (mrb_nil_p(b)) {
			FAULT(wish->place, "ARG(:=~, mask, value) takes a mask and a value");
			wish->ok = false;
			return;
		}
		if (!scmp_value(mrb, a, &test->mask))
			goto no_value;
		a = b;
	} else if (!mrb_nil_p(b)) {
		FAULT(wish->place, "ARG(:%s, value) takes one value; only :=~ takes two",
		      mrb_symbol_p(op) ? mrb_sym_name(mrb, mrb_symbol(op)) : "op");
		wish->ok = false;
		return;
	}
	if (!scmp_value(mrb, a, &test->value))
		goto no_value;
	wish->rule.n_tests++;
	return;

no_value:
	FAULT(wish->place, "%s is not an argument's value: 64 bits as an Integer, or a String such as "
			   "\"0xffffffff00000000\"", scmp_inspect(mrb, a, text, sizeof(text)));
	wish->ok = false;
}

/* why: and log: */
static void take_options(mrb_state *mrb, struct wish *wish, mrb_value options)
{
	static const char *const known[] = {"log", "why"};
	bool has_log = false, log = false;
	mrb_value keys;
	mrb_int i;

	wish->rule.traps = wish->rule.verdict == SCMP_VERDICT_TRAP;
	wish->rule.record = wish->rule.traps;
	keys = mrb_hash_p(options) ? mrb_hash_keys(mrb, options) : mrb_ary_new(mrb);
	for (i = 0; i < RARRAY_LEN(keys); i++) {
		mrb_value key = RARRAY_PTR(keys)[i], value = mrb_hash_get(mrb, options, key);
		const char *name = word_of(mrb, key);
		char text[64];

		if (name && strcmp(name, "why") == 0) {
			if (mrb_string_p(value) && RSTRING_LEN(value) > 0) {
				wish->rule.why = strdup(mrb_string_cstr(mrb, value));
				continue;
			}
			FAULT(wish->place, "why: takes a String, not %s", scmp_inspect(mrb, value, text, sizeof(text)));
		} else if (name && strcmp(name, "log") == 0) {
			if (mrb_true_p(value) || mrb_false_p(value)) {
				has_log = true;
				log = mrb_true_p(value);
				continue;
			}
			FAULT(wish->place, "log: takes true or false, not %s",
			      scmp_inspect(mrb, value, text, sizeof(text)));
		} else if (name) {
			const char *near = scmp_suggest(name, known, 2);

			if (near)
				FAULT(wish->place, "unknown option %s: (did you mean %s:?)", name, near);
			else
				FAULT(wish->place, "unknown option %s: the options are log: and why:", name);
		} else {
			FAULT(wish->place, "unknown option %s: the options are log: and why:",
			      scmp_inspect(mrb, key, text, sizeof(text)));
		}
		wish->ok = false;
	}
	if (!has_log)
		return;
	switch (wish->rule.verdict) {
	case SCMP_VERDICT_ALLOW:
	case SCMP_VERDICT_LOG:
	case SCMP_VERDICT_TRACE:
		if (!log)
			break;
		FAULT(wish->place, "%s cannot be recorded: log: true goes with errno, return, kill and trap", wish->verb);
		wish->ok = false;
		break;
	default:
		wish->rule.record = log;
		wish->rule.traps |= log;
	}
}

/* What the kernel can answer by itself needs no trap; what it cannot, does. */
static void settle(struct scmp_rule *rule)
{
	if (rule->verdict == SCMP_VERDICT_RETURN) {
		if (rule->answer <= 0 && !rule->traps) {
			rule->verdict = SCMP_VERDICT_ERRNO;
			rule->data = (uint32_t)-rule->answer;
		} else {
			rule->traps = true;
		}
	} else if (rule->verdict == SCMP_VERDICT_ERRNO) {
		rule->answer = -(int64_t)rule->data;
	}
}

/* Adds the wish's rule for one syscall. */
static void add_syscall(mrb_state *mrb, struct scmp_policy_context *context, struct wish *wish, mrb_value what)
{
	const struct scmp_syscall *syscall;
	struct scmp_rule *rule;
	const char *name = word_of(mrb, what), *near;
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
		}
	} else if (name) {
		nr = scmp_resolve_syscall(name);
		if (nr < 0) {
			near = scmp_suggest_syscall(name);
			if (nr == -2)
				FAULT(wish->place, "syscall :%s does not exist on this architecture", name);
			else if (near)
				FAULT(wish->place, "unknown syscall :%s (did you mean :%s?)", name, near);
			else
				FAULT(wish->place, "unknown syscall :%s", name);
			return;
		}
		syscall = scmp_syscall_by_number(nr);
		name = syscall ? syscall->name : strdup(name);
	} else {
		FAULT(wish->place, "a syscall is named by a Symbol, a String or its number, not %s",
		      scmp_inspect(mrb, what, text, sizeof(text)));
		return;
	}
	if (!wish->ok || !name)
		return;
	if (syscall)
		for (i = 0; i < wish->rule.n_tests; i++)
			if (wish->rule.tests[i].arg >= syscall->n_args &&
			    !(wish->rule.tests[i].op == SCMP_OP_GE && wish->rule.tests[i].value == 0)) {
				FAULT(wish->place, "%s has %d argument%s; you tested argument %d (the first is 0)", name,
				      syscall->n_args, syscall->n_args == 1 ? "" : "s", wish->rule.tests[i].arg);
				return;
			}
	rule = scmp_policy_add(context);
	if (!rule) {
		FAULT(wish->place, "out of memory");
		return;
	}
	*rule = wish->rule;
	rule->nr = nr;
	rule->name = name;
	switch (scmp_answer_fit(rule)) {
	case SCMP_ANSWER_FITS:
		break;
	case SCMP_ANSWER_NEVER_REFUSED:
		FAULT(wish->place, "%s cannot be refused: without it a process cannot end, or come back from a signal",
		      name);
		break;
	case SCMP_ANSWER_CANNOT_FAIL:
		FAULT(wish->place, "%s cannot fail, its callers take the error for a result: choose one with `return n, :%s`",
		      name, name);
		break;
	}
	settle(rule);
	if (rule->traps) {
		rule->id = scmp_policy_next_id();
		if (rule->id == 0)
			FAULT(wish->place, "too many rules that trap: 65535 is all that the kernel can tell apart");
		else if (!mrb_nil_p(wish->block))
			scmp_bridge_set_block(mrb, rule->id, wish->block);
	}
}

/* Adds a rule for each syscall named, in lists of any depth; returns how many were named. */
static size_t add_what(mrb_state *mrb, struct scmp_policy_context *context, struct wish *wish, mrb_value what)
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

static struct wish new_wish(mrb_state *mrb)
{
	struct wish wish = {.ok = true, .block = mrb_nil_value()};

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
	struct wish wish = new_wish(mrb);
	unsigned index = 0;
	mrb_int i;

	mrb_get_args(mrb, "ooAoo", &action, &operand, &what, &options, &block);
	if (mrb_obj_equal(mrb, operand, self))
		operand = mrb_undef_value();
	if (context->loaded)
		FAULT(wish.place, "this context is loaded already: a rule added now has no effect");
	take_action(mrb, &wish, action, operand);
	wish.rule.verb = wish.verb;
	for (i = 0; i < RARRAY_LEN(what); i++)
		if (mrb_obj_is_kind_of(mrb, RARRAY_PTR(what)[i], arg_class(mrb)))
			take_argument(mrb, &wish, RARRAY_PTR(what)[i], index++);
	take_options(mrb, &wish, options);
	if (!mrb_nil_p(block)) {
		wish.block = block;
		if (wish.rule.verdict != SCMP_VERDICT_TRAP) {
			FAULT(wish.place, "%s takes no block: only trap asks one", wish.verb ? wish.verb : "this rule");
			wish.ok = false;
		}
	}
	if (add_what(mrb, context, &wish, what) == 0)
		FAULT(wish.place, "%s names no syscall", wish.verb ? wish.verb : "the rule");
	return mrb_int_value(mrb, 0);
}

static void set_default(mrb_state *mrb, struct scmp_policy_context *context, mrb_value action)
{
	struct wish wish = new_wish(mrb);

	take_action(mrb, &wish, action, mrb_undef_value());
	wish.rule.verb = wish.verb;
	wish.rule.traps = wish.rule.verdict == SCMP_VERDICT_TRAP;
	wish.rule.record = wish.rule.traps;
	settle(&wish.rule);
	if (wish.rule.traps)
		wish.rule.id = scmp_policy_next_id();
	context->context.fallback = wish.rule;
}

/*
 * call-seq: Seccomp::Context.new(action)
 *
 * Seccomp.new says the same with a keyword and a block.
 */
static mrb_value context_initialize(mrb_state *mrb, mrb_value self)
{
	struct scmp_policy_context *context;
	mrb_value action;

	mrb_get_args(mrb, "o", &action);
	if (DATA_PTR(self))
		mrb_raise(mrb, E_RUNTIME_ERROR, "this context is initialized already");
	context = scmp_policy_context_new();
	if (!context)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	mrb_data_init(self, context, &context_type);
	set_default(mrb, context, action);
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
	set_default(mrb, context, action);
	return mrb_int_value(mrb, 0);
}

/* Raises all faults as one PolicyError, and forgets them. */
static void raise_faults(mrb_state *mrb)
{
	mrb_value text = mrb_str_new_lit(mrb, "");
	const struct scmp_policy_fault *fault;

	for (fault = scmp_policy_faults(); fault; fault = fault->next) {
		if (fault->warning)
			continue;
		if (RSTRING_LEN(text) > 0)
			mrb_str_cat_lit(mrb, text, "\n");
		mrb_str_concat(mrb, text, mrb_format(mrb, "%s:%d: %s", fault->file, fault->line, fault->text));
	}
	scmp_policy_forget_faults();
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

		FAULT(place, "this context is loaded already");
	}
	if (scmp_policy_deferred()) {
		context->loaded = true;
		return mrb_int_value(mrb, 0);
	}
	scmp_policy_close(context);
	if (scmp_policy_broken())
		raise_faults(mrb);
	frame.traps = scmp_policy_traps();
	if (scmp_bridge_refresh() < 0)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	if (scmp_policy_install(&frame, &why) < 0)
		mrb_raise(mrb, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), "PolicyError"), why.text);
	context->loaded = true;
	return mrb_int_value(mrb, 0);
}

void scmp_context_init(mrb_state *mrb, struct RClass *module)
{
	struct RClass *class = mrb_define_class_under(mrb, module, "Context", mrb->object_class);

	MRB_SET_INSTANCE_TT(class, MRB_TT_DATA);
	mrb_define_class_under(mrb, module, "Arg", mrb->object_class);
	mrb_define_class_under(mrb, module, "PolicyError", mrb_class_get(mrb, "StandardError"));
	mrb_define_method(mrb, class, "initialize", context_initialize, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "__rule", context_rule, MRB_ARGS_REQ(5));
	mrb_define_method(mrb, class, "load", context_load, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "reset", context_reset, MRB_ARGS_REQ(1));
	mrb_undef_method(mrb, class, "initialize_copy");
}
