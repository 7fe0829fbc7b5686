/* SPDX-License-Identifier: MIT */
/*
 * scmp ruby: an ordinary Ruby script, in an ordinary process, with module
 * Seccomp in which `load` takes effect at once.
 */
#pragma once

#include <mruby.h>

/* cli_ruby() - run the script `file` with ARGV = args. Return: the exit status. */
int cli_ruby(const char *file, int n_args, char **args);

/* cli_report() - write "FILE:LINE: message (Class)" and the backtrace of an exception to stderr */
void cli_report(mrb_state *mrb, mrb_value exception);
