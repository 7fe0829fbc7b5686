/* SPDX-License-Identifier: MIT */
/*
 * Whether this program image is a child that exec'd under a filter of ours. The
 * kernel is asked, not the environment: the filter itself answers the probe of
 * filter/doors.h, before any file is opened.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct scmp_child {
	bool in_force; /* this policy's filter is there already */
	bool traps; /* ... and it needs a handler */
	bool other_traps; /* another policy's filter is there, and it needs one */
	int log_fd; /* the log that the filter knows, or -1 */
	uint64_t log_id;
};

/* scmp_child_probe() - one system call where the filter is in force and has no traps */
void scmp_child_probe(struct scmp_child *child, uint64_t key);

/* scmp_child_traps() - whether a filter with traps, of any policy of ours, is in force; nothing of libc is called */
bool scmp_child_traps(void);

/* scmp_child_same_rules() - whether the filter in force was made of rules with this fingerprint */
bool scmp_child_same_rules(uint64_t key, uint64_t fingerprint);
