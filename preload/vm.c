/* SPDX-License-Identifier: MIT */
/* The one door into Ruby; vm.h. */
#include "vm.h"

#include <mruby.h>
#include <mruby/compile.h>
#include <mruby/error.h>
#include <mruby/proc.h>
#include <mruby/string.h>
#include <stdbool.h>
#include <string.h>

#include "failure.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "surface.h"

static mrb_state *vm;

struct door {
	void (*body)(mrb_state *mrb, void *data);
	void *data;
};

static mrb_value through(mrb_state *mrb, void *data)
{
	struct door *door = data;

	door->body(mrb, door->data);
	if (mrb->exc) {
		mrb_value exception = mrb_obj_value(mrb->exc);

		mrb->exc = NULL;
		mrb_exc_raise(mrb, exception);
	}
	return mrb_nil_value();
}

static mrb_value message_of(mrb_state *mrb, void *data)
{
	mrb_value exception = *(mrb_value *)data;
	mrb_value text = mrb_funcall(mrb, exception, "message", 0);

	return mrb_format(mrb, "%v (%s)", text, mrb_obj_classname(mrb, exception));
}

static void note(mrb_value exception)
{
	struct scmp_place place = scmp_place_of(vm, exception);
	mrb_bool failed = false;
	mrb_value text = mrb_protect_error(vm, message_of, &exception, &failed);

	if (failed || !mrb_string_p(text))
		scmp_policy_fault(NULL, place.file, place.line, false, "an exception that cannot be described");
	else
		scmp_policy_fault(NULL, place.file, place.line, false, "%.*s", (int)RSTRING_LEN(text),
				  RSTRING_PTR(text));
}

static void enter(void (*body)(mrb_state *mrb, void *data), void *data)
{
	struct door door = {body, data};
	int arena = mrb_gc_arena_save(vm);
	mrb_bool failed = false;
	mrb_value exception = mrb_protect_error(vm, through, &door, &failed);

	if (failed)
		note(exception);
	mrb_gc_arena_restore(vm, arena);
}

static void open_surface(mrb_state *mrb, void *data)
{
	scmp_gem_open(mrb);
	scmp_surface_open(mrb, data);
}

void scmp_vm_open(char **environment)
{
	const struct scmp_policy_fault *fault;

	vm = mrb_open();
	if (!vm || vm->exc)
		scmp_fail("libscmp: mruby cannot be opened");
	scmp_policy_defer();
	enter(open_surface, environment);
	fault = scmp_policy_faults();
	if (fault)
		scmp_fail("libscmp: mruby cannot be prepared: %s", fault->text);
}

struct source {
	const char *name;
	const char *text;
	size_t length;
};

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

static void run_source(mrb_state *mrb, void *data)
{
	const struct source *source = data;
	struct mrb_parser_state *parser;
	mrbc_context *context;
	struct RProc *program;
	size_t i;

	if (ends_early(source))
		return;
	context = mrbc_context_new(mrb);
	context->capture_errors = true;
	mrbc_filename(mrb, context, source->name);
	parser = mrb_parse_nstring(mrb, source->text, source->length, context);
	if (!parser)
		scmp_fail("%s: libscmp: no memory to read it", source->name);
	if (parser->nerr > 0) {
		const size_t room = sizeof(parser->error_buffer) / sizeof(parser->error_buffer[0]);

		for (i = 0; i < parser->nerr && i < room; i++)
			scmp_policy_fault(NULL, source->name, parser->error_buffer[i].lineno, false, "%s",
					  parser->error_buffer[i].message);
		return;
	}
	program = mrb_generate_code(mrb, parser);
	mrb_parser_free(parser);
	mrbc_context_free(mrb, context);
	if (!program) {
		scmp_policy_fault(NULL, source->name, 1, false,
				  "the policy cannot be compiled: it is too large or nested too deep");
		return;
	}
	mrb_top_run(mrb, program, mrb_top_self(mrb), 0);
}

void scmp_vm_run(const char *name, const char *text, size_t length)
{
	struct source source = {name, text, length};

	enter(run_source, &source);
}
