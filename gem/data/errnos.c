/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The names of the kernel's error numbers: errnos.def, as a table. May be called from anywhere. */
#include "errnos.h"

#include <linux/errno.h>
#include <stddef.h>

/* Not pointers: the table needs no relocation, and so no memory of its own. */
static const char names[][16] = {
#define ERRNO(name) [name] = #name,
#include "errnos.def"
#undef ERRNO
};

const char *scmp_errno_name(int number)
{
	if (number < 0 || (size_t)number >= sizeof(names) / sizeof(names[0]) || !names[number][0])
		return NULL;
	return names[number];
}
