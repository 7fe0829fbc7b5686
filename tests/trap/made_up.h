/* SPDX-License-Identifier: MIT */
/* Calls that nobody has made, and what is printed of them. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "syscalls.h"
#include "trap.h"

static struct scmp_trap_rule rule = {.verb = "errno", .file = "p.rb", .line = 2, .refuses = true};

static inline void check_text(const char *text, const char *end, const char *should_be)
{
	size_t length = (size_t)(end - text);

	if (length != strlen(should_be) || memcmp(text, should_be, length) != 0) {
		fprintf(stderr, "%s: failed:\n%.*s\nand not\n%s\n", behaviour_name, (int)length, text, should_be);
		exit(1);
	}
}

#define CALL(name, ...) call_of(#name, (const uint64_t[6]){__VA_ARGS__})

static inline struct scmp_call call_of(const char *name, const uint64_t args[6])
{
	const struct scmp_syscall *known = scmp_syscall_by_name(name);
	struct scmp_call call = {.rule = &rule};

	check(known);
#if defined(__x86_64__)
	call.data.nr = known->numbers[SCMP_X86_64];
#else
	call.data.nr = known->numbers[SCMP_AARCH64];
#endif
	memcpy(call.data.args, args, sizeof(call.data.args));
	return call;
}
