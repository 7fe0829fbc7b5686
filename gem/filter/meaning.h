/* SPDX-License-Identifier: MIT */
/*
 * What the rules say, read straight from the rules: the yardstick that
 * verify.c holds against the program. It shares no code with what makes the
 * program, on purpose.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doors.h"
#include "rule.h"

/* scmp_meaning_test() - whether one test holds for the value of its argument */
bool scmp_meaning_test(const struct scmp_test *test, uint64_t argument);

/*
 * scmp_meaning() - what should become of one call: the first door, then the
 * first rule that matches, then the default; a foreign ABI is killed.
 * Return: the SECCOMP_RET_ value, with its data.
 */
uint32_t scmp_meaning(const struct scmp_context *context, const struct scmp_door *doors, size_t n_doors,
		      const struct seccomp_data *data);

/* The one architecture whose calls the rules are about. */
extern const uint32_t scmp_native_arch;
