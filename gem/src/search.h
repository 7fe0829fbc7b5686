/* SPDX-License-Identifier: MIT */
/* A search for what Ruby swallows, as far as the text was read. Used by swallowed.c, operands.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "swallowed.h"
#include "token.h"

/* mruby refuses what is nested more than 256 deep. */
enum { SCMP_SEARCH_DEPTH_MAX = 512, SCMP_SEARCH_KEYS_MAX = 64, SCMP_SEARCH_NAMES_MAX = 64 };

enum scmp_opener { SCMP_OPENER_BRACKET, SCMP_OPENER_BLOCK, SCMP_OPENER_HASH, SCMP_OPENER_WORDS };

/* What is open, a bracket or what `end` ends; and what is known of the list that is being read in it. */
struct scmp_level {
	enum scmp_opener opener;
	size_t begin; /* where its keys begin */
	bool splat; /* `**more` has been among them */
	bool parameters; /* of a method or a lambda: they are named here and not given */
	bool defines; /* a method */
	bool head; /* behind `def` or `->`, whose parameters come next */
	bool loop; /* the next `do` is that of `while` */
	bool group; /* no call's: what it stands for is what stands in it */
	bool leads; /* it is the first in a bracket */
	bool test, value; /* what it stands for: any(...), (any 1); [1, 2], (3), Seccomp::ARG(...) */
	bool range; /* 1..3 stands first in it */
	bool names; /* it stands for family(...) */
	bool rule; /* its list is what a rule is given */
	bool assigned; /* to a variable */
};

/* A key, as `flags:`, :flags => or "flags" =>; without colons and quotes. */
struct scmp_key {
	const char *text;
	size_t length;
};

struct scmp_search {
	struct scmp_scanner scanner;
	struct scmp_token before; /* the one before the scanner's last */
	struct scmp_token path; /* the one before `File` in `File::RDWR` */
	struct scmp_level levels[SCMP_SEARCH_DEPTH_MAX];
	size_t depth; /* of the innermost level */
	struct scmp_key keys[SCMP_SEARCH_KEYS_MAX];
	size_t n_keys;
	struct scmp_key tests[SCMP_SEARCH_NAMES_MAX]; /* variables to which a helper's test was given */
	size_t n_tests;
	struct scmp_key doubtful[SCMP_SEARCH_NAMES_MAX]; /* constants that may be nil */
	size_t n_doubtful;
	bool fresh; /* a statement begins here */
	struct scmp_level closed; /* the bracket that has ended just before, or nothing */
	struct scmp_swallowed *found;
	size_t n_found, room;
	char *mended; /* where the text is copied to, mended; or NULL */
	const char *copied; /* so far */
	size_t n_mended;
};

static inline bool scmp_search_is_one_of(const struct scmp_token *token, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (scmp_token_is(token, words[i]))
			return true;
	return false;
}

#define SCMP_IS_ONE_OF(token, words) scmp_search_is_one_of(token, words, sizeof(words) / sizeof((words)[0]))

static inline struct scmp_level *scmp_search_top(struct scmp_search *search)
{
	return &search->levels[search->depth];
}

static inline void scmp_search_note(struct scmp_search *search, enum scmp_swallowed_kind kind, const char *word,
				    size_t length, int line)
{
	if (search->n_found < search->room)
		search->found[search->n_found++] = (struct scmp_swallowed){kind, word, length, line};
}

static inline bool scmp_search_has(const struct scmp_key *keys, size_t n, const struct scmp_key *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (keys[i].length == key->length && memcmp(keys[i].text, key->text, key->length) == 0)
			return true;
	return false;
}
