/* SPDX-License-Identifier: MIT */
/*
 * Seccomp::Call, the second parameter of a trap's block. Its methods run in
 * the SIGSYS handler, on the library's stack: they touch the call that the
 * handler decoded and mruby's own memory; the host's by way of trap/memory.h.
 */
#include "call.h"

#include <asm/unistd.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/string.h>
#include <stdio.h>

#include "bridge.h"
#include "constants.h"
#include "continue.h"
#include "gate.h"
#include "gem.h"
#include "memory.h"
#include "syscalls.h"
#include "wish.h"

static const struct mrb_data_type call_type = {"Seccomp::Call", NULL};

mrb_value scmp_call_new(mrb_state *mrb)
{
	struct RClass *module = mrb_module_get(mrb, "Seccomp");
	struct RClass *class = mrb_class_get_under(mrb, module, "Call");

	return mrb_obj_value(mrb_data_object_alloc(mrb, class, NULL, &call_type));
}

void scmp_call_begin(mrb_value object, struct scmp_call *call)
{
	DATA_PTR(object) = call;
}

void scmp_call_end(mrb_value object)
{
	DATA_PTR(object) = NULL;
}

static struct scmp_call *call_of(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = mrb_data_check_get_ptr(mrb, self, &call_type);

	if (!call)
		mrb_raise(mrb, E_RUNTIME_ERROR, "this call is over: a call is only there while its block runs");
	return call;
}

/* A block records one decision. */
static struct scmp_call *undecided(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = call_of(mrb, self);

	if (call->decided)
		mrb_raise(mrb, E_RUNTIME_ERROR, "this call is decided already: a block makes one decision");
	return call;
}

bool scmp_call_result(mrb_state *mrb, mrb_value value, int64_t *result)
{
	int number = mrb_symbol_p(value) ? scmp_resolve_errno(mrb_sym_name(mrb, mrb_symbol(value))) : 0;
	uint64_t bits;

	if (number)
		*result = -number;
	else if (!mrb_symbol_p(value) && scmp_value(mrb, value, &bits))
		*result = (int64_t)bits;
	else
		return false;
	return true;
}

/*
 * call-seq: call.return(result) -> nil
 *
 * The call returns `result`, an Integer in the kernel's convention: -1 to -4095
 * is an errno, anything else the result itself.
 */
static mrb_value call_return(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = undecided(mrb, self);
	mrb_value value;
	uint64_t result;

	mrb_get_args(mrb, "o", &value);
	if (!scmp_value(mrb, value, &result)) {
		char text[64];

		mrb_raisef(mrb, mrb_class_get(mrb, "TypeError"), "return takes an Integer, not %s",
			   scmp_inspect(mrb, value, text, sizeof(text)));
	}
	call->result = (int64_t)result;
	call->decided = true;
	return mrb_nil_value();
}

/*
 * call-seq: call.errno(error) -> nil
 *
 * The call fails with `error`: a Symbol (:EACCES) or an Integer, 1 to 4095.
 */
static mrb_value call_errno(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = undecided(mrb, self);
	mrb_value error;
	int number = 0;

	mrb_get_args(mrb, "o", &error);
	if (mrb_integer_p(error) && mrb_integer(error) >= 1 && mrb_integer(error) <= 4095)
		number = (int)mrb_integer(error);
	else if (mrb_symbol_p(error))
		number = scmp_resolve_errno(mrb_sym_name(mrb, mrb_symbol(error)));
	if (number == 0) {
		char text[64];

		mrb_raisef(mrb, E_ARGUMENT_ERROR, "errno takes a name such as :EACCES or 1 to 4095, not %s",
			   scmp_inspect(mrb, error, text, sizeof(text)));
	}
	call->result = -number;
	call->decided = true;
	return mrb_nil_value();
}

/*
 * call-seq: call.kill -> nil
 *
 * The process is killed, as by a `kill` rule, when the block has returned.
 */
static mrb_value call_kill(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = undecided(mrb, self);

	call->kill = true;
	call->decided = true;
	return mrb_nil_value();
}

/*
 * call-seq: call.continue -> nil
 *           call.continue { |result| ... } -> nil
 *
 * The call runs when the block has returned, as if it had not been intercepted: the
 * program's other threads and its signal handlers run meanwhile. `result` is in the
 * kernel's convention, and so is what the second block gives: an Integer, or the name of an
 * errno (:EIO), which the program then sees in its place. It is called afresh, after the
 * call, with the same Call; it makes no decision of its own.
 *
 * Only of a rule that intercepts. What starts a thread, vfork and exit go on without a second block, as
 * they do not come back, or come back twice.
 */
