/* SPDX-License-Identifier: MIT */
/* The ids of the warnings, and the word that switches them off; warning.h. */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gem.h"
#include "place.h"
#include "policy.h"
#include "warning.h"
#include "wish.h"

struct scmp_silence {
	enum scmp_warning warning;
	struct scmp_place place;
	bool of_file; /* only what is said of its own file */
	bool used;
	struct scmp_silence *next;
};

static const char *const ids[SCMP_WARNINGS] = {
	[SCMP_WARNING_NONE] = "",
	[SCMP_WARNING_ALIAS_GAP] = "alias-gap",
	[SCMP_WARNING_DANGEROUS_ALLOW] = "dangerous-allow",
	[SCMP_WARNING_FLAGS_EQUAL] = "flags-equal",
	[SCMP_WARNING_IO_URING_OPEN] = "io-uring-open",
	[SCMP_WARNING_KILL_THREAD] = "kill-thread",
	[SCMP_WARNING_LOADER_CRITICAL] = "loader-critical",
	[SCMP_WARNING_NEW_CALL_ERRNO] = "new-call-errno",
	[SCMP_WARNING_NO_EFFECT] = "no-effect",
	[SCMP_WARNING_NOT_LOADED] = "not-loaded",
	[SCMP_WARNING_POINTER_VALUE] = "pointer-value",
	[SCMP_WARNING_RUNTIME_GAP] = "runtime-gap",
	[SCMP_WARNING_TRACER_OPEN] = "tracer-open",
	[SCMP_WARNING_UNKNOWN_NUMBER] = "unknown-number",
	[SCMP_WARNING_UNUSED_SILENCE] = "unused-silence",
	[SCMP_WARNING_VDSO] = "vdso",
};

enum { ID_ROOM = 32 };

const char *scmp_warning_id(enum scmp_warning warning)
{
	return ids[warning];
}

/* :alias_gap is easier to write in Ruby than :"alias-gap", and means the same. */
static void exchange(const char *from, char *to, char old, char new)
{
	char *p;

	snprintf(to, ID_ROOM, "%s", from);
	while ((p = strchr(to, old)))
		*p = new;
}

static enum scmp_warning warning_of(const char *id)
{
	enum scmp_warning warning;

	for (warning = SCMP_WARNING_NONE + 1; warning < SCMP_WARNINGS; warning++)
		if (strcmp(ids[warning], id) == 0)
			return warning;
	return SCMP_WARNING_NONE;
}

static void note_one(mrb_state *mrb, struct scmp_policy_context *context, const struct scmp_silence *model,
		     mrb_value value)
{
	const char *word = scmp_word_of(mrb, value), *near;
	struct scmp_silence *silence;
	char text[64], id[ID_ROOM];

	if (!word) {
		scmp_policy_fault(context, model->place.file, model->place.line, false,
				  "silence takes the ids of warnings, as :alias_gap, not %s",
				  scmp_inspect(mrb, value, text, sizeof(text)));
		return;
	}
	silence = malloc(sizeof(*silence));
	if (!silence) {
		scmp_policy_out_of_memory();
		return;
	}
	*silence = *model;
	exchange(word, id, '_', '-');
	silence->warning = warning_of(id);
	if (silence->warning) {
		silence->next = context->silences;
		context->silences = silence;
		return;
	}
	free(silence);
	near = scmp_suggest(id, ids + 1, SCMP_WARNINGS - 1);
	if (near)
		exchange(near, id, '-', '_');
	scmp_policy_fault(context, model->place.file, model->place.line, false, "there is no warning %s%s%s%s",
			  scmp_inspect(mrb, value, text, sizeof(text)), near ? " (did you mean :" : "", near ? id : "",
			  near ? "?)" : "");
	scmp_policy_point(text);
}

static bool is_reason(mrb_value why)
{
	const char *text;
	mrb_int i;

	if (!mrb_string_p(why))
		return false;
	text = RSTRING_PTR(why);
	for (i = 0; i < RSTRING_LEN(why); i++)
		if (!strchr(" \t\n", text[i]))
			return true;
	return false;
}

/* Only why: may stand there, and must. */
static bool has_reason(mrb_state *mrb, const struct scmp_policy_context *context, const struct scmp_place *place,
		       mrb_value options)
{
	mrb_value keys = mrb_hash_keys(mrb, options), why;
	char text[64];
	mrb_int i;

	for (i = 0; i < RARRAY_LEN(keys); i++) {
		mrb_value key = RARRAY_PTR(keys)[i];
		const char *name = mrb_symbol_p(key) ? scmp_word_of(mrb, key) : NULL;

		if (name && strcmp(name, "why") == 0)
			continue;
		scmp_policy_fault(
			context, place->file, place->line, false,
			"silence has no keyword %s: it takes ids and why:", scmp_inspect(mrb, key, text, sizeof(text)));
		return false;
	}
	why = mrb_hash_get(mrb, options, mrb_symbol_value(mrb_intern_lit(mrb, "why")));
	if (is_reason(why))
		return true;
	scmp_policy_fault(context, place->file, place->line, false,
			  "silence needs a reason: `why: \"...\"`, for whoever reads the policy next");
	scmp_policy_point("silence");
	return false;
}

void scmp_silence_note(mrb_state *mrb, struct scmp_policy_context *context, bool included, mrb_value warnings,
		       mrb_value options)
{
	struct scmp_silence model = {.place = scmp_place_now(mrb), .of_file = included};
	mrb_int i;

	if (!has_reason(mrb, context, &model.place, options))
		return;
	if (RARRAY_LEN(warnings) == 0)
		scmp_policy_fault(context, model.place.file, model.place.line, false,
				  "silence names no warning: it takes their ids, as :alias_gap");
	for (i = 0; i < RARRAY_LEN(warnings); i++)
		note_one(mrb, context, &model, RARRAY_PTR(warnings)[i]);
}

static bool is_silenced(const struct scmp_policy_fault *fault)
{
	struct scmp_silence *silence;
	bool silenced = false;

	for (silence = fault->context ? fault->context->silences : NULL; silence; silence = silence->next)
		if (silence->warning == fault->warning && (!silence->of_file || silence->place.file == fault->file))
			silenced = silence->used = true;
	return silenced;
}

/* `of_itself`: those that silence the warning which is given here. */
static void note_unused(bool of_itself)
{
	struct scmp_policy_context *context;
	const struct scmp_silence *silence;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		for (silence = context->silences; silence; silence = silence->next)
			if (!silence->used && (silence->warning == SCMP_WARNING_UNUSED_SILENCE) == of_itself)
				scmp_policy_fault(
					context, silence->place.file, silence->place.line, SCMP_WARNING_UNUSED_SILENCE,
					"nothing here gives the warning %s: do not silence it", ids[silence->warning]);
}

void scmp_silence_apply(void)
{
	scmp_policy_drop(is_silenced);
	note_unused(false);
	scmp_policy_drop(is_silenced);
	note_unused(true);
}
