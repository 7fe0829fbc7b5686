/* SPDX-License-Identifier: MIT */
/*
 * The gems of mruby that a policy has: pure computation. libmruby's own list,
 * which this one replaces at link time, has IO, sockets and eval as well;
 * nothing here makes a system call, and what is not linked cannot be called.
 */
#include <mruby.h>

#define GEMS(X)                                                                                                        \
	X(compar_ext)                                                                                                  \
	X(enum_ext)                                                                                                    \
	X(string_ext)                                                                                                  \
	X(numeric_ext)                                                                                                 \
	X(array_ext)                                                                                                   \
	X(hash_ext)                                                                                                    \
	X(range_ext)                                                                                                   \
	X(proc_ext)                                                                                                    \
	X(symbol_ext)                                                                                                  \
	X(object_ext)                                                                                                  \
	X(kernel_ext)                                                                                                  \
	X(class_ext)                                                                                                   \
	X(sprintf)                                                                                                     \
	X(struct)                                                                                                      \
	X(fiber)                                                                                                       \
	X(enumerator)

/* What mruby's build generates for each gem: its methods in C and in Ruby. */
#define DECLARE(gem) void GENERATED_TMP_mrb_mruby_##gem##_gem_init(mrb_state *mrb);
#define INIT(gem) GENERATED_TMP_mrb_mruby_##gem##_gem_init(mrb);

GEMS(DECLARE)

void mrb_init_mrbgems(mrb_state *mrb);

void mrb_init_mrbgems(mrb_state *mrb)
{
	GEMS(INIT)
}
