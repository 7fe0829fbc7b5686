/* SPDX-License-Identifier: MIT */
/* Exceptions of a policy as messages: what its writer can do about them, in the policy's own words. */
#pragma once

#include <mruby.h>
#include <stdbool.h>
#include <stddef.h>

struct scmp_exception {
	char text[384];
	char token[48]; /* the word of the line that it is about, or "" */
};

/* scmp_exception_describe() - never raises, but where memory has come to its end. Return: false where it cannot be told
 */
bool scmp_exception_describe(mrb_state *mrb, mrb_value exception, struct scmp_exception *described);

/* scmp_exception_note() - an exception has ended a policy: as a fault of the line that has raised it */
void scmp_exception_note(mrb_state *mrb, mrb_value exception);

/*
 * scmp_syntax_describe() - what the parser says of a line
 * @text: room for it
 */
const char *scmp_syntax_describe(const char *message, const char *line, size_t length, char *text, size_t room);

/*
 * scmp_exception_raise() - raise an exception whose text says all: its class is not told
 * @token: the word of the line that it is about
 */
__attribute__((noreturn, format(printf, 4, 5))) void scmp_exception_raise(mrb_state *mrb, const char *class,
									  const char *token, const char *format, ...);
