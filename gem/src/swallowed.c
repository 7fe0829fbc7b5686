/* SPDX-License-Identifier: MIT */
/* Looks for what Ruby swallows; swallowed.h. */
#include "swallowed.h"

#include <string.h>

#include "operands.h"
#include "search.h"

bool scmp_swallowed_is_option(const char *word, size_t length)
{
	static const char *const options[] = {"why", "log", "limit", "unknown", "default"};
	const struct scmp_token token = {.text = word, .length = length};

	return SCMP_IS_ONE_OF(&token, options);
}

/* Another list begins at this level: another call, or another statement. */
static void begin_list(struct scmp_search *search)
{
	struct scmp_level *level = scmp_search_top(search);

	search->n_keys = level->begin;
	level->splat = level->head = level->rule = level->range = false;
	level->test &= !level->group;
	level->value &= !level->group;
}

static struct scmp_level *push(struct scmp_search *search, enum scmp_opener opener)
{
	search->depth++;
	*scmp_search_top(search) = (struct scmp_level){.opener = opener, .begin = search->n_keys};
	return scmp_search_top(search);
}

static void pop(struct scmp_search *search)
{
	search->n_keys = scmp_search_top(search)->begin;
	search->depth--;
}

/*
 * Keys
 */

/* A Symbol in quotes is the same key; a String is another. */
static struct scmp_key key_of(const struct scmp_token *token)
{
	struct scmp_key key = {token->text, token->length};

	if (token->kind == SCMP_TOKEN_KEYWORD)
		key.length--;
	else if (key.text[0] == ':')
		key.text++, key.length--;
	else
		return key;
	if (key.length >= 2 && (key.text[0] == '"' || key.text[0] == '\'')) {
		key.text++;
		key.length -= 2;
	}
	return key;
}

static void check_splat(struct scmp_search *search, const struct scmp_key *key, int line)
{
	const struct scmp_level *level = scmp_search_top(search);

	if (level->splat && level->opener != SCMP_OPENER_HASH && !scmp_swallowed_is_option(key->text, key->length))
		scmp_search_note(search, SCMP_SWALLOWED_SPLAT, key->text, key->length, line);
}

static void see_key(struct scmp_search *search, const struct scmp_token *token)
{
	const struct scmp_key key = key_of(token);
	size_t begin = scmp_search_top(search)->begin;

	/* With `#{...}` in it, it may be another each time. */
	if (memchr(key.text, '#', key.length))
		return;
	if (scmp_search_has(search->keys + begin, search->n_keys - begin, &key))
		scmp_search_note(search, SCMP_SWALLOWED_KEYWORD, key.text, key.length, token->line);
	else if (search->n_keys < SCMP_SEARCH_KEYS_MAX)
		search->keys[search->n_keys++] = key;
	check_splat(search, &key, token->line);
}

static void copy(struct scmp_search *search, const char *end, const char *more)
{
	const size_t length = (size_t)(end - search->copied), n_more = strlen(more);

	if (search->mended) {
		memcpy(search->mended + search->n_mended, search->copied, length);
		memcpy(search->mended + search->n_mended + length, more, n_more);
	}
	search->n_mended += length + n_more;
	search->copied = end;
}

/* `**more`, and no power. */
static void see_splat(struct scmp_search *search, const struct scmp_token *token)
{
	struct scmp_level *level = scmp_search_top(search);
	size_t i;

	if (scmp_scanner_after_value(&search->scanner) || level->parameters || level->head)
		return;
	for (i = level->begin; i < search->n_keys && !level->splat; i++) {
		level->splat = true;
		check_splat(search, &search->keys[i], token->line);
		level->splat = false;
	}
	if (level->splat && level->rule)
		scmp_search_note(search, SCMP_SWALLOWED_SPLATS, token->text, token->length, token->line);
	level->splat = true;
	copy(search, token->text, "**{}, ");
}

/*
 * Levels
 */

