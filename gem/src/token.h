/* SPDX-License-Identifier: MIT */
/*
 * The tokens of Ruby text, as far as statement.c and swallowed.c need them. Pure
 * functions; text that they do not understand is still told in tokens, to its end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum scmp_token_kind {
	SCMP_TOKEN_END,
	SCMP_TOKEN_NEWLINE,
	SCMP_TOKEN_SEMICOLON,
	SCMP_TOKEN_WORD,
	SCMP_TOKEN_KEYWORD, /* `flags:` and `"flags":`, the colon included */
	SCMP_TOKEN_LITERAL,
	SCMP_TOKEN_OPEN,
	SCMP_TOKEN_CLOSE,
	SCMP_TOKEN_COMMA,
	SCMP_TOKEN_OPERATOR, /* `and`, `or` and `not` among them */
};

struct scmp_token {
	enum scmp_token_kind kind;
	const char *text;
	size_t length;
	int line;
};

struct scmp_scanner {
	const char *start, *p, *end;
	int line;
	int depth; /* of Strings in Strings */
	struct scmp_token last; /* the one before, newlines left out */
	const char *heredoc; /* the word that ends the text which begins on the next line */
	size_t heredoc_length;
	bool heredoc_indented; /* the line that ends it may be */
};

struct scmp_scanner scmp_scanner_of(const char *text, size_t length);

/* scmp_scanner_next() - the next token; scmp_scanner_take() must follow before the one behind it */
struct scmp_token scmp_scanner_next(struct scmp_scanner *scanner);

/* scmp_scanner_take() - remember the token, and pass over the parameters of a block that it begins */
void scmp_scanner_take(struct scmp_scanner *scanner, const struct scmp_token *token);

/* scmp_scanner_after_value() - the token before is a value: what follows is an operator or its argument */
bool scmp_scanner_after_value(const struct scmp_scanner *scanner);

/* scmp_scanner_opens_block() - whether an opening bracket begins a block; elsewhere a brace is a Hash's */
bool scmp_scanner_opens_block(const struct scmp_scanner *scanner, const struct scmp_token *token);

/* scmp_scanner_goes_on() - the next line goes on where this one has ended: `.load` */
bool scmp_scanner_goes_on(const struct scmp_scanner *scanner);

/* scmp_scanner_wants_more() - a line that ends here goes on in the next: behind `+` or a comma, not behind `3..` */
bool scmp_scanner_wants_more(const struct scmp_scanner *scanner);

bool scmp_token_is(const struct scmp_token *token, const char *text);
