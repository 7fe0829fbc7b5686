/* SPDX-License-Identifier: MIT */
/* Exceptions of a policy as messages; exceptions.h. */
#include "exceptions.h"

#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <mruby/version.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "place.h"
#include "policy.h"

/* A function of libmruby in every version; its header moved. */
#if MRUBY_RELEASE_NO >= 30200
#include <mruby/internal.h>
#endif

/* Not to be seen from Ruby, as it does not begin with @. */
#define TOKEN mrb_intern_lit(mrb, "token")

void scmp_exception_raise(mrb_state *mrb, const char *class, const char *token, const char *format, ...)
{
	mrb_value exception;
	va_list arguments;
	char text[320];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	exception = mrb_exc_new(mrb, mrb_class_get(mrb, class), text, strlen(text));
	mrb_iv_set(mrb, exception, TOKEN, mrb_str_new_cstr(mrb, token));
	mrb_exc_raise(mrb, exception);
}

/* What mruby says by itself, where that is of no help. */
static const struct hint {
	const char *class, *text, *instead;
} hints[] = {
	{"RangeError", "integer overflow",
	 "a number of more than 63 bits is written as a String, as \"0xffffffff00000000\""},
	{"LocalJumpError", "unexpected return", "return leaves a method, and here is none: next ends a block"},
	{"LocalJumpError", "unexpected yield", "yield runs the block of a method, and here is none"},
	{"NotImplementedError", "backquotes not implemented", "backquotes run a command: a policy runs none"},
	{"TypeError", "exception class/object expected", "raise takes a text or an exception: raise \"why\""},
};

/* The innermost method: where the words have been called wrongly, one of theirs. */
static void method_of(mrb_state *mrb, mrb_value exception, char *name, size_t room)
{
	mrb_value backtrace = mrb_exc_backtrace(mrb, exception), first;
	const char *in = NULL;

	name[0] = '\0';
	if (!mrb_array_p(backtrace) || RARRAY_LEN(backtrace) == 0)
		return;
	first = RARRAY_PTR(backtrace)[0];
	if (mrb_string_p(first))
		in = strstr(mrb_string_cstr(mrb, first), ":in ");
	if (in)
		snprintf(name, room, "%s", strrchr(in, '.') ? strrchr(in, '.') + 1 : in + strlen(":in "));
}

struct describing {
	mrb_value exception;
	struct scmp_exception *described;
};

static mrb_value describe(mrb_state *mrb, void *data)
{
	static const char wrong_number[] = "wrong number of arguments", no_hash[] = " cannot be converted to Hash";
	struct describing *describing = data;
	mrb_value exception = describing->exception, token = mrb_iv_get(mrb, exception, TOKEN), text;
	struct scmp_exception *to = describing->described;
	const char *class = mrb_obj_classname(mrb, exception);
	char message[256];
	size_t i;

	text = mrb_obj_as_string(mrb, mrb_funcall(mrb, exception, "message", 0));
	snprintf(message, sizeof(message), "%.*s", (int)RSTRING_LEN(text), RSTRING_PTR(text));
	if (mrb_string_p(token)) {
		snprintf(to->text, sizeof(to->text), "%s", message);
		snprintf(to->token, sizeof(to->token), "%s", mrb_string_cstr(mrb, token));
		return mrb_true_value();
	}
	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(hints[i].class, class) == 0 && strncmp(message, hints[i].text, strlen(hints[i].text)) == 0) {
			snprintf(to->text, sizeof(to->text), "%s", hints[i].instead);
			return mrb_true_value();
		}
	if (strcmp(class, "TypeError") == 0 && strstr(message, no_hash)) {
		snprintf(to->text, sizeof(to->text), "** takes a Hash of keywords, and here stands %.*s",
			 (int)(strstr(message, no_hash) - message), message);
		return mrb_true_value();
	}
	if (strcmp(class, "ArgumentError") == 0 && strncmp(message, wrong_number, strlen(wrong_number)) == 0) {
		method_of(mrb, exception, to->token, sizeof(to->token));
		snprintf(to->text, sizeof(to->text), "%s%s%s", to->token, to->token[0] ? ": " : "", message);
		return mrb_true_value();
	}
	snprintf(to->text, sizeof(to->text), "%s (%.64s)", message[0] ? message : "an exception without a message",
		 class);
	return mrb_true_value();
}

bool scmp_exception_describe(mrb_state *mrb, mrb_value exception, struct scmp_exception *described)
{
	struct describing describing = {exception, described};
	int arena = mrb_gc_arena_save(mrb);
	mrb_bool failed = false;

	*described = (struct scmp_exception){.text = "an exception that cannot be described"};
	mrb_protect_error(mrb, describe, &describing, &failed);
	mrb_gc_arena_restore(mrb, arena);
	return !failed;
}

void scmp_exception_note(mrb_state *mrb, mrb_value exception)
{
	struct scmp_place place = scmp_place_of(mrb, exception);
	struct scmp_exception described;

	scmp_exception_describe(mrb, exception, &described);
	scmp_policy_fault(NULL, place.file, place.line, false, "%s", described.text);
	scmp_policy_point(described.token);
}

/* bison's names of mruby's tokens that its messages show as they are. */
static const char *token_text(const char *token, size_t length, char *text, size_t room)
{
	static const char keyword[] = "keyword_";
	const size_t n = sizeof(keyword) - 1;

	/* "'end'" is what keyword_end was before mruby 3.3. */
	if (length > 4 && memcmp(token, "\"'", 2) == 0)
		snprintf(text, room, "`%.*s`", (int)(length - 4), token + 2);
	else if (length == 4 && memcmp(token, "$end", 4) == 0)
		snprintf(text, room, "the end of the file");
	else if (length > n && memcmp(token, keyword, n) == 0)
		snprintf(text, room, "`%.*s`", (int)strcspn(token + n, "_, "), token + n);
	else if (length == 7 && memcmp(token, "tLAMBEG", 7) == 0)
		snprintf(text, room, "`{`");
	else
		snprintf(text, room, "%.*s", (int)length, token);
	return text;
}

/* An operator behind a keyword: `fd: > 2`. */
static bool is_comparison(const char *message, const char *line, size_t length)
{
	static const char unexpected[] = "unexpected ";
	const char *token = strstr(message, unexpected);
	size_t i;

	token = token ? token + sizeof(unexpected) - 1 : "";
	token += *token == '\'';
	for (i = 0; strchr("<>=!", *token) && *token && i + 2 < length; i++)
		if (line[i] == ':' && line[i + 1] == ' ' && line[i + 2] == *token)
			return true;
	return false;
}

const char *scmp_syntax_describe(const char *message, const char *line, size_t length, char *text, size_t room)
{
	char word[64];
	size_t n = 0;

	if (strcmp(message, "syntax error, unexpected $end, expecting keyword_end") == 0 ||
	    strcmp(message, "syntax error, unexpected end of file, expecting \"'end'\"") == 0)
		return "syntax error: the file ends where an `end` is missing";
	while (*message && n + sizeof(word) < room) {
		size_t size = strcspn(message, ", ");

		n += (size_t)snprintf(text + n, room - n, "%s", token_text(message, size, word, sizeof(word)));
		message += size;
		while (*message == ',' || *message == ' ')
			text[n++] = *message++;
	}
	text[n] = '\0';
	if (is_comparison(text, line, length))
		snprintf(text + n, room - n,
			 ": a condition has no operator, `fd: 3`; not_in(3) is any other value, 3..9 a range");
	return text;
}
