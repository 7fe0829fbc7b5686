/* SPDX-License-Identifier: MIT */
/*
 * Runs the policy's blocks. scmp_bridge_run() is called by the SIGSYS handler,
 * under the VM's lock, with all signals but SIGSYS masked: no Ruby code of this
 * VM runs anywhere else meanwhile, save the code that was itself trapped.
 */
#include "bridge.h"

#include <elf.h>
#include <errno.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "block.h"
#include "call.h"
#include "exceptions.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "trap_rules.h"

static struct {
	mrb_state *mrb;
	mrb_value blocks; /* Array: id -> Proc */
	mrb_value on_trap; /* Proc or nil */
	struct scmp_place place; /* where it was said */
	mrb_value call; /* the one Seccomp::Call */
	mrb_value waiting; /* Array: the blocks of `continue` whose calls are under way, by their place in waiters */
	scmp_bridge_fault report;
	bool armed; /* an ordinary process has its handler */
} bridge;

void scmp_bridge_set_block(mrb_state *mrb, uint16_t id, mrb_value block)
{
	mrb_ary_set(mrb, bridge.blocks, id, block);
	scmp_policy_note_block(false);
}

void scmp_bridge_on_fault(scmp_bridge_fault report)
{
	bridge.report = report;
}

static void report(mrb_state *mrb, mrb_value exception)
{
	struct scmp_place place = scmp_place_of(mrb, exception);
	struct scmp_exception described;

	scmp_exception_describe(mrb, exception, &described);
	bridge.report(place.file, place.line, described.text);
}

/*
 * Calls that go on and have a block for their result. Not all of them come back: a
 * handler of the host's may have jumped away, its thread may have been cancelled. What is
 * at the place where the same thread traps now is gone. Where all places are taken, so is
 * what is below it on its stack, most likely (it may wait under a handler that runs on an
 * alternate stack, or be another coroutine); and else the oldest one.
 */
enum { WAITERS_MAX = 4096, STACK_REACH = 1 << 18 };

static struct waiter {
	uint32_t number; /* 0: free */
	uint64_t thread, sp;
} waiters[WAITERS_MAX];

static uint32_t last_number;

/* How many places have ever been taken at once. */
static size_t n_places;

static bool is_below(const struct waiter *waiter, uint64_t thread, uint64_t sp)
{
	return waiter->thread == thread && sp - waiter->sp < STACK_REACH;
}

static size_t free_place(uint64_t thread, uint64_t sp)
{
	size_t nobody = SIZE_MAX, below = SIZE_MAX, oldest = 0, i;

	for (i = 0; i < n_places; i++) {
		const struct waiter *waiter = &waiters[i];

		if (waiter->number && waiter->thread == thread && waiter->sp == sp)
			return i;
		if (waiter->number == 0 && nobody == SIZE_MAX)
			nobody = i;
		if (waiter->number && is_below(waiter, thread, sp))
			below = i;
		if (waiter->number < waiters[oldest].number)
			oldest = i;
	}
	if (nobody != SIZE_MAX)
		return nobody;
	if (n_places < WAITERS_MAX)
		return n_places++;
	return below != SIZE_MAX ? below : oldest;
}

uint32_t scmp_bridge_wait(mrb_state *mrb, const struct scmp_call *call, mrb_value block)
{
	uint64_t thread = scmp_trap_thread();
	size_t place = free_place(thread, call->sp);

	mrb_ary_set(mrb, bridge.waiting, (mrb_int)place, block);
	if (++last_number == 0)
		last_number = 1;
	waiters[place] = (struct waiter){last_number, thread, call->sp};
	return last_number;
}

/* The block of that number, or nil where it has given way to another. */
static mrb_value take_waiter(mrb_state *mrb, uint32_t number)
{
	size_t i;

	for (i = 0; i < n_places; i++) {
		mrb_value block;

		if (waiters[i].number != number)
			continue;
		block = mrb_ary_ref(mrb, bridge.waiting, (mrb_int)i);
		mrb_ary_set(mrb, bridge.waiting, (mrb_int)i, mrb_nil_value());
		waiters[i].number = 0;
		return block;
	}
	return mrb_nil_value();
}

/* The block of `continue` has the last word: an Integer in the kernel's convention, or the name of an errno. */
static void run_then(mrb_state *mrb, struct scmp_call *call)
{
	mrb_value block = take_waiter(mrb, call->then), argument = mrb_int_value(mrb, (mrb_int)call->result), value;

	if (mrb_nil_p(block))
		mrb_raise(mrb, E_RUNTIME_ERROR, "too many calls are under way: the block of continue was not asked");
	value = mrb_yield_argv(mrb, block, 1, &argument);
	if (!scmp_call_result(mrb, value, &call->result)) {
		char text[64];

		mrb_raisef(mrb, mrb_class_get(mrb, "TypeError"),
			   "the block of continue gives the result, an Integer or an errno such as :EIO, not %s",
			   scmp_inspect(mrb, value, text, sizeof(text)));
	}
}

static mrb_value run(mrb_state *mrb, void *data)
{
	struct scmp_call *call = data;
	mrb_value block = mrb_ary_ref(mrb, bridge.blocks, call->rule->id), arguments[2];

	scmp_call_begin(bridge.call, call);
	if (call->asked_then) {
		run_then(mrb, call);
		return mrb_nil_value();
	}
	arguments[0] = mrb_int_value(mrb, call->data.nr);
	arguments[1] = bridge.call;
	/* on_trap's block gets the number first, a rule's block only the call. */
	if (!mrb_nil_p(block))
		mrb_yield_argv(mrb, block, 1, arguments + 1);
	else if (!mrb_nil_p(bridge.on_trap))
		mrb_yield_argv(mrb, bridge.on_trap, 2, arguments);
	return mrb_nil_value();
}

