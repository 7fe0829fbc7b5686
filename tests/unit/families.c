/* SPDX-License-Identifier: MIT */
/* Families are complete: what the table of system calls knows under a like name belongs to them. */
#include "families.h"

#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "syscalls.h"

static bool has(const struct scmp_family *family, const char *name)
{
	const char *members = family->members;
	char member[SCMP_FAMILY_NAME_ROOM];

	while ((members = scmp_family_next(members, member)))
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

static void lists(void)
{
	const struct scmp_family *before = NULL;

	for (size_t i = 0; i < scmp_n_families; i++) {
		const struct scmp_family *family = &scmp_families[i];
		const char *members = family->members;
		char member[SCMP_FAMILY_NAME_ROOM], last[SCMP_FAMILY_NAME_ROOM] = "";
		size_t n = 0;

		behaviour(family->name);
		check(!before || strcmp(before->name, family->name) < 0);
		for (; (members = scmp_family_next(members, member)); n++) {
			check(scmp_syscall_by_name(member));
			check(strcmp(last, member) < 0);
			strcpy(last, member);
		}
		check(n >= 2);
		before = family;
	}
}

/* Names that are made like a member's and are something else. */
static bool is_another_thing(const char *name)
{
	static const char *const others[] = {
		"fsync", /* of sync, and a member of it: "f" + "sync" */
		"preadv", "pwritev", "readv", "writev", "epoll_wait", "dup2", "dup3",
	};

	for (size_t i = 0; i < N_ELEMENTS(others); i++)
		if (strcmp(others[i], name) == 0)
			return true;
	return false;
}

/* mkdir has mkdirat, open openat2, chmod fchmod, chown lchown. */
static void relatives(void)
{
	static const char *const forms[] = {"%sat", "%sat2", "%s2",   "%s3",	"%s4",
					    "f%s",  "l%s",   "f%sat", "f%sat2", "%s64"};

	behaviour("what a member is called with at, 2, f or l belongs to its family too");
	for (size_t i = 0; i < scmp_n_families; i++) {
		const char *members = scmp_families[i].members;
		char member[SCMP_FAMILY_NAME_ROOM], relative[2 * SCMP_FAMILY_NAME_ROOM];

		while ((members = scmp_family_next(members, member)))
			for (size_t f = 0; f < N_ELEMENTS(forms); f++) {
				snprintf(relative, sizeof(relative), forms[f], member);
				if (!scmp_syscall_by_name(relative) || has(&scmp_families[i], relative) ||
				    is_another_thing(relative))
					continue;
				fprintf(stderr, "%s is no member of family %s, which has %s\n", relative,
					scmp_families[i].name, member);
				check(false);
			}
	}
}

int main(void)
{
	lists();
	relatives();
	return 0;
}
