/* SPDX-License-Identifier: MIT */
/* The texts of a policy; source.h. */
#include "source.h"

#include <ctype.h>
#include <errno.h>
#include <mruby/compile.h>
#include <mruby/error.h>
#include <mruby/proc.h>
#include <mruby/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exceptions.h"
#include "gem.h"
#include "policy.h"
#include "statement.h"
#include "swallowed.h"

#if MRUBY_RELEASE_NO < 30300 /* renamed there */
#define mrb_ccontext mrbc_context
#define mrb_ccontext_new mrbc_context_new
#define mrb_ccontext_free mrbc_context_free
#define mrb_ccontext_filename mrbc_filename
#endif

/* A policy that includes itself is found at any depth; this is against long chains. */
enum { DEPTH_MAX = 16, PATH_ROOM = 4096 };

struct source {
	const char *name, *path, *text;
	size_t length;
	int n_lines;
	int *first; /* scmp_statement_lines() */
	bool running; /* its end is not reached yet */
	struct source *next;
};

static struct source *sources;
static const struct scmp_reader *reader;
static int depth;

void scmp_source_read_by(const struct scmp_reader *how)
{
	reader = how;
}

/* By what it is called in messages, and by where it lies. */
static struct source *find(const char *name)
{
	struct source *source = sources;

	while (source && strcmp(source->name, name) != 0)
		source = source->next;
	return source;
}

static struct source *find_path(const char *path)
{
	struct source *source = sources;

	while (source && strcmp(source->path, path) != 0)
		source = source->next;
	return source;
}

static struct source *keep(const char *name, const char *path, const char *text, size_t length)
{
	struct source *source = calloc(1, sizeof(*source));
	size_t i;

	if (!source)
		return NULL;
	/* A byte order mark would be a part of the first word. */
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		length -= 3;
	}
	source->name = scmp_place_file(name, strlen(name));
	source->path = strdup(path);
	source->text = text;
	source->length = length;
	source->n_lines = 1;
	for (i = 0; i < length; i++)
		source->n_lines += text[i] == '\n';
	source->first = calloc((size_t)source->n_lines + 1, sizeof(*source->first));
	if (!source->path || !source->first)
		return NULL;
	scmp_statement_lines(text, length, source->first, source->n_lines);
	source->next = sources;
	sources = source;
	return source;
}

/* Ruby takes these bytes, even in a comment, for the end of the text: what follows would be left out in silence. */
static bool ends_early(const struct source *source)
{
	size_t i;
	int line = 1;

	for (i = 0; i < source->length; i++) {
		char c = source->text[i];

		if (c == '\0' || c == '\004' || c == '\032') {
			scmp_policy_fault(NULL, source->name, line, false,
					  "a byte 0x%02x, at which Ruby would stop reading: a policy is plain text", c);
			return true;
		}
		line += c == '\n';
	}
	return false;
}

static const char *find_line(const struct source *source, int line, size_t *length);

static void note_syntax(const struct source *source, int line, const char *message)
{
	size_t length = 0;
	const char *text = find_line(source, line, &length);
	char described[320];

	scmp_policy_fault(NULL, source->name, line, false, "%s",
			  scmp_syntax_describe(message, text ? text : "", length, described, sizeof(described)));
}

/* @told: where the text has errors they are noted */
static struct RProc *compile_text(mrb_state *mrb, const struct source *source, const char *text, size_t length,
				  bool told)
{
	mrb_ccontext *context = mrb_ccontext_new(mrb);
	struct mrb_parser_state *parser;
	struct RProc *program = NULL;
	size_t i;

	context->capture_errors = true;
	mrb_ccontext_filename(mrb, context, source->name);
	parser = mrb_parse_nstring(mrb, text, length, context);
	if (!parser) {
		scmp_policy_out_of_memory();
	} else if (parser->nerr > 0) {
		const size_t room = sizeof(parser->error_buffer) / sizeof(parser->error_buffer[0]);

		for (i = 0; told && i < parser->nerr && i < room; i++)
			note_syntax(source, parser->error_buffer[i].lineno, parser->error_buffer[i].message);
	} else {
		program = mrb_generate_code(mrb, parser);
		if (!program && told)
			scmp_policy_fault(NULL, source->name, 1, false,
					  "the policy cannot be compiled: it is too large or nested too deep");
	}
	if (parser)
		mrb_parser_free(parser);
	mrb_ccontext_free(mrb, context);
	return program;
}

/* The text as it is, or as scmp_swallowed_mend() has it where that is Ruby, too. */
static struct RProc *compile(mrb_state *mrb, const struct source *source)
{
	struct RProc *program = compile_text(mrb, source, source->text, source->length, true), *better;
	size_t length;
	char *mended;

	if (!program || !memmem(source->text, source->length, "**", 2))
		return program;
	length = scmp_swallowed_mend(source->text, source->length, NULL);
	mended = malloc(length);
	if (!mended) {
		scmp_policy_out_of_memory();
		return NULL;
	}
	scmp_swallowed_mend(source->text, source->length, mended);
	mrb_gc_protect(mrb, mrb_obj_value(program));
	better = compile_text(mrb, source, mended, length, false);
	free(mended);
	return better ? better : program;
}

