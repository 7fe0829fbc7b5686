/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Calls inside the handler; perform.h. */
#include "perform.h"

#include <asm/unistd.h>
#include <stdbool.h>

#include "alternate.h"
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

/* Calls that no signal interrupts, as they never wait: the host's signals may come after them as well. */
static bool never_waits(int nr)
{
	switch (nr) {
	case __NR_brk:
	case __NR_clock_getres:
	case __NR_clock_gettime:
	case __NR_dup:
	case __NR_epoll_create1:
	case __NR_eventfd2:
	case __NR_getcpu:
	case __NR_getcwd:
	case __NR_getegid:
	case __NR_geteuid:
	case __NR_getgid:
	case __NR_getpgid:
	case __NR_getpid:
	case __NR_getppid:
	case __NR_getpriority:
	case __NR_getrusage:
	case __NR_getsid:
	case __NR_getsockname:
	case __NR_getsockopt:
	case __NR_gettid:
	case __NR_gettimeofday:
	case __NR_getuid:
	case __NR_mmap:
	case __NR_mprotect:
	case __NR_munmap:
	case __NR_pipe2:
	case __NR_prlimit64:
	case __NR_sched_getaffinity:
	case __NR_sched_yield:
	case __NR_socket:
	case __NR_socketpair:
	case __NR_sysinfo:
	case __NR_times:
	case __NR_umask:
	case __NR_uname:
		return true;
	default:
		return false;
	}
}

struct performance {
	const struct ucontext *uc;
	const struct seccomp_data *data;
	bool leaves; /* the alternate stack, which is short */
	int64_t result;
};

static void perform(void *arg)
{
	struct performance *this = arg;

	if (this->leaves)
		scmp_alternate_leave();
	scmp_perform_mask(scmp_uc_mask(this->uc));
	this->result = scmp_perform_masked(this->data);
	scmp_perform_mask(UINT64_MAX);
}

int64_t scmp_perform_below(const struct ucontext *uc, const struct seccomp_data *data, uint64_t top)
{
	struct performance this = {.uc = uc, .data = data};

	if (never_waits(data->nr))
		return scmp_perform_masked(data);
	/*
	 * Where the host's handlers have no room below our frame they run on the interrupted stack. One that
	 * jumps away from there leaves the thread without its alternate stack.
	 */
	this.leaves = scmp_alternate_is_short(uc, (uint64_t)__builtin_frame_address(0));
	if (this.leaves)
		scmp_on_stack((void *)top, perform, &this);
	else
		perform(&this);
	return this.result;
}

int64_t scmp_perform(const struct ucontext *uc, const struct seccomp_data *data)
{
	return scmp_perform_below(uc, data, (scmp_uc_sp(uc) - SCMP_STACK_KEEP) & ~15ull);
}
