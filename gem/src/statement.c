/* SPDX-License-Identifier: MIT */
/* A scanner of Ruby's tokens, and what is read off them; statement.h. */
#include "statement.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum kind { END, NEWLINE, SEMICOLON, WORD, KEYWORD, LITERAL, OPEN, CLOSE, COMMA, OPERATOR };

struct token {
	enum kind kind;
	const char *text;
	size_t length;
	int line;
};

struct scanner {
	const char *start, *p, *end;
	int line;
	struct token last; /* the one before, newlines left out */
	const char *heredoc; /* the word that ends the text which begins on the next line */
	size_t heredoc_length;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static char peek(const struct scanner *scanner, size_t n)
{
	return n < (size_t)(scanner->end - scanner->p) ? scanner->p[n] : '\0';
}

static void step(struct scanner *scanner)
{
	if (scanner->p < scanner->end)
		scanner->line += *scanner->p++ == '\n';
}

static void skip_line(struct scanner *scanner)
{
	while (scanner->p < scanner->end && *scanner->p != '\n')
		scanner->p++;
}

/* Behind the closing character, over what is escaped or, of brackets, nested. */
static void skip_quoted(struct scanner *scanner, char open, char close)
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

/* The token before is a value, so that what follows is an operator or its argument. */
static bool after_value(const struct scanner *scanner)
{
	return scanner->last.kind == WORD || scanner->last.kind == LITERAL || scanner->last.kind == CLOSE;
}

static bool begins_comment(const struct scanner *scanner)
{
	return (scanner->p == scanner->start || scanner->p[-1] == '\n') && scanner->end - scanner->p >= 6 &&
	       memcmp(scanner->p, "=begin", 6) == 0;
}

static void skip_comment(struct scanner *scanner)
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

/* The lines of a heredoc, the one that ends it included. */
static void skip_heredoc(struct scanner *scanner)
{
	while (scanner->p < scanner->end) {
		const char *line = scanner->p;

		skip_line(scanner);
		while (line < scanner->p && (*line == ' ' || *line == '\t'))
			line++;
		if ((size_t)(scanner->p - line) == scanner->heredoc_length &&
		    memcmp(line, scanner->heredoc, scanner->heredoc_length) == 0)
			break;
		step(scanner);
	}
	scanner->heredoc = NULL;
}

static void skip_blanks(struct scanner *scanner)
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

static enum kind scan_word(struct scanner *scanner)
{
	while (is_word(peek(scanner, 0)))
		scanner->p++;
	if ((peek(scanner, 0) == '?' || peek(scanner, 0) == '!') && peek(scanner, 1) != '=')
		scanner->p++;
	if (peek(scanner, 0) == ':' && peek(scanner, 1) != ':') {
		scanner->p++;
		return KEYWORD;
	}
	return WORD;
}

/* %w(...), %i[...], %(...): only where no value stands before it, of which it would be the remainder. */
static bool scan_percent(struct scanner *scanner)
{
	size_t at = strchr("wWiIqQ", peek(scanner, 1)) && peek(scanner, 1) ? 2 : 1;
	char open = peek(scanner, at);

	if (!open || is_word(open) || isspace((unsigned char)open) || open == '=' || (at == 1 && after_value(scanner)))
		return false;
	scanner->p += at + 1;
	skip_quoted(scanner, closing(open) == open ? '\0' : open, closing(open));
	return true;
}

static bool scan_heredoc(struct scanner *scanner)
{
	size_t at = peek(scanner, 2) == '~' || peek(scanner, 2) == '-' ? 3 : 2, length = 0;

	if (peek(scanner, 1) != '<' || !isupper((unsigned char)peek(scanner, at)))
		return false;
	while (is_word(peek(scanner, at + length)))
		length++;
	scanner->heredoc = scanner->p + at;
	scanner->heredoc_length = length;
	scanner->p += at + length;
	return true;
}

/* The parameters of a block are no operators: `{ |rule|`. */
static void skip_parameters(struct scanner *scanner)
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

static enum kind scan_symbol(struct scanner *scanner)
{
	scanner->p++;
	if (peek(scanner, 0) == '"' || peek(scanner, 0) == '\'') {
		char quote = peek(scanner, 0);

		scanner->p++;
		skip_quoted(scanner, '\0', quote);
	} else if (is_word(peek(scanner, 0))) {
		while (is_word(peek(scanner, 0)))
			scanner->p++;
		if (peek(scanner, 0) == '?' || peek(scanner, 0) == '!')
			scanner->p++;
	} else {
		while (peek(scanner, 0) && strchr("<>=!~+-*/%&|^[]", peek(scanner, 0)))
			scanner->p++;
	}
	return LITERAL;
}

static enum kind scan_operator(struct scanner *scanner)
{
	static const char *const doubles[] = {
		"&&", "||", "::", "->", "==", "!=", "<=", ">=", "=~", "<<", ">>", "..", "**", "&."};
	size_t i;