/* What Ruby passes over in silence: nothing of it comes as far as the words. */
static void note_swallowed(const struct source *source)
{
	enum { FOUND_MAX = 64 };
	struct scmp_swallowed found[FOUND_MAX];
	size_t n = scmp_swallowed_find(source->text, source->length, found, FOUND_MAX), i;

	for (i = 0; i < n; i++) {
		int line = source->first[found[i].line];
		char word[32];

		snprintf(word, sizeof(word), "%.*s", (int)found[i].length, found[i].word);
		switch (found[i].kind) {
		case SCMP_SWALLOWED_KEYWORD:
			scmp_policy_fault(NULL, source->name, line, false,
					  "%s: is given twice, and Ruby keeps the last%s", word,
					  scmp_swallowed_is_option(word, strlen(word)) ? "" : ": join two tests by &");
			break;
		case SCMP_SWALLOWED_SPLAT:
			scmp_policy_fault(NULL, source->name, line, false,
					  "%s: beside ** takes the place of the %s: that ** may bring: where that is "
					  "meant say **options.merge(%s: ...)",
					  word, word, word);
			break;
		case SCMP_SWALLOWED_SPLATS:
			scmp_policy_fault(
				NULL, source->name, line, false,
				"** stands twice in one rule, and what the second brings takes the place of the "
				"first's: where that is meant say **a.merge(b)");
			break;
		case SCMP_SWALLOWED_OPERATOR:
			scmp_policy_fault(NULL, source->name, line, false,
					  "%s is Ruby's own, and keeps one of the two: `any(...) & none(...)` is both, "
					  "[any(...), none(...)] either",
					  word);
			break;
		case SCMP_SWALLOWED_VALUE:
			scmp_policy_fault(NULL, source->name, line, false,
					  "%s is Ruby's own, and keeps one of the two: [a, b] is either", word);
			break;
		case SCMP_SWALLOWED_NAME:
			scmp_policy_fault(NULL, source->name, line, false,
					  "%s is Ruby's own, and keeps one of the two: with a comma between them the "
					  "rule is for either",
					  word);
			break;
		}
		scmp_policy_point(word);
	}
}

static void run(mrb_state *mrb, struct source *source)
{
	struct RProc *program = ends_early(source) ? NULL : compile(mrb, source);

	if (!program)
		return;
	note_swallowed(source);
	mrb_top_run(mrb, program, mrb_top_self(mrb), 0);
}

void scmp_source_run(mrb_state *mrb, const char *name, const char *path, const char *text, size_t length)
{
	struct source *source = find_path(path);

	/* Run again it is the same text: sources are kept for when their files are gone. */
	if (!source)
		source = keep(name, path, text, length);
	if (!source) {
		scmp_policy_out_of_memory();
		return;
	}
	source->running = true;
	run(mrb, source);
}

/*
 * Including
 */

/* A bare name; anything else is a path, as seen from the file that includes it. */
static bool is_ready_made(const char *name)
{
	size_t length = strlen(name);

	return !strchr(name, '/') && (length < 3 || strcmp(name + length - 3, ".rb") != 0);
}

static bool path_from(const char *file, const char *name, char *path)
{
	const char *slash = strrchr(file, '/');
	int n;

	if (is_ready_made(name))
		n = snprintf(path, PATH_ROOM, "%s/%s.rb", reader->folder, name);
	else if (name[0] == '/' || !slash)
		n = snprintf(path, PATH_ROOM, "%s", name);
	else
		n = snprintf(path, PATH_ROOM, "%.*s/%s", (int)(slash - file), file, name);
	return n < PATH_ROOM;
}

/* The text, once read: a file that has changed since makes no other rules. */
static struct source *fetch(const char *name, const char *path, int *error)
{
	struct source *source = find_path(path);
	char *text = NULL;
	long length;

	if (source)
		return source;
	length = reader->read(path, &text);
	if (length >= 0)
		source = keep(name, path, text, (size_t)length);
	*error = length < 0 ? (int)-length : ENOMEM;
	return source;
}

static mrb_value run_body(mrb_state *mrb, void *data)
{
	run(mrb, data);
	return mrb_nil_value();
}

/* Its rules are there already: two policies that include the same third one go together. */
static bool is_taken(const struct scmp_policy_context *context, const struct source *source)
{
	size_t i;

	for (i = 0; i < context->context.n_rules; i++)
		if (context->context.rules[i].file == source->name)
			return true;
	return false;
}

