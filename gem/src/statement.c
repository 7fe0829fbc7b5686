/* SPDX-License-Identifier: MIT */
/* Where statements begin, and what is an assignment in one; statement.h. */
#include "statement.h"

#include <stdint.h>

#include "token.h"

/* mruby refuses what is nested more than 256 deep. */
enum { DEPTH_MAX = 512 };

/*
 * What `do` has opened: mruby gives a call without parentheses the line of its
 * block's `end`, which stands below the statement's beginning.
 */
struct blocks {
	int depth;
	int statement[DEPTH_MAX];
	size_t indent[DEPTH_MAX];
};

/* What is open: the first line of the statement that goes on in brackets, 0 for none, -1 where a block begins anew. */
struct nesting {
	int depth;
	bool block[DEPTH_MAX];
	int outer[DEPTH_MAX]; /* the statement around a block */
};

static bool is_open(const struct nesting *nesting)
{
	return nesting->depth > 0 && !nesting->block[nesting->depth - 1];
}

static int nest(struct nesting *nesting, const struct scmp_scanner *scanner, const struct scmp_token *token,
		int statement)
{
	if (token->kind == SCMP_TOKEN_OPEN && nesting->depth < DEPTH_MAX) {
		bool block = scmp_scanner_opens_block(scanner, token);

		nesting->block[nesting->depth] = block;
		nesting->outer[nesting->depth++] = statement;
		return block ? 0 : statement;
	}
	if (token->kind == SCMP_TOKEN_CLOSE && nesting->depth > 0)
		return nesting->block[--nesting->depth] ? nesting->outer[nesting->depth] : statement;
	return statement;
}

/* How far the line of this place is set in; SIZE_MAX: something stands before it. */
static size_t indent_of(const char *text, const char *at)
{
	size_t indent = 0;

	for (; at > text && at[-1] != '\n'; at--) {
		if (at[-1] != ' ' && at[-1] != '\t')
			return SIZE_MAX;
		indent++;
	}
	return indent;
}

static void open_block(struct blocks *blocks, int statement, size_t indent)
{
	if (blocks->depth == DEPTH_MAX || !statement)
		return;
	blocks->statement[blocks->depth] = statement;
	blocks->indent[blocks->depth++] = indent;
}

/* The statement whose block ends here; 0 where it is not known. */
static int close_block(struct blocks *blocks, size_t indent)
{
	while (blocks->depth > 0 && blocks->indent[blocks->depth - 1] > indent)
		blocks->depth--;
	if (indent == SIZE_MAX || blocks->depth == 0 || blocks->indent[blocks->depth - 1] != indent)
		return 0;
	return blocks->statement[--blocks->depth];
}

void scmp_statement_lines(const char *text, size_t length, int *first, int n_lines)
{
	struct scmp_scanner scanner = scmp_scanner_of(text, length);
	struct nesting nesting = {0};
	struct blocks blocks = {0};
	size_t indent = 0; /* of the statement */
	int statement = 0, told = 1, line;

	for (line = 1; line <= n_lines; line++)
		first[line] = line;
	for (;;) {
		struct scmp_token token = scmp_scanner_next(&scanner);
		bool ends = token.kind == SCMP_TOKEN_SEMICOLON ||
			    (token.kind == SCMP_TOKEN_WORD && scmp_token_is(&token, "do"));

		if (token.kind == SCMP_TOKEN_END)
			return;
		if (token.kind == SCMP_TOKEN_NEWLINE)
			ends = !is_open(&nesting) && !scmp_scanner_wants_more(&scanner) &&
			       !scmp_scanner_goes_on(&scanner);
		else if (!statement && !ends) {
			statement = token.line;
			indent = indent_of(text, token.text);
		}
		/* Lines that have begun since, in a String or behind a line's end. */
		for (; told < scanner.line; told++)
			if (told < n_lines && statement && !(token.kind == SCMP_TOKEN_NEWLINE && ends))
				first[told + 1] = statement;
		if (token.kind == SCMP_TOKEN_OPEN || token.kind == SCMP_TOKEN_CLOSE)
			statement = nest(&nesting, &scanner, &token, statement);
		if (token.kind == SCMP_TOKEN_WORD && scmp_token_is(&token, "do"))
			open_block(&blocks, statement, indent);
		if (token.kind == SCMP_TOKEN_WORD && scmp_token_is(&token, "end") && statement == token.line &&
		    token.line <= n_lines) {
			int opened = close_block(&blocks, indent_of(text, token.text));

			first[token.line] = opened ? opened : token.line;
		}
		if (ends && !is_open(&nesting))
			statement = 0;
		scmp_scanner_take(&scanner, &token);
	}
}

bool scmp_statement_assigned(const char *text, size_t length, const char **word, size_t *word_length)
{
	struct scmp_scanner scanner = scmp_scanner_of(text, length);
	struct scmp_token before = {0};

	for (;;) {
		struct scmp_token token = scmp_scanner_next(&scanner), last = scanner.last;

		if (token.kind == SCMP_TOKEN_END)
			return false;
		if (token.kind == SCMP_TOKEN_OPERATOR && scmp_token_is(&token, "=") && last.kind == SCMP_TOKEN_WORD &&
		    before.kind == SCMP_TOKEN_COMMA) {
			*word = last.text;
			*word_length = last.length;
			return true;
		}
		if (token.kind != SCMP_TOKEN_NEWLINE)
			before = last;
		scmp_scanner_take(&scanner, &token);
	}
}
