/* SPDX-License-Identifier: MIT */
/*
 * The one door into Ruby. Everything that the preload runs in mruby goes
 * through here, and here alone an exception becomes a fault of the policy.
 * (The other way in is a trap's block: gem/src/bridge.c.)
 */
#pragma once

#include <stddef.h>

/* How policies are read. */
extern const struct scmp_reader scmp_vm_reader;

/* scmp_vm_open() - mruby with the gem and the policy's surface; ends the start where that fails */
void scmp_vm_open(char **environment);

/*
 * scmp_vm_run() - parse and run a policy
 * @name: what records and messages call the file
 * @path: where it lies
 * A syntax error or an exception is noted with scmp_policy_fault().
 */
void scmp_vm_run(const char *name, const char *path, const char *text, size_t length);
