/* SPDX-License-Identifier: MIT */
/*
 * What stands on the two sides of `||`, `&&`, `or` and `and`: tests, values and families, of
 * which Ruby keeps one. Used by swallowed.c.
 */
#pragma once

#include <stdbool.h>

struct scmp_search;
struct scmp_token;

/* Words that make a test, any(...); that name syscalls, family(...); and a rule's own, rule.kill */
bool scmp_operand_is_test(const struct scmp_token *token);
bool scmp_operand_is_family(const struct scmp_token *token);
bool scmp_operand_is_action(const struct scmp_token *token);

bool scmp_operand_is_name(const struct scmp_token *token);
bool scmp_operand_is_range(const struct scmp_token *token);

/* scmp_operand_begins() - what comes after this is the whole of what stands to the left of an operator */
bool scmp_operand_begins(const struct scmp_token *before);

/* scmp_operand_is_value() - 3, 1..3, and of what a rule is given A: all of it to the left of what comes next */
bool scmp_operand_is_value(const struct scmp_search *search);

/* scmp_operand_see_assigned() - an assignment, as `DEBUG = ENV["DEBUG"]`, which may be nil */
void scmp_operand_see_assigned(struct scmp_search *search);

/* scmp_operand_see_test() - a word that makes a test, as in `TEST = any(...)` */
void scmp_operand_see_test(struct scmp_search *search);

/* scmp_operand_see_operator() - note one to the left of which stands what is true of itself */
void scmp_operand_see_operator(struct scmp_search *search, const struct scmp_token *token);
