/* SPDX-License-Identifier: MIT */
/* Module Seccomp: what its parts define, the constants, and the words in Ruby. */
#include <mruby.h>
#include <mruby/error.h>
#include <mruby/irep.h>
#include <mruby/string.h>
#include <seccomp.h>

#include "gem.h"
#include "missing.h"
#include "unused.h"

/* mrblib/, compiled; mruby's own build of a gem compiles and loads it by itself. */
extern const uint8_t scmp_words[];

static const struct constant {
	const char *name;
	uint32_t value;
} constants[] = {
	{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
	{"SCMP_ACT_KILL", SCMP_ACT_KILL},
	{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_LOG", SCMP_ACT_LOG},
	{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};

void mrb_mruby_seccomp_gem_init(mrb_state *mrb)
{
	struct RClass *module = mrb_define_module(mrb, "Seccomp");
	size_t i;

	mrb_define_const(mrb, module, "VERSION", mrb_str_new_lit(mrb, SCMP_VERSION));
	for (i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		mrb_define_const(mrb, module, constants[i].name, mrb_int_value(mrb, (mrb_int)constants[i].value));
	scmp_names_init(mrb, module);
	scmp_context_init(mrb, module);
	scmp_call_init(mrb, module);
	scmp_bridge_init(mrb, module);
	scmp_unused_init(mrb, module);
	scmp_missing_init(mrb, module);
}

void mrb_mruby_seccomp_gem_final(mrb_state *mrb)
{
	(void)mrb;
}

void scmp_gem_open(mrb_state *mrb)
{
	int arena = mrb_gc_arena_save(mrb);

	mrb_mruby_seccomp_gem_init(mrb);
	mrb_load_irep(mrb, scmp_words);
	if (mrb->exc)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->exc));
	mrb_gc_arena_restore(mrb, arena);
}
