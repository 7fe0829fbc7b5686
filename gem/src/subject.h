/* SPDX-License-Identifier: MIT */
/* The argument that a condition is about, and the numbers that a policy writes for it. Used by arguments.c, range.c. */
#pragma once

#include <mruby.h>
#include <stdbool.h>
#include <stdint.h>

#include "clauses.h"
#include "syscalls.h"

struct scmp_wish;

struct scmp_subject {
	mrb_state *mrb;
	struct scmp_wish *wish;
	const struct scmp_syscall *call;
	const struct scmp_argument *argument;
	enum scmp_width width; /* the argument's; in a test never EITHER */
	unsigned index;
	const char *keyword;
};

/*
 * scmp_subject_of_test() - the same, at the width of one test
 * Where a command decides what the kernel reads, numbers that are no 32 bits make it 64, and a negative one
 * an int. Of others both are meant: a rule that refuses takes what either takes, one that lets run what both do.
 * @numbers: of the test: one, a Range, or an Array of them
 * @bounded: it does not hold of the largest numbers
 */
struct scmp_subject scmp_subject_of_test(const struct scmp_subject *subject, mrb_value numbers, bool bounded);

/* scmp_subject_bits() - how many bits the test reads; scmp_subject_ones() - all of them set */
unsigned scmp_subject_bits(const struct scmp_subject *subject);
uint64_t scmp_subject_ones(const struct scmp_subject *subject);

/*
 * scmp_subject_number() - one number: an Integer, a String such as "0xffffffff00000000", or a constant
 * Return: false where a fault was noted.
 */
bool scmp_subject_number(const struct scmp_subject *subject, mrb_value value, uint64_t *result);

/* scmp_subject_bits_of() - the same, or an Array of numbers that are ORed */
bool scmp_subject_bits_of(const struct scmp_subject *subject, mrb_value value, uint64_t *result);

/*
 * scmp_subject_test() - add a clause of one test, at the subject's width
 * scmp_subject_combine() - note what a combination of clauses had no room for
 * Return: false where a fault was noted.
 */
bool scmp_subject_test(const struct scmp_subject *subject, struct scmp_clauses *clauses, enum scmp_op op, uint64_t mask,
		       uint64_t value);
bool scmp_subject_combine(const struct scmp_subject *subject, enum scmp_clauses_result result);
