/* SPDX-License-Identifier: MIT */
/*
 * What a policy does to the programs that its host executes. They inherit the
 * filter and not the handler: until the library's constructor has run, a trap
 * ends them with SIGSYS.
 */
#pragma once

struct scmp_lint;

/* scmp_exec_check() - note a warning for whatever of the closed policy ends every program that it lets the host execute
 */
void scmp_exec_check(const struct scmp_lint *lint);