static mrb_value call_continue(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = undecided(mrb, self);
	mrb_value block;

	mrb_get_args(mrb, "&", &block);
	if (!call->rule->intercepts)
		mrb_raise(mrb, E_RUNTIME_ERROR,
			  "a trapped call never runs: say rule.intercept for one that may continue");
	if (!mrb_nil_p(block) && !scmp_continue_returns(&call->data))
		mrb_raisef(mrb, E_ARGUMENT_ERROR,
			   "%s does not come back here with a result: say continue without a block",
			   scmp_syscall_by_number(call->data.nr)->name);
	call->then = mrb_nil_p(block) ? 0 : scmp_bridge_wait(mrb, call, block);
	call->goes_on = true;
	call->decided = true;
	return mrb_nil_value();
}

/* call-seq: call.number -> Integer */
static mrb_value call_number(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, call_of(mrb, self)->data.nr);
}

/* call-seq: call.syscall -> Symbol or nil
 *
 * The name; nil for a number that has none.
 */
static mrb_value call_syscall(mrb_state *mrb, mrb_value self)
{
	const struct scmp_syscall *syscall = scmp_syscall_by_number(call_of(mrb, self)->data.nr);

	return syscall ? mrb_symbol_value(mrb_intern_cstr(mrb, syscall->name)) : mrb_nil_value();
}

static mrb_int n_args(const struct scmp_call *call)
{
	const struct scmp_syscall *syscall = scmp_syscall_by_number(call->data.nr);

	return syscall ? syscall->n_args : SCMP_ARGS_MAX;
}

/*
 * call-seq: call.nth -> Integer
 *
 * Which trap of its rule it is, from 1: of all traps, also of those that found no block
 * to ask. A forked child goes on from its parent's number; exec begins anew.
 */
static mrb_value call_nth(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, (mrb_int)call_of(mrb, self)->nth);
}

/* call-seq: call.process -> Integer */
static mrb_value call_process(mrb_state *mrb, mrb_value self)
{
	call_of(mrb, self);
	return mrb_int_value(mrb, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0));
}

/* call-seq: call.thread -> Integer, as gettid(2) has it */
static mrb_value call_thread(mrb_state *mrb, mrb_value self)
{
	call_of(mrb, self);
	return mrb_int_value(mrb, scmp_gate_call(__NR_gettid, 0, 0, 0, 0, 0, 0));
}

/* call-seq: call.arch -> Symbol, :x86_64 or :aarch64 */
static mrb_value call_arch(mrb_state *mrb, mrb_value self)
{
	const char *name = call_of(mrb, self)->data.arch == AUDIT_ARCH_X86_64 ? "x86_64" : "aarch64";

	return mrb_symbol_value(mrb_intern_cstr(mrb, name));
}

/* call-seq: call.ip -> Integer, the address behind the syscall instruction */
static mrb_value call_ip(mrb_state *mrb, mrb_value self)
{
	return mrb_int_value(mrb, (mrb_int)call_of(mrb, self)->data.instruction_pointer);
}

/* call-seq: call.caller -> String, the module and the offset of call.ip: "libc.so.6+0xcf2a7" */
static mrb_value call_caller(mrb_state *mrb, mrb_value self)
{
	char text[128];
	size_t length = scmp_trap_place(text, sizeof(text), call_of(mrb, self)->data.instruction_pointer);

	return mrb_str_new(mrb, text, length);
}

/* Errno::EFAULT where a program has it (policies do), else a RuntimeError that says the same. */
static void raise_fault(mrb_state *mrb, mrb_int address, long error)
{
	struct RClass *class = E_RUNTIME_ERROR;
	const char *name = error == -EFAULT ? "EFAULT" : "EPERM";
	char text[80];

	if (mrb_class_defined(mrb, "Errno")) {
		mrb_value module = mrb_obj_value(mrb_module_get(mrb, "Errno"));
		mrb_value found =
			mrb_funcall(mrb, module, "const_get", 1, mrb_symbol_value(mrb_intern_cstr(mrb, name)));

		/* A policy can have put anything there. */
		if (mrb_class_p(found))
			class = mrb_class_ptr(found);
	}
	snprintf(text, sizeof(text), "%s at 0x%" PRIx64,
		 error == -EFAULT ? "no such memory" : "the filter lets nobody look at memory", (uint64_t)address);
	mrb_raise(mrb, class, text);
}

