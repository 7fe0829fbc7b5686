/* SPDX-License-Identifier: MIT */
/* Conditions and families that no rule takes; unused.h. */
#include "unused.h"

#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <mruby/variable.h>

#include "gem.h"
#include "place.h"
#include "policy.h"
#include "wish.h"

enum { DEPTH_MAX = 16, OBJECT = 0, FILE_NAME, LINE, FIELDS };

/* Array, kept from the collector: of each object that is not taken yet the fields above, one behind the other. */
static mrb_value waiting;

static bool is_ours(mrb_state *mrb, mrb_value value, const char *class)
{
	return mrb_obj_is_kind_of(mrb, value, mrb_class_get_under(mrb, mrb_module_get(mrb, "Seccomp"), class));
}

/* The latest first: it is the one that the next rule takes. */
static void take_one(mrb_state *mrb, mrb_value value)
{
	mrb_value *fields = RARRAY_PTR(waiting);
	mrb_int i, j;

	for (i = RARRAY_LEN(waiting) - FIELDS; i >= 0; i -= FIELDS) {
		if (mrb_ptr(fields[i + OBJECT]) != mrb_ptr(value))
			continue;
		for (j = i; j + FIELDS < RARRAY_LEN(waiting); j++)
			fields[j] = fields[j + FIELDS];
		for (j = 0; j < FIELDS; j++)
			mrb_ary_pop(mrb, waiting);
		return;
	}
}

static void take(mrb_state *mrb, mrb_value value, int depth)
{
	mrb_int i;

	if (depth > DEPTH_MAX || RARRAY_LEN(waiting) == 0)
		return;
	if (mrb_array_p(value)) {
		for (i = 0; i < RARRAY_LEN(value); i++)
			take(mrb, RARRAY_PTR(value)[i], depth + 1);
	} else if (mrb_hash_p(value)) {
		take(mrb, mrb_hash_values(mrb, value), depth + 1);
	} else if (mrb_object_p(value)) {
		take_one(mrb, value);
		take(mrb, mrb_iv_get(mrb, value, mrb_intern_lit(mrb, "@values")), depth + 1);
	}
}

void scmp_unused_take(mrb_state *mrb, mrb_value value)
{
	take(mrb, value, 0);
}

/* Seccomp.__made(object) -> object: a helper has made it, of what it was given. */
static mrb_value helper_made(mrb_state *mrb, mrb_value self)
{
	struct scmp_place place;
	mrb_value object;

	mrb_get_args(mrb, "o", &object);
	/* A block's are not for rules, and a context that is loaded at once is left to its program. */
	if (!scmp_policy_deferred() || scmp_policy_is_final())
		return object;
	take(mrb, mrb_iv_get(mrb, object, mrb_intern_lit(mrb, "@values")), 0);
	place = scmp_place_now(mrb);
	mrb_ary_push(mrb, waiting, object);
	mrb_ary_push(mrb, waiting, mrb_cptr_value(mrb, (void *)place.file));
	mrb_ary_push(mrb, waiting, mrb_int_value(mrb, place.line));
	return object;
}

static bool is_told(const char *file, int line)
{
	const struct scmp_policy_fault *fault;

	for (fault = scmp_policy_faults(); fault; fault = fault->next)
		if (!fault->warning && fault->file == file && fault->noted == line)
			return true;
	return false;
}

static void tell(mrb_state *mrb, const mrb_value *fields)
{
	mrb_value object = fields[OBJECT], name = mrb_iv_get(mrb, object, mrb_intern_lit(mrb, "@name"));
	const char *file = mrb_cptr(fields[FILE_NAME]), *word = NULL;
	int line = (int)mrb_integer(fields[LINE]);

	/* What is wrong with its rule has been said. */
	if (is_told(file, line))
		return;

	if (is_ours(mrb, object, "Family")) {
		scmp_policy_fault(
			NULL, file, line, false,
			"%s is taken by no rule: it stands among a rule's calls, `rule.errno :EPERM, family(...)`",
			mrb_string_p(name) ? mrb_string_cstr(mrb, name) : "a family");
		scmp_policy_point(mrb_string_p(name) && RSTRING_PTR(name)[0] == 'o' ? "on_arch" : "family");
		return;
	}
	if (!is_ours(mrb, object, "Test")) {
		scmp_policy_fault(
			NULL, file, line, false,
			"Seccomp::ARG(...) is taken by no rule: it stands among what the rule is given, `rule.kill "
			":mmap, Seccomp::ARG(:==, 0)`");
		scmp_policy_point("ARG");
		return;
	}
	word = scmp_word_of(mrb, mrb_iv_get(mrb, object, mrb_intern_lit(mrb, "@op")));
	scmp_policy_fault(
		NULL, file, line, false,
		"%s(...) is taken by no rule: a condition stands behind an argument's name among what the rule is "
		"given, `rule.kill :mmap, prot: any(...)`",
		word);
	scmp_policy_point(word);
}

void scmp_unused_tell(mrb_state *mrb)
{
	mrb_int i;

	for (i = 0; i + FIELDS <= RARRAY_LEN(waiting); i += FIELDS)
		tell(mrb, RARRAY_PTR(waiting) + i);
	mrb_ary_clear(mrb, waiting);
}

void scmp_unused_init(mrb_state *mrb, struct RClass *module)
{
	waiting = mrb_ary_new(mrb);
	mrb_gc_register(mrb, waiting);
	mrb_define_module_function(mrb, module, "__made", helper_made, MRB_ARGS_REQ(1));
}
