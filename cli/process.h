/* SPDX-License-Identifier: MIT */
/*
 * What scripts on seccomp use beside it, and mruby does not bring: Process,
 * exec, exit, Uname. In the command only; a policy in a host has none of it.
 */
#pragma once

#include <mruby.h>

/* cli_process_open() - define Process, Process::Status, Uname, Kernel#exec and Kernel#exit */
void cli_process_open(mrb_state *mrb);