const char *scmp_source_missing(const struct scmp_reader *from, const char *name, char *text, size_t room)
{
	char names[512], *place;
	const char *words[64], *near, *word;
	size_t n = 0;

	snprintf(names, sizeof(names), "%s", from->names);
	for (word = strtok_r(names, " ", &place); word && n < sizeof(words) / sizeof(words[0]);
	     word = strtok_r(NULL, " ", &place))
		words[n++] = word;
	near = scmp_suggest(name, words, n);
	if (near && strcmp(near, name) == 0)
		snprintf(text, room, ": `meson install` puts it there; a path finds it elsewhere");
	else if (near)
		snprintf(text, room, " (did you mean %s?)", near);
	else
		snprintf(text, room, ": they are %s", from->names);
	return text;
}

bool scmp_source_include(mrb_state *mrb, const char *name, const struct scmp_policy_context *context,
			 const struct scmp_place *place, mrb_value *exception)
{
	const struct source *includer = find(place->file);
	char path[PATH_ROOM], called[PATH_ROOM];
	struct source *source = NULL;
	mrb_bool failed = false;
	const char *why = NULL;
	char hint[320] = "";
	int error = 0;

	if (!reader)
		why = "nobody reads files here";
	else if (!path_from(includer ? includer->path : place->file, name, path) ||
		 !path_from(place->file, name, called))
		why = "the path is too long";
	else if (depth == DEPTH_MAX)
		why = "the chain of policies that include each other is too long";
	else
		source = fetch(called, path, &error);
	if (!why && !source)
		why = strerrordesc_np(error);
	if (source && source->running)
		why = "the policy includes itself";
	if (error && is_ready_made(name))
		scmp_source_missing(reader, name, hint, sizeof(hint));
	*exception = mrb_nil_value();
	if (why) {
		scmp_policy_fault(context, place->file, place->line, false, "include \"%s\": %s%s%s%s", name,
				  source || !error ? "" : path, source || !error ? "" : " cannot be read: ", why, hint);
		scmp_policy_point(name);
		return false;
	}
	if (is_taken(context, source))
		return false;
	depth++;
	source->running = true;
	*exception = mrb_protect_error(mrb, run_body, source, &failed);
	source->running = false;
	depth--;
	return true;
}

/*
 * Looking into a text
 */

bool scmp_source_is_known(const char *file)
{
	return find(file) != NULL;
}

int scmp_source_first_line(const char *file, int line)
{
	const struct source *source = find(file);

	return source && line >= 1 && line <= source->n_lines ? source->first[line] : line;
}

static const char *find_line(const struct source *source, int line, size_t *length)
{
	const char *p = source->text, *end = source->text + source->length, *stop;

	for (; line > 1 && p < end; p++)
		line -= *p == '\n';
	if (p >= end || line > 1)
		return NULL;
	stop = memchr(p, '\n', (size_t)(end - p));
	*length = (size_t)((stop ? stop : end) - p);
	if (*length > 0 && p[*length - 1] == '\r')
		--*length;
	return p;
}

static int last_line(const struct source *source, int first_line)
{
	int line = first_line;

	while (line < source->n_lines && source->first[line + 1] == first_line)
		line++;
	return line;
}

const char *scmp_source_statement(const char *file, int first_line, size_t *length)
{
	const struct source *source = find(file);
	const char *begin = source ? find_line(source, first_line, length) : NULL, *end;
	size_t rest;

	if (!begin)
		return NULL;
	end = find_line(source, last_line(source, first_line), &rest);
	*length = end ? (size_t)(end - begin) + rest : *length;
	return begin;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* As a word by itself: any is no part of many. */
static const char *find_word(const char *line, size_t length, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; n > 0 && i + n <= length; i++) {
		if (line[i] == '#' && (i == 0 || line[i - 1] == ' '))
			return NULL;
		if (memcmp(line + i, word, n) == 0 && (!is_word(word[0]) || i == 0 || !is_word(line[i - 1])) &&
		    (!is_word(word[n - 1]) || i + n == length || !is_word(line[i + n])))
			return line + i;
	}
	return NULL;
}

int scmp_source_line_of(const char *file, int first_line, const char *word)
{
	const struct source *source = find(file);
	int line, last;

	if (!source || first_line < 1 || first_line > source->n_lines)
		return 0;
	last = last_line(source, first_line);
	for (line = first_line; line <= last; line++) {
		size_t length;
		const char *text = find_line(source, line, &length);

		if (text && find_word(text, length, word))
			return line;
	}
	return 0;
}

/* What takes a column on a terminal: all but the later bytes of a character. */
static bool is_column(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t scmp_source_quote(const char *file, int line, const char *word, char *text, size_t room)
{
	const struct source *source = find(file);
	size_t length = 0, i, n;
	const char *start = source ? find_line(source, line, &length) : NULL;
	const char *at = start ? find_word(start, length, word) : NULL;

	if (!at || 2 * length + sizeof("\n    \n    ") > room)
		return 0;
	n = (size_t)sprintf(text, "\n    %.*s\n    ", (int)length, start);
	for (i = 0; i < n; i++)
		if (text[i] == '\t')
			text[i] = ' ';
	for (; start < at; start++)
		if (is_column(*start))
			text[n++] = ' ';
	for (; *word; word++)
		if (is_column(*word))
			text[n++] = '^';
	text[n] = '\0';
	return n;
}
