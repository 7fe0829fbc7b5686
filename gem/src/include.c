/* SPDX-License-Identifier: MIT */
/* One policy in another: while its text runs, its context is that of who includes it; include.h. */
#include "include.h"

#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>

#include "context.h"
#include "exceptions.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "source.h"
#include "wish.h"

static struct including {
	struct scmp_policy_context *context; /* which takes the rules, or NULL */
	const char *name;
	struct scmp_place place; /* of the include */
	size_t n_contexts; /* that the included policy has made */
	bool unlike; /* the default of one that includes this one differs: so will this one's */
} including;

bool scmp_is_included(mrb_state *mrb, mrb_value self)
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

static void refuse(const struct scmp_place *place, const char *why)
{
	scmp_policy_fault(including.context, place->file, place->line, false, "include \"%s\": %s", including.name,
			  why);
	scmp_policy_point(including.name);
}

/* Once, by the name that the outermost file has written: what that one includes in turn differs as well. */
static void compare_defaults(const struct scmp_context *theirs, const struct scmp_context *ours)
{
	char why[128];

	if (including.unlike)
		return;
	including.unlike = true;
	snprintf(why, sizeof(why), "its default is %s, and this context's %s: its rules would mean something else",
		 theirs->fallback.verb, ours->fallback.verb);
	if (!same_default(&theirs->fallback, &ours->fallback))
		refuse(&including.place, why);
	else if (!same_unknown(theirs, ours))
		refuse(&including.place, "its unknown: is not that of this context");
	else
		including.unlike = false;
}

bool scmp_include_context(mrb_state *mrb, mrb_value self, mrb_value action, mrb_value options)
{
	static struct scmp_policy_context theirs; /* for its default alone */
	struct scmp_place place = scmp_place_now(mrb);

	if (!including.context)
		return false;
	scmp_context_bind(self, including.context);
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "@included"), mrb_true_value());
	theirs = (struct scmp_policy_context){0};
	scmp_context_default(mrb, &theirs, action, options);
	if (++including.n_contexts > 1)
		refuse(&place, "this is its second context, and only one can be taken in place");
	else
		compare_defaults(&theirs.context, &including.context->context);
	return true;
}

/*
 * call-seq: rule.include(policy) -> 0
 *
 * Takes the rules of another policy in the place where it stands: a ready-made one
 * by its name, or a file, its path relative to that of this one. Its default must be
 * the same; whether it is loaded is decided here. Rules before it may take what its
 * rules would; what was included before, through whichever file, is not taken again.
 */
mrb_value scmp_context_include(mrb_state *mrb, mrb_value self)
{
	struct including outer = including;
	struct scmp_policy_context *context = scmp_context_of(mrb, self);
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
	including = (struct including){context, scmp_word_of(mrb, name), place, 0, outer.unlike};
	if (scmp_source_include(mrb, including.name, context, &place, &exception) && including.n_contexts == 0 &&
	    mrb_nil_p(exception)) {
		scmp_policy_fault(context, place.file, place.line, false, "include \"%s\": it defines no filter",
				  including.name);
		scmp_policy_point(including.name);
	}
	including = outer;
	if (!mrb_nil_p(exception)) {
		/* Rescued or not: the rest of its rules is missing. */
		if (scmp_policy_deferred())
			scmp_exception_note(mrb, exception);
		mrb_exc_raise(mrb, exception);
	}
	return mrb_int_value(mrb, 0);
}