enum { MEMORY_MAX = 1 << 20, STRING_MAX = 4096 };

static void check_length(mrb_state *mrb, mrb_int length)
{
	if (length < 0 || length > MEMORY_MAX)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "a length is 0 to %i, not %i", (mrb_int)MEMORY_MAX, length);
}

/* The argument of that name; raises IndexError where the call has none. */
static const struct scmp_argument *argument_named(mrb_state *mrb, const struct scmp_call *call, const char *name,
						  uint64_t *value)
{
	const struct scmp_syscall *syscall = scmp_syscall_by_number(call->data.nr);
	char names[160];
	int i;

	if (!syscall)
		mrb_raise(mrb, E_INDEX_ERROR,
			  "the arguments of this call have no names: it is known by its number only");
	i = scmp_syscall_argument(syscall, name);
	if (i >= 0) {
		*value = call->data.args[i];
		return &syscall->args[i];
	}
	mrb_raisef(mrb, E_INDEX_ERROR, "%s has no argument :%s, it has (%s)", syscall->name, name,
		   scmp_argument_names(syscall, names, sizeof(names)));
	return NULL;
}

/* What the kernel reads of the register, with its sign. */
static mrb_int value_of(const struct scmp_argument *argument, uint64_t value)
{
	switch ((enum scmp_width)argument->width) {
	case SCMP_WIDTH_U16:
		return (uint16_t)value;
	case SCMP_WIDTH_S32:
		return (int32_t)value;
	case SCMP_WIDTH_U32:
		return (uint32_t)value;
	default:
		return (mrb_int)value;
	}
}

static mrb_value read_string(mrb_state *mrb, mrb_int address, mrb_int max)
{
	mrb_value text = mrb_str_new(mrb, NULL, (size_t)max);
	long length = scmp_memory_string(RSTRING_PTR(text), (uint64_t)address, (size_t)max);

	if (length < 0)
		raise_fault(mrb, address, length);
	return mrb_str_resize(mrb, text, (mrb_int)length);
}

/*
 * call-seq: call[index] -> Integer
 *           call[name] -> Integer, String or nil
 *
 * Argument 0 to 5, all 64 bits of its register as a signed Integer; or the one of that
 * name, as the kernel reads it: an int with its sign, and of a path or another C string
 * the text (nil for NULL; Errno::EFAULT for a bad pointer). IndexError for an argument
 * that the call does not have.
 */
static mrb_value call_argument(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = call_of(mrb, self);
	const struct scmp_argument *argument;
	mrb_value which;
	uint64_t value;

	mrb_get_args(mrb, "o", &which);
	if (mrb_integer_p(which)) {
		mrb_int index = mrb_integer(which);

		if (index < 0 || index >= n_args(call))
			mrb_raisef(mrb, E_INDEX_ERROR, "no argument %i: the call has %i", index, n_args(call));
		return mrb_int_value(mrb, (mrb_int)call->data.args[index]);
	}
	if (!scmp_word_of(mrb, which))
		mrb_raisef(mrb, mrb_class_get(mrb, "TypeError"),
			   "an argument is named by a Symbol or its number, not %v", which);
	argument = argument_named(mrb, call, scmp_word_of(mrb, which), &value);
	if (argument->meaning != SCMP_MEANS_PATH && argument->meaning != SCMP_MEANS_STRING)
		return mrb_int_value(mrb, value_of(argument, value));
	return value ? read_string(mrb, (mrb_int)value, STRING_MAX) : mrb_nil_value();
}

/*
 * call-seq: call.flag?(name, *constants) -> true or false
 *
 * Whether the argument has all of these flags, or is the value: flag?(:flags, :O_CREAT),
 * flag?(:domain, :AF_UNIX).
 */
static mrb_value call_has_flag(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = call_of(mrb, self);
	const struct scmp_argument *argument;
	mrb_int n, i;
	mrb_sym name;
	const mrb_value *constants;
	bool holds = true;
	uint64_t value;

	mrb_get_args(mrb, "n*", &name, &constants, &n);
	argument = argument_named(mrb, call, mrb_sym_name(mrb, name), &value);
	if (n == 0)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "flag? takes constants: flag?(:flags, :O_CREAT)");
	for (i = 0; i < n; i++) {
		const char *word = scmp_word_of(mrb, constants[i]);
		const struct scmp_constant *constant = word ? scmp_constant_by_name(argument->meaning, word) : NULL;

		if (!constant)
			mrb_raisef(mrb, E_ARGUMENT_ERROR, "%v is not a constant of :%n", constants[i], name);
		holds = holds && scmp_constant_holds(argument->meaning, constant, (uint32_t)value);
	}
	return mrb_bool_value(holds);
}