static void open_bracket(struct scmp_search *search, const struct scmp_token *token)
{
	const struct scmp_token *last = &search->scanner.last, *before = &search->before;
	bool block = scmp_scanner_opens_block(&search->scanner, token), parameters = false;
	bool called = token->text[0] == '(' && token->text == last->text + last->length;
	bool own = token->text[0] == '(' && !scmp_token_is(before, "."), helper = scmp_operand_is_test(last) && own;
	bool names = scmp_operand_is_family(last) && own;
	bool comparison = scmp_token_is(last, "ARG") && own && scmp_token_is(before, "::");
	struct scmp_level *level = scmp_search_top(search);
	bool rule = called && level->rule && scmp_operand_is_action(last);
	bool first = !called && level->rule && scmp_operand_is_action(last);

	if (token->text[0] != '[') {
		parameters = level->head && token->text[0] == '(';
		level->head = false;
	}
	level->rule &= !rule;
	level = push(search, token->text[0] != '{' ? SCMP_OPENER_BRACKET
			     : block		   ? SCMP_OPENER_BLOCK
						   : SCMP_OPENER_HASH);
	level->parameters = parameters;
	level->group = token->text[0] == '(' && (first || scmp_operand_begins(last));
	level->rule = rule;
	level->test = helper;
	level->value = names || comparison || (token->text[0] == '[' && scmp_operand_begins(last));
	level->names = names;
	level->leads = scmp_token_is(comparison ? &search->path : names ? before : last, "(");
	level->assigned = scmp_token_is(helper ? before : last, "=");
	search->fresh = block;
}

/* Words that were left open within are of no more interest. */
static void close_bracket(struct scmp_search *search)
{
	const struct scmp_level inner = search->closed;
	bool value = (scmp_operand_is_value(search) && scmp_token_is(&search->before, "(")) ||
		     scmp_search_top(search)->range || (inner.value && inner.leads);

	while (search->depth > 0 && scmp_search_top(search)->opener == SCMP_OPENER_WORDS)
		pop(search);
	if (search->depth == 0)
		return;
	search->closed = *scmp_search_top(search);
	search->closed.value |= search->closed.group && value;
	search->closed.names |= search->closed.group && value && inner.names;
	pop(search);
	/* ((any 1)) */
	if (search->closed.test && search->closed.leads && scmp_search_top(search)->group)
		scmp_search_top(search)->test = true;
}

/* `if` and its like stand behind what they are about, or begin what `end` ends. */
static bool is_modifier(const struct scmp_search *search)
{
	static const char *const goes_before[] = {"then",  "else",  "do",    "begin", "ensure", "if", "unless",
						  "while", "until", "elsif", "when",  "case",	"in"};

	return !search->fresh && scmp_scanner_after_value(&search->scanner) &&
	       !(scmp_operand_is_name(&search->scanner.last) && SCMP_IS_ONE_OF(&search->scanner.last, goes_before));
}

static void see_word(struct scmp_search *search, const struct scmp_token *token)
{
	static const char *const conditional[] = {"if", "unless", "while", "until"};
	static const char *const begins[] = {"case", "begin", "def", "class", "module", "for"};
	static const char *const within[] = {"then", "else", "elsif", "when", "in", "rescue", "ensure"};
	const struct scmp_token *last = &search->scanner.last;
	struct scmp_level *level = scmp_search_top(search);

	if (scmp_token_is(last, ".") || scmp_token_is(last, "&.")) {
		level->rule |= scmp_operand_is_action(token);
		return;
	}
	if (SCMP_IS_ONE_OF(token, within) || (SCMP_IS_ONE_OF(token, conditional) && is_modifier(search))) {
		begin_list(search);
	} else if (SCMP_IS_ONE_OF(token, conditional) || SCMP_IS_ONE_OF(token, begins)) {
		level = push(search, SCMP_OPENER_WORDS);
		level->loop =
			scmp_token_is(token, "while") || scmp_token_is(token, "until") || scmp_token_is(token, "for");
		level->head = level->defines = scmp_token_is(token, "def");
	} else if (scmp_token_is(token, "do")) {
		if (level->opener == SCMP_OPENER_BRACKET)
			level->head = false;
		else
			begin_list(search);
		if (!level->loop)
			push(search, SCMP_OPENER_WORDS);
		level->loop = false;
	} else if (scmp_token_is(token, "end")) {
		if (level->opener == SCMP_OPENER_WORDS)
			pop(search);
	} else if (scmp_operand_is_test(token)) {
		scmp_operand_see_test(search);
	} else if (scmp_operand_is_family(token) && level->group && scmp_token_is(last, "(") &&
		   search->scanner.p < search->scanner.end && *search->scanner.p == ' ') {
		level->value = level->names = true;
	}
}

