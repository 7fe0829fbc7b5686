/* SPDX-License-Identifier: MIT */
/* What a policy sees beyond mruby's core classes and module Seccomp: output to the log, reading files, ENV, Errno,
 * Time. */
#pragma once

#include <mruby.h>
#include <stddef.h>

#include "trap.h"

/* scmp_surface_open() - define it in `mrb`; may raise */
void scmp_surface_open(mrb_state *mrb, char **environment);

/* scmp_surface_log() - where puts, p and print write; NULL: nowhere */
void scmp_surface_log(const struct scmp_log *log);

/*
 * scmp_read_file() - a whole file, in memory of the arena, without libc
 * Return: its length, or -errno; -EISDIR for a folder, -EFBIG above 1 MiB
 */
long scmp_read_file(const char *path, char **textp);
