/* SPDX-License-Identifier: MIT */
/*
 * What Ruby swallows, or takes for something else, before anybody sees it. Pure
 * functions; Ruby that they do not understand is passed over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum scmp_swallowed_kind {
	SCMP_SWALLOWED_KEYWORD, /* `flags: 1, flags: 2` is the second alone */
	SCMP_SWALLOWED_SPLAT, /* `**both, flags: 2`: what `both` says of flags is not seen */
	SCMP_SWALLOWED_SPLATS, /* `**a, **b` in a rule: what `a` says of what `b` has, too, is not seen */
	SCMP_SWALLOWED_OPERATOR, /* `any(:A) && none(:B)` is the second alone, `any(:A) || any(:B)` the first */
	SCMP_SWALLOWED_VALUE, /* the same of values: `3 || 4` */
	SCMP_SWALLOWED_NAME, /* the same of families */
};

struct scmp_swallowed {
	enum scmp_swallowed_kind kind;
	const char *word; /* the keyword or operator, in the text */
	size_t length;
	int line;
};

/*
 * scmp_swallowed_find() - look for it in a whole text: in calls, also of the policy's own methods, and in Hashes
 * @found: room for `room` of them, in the order of the text
 * Return: how many were found; no more than `room` are looked for.
 */
size_t scmp_swallowed_find(const char *text, size_t length, struct scmp_swallowed *found, size_t room);

/*
 * scmp_swallowed_mend() - the text with `**{}, ` before each `**more`
 * mruby 3.1 takes what is no Hash there for none, and adds the keywords that stand
 * beside a Hash to the Hash itself, for whoever takes it next. To a Hash of the
 * call's own all is added as it should be, and what is no Hash is a TypeError.
 * @mended: room for the result, or NULL
 * Return: its length; that of the text where there is nothing to mend.
 */
size_t scmp_swallowed_mend(const char *text, size_t length, char *mended);

/* scmp_swallowed_is_option() - a keyword that every rule, or Seccomp.new, has, and that is no condition */
bool scmp_swallowed_is_option(const char *word, size_t length);
