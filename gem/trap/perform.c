/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Calls inside the handler; perform.h. */
#include "perform.h"

#include "gate.h"
#include "signals.h"

void scmp_perform_mask(uint64_t mask)
{
	mask &= ~SCMP_SIGSYS_BIT;
	(void)scmp_gate_call(__NR_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof(mask), 0, 0);
}

int64_t scmp_perform_masked(const struct seccomp_data *data)
{
	return scmp_gate_call(data->nr, (long)data->args[0], (long)data->args[1], (long)data->args[2],
			      (long)data->args[3], (long)data->args[4], (long)data->args[5]);
}

int64_t scmp_perform(const struct ucontext *uc, const struct seccomp_data *data)
{
	int64_t result;

	scmp_perform_mask(scmp_uc_mask(uc));
	result = scmp_perform_masked(data);
	scmp_perform_mask(UINT64_MAX);
	return result;
}
