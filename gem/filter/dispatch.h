/* SPDX-License-Identifier: MIT */
/*
 * libseccomp's part of a program: from the number of a call to its leaf. Each
 * call is one rule without arguments, the shape that every version of it
 * compiles right.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "filter.h"
#include "tail.h"

/* One call and its answer: ALLOW, LOG, ERRNO, KILL_, or SECCOMP_RET_TRACE as a place-holder. */
struct scmp_leaf {
	int nr;
	uint32_t action;
};

/*
 * scmp_dispatch() - fill @code with the program for the leaves
 * @fallback: the answer to every other call of this architecture; differs from
 *            that of every leaf
 * Return: 0, -E2BIG, or what libseccomp or the kernel returned, in words in `why`.
 */
int scmp_dispatch(struct scmp_code *code, uint32_t fallback, const struct scmp_leaf *leaves, size_t n_leaves,
		  struct scmp_why *why);
