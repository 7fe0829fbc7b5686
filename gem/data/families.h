/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Families of system calls (families.def): what a policy means when it says unlink. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct scmp_family {
	const char *name;
	const char *members; /* names with spaces between */
	bool alike; /* whoever is refused one and not another can do the same */
};

extern const struct scmp_family scmp_families[];
extern const size_t scmp_n_families;

/* Of a member, with its NUL. */
enum { SCMP_FAMILY_NAME_ROOM = 28 };

/* scmp_family_next() - the next member's name, copied to `name`; NULL ends */
const char *scmp_family_next(const char *members, char name[SCMP_FAMILY_NAME_ROOM]);
