/* SPDX-License-Identifier: MIT */
/* The options that every word takes: why:, log: and limit:. */
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/hash.h>
#include <mruby/string.h>
#include <string.h>

#include "gem.h"
#include "wish.h"

enum { LIMIT_MAX = 1000000 };

static void wish_log(struct scmp_wish *wish, bool log)
{
	switch (wish->rule.verdict) {
	case SCMP_VERDICT_ALLOW:
	case SCMP_VERDICT_LOG:
	case SCMP_VERDICT_TRACE:
		if (!log)
			break;
		SCMP_WISH_FAULT(wish,
				"%s cannot be recorded: log: true goes with errno, return, kill, trap and intercept",
				wish->verb);
		scmp_policy_point("log: true");
		break;
	default:
		wish->rule.record = log;
		wish->rule.traps |= log;
	}
}

void scmp_wish_options(mrb_state *mrb, struct scmp_wish *wish, mrb_value options)
{
	bool has_log = false, log = false;
	mrb_value keys;
	mrb_int i;

	wish->rule.traps = scmp_rule_asks(&wish->rule);
	wish->rule.record = wish->rule.traps;
	keys = mrb_hash_p(options) ? mrb_hash_keys(mrb, options) : mrb_ary_new(mrb);
	for (i = 0; i < RARRAY_LEN(keys); i++) {
		mrb_value key = RARRAY_PTR(keys)[i], value = mrb_hash_get(mrb, options, key);
		const char *name = mrb_symbol_p(key) ? scmp_word_of(mrb, key) : NULL;
		char text[64];

		if (name && strcmp(name, "why") == 0) {
			const char *why = mrb_string_p(value) ? scmp_word_of(mrb, value) : NULL;

			if (why && why[0]) {
				wish->rule.why = strdup(why);
				continue;
			}
			SCMP_WISH_FAULT(wish, "why: takes a String, not %s",
					scmp_inspect(mrb, value, text, sizeof(text)));
			scmp_policy_point("why");
		} else if (name && strcmp(name, "log") == 0) {
			if (mrb_true_p(value) || mrb_false_p(value)) {
				has_log = true;
				log = mrb_true_p(value);
				continue;
			}
			SCMP_WISH_FAULT(wish, "log: takes true or false, not %s",
					scmp_inspect(mrb, value, text, sizeof(text)));
			scmp_policy_point("log:");
		} else if (name && strcmp(name, "limit") == 0) {
			if (mrb_integer_p(value) && mrb_integer(value) >= 1 && mrb_integer(value) <= LIMIT_MAX) {
				wish->rule.limit = (uint32_t)mrb_integer(value);
				continue;
			}
			SCMP_WISH_FAULT(wish, "limit: takes the number of records a second, 1 to %d, not %s", LIMIT_MAX,
					scmp_inspect(mrb, value, text, sizeof(text)));
			scmp_policy_point("limit");
		} else if (name) {
			if (mrb_nil_p(wish->conditions))
				wish->conditions = mrb_hash_new(mrb);
			mrb_hash_set(mrb, wish->conditions, key, value);
		} else {
			SCMP_WISH_FAULT(wish, "%s is no keyword: arguments and options are Symbols, as in `flags: 1`",
					scmp_inspect(mrb, key, text, sizeof(text)));
			scmp_policy_point("=>");
		}
	}
	if (has_log)
		wish_log(wish, log);
	if (wish->rule.limit && !wish->rule.record) {
		SCMP_WISH_FAULT(wish, "limit: is about records, and this rule writes none: it goes with trap, "
				      "intercept or log: true");
		scmp_policy_point("limit");
	}
}
