/* SPDX-License-Identifier: MIT */
/*
 * The shape of Ruby text, as far as messages need it: where a statement begins
 * of which mruby tells the last line. Pure functions; Ruby that they do not
 * understand costs a message its precision, never a policy its meaning.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * scmp_statement_lines() - for each line, the first line of the statement that it belongs to
 * @first: indexed by line, from 1 to n_lines; a line that begins a statement is its own
 */
void scmp_statement_lines(const char *text, size_t length, int *first, int n_lines);

/* scmp_statement_assigned() - whether something after a comma is an assignment, `rule.kill :mmap, flags = 3` */
bool scmp_statement_assigned(const char *text, size_t length, const char **word, size_t *word_length);