/* `def m(x) = x` and `def m = x`, which no `end` ends; `def m=(x)` has one. */
static bool is_endless(const struct scmp_search *search, const struct scmp_token *token)
{
	const struct scmp_token *last = &search->scanner.last;
	const struct scmp_level *level = &search->levels[search->depth];

	if (!level->defines || !scmp_token_is(token, "="))
		return false;
	return search->closed.parameters ||
	       (level->head && token->text > last->text + last->length &&
		(scmp_token_is(&search->before, "def") || scmp_token_is(&search->before, ".")));
}

static void end_statement(struct scmp_search *search)
{
	begin_list(search);
	scmp_search_top(search)->loop = false;
	search->fresh = true;
}

static void see_newline(struct scmp_search *search)
{
	enum scmp_token_kind last = search->scanner.last.kind;

	if (!scmp_scanner_wants_more(&search->scanner) && last != SCMP_TOKEN_OPEN && last != SCMP_TOKEN_KEYWORD &&
	    !scmp_scanner_goes_on(&search->scanner))
		end_statement(search);
}

static void see(struct scmp_search *search, const struct scmp_token *token)
{
	bool fresh = search->fresh;

	if (token->kind != SCMP_TOKEN_NEWLINE)
		search->fresh = false;
	switch (token->kind) {
	case SCMP_TOKEN_NEWLINE:
		see_newline(search);
		return;
	case SCMP_TOKEN_SEMICOLON:
		end_statement(search);
		break;
	case SCMP_TOKEN_OPEN:
		open_bracket(search, token);
		break;
	case SCMP_TOKEN_CLOSE:
		close_bracket(search);
		return;
	case SCMP_TOKEN_KEYWORD:
		see_key(search, token);
		break;
	case SCMP_TOKEN_WORD:
		search->fresh = fresh;
		see_word(search, token);
		search->fresh = false;
		break;
	case SCMP_TOKEN_OPERATOR:
		scmp_operand_see_operator(search, token);
		if (scmp_token_is(token, "="))
			scmp_operand_see_assigned(search);
		if (scmp_token_is(token, "::") && !scmp_token_is(&search->before, "::"))
			search->path = search->before;
		if (scmp_operand_is_range(token))
			scmp_search_top(search)->range |=
				scmp_token_is(&search->before, "(") || scmp_token_is(&search->scanner.last, "(");
		if (is_endless(search, token))
			pop(search);
		else if (scmp_token_is(token, "**"))
			see_splat(search, token);
		else if (scmp_token_is(token, "->"))
			scmp_search_top(search)->head = true;
		else if (scmp_token_is(token, "?"))
			scmp_search_top(search)->test &= !scmp_search_top(search)->group,
				scmp_search_top(search)->value &= !scmp_search_top(search)->group;
		else if (scmp_token_is(token, "=>") && search->scanner.last.kind == SCMP_TOKEN_LITERAL &&
			 strchr(":\"'", search->scanner.last.text[0]))
			see_key(search, &search->scanner.last);
		else if (scmp_token_is(token, "and") || scmp_token_is(token, "or") || scmp_token_is(token, "not"))
			begin_list(search);
		break;
	default:
		break;
	}
	search->closed = (struct scmp_level){0};
}

static void read_all(struct scmp_search *search, const char *text, size_t length)
{
	search->scanner = scmp_scanner_of(text, length);
	search->fresh = true;
	search->copied = text;
	while (search->depth + 1 < SCMP_SEARCH_DEPTH_MAX) {
		struct scmp_token token = scmp_scanner_next(&search->scanner), last = search->scanner.last;

		if (token.kind == SCMP_TOKEN_END)
			break;
		see(search, &token);
		if (token.kind != SCMP_TOKEN_NEWLINE)
			search->before = last;
		scmp_scanner_take(&search->scanner, &token);
	}
	copy(search, text + length, "");
}

size_t scmp_swallowed_find(const char *text, size_t length, struct scmp_swallowed *found, size_t room)
{
	struct scmp_search search = {.found = found, .room = room};

	read_all(&search, text, length);
	return search.n_found;
}

size_t scmp_swallowed_mend(const char *text, size_t length, char *mended)
{
	struct scmp_search search = {.mended = mended};

	read_all(&search, text, length);
	return search.n_mended;
}