	for (i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++)
		if (peek(scanner, 0) == doubles[i][0] && peek(scanner, 1) == doubles[i][1]) {
			scanner->p += 2;
			return OPERATOR;
		}
	scanner->p++;
	return OPERATOR;
}

static enum kind scan_one(struct scanner *scanner)
{
	char c = peek(scanner, 0), next = peek(scanner, 1);

	if (isdigit((unsigned char)c)) {
		while (is_word(peek(scanner, 0)))
			scanner->p++;
		return LITERAL;
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
		return NEWLINE;
	case ';':
		scanner->p++;
		return SEMICOLON;
	case ',':
		scanner->p++;
		return COMMA;
	case '"':
	case '\'':
	case '`':
		scanner->p++;
		skip_quoted(scanner, '\0', c);
		return LITERAL;
	case '(':
	case '[':
	case '{':
		scanner->p++;
		return OPEN;
	case ')':
	case ']':
	case '}':
		scanner->p++;
		return CLOSE;
	case ':':
		if (next != ':' && !isspace((unsigned char)next))
			return scan_symbol(scanner);
		break;
	case '%':
		if (scan_percent(scanner))
			return LITERAL;
		break;
	case '<':
		if (scan_heredoc(scanner))
			return LITERAL;
		break;
	}
	return scan_operator(scanner);
}

static bool is(const struct token *token, const char *text)
{
	return token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}

static struct token next_token(struct scanner *scanner)
{
	struct token token;

