/* SPDX-License-Identifier: MIT */
/* Ranges that a policy writes, as tests of an argument. Used by arguments.c. */
#pragma once

#include <mruby.h>
#include <stdbool.h>

#include "clauses.h"
#include "subject.h"

/*
 * scmp_range_inside() - add the clauses that hold in the range; scmp_range_outside() - keep those that hold outside
 * The range has the argument's own sign.
 * Return: false where a fault was noted, as for a range that is empty, or takes every value.
 */
bool scmp_range_inside(const struct scmp_subject *subject, mrb_value range, struct scmp_clauses *clauses);
bool scmp_range_outside(const struct scmp_subject *subject, mrb_value range, struct scmp_clauses *clauses);
