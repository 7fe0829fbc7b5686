/* SPDX-License-Identifier: MIT */
/* families.def as a table; families.h. */
#include "families.h"

#include <string.h>

const struct scmp_family scmp_families[] = {
#define FAMILY(name, alike, members) {#name, members, alike},
#include "families.def"
#undef FAMILY
};

const size_t scmp_n_families = sizeof(scmp_families) / sizeof(scmp_families[0]);

const char *scmp_family_next(const char *members, char *name)
{
	size_t length = strcspn(members, " ");

	if (length == 0 || length > 27)
		return NULL;
	memcpy(name, members, length);
	name[length] = '\0';
	return members + length + (members[length] == ' ');
}
