/* SPDX-License-Identifier: MIT */
/*
 * Reads file and line off mruby's backtraces ("p.rb:3:in block"), the one
 * form of them that all its versions agree on.
 */
#include "place.h"

#include <mruby/array.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/version.h>
#include <stdlib.h>
#include <string.h>

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

struct scmp_place scmp_place_now(mrb_state *mrb)
{
	int arena = mrb_gc_arena_save(mrb);
	struct scmp_place place = first_place(mrb, mrb_get_backtrace(mrb));

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
