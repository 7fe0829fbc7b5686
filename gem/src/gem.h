/* SPDX-License-Identifier: MIT */
/*
 * The gem inside its own process: what the parts of gem/src share, and the
 * few things that the preload and the command need from it.
 */
#pragma once

#include <mruby.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule.h"

#define SCMP_VERSION "0.1.0"

/* scmp_gem_open() - define module Seccomp in `mrb`: its methods in C, then its words in Ruby */
void scmp_gem_open(mrb_state *mrb);

/* What mruby's own build of a gem looks for. */
void mrb_mruby_seccomp_gem_init(mrb_state *mrb);
void mrb_mruby_seccomp_gem_final(mrb_state *mrb);

/* Each part defines its own methods. */
void scmp_names_init(mrb_state *mrb, struct RClass *module);
void scmp_context_init(mrb_state *mrb, struct RClass *module);
void scmp_call_init(mrb_state *mrb, struct RClass *module);
void scmp_bridge_init(mrb_state *mrb, struct RClass *module);

/*
 * names.c: names and numbers, and what somebody may have meant
 */

/* scmp_resolve_syscall() - number of `name`, from libseccomp or (newer calls) the library's own table;
 * -1: no such name; -2: a syscall that this architecture does not have. */
int scmp_resolve_syscall(const char *name);

/*
 * scmp_suggest_syscall() - what `name` was meant to be, or NULL
 * @text: room for it; as a policy writes it, ":open" or "family(:open)"
 */
enum { SCMP_SUGGESTION = 48 };
const char *scmp_suggest_syscall(const char *name, char text[SCMP_SUGGESTION]);

/* scmp_resolve_errno() - number of "EPERM"; 0 if there is none */
int scmp_resolve_errno(const char *name);
const char *scmp_suggest_errno(const char *name);

/* scmp_suggest() - the nearest of `n` words by edit distance, or NULL where none is near */
const char *scmp_suggest(const char *word, const char *const *words, size_t n);

/* context.c: scmp_note_fault() - a fault of the line that is being run, which belongs to no context; where nothing is
 * deferred, ArgumentError is raised. @token: the word that it is about */
__attribute__((format(printf, 3, 4))) void scmp_note_fault(mrb_state *mrb, const char *token, const char *format, ...);

/*
 * value.c: what a policy writes where the kernel wants 64 bits
 */

/* scmp_value() - an Integer (negative ones in two's complement) or a String ("0xffffffff00000000");
 * false where `value` is neither or does not fit. */
bool scmp_value(mrb_state *mrb, mrb_value value, uint64_t *result);

/* scmp_is_a() - whether the object is of class Seccomp::NAME, or of one made from it */
bool scmp_is_a(mrb_state *mrb, mrb_value object, const char *name);

/* scmp_operator() - enum scmp_op of :==, :masked_eq, :SCMP_CMP_EQ, SCMP_CMP_EQ ...; -1 if there is none */
int scmp_operator(mrb_state *mrb, mrb_value op);

/* scmp_inspect() - the value as Ruby would write it, cut to `size` bytes; never raises */
const char *scmp_inspect(mrb_state *mrb, mrb_value value, char *text, size_t size);
