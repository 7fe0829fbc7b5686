/* SPDX-License-Identifier: MIT */
/* The options that every word takes: why: and log:. */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <string.h>

#include "gem.h"
#include "wish.h"

/* why: and log: */
void scmp_wish_options(mrb_state *mrb, struct scmp_wish *wish, mrb_value options)
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
		const char *name = scmp_word_of(mrb, key);
		char text[64];

		if (name && strcmp(name, "why") == 0) {
			if (mrb_string_p(value) && RSTRING_LEN(value) > 0) {
				wish->rule.why = strdup(mrb_string_cstr(mrb, value));
				continue;
			}
			SCMP_WISH_FAULT(wish, "why: takes a String, not %s",
					scmp_inspect(mrb, value, text, sizeof(text)));
		} else if (name && strcmp(name, "log") == 0) {
			if (mrb_true_p(value) || mrb_false_p(value)) {
				has_log = true;
				log = mrb_true_p(value);
				continue;
			}
			SCMP_WISH_FAULT(wish, "log: takes true or false, not %s",
					scmp_inspect(mrb, value, text, sizeof(text)));
		} else if (name) {
			const char *near = scmp_suggest(name, known, 2);

			if (near)
				SCMP_WISH_FAULT(wish, "unknown option %s: (did you mean %s:?)", name, near);
			else
				SCMP_WISH_FAULT(wish, "unknown option %s: the options are log: and why:", name);
		} else {
			SCMP_WISH_FAULT(wish, "unknown option %s: the options are log: and why:",
					scmp_inspect(mrb, key, text, sizeof(text)));
		}
	}
	if (!has_log)
		return;
	switch (wish->rule.verdict) {
	case SCMP_VERDICT_ALLOW:
	case SCMP_VERDICT_LOG:
	case SCMP_VERDICT_TRACE:
		if (!log)
			break;
		SCMP_WISH_FAULT(wish, "%s cannot be recorded: log: true goes with errno, return, kill and trap",
				wish->verb);
		break;
	default:
		wish->rule.record = log;
		wish->rule.traps |= log;
	}
}
