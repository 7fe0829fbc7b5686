/* SPDX-License-Identifier: MIT */
/* A scanner of Ruby's tokens; token.h. */
#include "token.h"

#include <ctype.h>
#include <string.h>

enum { DEPTH_MAX = 100 };

struct scmp_scanner scmp_scanner_of(const char *text, size_t length)
{
	return (struct scmp_scanner){.start = text, .p = text, .end = text + length, .line = 1};
}

bool scmp_token_is(const struct scmp_token *token, const char *text)
{
	return token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static char peek(const struct scmp_scanner *scanner, size_t n)
{
	return n < (size_t)(scanner->end - scanner->p) ? scanner->p[n] : '\0';
}

static void step(struct scmp_scanner *scanner)
{
	if (scanner->p < scanner->end)
		scanner->line += *scanner->p++ == '\n';
}

static void skip_line(struct scmp_scanner *scanner)
{
	while (scanner->p < scanner->end && *scanner->p != '\n')
		scanner->p++;
}

static void skip_interpolated(struct scmp_scanner *scanner);

/* Behind the closing character, over what is escaped, or, of brackets, nested. @code: `#{...}` is Ruby */
static void skip_quoted(struct scmp_scanner *scanner, char open, char close, bool code)
{
	int depth = 1;

	while (scanner->p < scanner->end && depth > 0) {
		char c = *scanner->p;

		step(scanner);
		if (c == '\\')
			step(scanner);
		else if (c == close)
			depth--;
		else if (c == open)
			depth++;
		else if (c == '#' && code && peek(scanner, 0) == '{')
			skip_interpolated(scanner);
	}
}

static char closing(char open)
{
	switch (open) {
	case '(':
		return ')';
	case '[':
		return ']';
	case '{':
		return '}';
	case '<':
		return '>';
	default:
		return open;
	}
}

bool scmp_scanner_after_value(const struct scmp_scanner *scanner)
{
	return scanner->last.kind == SCMP_TOKEN_WORD || scanner->last.kind == SCMP_TOKEN_LITERAL ||
	       scanner->last.kind == SCMP_TOKEN_CLOSE;
}

/* `puts <<END`, `p ?'`, `puts %(x)`: an argument, as `x << END` and `x<<END` have none. */
static bool begins_argument(const struct scmp_scanner *scanner, char first)
{
	return scanner->last.kind == SCMP_TOKEN_WORD && scanner->p > scanner->start &&
	       isspace((unsigned char)scanner->p[-1]) && first && !isspace((unsigned char)first);
}

static bool begins_comment(const struct scmp_scanner *scanner)
{
	return (scanner->p == scanner->start || scanner->p[-1] == '\n') && scanner->end - scanner->p >= 6 &&
	       memcmp(scanner->p, "=begin", 6) == 0;
}

static void skip_comment(struct scmp_scanner *scanner)
{
	while (scanner->p < scanner->end) {
		skip_line(scanner);
		step(scanner);
		if (scanner->end - scanner->p >= 4 && memcmp(scanner->p, "=end", 4) == 0) {
			skip_line(scanner);
			return;
		}
	}
}

static bool ends_heredoc(const struct scmp_scanner *scanner, const char *line, const char *end)
{
	while (scanner->heredoc_indented && line < end && (*line == ' ' || *line == '\t'))
		line++;
	while (end > line && end[-1] == '\r')
		end--;
	return (size_t)(end - line) == scanner->heredoc_length &&
	       memcmp(line, scanner->heredoc, scanner->heredoc_length) == 0;
}

/* Without the line that ends it, it is none. */
static bool is_heredoc(const struct scmp_scanner *scanner)
{
	struct scmp_scanner ahead = *scanner;

	skip_line(&ahead);
	while (ahead.p < ahead.end) {
		const char *line = ++ahead.p;

		skip_line(&ahead);
		if (ends_heredoc(scanner, line, ahead.p))
			return true;
	}
	return false;
}

/* The lines of a heredoc, the one that ends it included. */
static void skip_heredoc(struct scmp_scanner *scanner)
{
	while (scanner->p < scanner->end) {
		const char *line = scanner->p;

		skip_line(scanner);
		if (ends_heredoc(scanner, line, scanner->p))
			break;
		step(scanner);
	}
	scanner->heredoc = NULL;
}

static void skip_blanks(struct scmp_scanner *scanner)
{
	for (;;) {
		char c = peek(scanner, 0);

		if (c == '#')
			skip_line(scanner);
		else if (c == '\\' && peek(scanner, 1) == '\n')
			scanner->p += 2, scanner->line++;
		else if (c == '=' && begins_comment(scanner))
			skip_comment(scanner);
		else if (scanner->p < scanner->end && (c == ' ' || c == '\t' || c == '\r'))
			scanner->p++;
		else
			return;
	}
}

/* A colon makes a keyword of what stands before it, but for `a ? b: c` and a call's name. */
static bool ends_keyword(struct scmp_scanner *scanner)
{
	const struct scmp_token *last = &scanner->last;

	if (peek(scanner, 0) != ':' || peek(scanner, 1) == ':' || scmp_token_is(last, "?") ||
	    scmp_token_is(last, ".") || scmp_token_is(last, "&.") || scmp_token_is(last, "::"))
		return false;
	scanner->p++;
	return true;
}

static enum scmp_token_kind scan_word(struct scmp_scanner *scanner)
{
	while (is_word(peek(scanner, 0)))
		scanner->p++;
	if ((peek(scanner, 0) == '?' || peek(scanner, 0) == '!') && peek(scanner, 1) != '=')
		scanner->p++;
	return ends_keyword(scanner) ? SCMP_TOKEN_KEYWORD : SCMP_TOKEN_WORD;
}

/* %w(...), %i[...], %(...): only where no value stands before it, of which it would be the remainder. */
static bool scan_percent(struct scmp_scanner *scanner)
{
	size_t at = strchr("wWiIqQsxr", peek(scanner, 1)) && peek(scanner, 1) ? 2 : 1;
	char open = peek(scanner, at);
	bool code;

	if (!open || is_word(open) || isspace((unsigned char)open) || open == '=' ||
	    (scmp_scanner_after_value(scanner) &&
	     (!begins_argument(scanner, open) || (at == 1 && !strchr("([{<|!", open)))))
		return false;
	code = at == 1 || isupper((unsigned char)peek(scanner, 1)) || strchr("xr", peek(scanner, 1));
	scanner->p += at + 1;
	skip_quoted(scanner, closing(open) == open ? '\0' : open, closing(open), code);
	return true;
}

/* <<END, <<~end, <<~'END', <<"END"; and not 1<<BITS or list << MORE */
static bool scan_heredoc(struct scmp_scanner *scanner)
{
	struct scmp_scanner ahead = *scanner;
	size_t at = 2;
	char quote;

	if (peek(scanner, 1) != '<' ||
	    (scmp_scanner_after_value(scanner) && !begins_argument(scanner, peek(scanner, 2))))
		return false;
	ahead.heredoc_indented = peek(scanner, 2) == '~' || peek(scanner, 2) == '-';
	at += ahead.heredoc_indented;
	quote = peek(scanner, at) == '\'' || peek(scanner, at) == '"' ? peek(scanner, at) : '\0';
	at += quote != '\0';
	ahead.p += at;
	ahead.heredoc = ahead.p;
	while (quote ? ahead.p < ahead.end && *ahead.p != quote && *ahead.p != '\n' : is_word(peek(&ahead, 0)))
		ahead.p++;
	ahead.heredoc_length = (size_t)(ahead.p - ahead.heredoc);
	if (ahead.heredoc_length == 0 || (!quote && isdigit((unsigned char)*ahead.heredoc)) ||
	    (quote && peek(&ahead, 0) != quote) || !is_heredoc(&ahead))
		return false;
	ahead.p += quote != '\0';
	*scanner = ahead;
	return true;
}

/* ?x, where no value stands before it that it would ask; `p ?'` with nothing else behind it. */
static bool scan_character(struct scmp_scanner *scanner)
{
	char c = peek(scanner, 1), behind = peek(scanner, 2);

	if (!c || isspace((unsigned char)c))
		return false;
	if (scmp_scanner_after_value(scanner) &&
	    (!begins_argument(scanner, c) || is_word(c) ||
	     (behind && !isspace((unsigned char)behind) && !strchr(",;.)]}", behind))))
		return false;
	scanner->p++;
	if (c == '\\')
		step(scanner);
	step(scanner);
	return true;
}

/* The parameters of a block are no operators: `{ |rule|`. */
static void skip_parameters(struct scmp_scanner *scanner)
{
	skip_blanks(scanner);
	if (peek(scanner, 0) == '|') {
		scanner->p++;
		while (scanner->p < scanner->end && *scanner->p != '|' && *scanner->p != '\n')
			scanner->p++;
		if (peek(scanner, 0) == '|')
			scanner->p++;
	}
}

static enum scmp_token_kind scan_symbol(struct scmp_scanner *scanner)
{
	scanner->p++;
	if (peek(scanner, 0) == '"' || peek(scanner, 0) == '\'') {
		char quote = peek(scanner, 0);

		scanner->p++;
		skip_quoted(scanner, '\0', quote, quote == '"');
	} else if (is_word(peek(scanner, 0))) {
		while (is_word(peek(scanner, 0)))
			scanner->p++;
		if (peek(scanner, 0) == '?' || peek(scanner, 0) == '!')
			scanner->p++;
	} else {
		while (peek(scanner, 0) && strchr("<>=!~+-*/%&|^[]", peek(scanner, 0)))
			scanner->p++;
	}
	return SCMP_TOKEN_LITERAL;
}

static enum scmp_token_kind scan_operator(struct scmp_scanner *scanner)
{
	static const char *const doubles[] = {
		"&&", "||", "::", "->", "=>", "==", "!=", "<=", ">=", "=~", "<<", ">>", "..", "**", "&."};
	size_t i;

	if (peek(scanner, 0) == '.' && peek(scanner, 1) == '.' && peek(scanner, 2) == '.') {
		scanner->p += 3;
		return SCMP_TOKEN_OPERATOR;
	}
	for (i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++)
		if (peek(scanner, 0) == doubles[i][0] && peek(scanner, 1) == doubles[i][1]) {
			scanner->p += 2;
			return SCMP_TOKEN_OPERATOR;
		}
	scanner->p++;
	return SCMP_TOKEN_OPERATOR;
}

static enum scmp_token_kind scan_one(struct scmp_scanner *scanner)
{
	char c = peek(scanner, 0), next = peek(scanner, 1);

	if (isdigit((unsigned char)c) ||
	    (c == '-' && isdigit((unsigned char)next) && !scmp_scanner_after_value(scanner))) {
		scanner->p++;
		while (is_word(peek(scanner, 0)) ||
		       (peek(scanner, 0) == '.' && isdigit((unsigned char)peek(scanner, 1))))
			scanner->p++;
		return SCMP_TOKEN_LITERAL;
	}
	/* $' and its like are no quotes. */
	if (c == '$' && next && strchr("~*$?!@/\\;,.=:<>\"&`'+", next)) {
		scanner->p += 2;
		return SCMP_TOKEN_WORD;
	}
	if (is_word(c) || c == '@' || c == '$') {
		scanner->p += !is_word(c);
		return scan_word(scanner);
	}
	switch (c) {
	case '\n':
		step(scanner);
		if (scanner->heredoc)
			skip_heredoc(scanner);
		return SCMP_TOKEN_NEWLINE;
	case ';':
		scanner->p++;
		return SCMP_TOKEN_SEMICOLON;
	case ',':
		scanner->p++;
		return SCMP_TOKEN_COMMA;
	case '"':
	case '\'':
	case '`':
		scanner->p++;
		skip_quoted(scanner, '\0', c, c != '\'');
		return c != '`' && ends_keyword(scanner) ? SCMP_TOKEN_KEYWORD : SCMP_TOKEN_LITERAL;
	case '(':
	case '[':
	case '{':
		scanner->p++;
		return SCMP_TOKEN_OPEN;
	case ')':
	case ']':
	case '}':
		scanner->p++;
		return SCMP_TOKEN_CLOSE;
	case ':':
		if (next != ':' && !isspace((unsigned char)next))
			return scan_symbol(scanner);
		break;
	case '%':
		if (scan_percent(scanner))
			return SCMP_TOKEN_LITERAL;
		break;
	case '?':
		if (scan_character(scanner))
			return SCMP_TOKEN_LITERAL;
		break;
	case '<':
		if (scan_heredoc(scanner))
			return SCMP_TOKEN_LITERAL;
		break;
	}
	return scan_operator(scanner);
}

struct scmp_token scmp_scanner_next(struct scmp_scanner *scanner)
{
	struct scmp_token token;

	skip_blanks(scanner);
	token = (struct scmp_token){.text = scanner->p, .line = scanner->line};
	if (scanner->p < scanner->end)
		token.kind = scan_one(scanner);
	token.length = (size_t)(scanner->p - token.text);
	if (token.kind == SCMP_TOKEN_WORD && scmp_token_is(&token, "__END__"))
		token.kind = SCMP_TOKEN_END;
	if (token.kind == SCMP_TOKEN_WORD &&
	    (scmp_token_is(&token, "and") || scmp_token_is(&token, "or") || scmp_token_is(&token, "not")))
		token.kind = SCMP_TOKEN_OPERATOR;
	return token;
}

bool scmp_scanner_opens_block(const struct scmp_scanner *scanner, const struct scmp_token *token)
{
	return token->text[0] == '{' && (scmp_scanner_after_value(scanner) || scmp_token_is(&scanner->last, "->"));
}

void scmp_scanner_take(struct scmp_scanner *scanner, const struct scmp_token *token)
{
	bool begins = token->kind == SCMP_TOKEN_OPEN ? scmp_scanner_opens_block(scanner, token)
						     : token->kind == SCMP_TOKEN_WORD && scmp_token_is(token, "do");

	if (token->kind != SCMP_TOKEN_NEWLINE)
		scanner->last = *token;
	if (begins)
		skip_parameters(scanner);
}

/* From `{` to behind its `}`: Strings within have quotes of their own. */
static void skip_interpolated(struct scmp_scanner *scanner)
{
	struct scmp_token last = scanner->last;
	int depth = 0;

	if (scanner->depth == DEPTH_MAX)
		return;
	scanner->depth++;
	scanner->last = (struct scmp_token){0};
	do {
		struct scmp_token token = scmp_scanner_next(scanner);

		if (token.kind == SCMP_TOKEN_END)
			break;
		if (token.text[0] == '{' || token.text[0] == '}')
			depth += token.kind == SCMP_TOKEN_OPEN ? 1 : -1;
		scmp_scanner_take(scanner, &token);
	} while (depth > 0);
	scanner->last = last;
	scanner->depth--;
}

bool scmp_scanner_wants_more(const struct scmp_scanner *scanner)
{
	const struct scmp_token *last = &scanner->last;

	return last->kind == SCMP_TOKEN_COMMA ||
	       (last->kind == SCMP_TOKEN_OPERATOR && !scmp_token_is(last, "..") && !scmp_token_is(last, "..."));
}

bool scmp_scanner_goes_on(const struct scmp_scanner *scanner)
{
	struct scmp_scanner ahead = *scanner;
	struct scmp_token token;

	do
		token = scmp_scanner_next(&ahead);
	while (token.kind == SCMP_TOKEN_NEWLINE);
	return token.kind == SCMP_TOKEN_OPERATOR && (scmp_token_is(&token, ".") || scmp_token_is(&token, "&."));
}
