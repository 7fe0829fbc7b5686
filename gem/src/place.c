/* SPDX-License-Identifier: MIT */
/*
 * File and line: of where the policy is now off mruby's frames, of an exception
 * off its backtrace ("p.rb:3:in block"), the one form that all versions agree on.
 */
#include "place.h"

#include <mruby/array.h>
#include <mruby/error.h>
#include <mruby/irep.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <mruby/version.h>
#include <stdlib.h>
#include <string.h>

/* Its types are those of irep.h. */
#include <mruby/debug.h>

#include "source.h"

/* Functions of libmruby in every version; their header moved. */
#if MRUBY_RELEASE_NO >= 30200
#include <mruby/internal.h>
#endif

/* Files are few and named by every rule: each is kept once. */
const char *scmp_place_file(const char *file, size_t length)
{
	static struct kept {
		struct kept *next;
		char name[];
	} * all;
	struct kept *kept;

	for (kept = all; kept; kept = kept->next)
		if (strlen(kept->name) == length && memcmp(kept->name, file, length) == 0)
			return kept->name;
	kept = malloc(sizeof(*kept) + length + 1);
	if (!kept)
		return "(policy)";
	memcpy(kept->name, file, length);
	kept->name[length] = '\0';
	kept->next = all;
	all = kept;
	return kept->name;
}

static struct scmp_place first_place(mrb_state *mrb, mrb_value backtrace)
{
	struct scmp_place place = {.file = "(policy)"};
	mrb_int i, length;

	if (!mrb_array_p(backtrace))
		return place;
	length = RARRAY_LEN(backtrace);
	for (i = 0; i < length; i++) {
		mrb_value entry = RARRAY_PTR(backtrace)[i];
		const char *text, *end, *colon, *p;
		int line = 0;

		if (!mrb_string_p(entry))
			continue;
		text = RSTRING_PTR(entry);
		end = text + RSTRING_LEN(entry);
		/* The line is the first number between colons; a path may hold colons itself. */
		for (colon = text; colon < end; colon++) {
			if (*colon != ':')
				continue;
			line = 0;
			for (p = colon + 1; p < end && *p >= '0' && *p <= '9' && line < 100000000; p++)
				line = line * 10 + (*p - '0');
			if (line > 0 && (p == end || *p == ':'))
				break;
			line = 0;
		}
		if (line > 0 && colon > text) {
			place.file = scmp_place_file(text, (size_t)(colon - text));
			/* mruby knows the last line of a call's arguments. */
			place.line = scmp_source_first_line(place.file, line);
			return place;
		}
	}
	return place;
}

/* The innermost frame that knows its lines, as the backtrace would have it, without making all of its text. */
static bool frame_place(mrb_state *mrb, struct scmp_place *place)
{
	const mrb_callinfo *ci;

	for (ci = mrb->c->ci; ci >= mrb->c->cibase; ci--) {
		const mrb_irep *irep = ci->proc && !MRB_PROC_CFUNC_P(ci->proc) ? ci->proc->body.irep : NULL;
		const char *file;
		uint32_t at;
		int line;

		if (!irep || !irep->debug_info || !ci->pc || ci->pc <= irep->iseq || ci->pc > irep->iseq + irep->ilen)
			continue;
		at = (uint32_t)(ci->pc - irep->iseq - 1);
		file = mrb_debug_get_filename(mrb, irep, at);
		line = mrb_debug_get_line(mrb, irep, at);
		if (!file || line <= 0)
			continue;
		place->file = scmp_place_file(file, strlen(file));
		place->line = scmp_source_first_line(place->file, line);
		return true;
	}
	return false;
}

bool scmp_place_called_here(mrb_state *mrb)
{
	const mrb_callinfo *ci = mrb->c->ci;
	const mrb_irep *irep;
	const char *file;

	/* Below the method itself, and what calls it by its name, as `send`. */
	while (ci > mrb->c->cibase && (!ci->proc || MRB_PROC_CFUNC_P(ci->proc)))
		ci--;
	irep = ci->proc && !MRB_PROC_CFUNC_P(ci->proc) ? ci->proc->body.irep : NULL;
	file = irep && irep->debug_info ? mrb_debug_get_filename(mrb, irep, 0) : NULL;
	return file && scmp_source_is_known(file);
}

struct scmp_place scmp_place_now(mrb_state *mrb)
{
	int arena = mrb_gc_arena_save(mrb);
	struct scmp_place place;

	if (!frame_place(mrb, &place))
		place = first_place(mrb, mrb_get_backtrace(mrb));
	mrb_gc_arena_restore(mrb, arena);
	return place;
}

struct scmp_place scmp_place_of(mrb_state *mrb, mrb_value exception)
{
	int arena = mrb_gc_arena_save(mrb);
	struct scmp_place place = first_place(mrb, mrb_exc_backtrace(mrb, exception));

	mrb_gc_arena_restore(mrb, arena);
	return place;
}
