/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The names of the kernel's error numbers: errnos.def, as a table. May be called from anywhere. */
#include "errnos.h"

#include <linux/errno.h>
#include <stddef.h>

static const char *const names[] = {
#define ERRNO(name) [name] = #name,
#include "errnos.def"
#undef ERRNO
};

const char *scmp_errno_name(int number)
{
	if (number < 0 || (size_t)number >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[number];
}
