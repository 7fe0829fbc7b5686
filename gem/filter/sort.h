/* SPDX-License-Identifier: MIT */
/*
 * qsort(3) without its surprises: glibc's takes memory from the host's malloc
 * and asks the kernel how much there is, in the middle of somebody's start.
 */
#pragma once

#include <stddef.h>

/* scmp_sort() - sort @n elements of @size bytes, at most 256, in place; not stable */
void scmp_sort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *));
