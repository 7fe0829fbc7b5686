/* SPDX-License-Identifier: MIT */
/*
 * Seccomp::Call, the second parameter of a trap's block. Its methods run in
 * the SIGSYS handler, on the library's stack: they touch the call that the
 * handler decoded and mruby's own memory, nothing of the host.
 */
#include "call.h"

#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/data.h>
#include <mruby/string.h>

#include "gem.h"
#include "syscalls.h"

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
 * call-seq: call[index] -> Integer
 *
 * Argument 0 to 5, its 64 bits as a signed Integer. IndexError for an argument
 * that the call does not have.
 */
static mrb_value call_argument(mrb_state *mrb, mrb_value self)
{
	struct scmp_call *call = call_of(mrb, self);
	mrb_int index;

	mrb_get_args(mrb, "i", &index);
	if (index < 0 || index >= n_args(call))
		mrb_raisef(mrb, E_INDEX_ERROR, "no argument %i: the call has %i", index, n_args(call));
	return mrb_int_value(mrb, (mrb_int)call->data.args[index]);
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
	mrb_define_method(mrb, class, "number", call_number, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "syscall", call_syscall, MRB_ARGS_NONE());
	mrb_define_method(mrb, class, "[]", call_argument, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, class, "arguments", call_arguments, MRB_ARGS_NONE());
}
