/* SPDX-License-Identifier: MIT */
/* Asks the filter in force who it is; child.h. */
#include "child.h"

#include <sys/syscall.h>

#include "doors.h"
#include "sys.h"

/* The errno with which the filter answers, or 0 where the kernel did. */
static int ask(uint64_t key, enum scmp_question question, uint64_t operand)
{
	long r = scmp_sys(__NR_prctl, SCMP_PROBE, (long)key, question, (long)operand, 0, 0);

	return r < 0 ? (int)-r : 0;
}

void scmp_child_probe(struct scmp_child *child, uint64_t key)
{
	int answer = ask(key, SCMP_ASK_FORCE, 0), piece, i;

	*child = (struct scmp_child){.log_fd = -1};
	child->in_force = answer == SCMP_SAY_FORCE || answer == SCMP_SAY_FORCE + 1;
	child->traps = answer == SCMP_SAY_FORCE + 1;
	if (!child->in_force) {
		child->other_traps = scmp_child_traps();
		return;
	}
	if (!child->traps)
		return;
	answer = ask(key, SCMP_ASK_LOG_FD, 0);
	if (answer == 0 || answer == SCMP_SAY_NONE)
		return;
	child->log_fd = answer - 1;
	for (i = 0; i < 3; i++) {
		piece = ask(key, SCMP_ASK_LOG_ID + i, 0) - 1;
		child->log_id |= (uint64_t)(piece & 0x7ff) << (11 * i);
	}
}

bool scmp_child_traps(void)
{
	return ask(SCMP_KEY_ANY, SCMP_ASK_FORCE, 0) == SCMP_SAY_FORCE + 1;
}

bool scmp_child_same_rules(uint64_t key, uint64_t fingerprint)
{
	return ask(key, SCMP_ASK_FINGERPRINT, fingerprint) == SCMP_SAY_FORCE;
}