	skip_blanks(scanner);
	token = (struct token){.text = scanner->p, .line = scanner->line};
	if (scanner->p < scanner->end)
		token.kind = scan_one(scanner);
	token.length = (size_t)(scanner->p - token.text);
	if (token.kind == WORD && is(&token, "__END__"))
		token.kind = END;
	if (token.kind == WORD && (is(&token, "and") || is(&token, "or") || is(&token, "not")))
		token.kind = OPERATOR;
	return token;
}

/* A brace behind a value begins a block, elsewhere a Hash. */
static bool opens_block(const struct scanner *scanner, const struct token *token)
{
	return token->text[0] == '{' && (after_value(scanner) || is(&scanner->last, "->"));
}

/* Remembers the token, and passes over the parameters of a block that it begins. */
static void take(struct scanner *scanner, const struct token *token)
{
	bool begins = token->kind == OPEN ? opens_block(scanner, token) : token->kind == WORD && is(token, "do");

	if (token->kind != NEWLINE)
		scanner->last = *token;
	if (begins)
		skip_parameters(scanner);
}

/*
 * Statements
 */

enum { DEPTH_MAX = 64 };

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

/* The next line goes on where this one has ended: `.load`. */
static bool goes_on(const struct scanner *scanner)
{
	struct scanner ahead = *scanner;
	struct token token;

	do
		token = next_token(&ahead);
	while (token.kind == NEWLINE);
	return token.kind == OPERATOR && (is(&token, ".") || is(&token, "&."));
}

static bool is_open(const struct nesting *nesting)
{
	return nesting->depth > 0 && !nesting->block[nesting->depth - 1];
}

static int nest(struct nesting *nesting, const struct scanner *scanner, const struct token *token, int statement)
{
	if (token->kind == OPEN && nesting->depth < DEPTH_MAX) {
		bool block = opens_block(scanner, token);

		nesting->block[nesting->depth] = block;
		nesting->outer[nesting->depth++] = statement;
		return block ? 0 : statement;
	}
	if (token->kind == CLOSE && nesting->depth > 0)
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
	struct scanner scanner = {.start = text, .p = text, .end = text + length, .line = 1};
	struct nesting nesting = {0};
	struct blocks blocks = {0};
	size_t indent = 0; /* of the statement */
	int statement = 0, told = 1, line;

	for (line = 1; line <= n_lines; line++)
		first[line] = line;
	for (;;) {
		struct token token = next_token(&scanner);
		bool ends = token.kind == SEMICOLON || (token.kind == WORD && is(&token, "do"));

		if (token.kind == END)
			return;
		if (token.kind == NEWLINE)
			ends = !is_open(&nesting) && scanner.last.kind != OPERATOR && scanner.last.kind != COMMA &&
			       !goes_on(&scanner);
		else if (!statement && !ends) {
			statement = token.line;
			indent = indent_of(text, token.text);
		}
		/* Lines that have begun since, in a String or behind a line's end. */
		for (; told < scanner.line; told++)
			if (told < n_lines && statement && !(token.kind == NEWLINE && ends))
				first[told + 1] = statement;
		if (token.kind == OPEN || token.kind == CLOSE)
			statement = nest(&nesting, &scanner, &token, statement);
		if (token.kind == WORD && is(&token, "do"))
			open_block(&blocks, statement, indent);
		if (token.kind == WORD && is(&token, "end") && statement == token.line && token.line <= n_lines) {
			int opened = close_block(&blocks, indent_of(text, token.text));

			first[token.line] = opened ? opened : token.line;
		}
		if (ends && !is_open(&nesting))
			statement = 0;
		take(&scanner, &token);
	}
}

/*
 * What Ruby swallows
 */

enum { SEEN_MAX = 64 };

/* The keywords of the brackets that are open. */
struct seen {
	int depth;
	size_t begin[DEPTH_MAX + 1]; /* where those of each bracket begin */
	size_t n;
	struct token keywords[SEEN_MAX];
};

static bool seen_before(struct seen *seen, const struct token *token)
{
	size_t i;

	for (i = seen->begin[seen->depth]; i < seen->n; i++)
		if (seen->keywords[i].length == token->length &&
		    memcmp(seen->keywords[i].text, token->text, token->length) == 0)
			return true;
	if (seen->n < SEEN_MAX)
		seen->keywords[seen->n++] = *token;
	return false;
}

static bool is_helper(const struct token *token)
{
	static const char *const helpers[] = {"any", "all", "none", "only", "mask", "not_in", "accmode"};
	size_t i;

	for (i = 0; token->kind == WORD && i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (is(token, helpers[i]))
			return true;
	return false;
}

enum scmp_swallowed scmp_statement_swallowed(const char *text, size_t length, const char **word, size_t *word_length)
{
	struct scanner scanner = {.start = text, .p = text, .end = text + length, .line = 1};
	struct seen seen = {0};
	bool helper[DEPTH_MAX + 1] = {false}; /* the bracket is that of a helper's arguments */
	bool after_helper = false;

	for (;;) {
		struct token token = next_token(&scanner);
		bool was_helper = after_helper;

		*word = token.text;
		*word_length = token.length;
		after_helper = false;
		switch (token.kind) {
		case END:
			return SCMP_SWALLOWED_NOTHING;
		case OPEN:
			if (seen.depth == DEPTH_MAX)
				return SCMP_SWALLOWED_NOTHING;
			seen.begin[++seen.depth] = seen.n;
			helper[seen.depth] = token.text[0] == '(' && is_helper(&scanner.last);
			break;
		case CLOSE:
			if (seen.depth > 0) {
				after_helper = helper[seen.depth];
				seen.n = seen.begin[seen.depth--];
			}
			break;
		case SEMICOLON:
			seen.n = seen.begin[seen.depth];
			break;
		case KEYWORD:
			if (seen_before(&seen, &token)) {
				--*word_length;
				return SCMP_SWALLOWED_KEYWORD;
			}
			break;
		case OPERATOR:
			if (was_helper &&
			    (is(&token, "&&") || is(&token, "||") || is(&token, "and") || is(&token, "or")))
				return SCMP_SWALLOWED_OPERATOR;
			break;
		default:
			break;
		}
		take(&scanner, &token);
	}
}

bool scmp_statement_assigned(const char *text, size_t length, const char **word, size_t *word_length)
{
	struct scanner scanner = {.start = text, .p = text, .end = text + length, .line = 1};
	struct token before = {0};

	for (;;) {
		struct token token = next_token(&scanner), last = scanner.last;

		if (token.kind == END)
			return false;
		if (token.kind == OPERATOR && is(&token, "=") && peek(&scanner, 0) != '>' && last.kind == WORD &&
		    before.kind == COMMA) {
			*word = last.text;
			*word_length = last.length;
			return true;
		}
		if (token.kind != NEWLINE)
			before = last;
		take(&scanner, &token);
	}
}
