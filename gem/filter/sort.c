/* SPDX-License-Identifier: MIT */
/* Heapsort: in place, n log n at worst. */
#include "sort.h"

#include <string.h>

enum { ELEMENT_MAX = 256 };

static void swap(char *a, char *b, size_t size)
{
	char element[ELEMENT_MAX];

	memcpy(element, a, size);
	memcpy(a, b, size);
	memcpy(b, element, size);
}

/* Let the element at `root` sink until both below it are smaller. */
static void sink(char *base, size_t root, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	size_t child;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && compare(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(base + root * size, base + child * size) >= 0)
			return;
		swap(base + root * size, base + child * size, size);
		root = child;
	}
}

void scmp_sort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	char *elements = base;
	size_t i;

	for (i = n / 2; i-- > 0;)
		sink(elements, i, n, size, compare);
	for (i = n; i-- > 1;) {
		swap(elements, elements + i * size, size);
		sink(elements, 0, i, size, compare);
	}
}
