/* SPDX-License-Identifier: MIT */
/*
 * scmp ruby, called by main.c: read, parse and run one script.
 *
 * mruby's own front end (mrb_load_file) keeps the first parse error only and
 * does not name the file in it, so the steps are taken one by one here.
 */
#include <errno.h>
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/compile.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <mruby/version.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gem.h"
#include "process.h"
#include "ruby.h"
#include "source.h"

#if MRUBY_RELEASE_NO < 30300 /* renamed there */
#define mrb_ccontext mrbc_context
#define mrb_ccontext_new mrbc_context_new
#define mrb_ccontext_filename mrbc_filename
#endif

/* read_file() - the whole of `file`, malloc'ed; NULL with errno set */
static char *read_file(const char *file, size_t *length)
{
	FILE *stream = fopen(file, "re");
	char *text = NULL;
	size_t size = 0;

	if (!stream)
		return NULL;
	*length = 0;
	do {
		if (*length == size) {
			char *more;

			size = size ? 2 * size : 4096;
			more = realloc(text, size);
			if (!more)
				break;
			text = more;
		}
		*length += fread(text + *length, 1, size - *length, stream);
	} while (!feof(stream) && !ferror(stream));

	/* A directory can be opened; only reading it fails. */
	if (!feof(stream)) {
		int saved = errno;

		free(text);
		text = NULL;
		errno = saved;
	}
	fclose(stream);
	return text;
}

/* Write the text of a String, NUL bytes and all. */
static void write_text(mrb_value value)
{
	if (mrb_string_p(value))
		fwrite(RSTRING_PTR(value), 1, RSTRING_LEN(value), stderr);
}

static mrb_value report_body(mrb_state *mrb, void *userdata)
{
	mrb_value exception = *(mrb_value *)userdata;
	mrb_value message = mrb_funcall(mrb, exception, "message", 0);
	mrb_value backtrace = mrb_funcall(mrb, exception, "backtrace", 0);
	mrb_int n_frames = mrb_array_p(backtrace) ? RARRAY_LEN(backtrace) : 0;

	/* A PolicyError names the place of each fault itself. */
	if (n_frames && strcmp(mrb_obj_classname(mrb, exception), "Seccomp::PolicyError") != 0) {
		/* "FILE:LINE" or "FILE:LINE:in method" */
		const char *place = mrb_string_cstr(mrb, mrb_ary_ref(mrb, backtrace, 0));
		const char *method = strstr(place, ":in ");
		size_t length = method ? (size_t)(method - place) : strlen(place);

		fprintf(stderr, "%.*s: ", (int)length, place);
	}
	write_text(message);
	fprintf(stderr, " (%s)\n", mrb_obj_classname(mrb, exception));
	for (mrb_int i = 0; i < n_frames; i++) {
		fputs("\tfrom ", stderr);
		write_text(mrb_ary_ref(mrb, backtrace, i));
		fputc('\n', stderr);
	}
	return mrb_nil_value();
}

void cli_report(mrb_state *mrb, mrb_value exception)
{
	mrb_bool failed = FALSE;

	/* What the script has printed so far comes first. */
	fflush(stdout);
	if (mrb_type(exception) == MRB_TT_BREAK) {
		fputs("scmp: break from a block whose caller is gone\n", stderr);
		return;
	}
	mrb_protect_error(mrb, report_body, &exception, &failed);
	if (failed)
		fprintf(stderr, "scmp: a %s whose own methods raise\n", mrb_obj_classname(mrb, exception));
}

/* One run of a script, handed through mrb_protect_error. */
struct script {
	const char *file;
	const char *text;
	size_t length;
	int n_args;
	char **args;
	bool parsed;
};

/* For rule.include: as read_file(), with -errno. */
static long read_policy(const char *path, char **text)
{
	size_t length;

	*text = read_file(path, &length);
	return *text ? (long)length : -errno;
}

static const struct scmp_reader reader = {.read = read_policy, .folder = SCMP_POLICIES_DIR, .names = SCMP_POLICIES};

static void set_arguments(mrb_state *mrb, const struct script *script)
{
	mrb_value argv = mrb_ary_new(mrb);

	for (int i = 0; i < script->n_args; i++)
		mrb_ary_push(mrb, argv, mrb_str_new_cstr(mrb, script->args[i]));
	mrb_define_global_const(mrb, "ARGV", argv);
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$0"), mrb_str_new_cstr(mrb, script->file));
}

/* The parser keeps as many errors as its buffer holds, and counts on. */
static void report_syntax(const struct script *script, const struct mrb_parser_state *parser)
{
	size_t n = sizeof(parser->error_buffer) / sizeof(parser->error_buffer[0]);

	for (size_t i = 0; i < n && i < parser->nerr; i++)
		fprintf(stderr, "%s:%d: %s\n", script->file, parser->error_buffer[i].lineno,
			parser->error_buffer[i].message);
	if (parser->nerr > n)
		fprintf(stderr, "%s: %zu errors more\n", script->file, parser->nerr - n);
}

static mrb_value run_body(mrb_state *mrb, void *userdata)
{
	struct script *script = userdata;
	struct mrb_parser_state *parser;
	mrb_ccontext *context;

	scmp_gem_open(mrb);
	scmp_source_read_by(&reader);
	cli_process_open(mrb);
	set_arguments(mrb, script);

	context = mrb_ccontext_new(mrb);
	context->capture_errors = TRUE;
	mrb_ccontext_filename(mrb, context, script->file);
	parser = mrb_parse_nstring(mrb, script->text, script->length, context);
	script->parsed = parser && !parser->nerr && parser->tree;
	if (script->parsed)
		mrb_load_exec(mrb, parser, context); /* frees the parser */
	else if (parser)
		report_syntax(script, parser);
	return mrb_nil_value();
}

int cli_ruby(const char *file, int n_args, char **args)
{
	struct script script = {.file = file, .n_args = n_args, .args = args};
	mrb_bool failed = FALSE;
	mrb_value exception;
	mrb_state *mrb;
	char *text;

	text = read_file(file, &script.length);
	if (!text) {
		fprintf(stderr, "scmp: %s: %s\n", file, strerror(errno));
		return 1;
	}
	script.text = text;

	mrb = mrb_open();
	if (!mrb || mrb->exc) {
		fputs("scmp: cannot start mruby\n", stderr);
		free(text);
		return 1;
	}

	exception = mrb_protect_error(mrb, run_body, &script, &failed);
	free(text);
	/* What the script itself raises is left behind by mrb_load_exec. */
	if (!failed && mrb->exc) {
		exception = mrb_obj_value(mrb->exc);
		mrb->exc = NULL;
		failed = TRUE;
	}
	if (failed)
		cli_report(mrb, exception);

	/* No mrb_close: its blocks must be there for calls that trap until the process has ended. */
	return failed || !script.parsed;
}
