/* SPDX-License-Identifier: MIT */
/* What stands on the two sides of an operator; operands.h. */
#include "operands.h"

#include "search.h"

bool scmp_operand_is_test(const struct scmp_token *token)
{
	static const char *const helpers[] = {"any", "all", "none", "only", "mask", "not_in", "accmode"};

	return token->kind == SCMP_TOKEN_WORD && SCMP_IS_ONE_OF(token, helpers);
}

bool scmp_operand_is_family(const struct scmp_token *token)
{
	static const char *const families[] = {"family", "on_arch"};

	return token->kind == SCMP_TOKEN_WORD && SCMP_IS_ONE_OF(token, families);
}

bool scmp_operand_is_action(const struct scmp_token *token)
{
	static const char *const actions[] = {"allow", "errno", "return", "kill",      "kill_process", "kill_thread",
					      "log",   "trace", "trap",	  "intercept", "add_rule",     "silence"};

	return token->kind == SCMP_TOKEN_WORD && SCMP_IS_ONE_OF(token, actions);
}

bool scmp_operand_begins(const struct scmp_token *before)
{
	return before->kind == SCMP_TOKEN_KEYWORD || before->kind == SCMP_TOKEN_OPEN ||
	       before->kind == SCMP_TOKEN_COMMA || scmp_token_is(before, "=") || scmp_token_is(before, "=>");
}

bool scmp_operand_is_range(const struct scmp_token *token)
{
	return scmp_token_is(token, "..") || scmp_token_is(token, "...");
}

/* What stands here is given to a rule, or stands in a bracket that is. */
static bool is_in_rule(const struct scmp_search *search)
{
	size_t depth = search->depth;

	while (depth > 0 && !search->levels[depth].rule &&
	       (search->levels[depth].group || search->levels[depth].value || search->levels[depth].test ||
		search->levels[depth].opener == SCMP_OPENER_HASH))
		depth--;
	return search->levels[depth].rule;
}

bool scmp_operand_is_name(const struct scmp_token *token)
{
	return token->kind == SCMP_TOKEN_WORD;
}

static bool is_constant(const struct scmp_token *token)
{
	return token->text[0] >= 'A' && token->text[0] <= 'Z';
}

/* READ_ONLY */
static bool is_capitals(const struct scmp_token *token)
{
	size_t i;

	for (i = 0; i < token->length; i++)
		if ((token->text[i] < 'A' || token->text[i] > 'Z') && token->text[i] != '_' &&
		    (i == 0 || token->text[i] < '0' || token->text[i] > '9'))
			return false;
	return scmp_operand_is_name(token);
}

void scmp_operand_see_assigned(struct scmp_search *search)
{
	struct scmp_scanner ahead = search->scanner;
	const struct scmp_token *last = &search->scanner.last;
	struct scmp_token token = scmp_scanner_next(&ahead);

	if (is_capitals(last) && token.kind == SCMP_TOKEN_WORD && !scmp_operand_is_test(&token) &&
	    search->n_doubtful < SCMP_SEARCH_NAMES_MAX)
		search->doubtful[search->n_doubtful++] = (struct scmp_key){last->text, last->length};
}

void scmp_operand_see_test(struct scmp_search *search)
{
	const struct scmp_token *last = &search->scanner.last;

	if (scmp_token_is(last, "=") && scmp_operand_is_name(&search->before) &&
	    search->n_tests < SCMP_SEARCH_NAMES_MAX)
		search->tests[search->n_tests++] = (struct scmp_key){search->before.text, search->before.length};
	if (scmp_token_is(last, "(") && scmp_search_top(search)->group)
		scmp_search_top(search)->test = true;
}

/* A variable may hold nothing, as `common || any(...)` expects; a constant does not. */
static bool is_test(const struct scmp_search *search, const struct scmp_token *operator)
{
	const struct scmp_token *last = &search->scanner.last;
	const struct scmp_key key = {last->text, last->length};

	return scmp_operand_is_name(last) && scmp_operand_begins(&search->before) &&
	       scmp_search_has(search->tests, search->n_tests, &key) &&
	       (is_constant(last) || scmp_token_is(operator, "&&"));
}

bool scmp_operand_is_value(const struct scmp_search *search)
{
	const struct scmp_level *level = &search->levels[search->depth];
	const struct scmp_token *last = &search->scanner.last;
	const struct scmp_token *before = scmp_token_is(&search->before, "::") ? &search->path : &search->before;
	const struct scmp_key key = {last->text, last->length};
	bool begins = scmp_operand_is_range(before) || (scmp_operand_begins(before) && !scmp_token_is(before, "=")) ||
		      (level->rule && scmp_operand_is_action(before));

	if (level->parameters || level->head || !begins)
		return false;
	return last->kind == SCMP_TOKEN_LITERAL || (is_capitals(last) && is_in_rule(search) &&
						    !scmp_search_has(search->doubtful, search->n_doubtful, &key));
}

/* `rule.kill :a`: no argument's value */
static bool is_syscall(const struct scmp_search *search)
{
	return search->scanner.last.text[0] == ':' && search->levels[search->depth].rule &&
	       search->before.kind != SCMP_TOKEN_KEYWORD && !scmp_token_is(&search->before, "=>");
}

static bool is_helper_next(const struct scmp_search *search)
{
	struct scmp_scanner ahead = search->scanner;
	struct scmp_token token = scmp_scanner_next(&ahead);

	return scmp_operand_is_test(&token);
}

/* `fd: 3 or 4`, and not `check 3 or raise "why"`. */
static bool is_value_next(const struct scmp_search *search)
{
	struct scmp_scanner ahead = search->scanner;
	struct scmp_token token;

	token = scmp_scanner_next(&ahead);
	return token.kind == SCMP_TOKEN_LITERAL || scmp_operand_is_test(&token) || scmp_operand_is_family(&token) ||
	       scmp_token_is(&token, "(") || scmp_token_is(&token, "Seccomp") ||
	       (is_capitals(&token) && is_in_rule(search));
}

void scmp_operand_see_operator(struct scmp_search *search, const struct scmp_token *token)
{
	bool both = scmp_token_is(token, "&&") || scmp_token_is(token, "||"), and = scmp_token_is(token, "and");
	bool closed = search->closed.value && !search->closed.assigned && !scmp_search_top(search)->parameters;
	bool name = scmp_operand_is_value(search) && is_syscall(search), names = name || search->closed.names;
	/* Of a condition in a syscall's place there is more to say. */
	bool value = closed || (scmp_operand_is_value(search) && !(name && is_helper_next(search))), swallows = false;
	bool test = search->closed.test || (both && is_test(search, token));

	if (both)
		swallows = value || test;
	else if (and&&(search->closed.assigned || scmp_token_is(&search->before, "=")))
		swallows = false;
	else if (and || scmp_token_is(token, "or"))
		swallows = test || (value && is_value_next(search));
	if (swallows)
		scmp_search_note(search,
				 test	 ? SCMP_SWALLOWED_OPERATOR
				 : names ? SCMP_SWALLOWED_NAME
					 : SCMP_SWALLOWED_VALUE,
				 token->text, token->length, token->line);
}
