/* SPDX-License-Identifier: MIT */
/* Looks for what Ruby swallows; swallowed.h. */
#include "swallowed.h"

#include <string.h>

#include "token.h"

/* mruby refuses what is nested more than 256 deep. */
enum { DEPTH_MAX = 512, KEYS_MAX = 64, NAMES_MAX = 64 };

enum opener { BRACKET, BLOCK, HASH, WORDS };

/* What is open, a bracket or what `end` ends; and what is known of the list that is being read in it. */
struct level {
	enum opener opener;
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
struct key {
	const char *text;
	size_t length;
};

struct search {
	struct scmp_scanner scanner;
	struct scmp_token before; /* the one before the scanner's last */
	struct scmp_token path; /* the one before `File` in `File::RDWR` */
	struct level levels[DEPTH_MAX];
	size_t depth; /* of the innermost level */
	struct key keys[KEYS_MAX];
	size_t n_keys;
	struct key tests[NAMES_MAX]; /* variables to which a helper's test was given */
	size_t n_tests;
	struct key doubtful[NAMES_MAX]; /* constants that may be nil */
	size_t n_doubtful;
	bool fresh; /* a statement begins here */
	struct level closed; /* the bracket that has ended just before, or nothing */
	struct scmp_swallowed *found;
	size_t n_found, room;
	char *mended; /* where the text is copied to, mended; or NULL */
	const char *copied; /* so far */
	size_t n_mended;
};

static bool is_one_of(const struct scmp_token *token, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (scmp_token_is(token, words[i]))
			return true;
	return false;
}

#define IS_ONE_OF(token, words) is_one_of(token, words, sizeof(words) / sizeof((words)[0]))

bool scmp_swallowed_is_option(const char *word, size_t length)
{
	static const char *const options[] = {"why", "log", "limit", "unknown", "default"};
	const struct scmp_token token = {.text = word, .length = length};

	return IS_ONE_OF(&token, options);
}

static bool is_helper(const struct scmp_token *token)
{
	static const char *const helpers[] = {"any", "all", "none", "only", "mask", "not_in", "accmode"};

	return token->kind == SCMP_TOKEN_WORD && IS_ONE_OF(token, helpers);
}

static bool is_family(const struct scmp_token *token)
{
	static const char *const families[] = {"family", "on_arch"};

	return token->kind == SCMP_TOKEN_WORD && IS_ONE_OF(token, families);
}

static bool is_action(const struct scmp_token *token)
{
	static const char *const actions[] = {"allow", "errno", "return", "kill",     "kill_process", "kill_thread",
					      "log",   "trace", "trap",	  "add_rule", "silence"};

	return token->kind == SCMP_TOKEN_WORD && IS_ONE_OF(token, actions);
}

static struct level *top(struct search *search)
{
	return &search->levels[search->depth];
}

static void note(struct search *search, enum scmp_swallowed_kind kind, const char *word, size_t length, int line)
{
	if (search->n_found < search->room)
		search->found[search->n_found++] = (struct scmp_swallowed){kind, word, length, line};
}

/* Another list begins at this level: another call, or another statement. */
static void begin_list(struct search *search)
{
	struct level *level = top(search);

	search->n_keys = level->begin;
	level->splat = level->head = level->rule = level->range = false;
	level->test &= !level->group;
	level->value &= !level->group;
}

static struct level *push(struct search *search, enum opener opener)
{
	search->depth++;
	*top(search) = (struct level){.opener = opener, .begin = search->n_keys};
	return top(search);
}

static void pop(struct search *search)
{
	search->n_keys = top(search)->begin;
	search->depth--;
}

/*
 * Keys
 */

/* A Symbol in quotes is the same key; a String is another. */
static struct key key_of(const struct scmp_token *token)
{
	struct key key = {token->text, token->length};

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

static bool is_among(const struct key *keys, size_t n, const struct key *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (keys[i].length == key->length && memcmp(keys[i].text, key->text, key->length) == 0)
			return true;
	return false;
}

static void check_splat(struct search *search, const struct key *key, int line)
{
	const struct level *level = top(search);

	if (level->splat && level->opener != HASH && !scmp_swallowed_is_option(key->text, key->length))
		note(search, SCMP_SWALLOWED_SPLAT, key->text, key->length, line);
}

static void see_key(struct search *search, const struct scmp_token *token)
{
	const struct key key = key_of(token);
	size_t begin = top(search)->begin;

	/* With `#{...}` in it, it may be another each time. */
	if (memchr(key.text, '#', key.length))
		return;
	if (is_among(search->keys + begin, search->n_keys - begin, &key))
		note(search, SCMP_SWALLOWED_KEYWORD, key.text, key.length, token->line);
	else if (search->n_keys < KEYS_MAX)
		search->keys[search->n_keys++] = key;
	check_splat(search, &key, token->line);
}

static void copy(struct search *search, const char *end, const char *more)
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
static void see_splat(struct search *search, const struct scmp_token *token)
{
	struct level *level = top(search);
	size_t i;

	if (scmp_scanner_after_value(&search->scanner) || level->parameters || level->head)
		return;
	for (i = level->begin; i < search->n_keys && !level->splat; i++) {
		level->splat = true;
		check_splat(search, &search->keys[i], token->line);
		level->splat = false;
	}
	if (level->splat && level->rule)
		note(search, SCMP_SWALLOWED_SPLATS, token->text, token->length, token->line);
	level->splat = true;
	copy(search, token->text, "**{}, ");
}

/*
 * Operands
 */

/* What stands here is the whole of what stands to the left of an operator. */
static bool begins_operand(const struct scmp_token *before)
{
	return before->kind == SCMP_TOKEN_KEYWORD || before->kind == SCMP_TOKEN_OPEN ||
	       before->kind == SCMP_TOKEN_COMMA || scmp_token_is(before, "=") || scmp_token_is(before, "=>");
}

static bool is_range(const struct scmp_token *token)
{
	return scmp_token_is(token, "..") || scmp_token_is(token, "...");
}

/* What stands here is given to a rule, or stands in a bracket that is. */
static bool is_in_rule(const struct search *search)
{
	size_t depth = search->depth;

	while (depth > 0 && !search->levels[depth].rule &&
	       (search->levels[depth].group || search->levels[depth].value || search->levels[depth].test ||
		search->levels[depth].opener == HASH))
		depth--;
	return search->levels[depth].rule;
}

static bool is_name(const struct scmp_token *token)
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
	return is_name(token);
}

/* `DEBUG = ENV["DEBUG"]` */
static void see_assigned(struct search *search)
{
	struct scmp_scanner ahead = search->scanner;
	const struct scmp_token *last = &search->scanner.last;
	struct scmp_token token = scmp_scanner_next(&ahead);

	if (is_capitals(last) && token.kind == SCMP_TOKEN_WORD && !is_helper(&token) && search->n_doubtful < NAMES_MAX)
		search->doubtful[search->n_doubtful++] = (struct key){last->text, last->length};
}

/* `TEST = any(...)` */
static void see_helper(struct search *search)
{
	const struct scmp_token *last = &search->scanner.last;

	if (scmp_token_is(last, "=") && is_name(&search->before) && search->n_tests < NAMES_MAX)
		search->tests[search->n_tests++] = (struct key){search->before.text, search->before.length};
	if (scmp_token_is(last, "(") && top(search)->group)
		top(search)->test = true;
}

/* A variable may hold nothing, as `common || any(...)` expects; a constant does not. */
static bool is_test(const struct search *search, const struct scmp_token *operator)
{
	const struct scmp_token *last = &search->scanner.last;
	const struct key key = {last->text, last->length};

	return is_name(last) && begins_operand(&search->before) && is_among(search->tests, search->n_tests, &key) &&
	       (is_constant(last) || scmp_token_is(operator, "&&"));
}

/* `fd: 3 or 4`, and not `check 3 or raise "why"`. */
/* 3, 1..3, and of what a rule is given A: all of it to the left of what comes next */
static bool is_value(const struct search *search)
{
	const struct level *level = &search->levels[search->depth];
	const struct scmp_token *last = &search->scanner.last;
	const struct scmp_token *before = scmp_token_is(&search->before, "::") ? &search->path : &search->before;
	const struct key key = {last->text, last->length};
	bool begins = is_range(before) || (begins_operand(before) && !scmp_token_is(before, "=")) ||
		      (level->rule && is_action(before));

	if (level->parameters || level->head || !begins)
		return false;
	return last->kind == SCMP_TOKEN_LITERAL ||
	       (is_capitals(last) && is_in_rule(search) && !is_among(search->doubtful, search->n_doubtful, &key));
}

/* `rule.kill :a`: no argument's value */
static bool is_syscall(const struct search *search)
{
	return search->scanner.last.text[0] == ':' && search->levels[search->depth].rule &&
	       search->before.kind != SCMP_TOKEN_KEYWORD && !scmp_token_is(&search->before, "=>");
}

static bool is_helper_next(const struct search *search)
{
	struct scmp_scanner ahead = search->scanner;
	struct scmp_token token = scmp_scanner_next(&ahead);

	return is_helper(&token);
}

static bool is_value_next(const struct search *search)
{
	struct scmp_scanner ahead = search->scanner;
	struct scmp_token token;

	token = scmp_scanner_next(&ahead);
	return token.kind == SCMP_TOKEN_LITERAL || is_helper(&token) || is_family(&token) ||
	       scmp_token_is(&token, "(") || scmp_token_is(&token, "Seccomp") ||
	       (is_capitals(&token) && is_in_rule(search));
}

/* To the left stands what is true of itself, so that one of the two is never looked at. */
static void see_operator(struct search *search, const struct scmp_token *token)
{
	bool both = scmp_token_is(token, "&&") || scmp_token_is(token, "||"), and = scmp_token_is(token, "and");
	bool closed = search->closed.value && !search->closed.assigned && !top(search)->parameters;
	bool name = is_value(search) && is_syscall(search), names = name || search->closed.names;
	/* Of a condition in a syscall's place there is more to say. */
	bool value = closed || (is_value(search) && !(name && is_helper_next(search))), swallows = false;
	bool test = search->closed.test || (both && is_test(search, token));

	if (both)
		swallows = value || test;
	else if (and&&(search->closed.assigned || scmp_token_is(&search->before, "=")))
		swallows = false;
	else if (and || scmp_token_is(token, "or"))
		swallows = test || (value && is_value_next(search));
	if (swallows)
		note(search,
		     test    ? SCMP_SWALLOWED_OPERATOR
		     : names ? SCMP_SWALLOWED_NAME
			     : SCMP_SWALLOWED_VALUE,
		     token->text, token->length, token->line);
}

/*
 * Levels
 */

static void open_bracket(struct search *search, const struct scmp_token *token)
{
	const struct scmp_token *last = &search->scanner.last, *before = &search->before;
	bool block = scmp_scanner_opens_block(&search->scanner, token), parameters = false;
	bool called = token->text[0] == '(' && token->text == last->text + last->length;
	bool own = token->text[0] == '(' && !scmp_token_is(before, "."), helper = is_helper(last) && own;
	bool names = is_family(last) && own;
	bool comparison = scmp_token_is(last, "ARG") && own && scmp_token_is(before, "::");
	struct level *level = top(search);
	bool rule = called && level->rule && is_action(last);
	bool first = !called && level->rule && is_action(last);

	if (token->text[0] != '[') {
		parameters = level->head && token->text[0] == '(';
		level->head = false;
	}
	level->rule &= !rule;
	level = push(search, token->text[0] != '{' ? BRACKET : block ? BLOCK : HASH);
	level->parameters = parameters;
	level->group = token->text[0] == '(' && (first || begins_operand(last));
	level->rule = rule;
	level->test = helper;
	level->value = names || comparison || (token->text[0] == '[' && begins_operand(last));
	level->names = names;
	level->leads = scmp_token_is(comparison ? &search->path : names ? before : last, "(");
	level->assigned = scmp_token_is(helper ? before : last, "=");
	search->fresh = block;
}

/* Words that were left open within are of no more interest. */
static void close_bracket(struct search *search)
{
	const struct level inner = search->closed;
	bool value = (is_value(search) && scmp_token_is(&search->before, "(")) || top(search)->range ||
		     (inner.value && inner.leads);

	while (search->depth > 0 && top(search)->opener == WORDS)
		pop(search);
	if (search->depth == 0)
		return;
	search->closed = *top(search);
	search->closed.value |= search->closed.group && value;
	search->closed.names |= search->closed.group && value && inner.names;
	pop(search);
	/* ((any 1)) */
	if (search->closed.test && search->closed.leads && top(search)->group)
		top(search)->test = true;
}

/* `if` and its like stand behind what they are about, or begin what `end` ends. */
static bool is_modifier(const struct search *search)
{
	static const char *const goes_before[] = {"then",  "else",  "do",    "begin", "ensure", "if", "unless",
						  "while", "until", "elsif", "when",  "case",	"in"};

	return !search->fresh && scmp_scanner_after_value(&search->scanner) &&
	       !(is_name(&search->scanner.last) && IS_ONE_OF(&search->scanner.last, goes_before));
}

static void see_word(struct search *search, const struct scmp_token *token)
{
	static const char *const conditional[] = {"if", "unless", "while", "until"};
	static const char *const begins[] = {"case", "begin", "def", "class", "module", "for"};
	static const char *const within[] = {"then", "else", "elsif", "when", "in", "rescue", "ensure"};
	const struct scmp_token *last = &search->scanner.last;
	struct level *level = top(search);

	if (scmp_token_is(last, ".") || scmp_token_is(last, "&.")) {
		level->rule |= is_action(token);
		return;
	}
	if (IS_ONE_OF(token, within) || (IS_ONE_OF(token, conditional) && is_modifier(search))) {
		begin_list(search);
	} else if (IS_ONE_OF(token, conditional) || IS_ONE_OF(token, begins)) {
		level = push(search, WORDS);
		level->loop =
			scmp_token_is(token, "while") || scmp_token_is(token, "until") || scmp_token_is(token, "for");
		level->head = level->defines = scmp_token_is(token, "def");
	} else if (scmp_token_is(token, "do")) {
		if (level->opener == BRACKET)
			level->head = false;
		else
			begin_list(search);
		if (!level->loop)
			push(search, WORDS);
		level->loop = false;
	} else if (scmp_token_is(token, "end")) {
		if (level->opener == WORDS)
			pop(search);
	} else if (is_helper(token)) {
		see_helper(search);
	} else if (is_family(token) && level->group && scmp_token_is(last, "(") &&
		   search->scanner.p < search->scanner.end && *search->scanner.p == ' ') {
		level->value = level->names = true;
	}
}

/* `def m(x) = x` and `def m = x`, which no `end` ends; `def m=(x)` has one. */
static bool is_endless(const struct search *search, const struct scmp_token *token)
{
	const struct scmp_token *last = &search->scanner.last;
	const struct level *level = &search->levels[search->depth];

	if (!level->defines || !scmp_token_is(token, "="))
		return false;
	return search->closed.parameters ||
	       (level->head && token->text > last->text + last->length &&
		(scmp_token_is(&search->before, "def") || scmp_token_is(&search->before, ".")));
}

static void end_statement(struct search *search)
{
	begin_list(search);
	top(search)->loop = false;
	search->fresh = true;
}

static void see_newline(struct search *search)
{
	enum scmp_token_kind last = search->scanner.last.kind;

	if (!scmp_scanner_wants_more(&search->scanner) && last != SCMP_TOKEN_OPEN && last != SCMP_TOKEN_KEYWORD &&
	    !scmp_scanner_goes_on(&search->scanner))
		end_statement(search);
}

static void see(struct search *search, const struct scmp_token *token)
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
		see_operator(search, token);
		if (scmp_token_is(token, "="))
			see_assigned(search);
		if (scmp_token_is(token, "::") && !scmp_token_is(&search->before, "::"))
			search->path = search->before;
		if (is_range(token))
			top(search)->range |=
				scmp_token_is(&search->before, "(") || scmp_token_is(&search->scanner.last, "(");
		if (is_endless(search, token))
			pop(search);
		else if (scmp_token_is(token, "**"))
			see_splat(search, token);
		else if (scmp_token_is(token, "->"))
			top(search)->head = true;
		else if (scmp_token_is(token, "?"))
			top(search)->test &= !top(search)->group, top(search)->value &= !top(search)->group;
		else if (scmp_token_is(token, "=>") && search->scanner.last.kind == SCMP_TOKEN_LITERAL &&
			 strchr(":\"'", search->scanner.last.text[0]))
			see_key(search, &search->scanner.last);
		else if (scmp_token_is(token, "and") || scmp_token_is(token, "or") || scmp_token_is(token, "not"))
			begin_list(search);
		break;
	default:
		break;
	}
	search->closed = (struct level){0};
}

static void read_all(struct search *search, const char *text, size_t length)
{
	search->scanner = scmp_scanner_of(text, length);
	search->fresh = true;
	search->copied = text;
	while (search->depth + 1 < DEPTH_MAX) {
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
	struct search search = {.found = found, .room = room};

	read_all(&search, text, length);
	return search.n_found;
}

size_t scmp_swallowed_mend(const char *text, size_t length, char *mended)
{
	struct search search = {.mended = mended};

	read_all(&search, text, length);
	return search.n_mended;
}
