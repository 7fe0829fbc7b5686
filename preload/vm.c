/* SPDX-License-Identifier: MIT */
/* The one door into Ruby; vm.h. */
#include "vm.h"

#include <mruby.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "exceptions.h"
#include "failure.h"
#include "gem.h"
#include "missing.h"
#include "policy.h"
#include "source.h"
#include "surface.h"
#include "unused.h"

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

static void enter(void (*body)(mrb_state *mrb, void *data), void *data)
{
	struct door door = {body, data};
	int arena = mrb_gc_arena_save(vm);
	mrb_bool failed = false;
	mrb_value exception = mrb_protect_error(vm, through, &door, &failed);

	if (failed)
		scmp_exception_note(vm, exception);
	mrb_gc_arena_restore(vm, arena);
}

/*
 * Where memory is short mruby collects and tries again; also (in 3.1) while it leaves
 * a block, when nothing that the collector sees holds what the block returns. For a
 * small piece there is no collection: the second try is left, and then the exception.
 */
static void *allocate(mrb_state *mrb, void *memory, size_t size, void *data)
{
	enum { SMALL = 4096 };
	static bool held;
	void *moved;

	if (held)
		mrb->gc.disabled = false;
	held = false;
	if (size == 0) {
		free(memory);
		return NULL;
	}
	moved = realloc(memory, size);
	if (!moved && mrb && size <= SMALL && !mrb->gc.disabled)
		held = mrb->gc.disabled = true;
	return moved;
}

static void open_surface(mrb_state *mrb, void *data)
{
	scmp_gem_open(mrb);
	scmp_surface_open(mrb, data);
	scmp_missing_everywhere(mrb);
}

const struct scmp_reader scmp_vm_reader = {
	.read = scmp_read_file,
	.folder = SCMP_POLICIES_DIR,
	.names = SCMP_POLICIES,
};

void scmp_vm_open(char **environment)
{
	const struct scmp_policy_fault *fault;

	vm = mrb_open_allocf(allocate, NULL);
	if (!vm || vm->exc)
		scmp_fail("libscmp: mruby cannot be opened");
	scmp_policy_defer();
	scmp_source_read_by(&scmp_vm_reader);
	enter(open_surface, environment);
	fault = scmp_policy_faults();
	if (fault)
		scmp_fail("libscmp: mruby cannot be prepared: %s", fault->text);
}

struct source {
	const char *name, *path, *text;
	size_t length;
};

static void run_source(mrb_state *mrb, void *data)
{
	const struct source *source = data;

	scmp_source_run(mrb, source->name, source->path, source->text, source->length);
	/* An exception has ended the rules with the policy: what they would have taken is not known. */
	if (!mrb->exc)
		scmp_unused_tell(mrb);
}

void scmp_vm_run(const char *name, const char *path, const char *text, size_t length)
{
	struct source source = {name, path, text, length};

	enter(run_source, &source);
}
