/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The ends. Called by the handler, after the record. A
 * filter has doors that kill (gate.h), so that the parent, the audit log and the
 * core dump see what a kill rule would have shown; the rest is for the time before
 * a filter is in force, and for a filter that is not of this version.
 */
#include "end.h"

#include "arch.h"
#include "gate.h"

static void die_by_default_action(void)
{
	static const struct scmp_kernel_sigaction standard;
	long process = scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
	long thread = scmp_gate_call(__NR_gettid, 0, 0, 0, 0, 0, 0);

	(void)scmp_gate_call(__NR_rt_sigaction, SIGSYS, (long)&standard, 0, sizeof(standard.mask), 0, 0);
	(void)scmp_gate_call(__NR_tgkill, process, thread, SIGSYS, 0, 0, 0);
}

void scmp_end_process(void)
{
	(void)scmp_gate_call(__NR_prctl, SCMP_PROBE, (long)SCMP_KEY_DIE, 0, 0, 0, 0);
	die_by_default_action();
	/* exit_group is never refused; the status is the one that a shell gives to SIGSYS. */
	for (;;)
		(void)scmp_gate_call(__NR_exit_group, 128 + SIGSYS, 0, 0, 0, 0, 0);
}

void scmp_end_thread(void)
{
	(void)scmp_gate_call(__NR_prctl, SCMP_PROBE, (long)SCMP_KEY_DIE_THREAD, 0, 0, 0, 0);
	(void)scmp_gate_call(__NR_exit, 128 + SIGSYS, 0, 0, 0, 0, 0);
	scmp_end_process();
}
