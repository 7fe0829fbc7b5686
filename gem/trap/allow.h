/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The line of a policy that would let a refused call run, put
 * before the rule that refuses it:
 *
 *   rule.allow :socket, domain: :AF_INET
 *   rule.allow :openat, flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC)
 *   rule.allow :mprotect, prot: only(:PROT_READ, :PROT_EXEC)
 *
 * It names what the call asks for and not whom it asks: commands, domains, ways of
 * access, never pointers, descriptors and sizes.
 */
#pragma once

#include "trap.h"

/*
 * scmp_print_allow() - append the line, or nothing
 * Nothing where the call was not refused or a block or a number in the policy has chosen its result; where the
 * policy cannot say it; where it would take all that the rule does, which a policy refuses, or this is not known, of
 * an inherited rule; and where it does not fit, as half of it would say something else.
 */
char *scmp_print_allow(char *dst, char *end, const struct scmp_call *call, int64_t result);
