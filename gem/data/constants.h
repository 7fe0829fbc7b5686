/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The names of arguments' values: flags, commands, domains.
 * May be called from anywhere.
 *
 * constants.def, made by make-constants, holds SET(name, value bits) and then
 * CONSTANT(set, name, value) for each of its names: first the plain values,
 * then the flags, those of several bits first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls.h"

struct scmp_constant {
	char name[32]; /* no pointer: the table needs no relocation */
	uint32_t value; /* of an int argument: negative values in two's complement */
};

struct scmp_constants {
	const struct scmp_constant *first;
	size_t n;
	uint32_t value_bits; /* the bits that hold one plain value; the others are flags */
};

/* scmp_constants_of() - the constants of a meaning (enum scmp_meaning); n is 0 where it has none */
struct scmp_constants scmp_constants_of(unsigned meaning);

/* scmp_constant_holds() - whether an argument of this meaning is the constant, or has its flag set */
bool scmp_constant_holds(unsigned meaning, const struct scmp_constant *constant, uint32_t argument);

/*
 * scmp_constants_field() - the bits of a value that stands beside flags and is one thing by itself: socket's
 * type, the operation of futex and flock, a scheduling policy, a personality; 0: no such
 */
uint32_t scmp_constants_field(unsigned meaning);

/* scmp_constants_title() - "O", "MAP": what the names of a set begin with, for messages */
const char *scmp_constants_title(unsigned meaning);

/* scmp_constant_by_name() - NULL where the meaning knows no such name */
const struct scmp_constant *scmp_constant_by_name(unsigned meaning, const char *name);
