/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] families.def as a table; families.h. */
#include "families.h"

#include <string.h>

const struct scmp_family scmp_families[] = {
#define FAMILY(name, alike, members) {#name, members, alike},
#include "families.def"
#undef FAMILY
};

const size_t scmp_n_families = sizeof(scmp_families) / sizeof(scmp_families[0]);

const char *scmp_family_next(const char *members, char name[SCMP_FAMILY_NAME_ROOM])
{
	size_t length = 0;

	while (members[length] && members[length] != ' ')
		length++;
	if (length == 0 || length >= SCMP_FAMILY_NAME_ROOM)
		return NULL;
	memcpy(name, members, length);
	name[length] = '\0';
	return members + length + (members[length] == ' ');
}