/*
 * call-seq: call.read(address, length) -> String
 *
 * `length` bytes (up to 1 MiB) of the host's memory. Raises Errno::EFAULT where there are none.
 */
static mrb_value call_read(mrb_state *mrb, mrb_value self)
{
	mrb_int address, length;
	mrb_value bytes;
	int r;

	call_of(mrb, self);
	mrb_get_args(mrb, "ii", &address, &length);
	check_length(mrb, length);
	bytes = mrb_str_new(mrb, NULL, (size_t)length);
	r = scmp_memory_read(RSTRING_PTR(bytes), (uint64_t)address, (size_t)length);
	if (r < 0)
		raise_fault(mrb, address, r);
	return bytes;
}

/*
 * call-seq: call.write(address, bytes) -> Integer
 *
 * Writes all bytes of a String (up to 1 MiB) to the host's memory, or raises
 * Errno::EFAULT and writes none. Returns how many.
 */
static mrb_value call_write(mrb_state *mrb, mrb_value self)
{
	mrb_int address;
	mrb_value bytes;
	int r;

	call_of(mrb, self);
	mrb_get_args(mrb, "iS", &address, &bytes);
	check_length(mrb, RSTRING_LEN(bytes));
	r = scmp_memory_write((uint64_t)address, RSTRING_PTR(bytes), (size_t)RSTRING_LEN(bytes));
	if (r < 0)
		raise_fault(mrb, address, r);
	return mrb_int_value(mrb, RSTRING_LEN(bytes));
}

/*
 * call-seq: call.string(address, max = 4096) -> String
 *
 * The C string there, cut off after `max` bytes (up to 1 MiB). Raises Errno::EFAULT
 * where the memory ends before the string does.
 */
static mrb_value call_string(mrb_state *mrb, mrb_value self)
{
	mrb_int address, max = STRING_MAX;

	call_of(mrb, self);
	mrb_get_args(mrb, "i|i", &address, &max);
	check_length(mrb, max);
	return read_string(mrb, address, max);
}

/* call-seq: call.inspect -> String */
static mrb_value call_inspect(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = mrb_data_check_get_ptr(mrb, self, &call_type);
	const struct scmp_syscall *syscall = call ? scmp_syscall_by_number(call->data.nr) : NULL;
	char text[192];
	int n, i;

	if (!call)
		return mrb_str_new_lit(mrb, "#<Seccomp::Call, over>");
	n = snprintf(text, sizeof(text), "#<Seccomp::Call %s(", syscall ? syscall->name : "?");
	for (i = 0; i < n_args(call); i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s0x%" PRIx64, i ? ", " : "",
			      (uint64_t)call->data.args[i]);
	return mrb_format(mrb, "%l)>", text, (size_t)n);
}

/* call-seq: call.arguments -> Array of Integer */
static mrb_value call_arguments(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = call_of(mrb, self);
	mrb_value arguments = mrb_ary_new_capa(mrb, SCMP_ARGS_MAX);
	mrb_int i;

	for (i = 0; i < n_args(call); i++)
		mrb_ary_push(mrb, arguments, mrb_int_value(mrb, (mrb_int)call->data.args[i]));
	return arguments;
}

void scmp_call_init(mrb_state *mrb, struct RClass *module)
{
	struct RClass *class = mrb_define_class_under(mrb, module, "Call", mrb->object_class);

	MRB_SET_INSTANCE_TT(class, MRB_TT_DATA);
	mrb_undef_class_method(mrb, class, "new");
	mrb_define_method(mrb, class, "return", call_return, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "errno", call_errno, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "kill", call_kill, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "continue", call_continue, MRB_ARGS_BLOCK());
	mrb_define_method(mrb, class, "number", call_number, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "syscall", call_syscall, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "nth", call_nth, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "process", call_process, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "thread", call_thread, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "arch", call_arch, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "ip", call_ip, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "caller", call_caller, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "read", call_read, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, class, "write", call_write, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, class, "string", call_string, MRB_ARGS_ARG(1, 1));
	mrb_define_method(mrb, class, "inspect", call_inspect, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "to_s", call_inspect, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "[]", call_argument, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "flag?", call_has_flag, MRB_ARGS_REQ(1) | MRB_ARGS_REST());
	mrb_define_method(mrb, class, "arguments", call_arguments, MRB_ARGS_NONE());
}
