/* SPDX-License-Identifier: MIT */
/*
 * The shape of Ruby text, as far as messages need it: where a statement begins
 * of which mruby tells the last line, and what Ruby swallows before anybody
 * else sees it. Pure functions; Ruby that they do not understand costs a
 * message its precision, never a policy its meaning.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * scmp_statement_lines() - for each line, the first line of the statement that it belongs to
 * @first: indexed by line, from 1 to n_lines; a line that begins a statement is its own
 */
void scmp_statement_lines(const char *text, size_t length, int *first, int n_lines);

/* What Ruby takes for something else, in silence. */
enum scmp_swallowed {
	SCMP_SWALLOWED_NOTHING,
	SCMP_SWALLOWED_KEYWORD, /* `flags: 1, flags: 2` is the second alone */
	SCMP_SWALLOWED_OPERATOR, /* `any(:A) && none(:B)` is the second alone, `any(:A) || any(:B)` the first */
};

/*
 * scmp_statement_swallowed() - look for it in a statement
 * @text: the statement's lines
 * @word: set to the keyword or operator, in `text`; @word_length
 */
enum scmp_swallowed scmp_statement_swallowed(const char *text, size_t length, const char **word, size_t *word_length);

/* scmp_statement_assigned() - whether something after a comma is an assignment, `rule.kill :mmap, flags = 3` */
bool scmp_statement_assigned(const char *text, size_t length, const char **word, size_t *word_length);