static mrb_value report_exception(mrb_state *mrb, void *data)
{
	report(mrb, *(mrb_value *)data);
	return mrb_nil_value();
}

/* What mruby raises where nobody protects it prints to the host's stdout and aborts. */
void scmp_bridge_run(struct scmp_call *call)
{
	int saved_errno = errno;
	int arena = mrb_gc_arena_save(bridge.mrb);
	mrb_bool failed = false;
	mrb_value exception = mrb_protect_error(bridge.mrb, run, call, &failed);

	scmp_call_end(bridge.call);
	if (failed) {
		/* A decision made before the exception does not count: the block did not get to its end. What the call
		 * itself has returned does: it is made. */
		if (!call->asked_then) {
			call->decided = true;
			call->kill = false;
			call->goes_on = false;
			call->result = call->rule->answer;
		}
		mrb_protect_error(bridge.mrb, report_exception, &exception, &failed);
		/* Where memory has come to its end there is none to describe that. */
		if (failed)
			bridge.report(call->rule->file, call->rule->line, "Out of memory (NoMemoryError)");
	}
	mrb_gc_arena_restore(bridge.mrb, arena);
	errno = saved_errno;
}

static void report_on_stderr(const char *file, int line, const char *text)
{
	fprintf(stderr, "scmp: %s:%d: %s\n", file, line, text);
}

int scmp_bridge_refresh(void)
{
	static struct scmp_trap_config config;
	static Elf64_auxv_t auxv[2];
	size_t n_rules;
	const struct scmp_trap_rule *rules;

	if (!bridge.armed)
		return 0;
	rules = scmp_policy_trap_rules(&n_rules);
	if (!rules && n_rules)
		return -ENOMEM;
	config.rules = rules;
	config.n_rules = n_rules;
	config.log.fd = -1;
	config.program = "";
	/* The one entry that blocks need; libc knows it, wherever the vector itself may lie. */
	auxv[0] = (Elf64_auxv_t){.a_type = AT_HWCAP2, .a_un.a_val = getauxval(AT_HWCAP2)};
	config.auxv = auxv;
	config.run_block = scmp_bridge_run;
	scmp_trap_configure(&config);
	return 0;
}

/*
 * call-seq: Seccomp.on_trap { |syscall, call| ... } -> true
 *
 * The block that is asked when a rule traps that has none of its own: it gets
 * the syscall's number and a Seccomp::Call. A later on_trap replaces it. In an
 * ordinary process this is also what installs the SIGSYS handler; without it a
 * trap ends the process.
 */
static mrb_value on_trap(mrb_state *mrb, mrb_value self)
{
	const mrb_value *arguments;
	mrb_int n_arguments;
	struct scmp_place place;
	mrb_value block;
	int r;

	if (scmp_policy_is_final())
		mrb_raise(mrb, E_RUNTIME_ERROR,
			  "the policy is in force and can no longer be changed: say on_trap outside of blocks");
	mrb_get_args(mrb, "*&", &arguments, &n_arguments, &block);
	if (n_arguments)
		scmp_note_fault(mrb, "on_trap",
				"on_trap takes a block alone, for all traps: a rule's own is "
				"`rule.trap(:mkdir) { |call| ... }`");
	else if (mrb_nil_p(block))
		scmp_note_fault(mrb, "on_trap", "on_trap takes a block: Seccomp.on_trap { |syscall, call| ... }");
	if (n_arguments || mrb_nil_p(block) || !scmp_block_check(mrb, NULL, block, SCMP_BLOCK_OF_ON_TRAP))
		return mrb_true_value();
	place = scmp_place_now(mrb);
	if (scmp_policy_deferred() && bridge.place.file && bridge.place.file != place.file) {
		scmp_note_fault(mrb, "on_trap", "on_trap stands in %s:%d already, and there is one for all traps",
				bridge.place.file, bridge.place.line);
		return mrb_true_value();
	}
	bridge.place = place;
	mrb_gc_register(mrb, block);
	bridge.on_trap = block;
	scmp_policy_note_block(true);
	if (scmp_policy_deferred() || bridge.armed)
		return mrb_true_value();
	r = scmp_trap_arm();
	if (r < 0)
		mrb_raisef(mrb, E_RUNTIME_ERROR, "the SIGSYS handler cannot be installed: %s", strerror(-r));
	bridge.armed = true;
	if (scmp_bridge_refresh() < 0)
		mrb_raise(mrb, E_RUNTIME_ERROR, "out of memory");
	return mrb_true_value();
}

void scmp_bridge_init(mrb_state *mrb, struct RClass *module)
{
	bridge.mrb = mrb;
	bridge.blocks = mrb_ary_new(mrb);
	mrb_gc_register(mrb, bridge.blocks);
	bridge.on_trap = mrb_nil_value();
	bridge.place = (struct scmp_place){0};
	bridge.call = scmp_call_new(mrb);
	mrb_gc_register(mrb, bridge.call);
	bridge.waiting = mrb_ary_new(mrb);
	mrb_gc_register(mrb, bridge.waiting);
	memset(waiters, 0, sizeof(waiters));
	n_places = 0;
	bridge.report = report_on_stderr;
	mrb_define_module_function(mrb, module, "on_trap", on_trap, MRB_ARGS_ANY());
}
