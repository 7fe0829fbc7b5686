/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The calls in the host's stead; virtual.h. */
#include "virtual.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/sched.h>

#include "alternate.h"
#include "arch.h"
#include "environment.h"
#include "epoch.h"
#include "gate.h"
#include "lock.h"
#include "perform.h"
#include "signals.h"

static long close_range(uint32_t first, uint32_t last, uint32_t flags)
{
	return scmp_gate_call(__NR_close_range, first, last, flags, 0, 0, 0);
}

/* Without the log's number. The kernel takes all three for unsigned int, whatever the upper halves hold. */
static long close_range_around(uint32_t number, uint32_t first, uint32_t last, uint32_t flags)
{
	long r = 0;

	if (first > last || number < first || number > last)
		return close_range(first, last, flags);
	if (number > first)
		r = close_range(first, number - 1, flags);
	if (r == 0 && number < last)
		r = close_range(number + 1, last, flags);
	return r;
}

/*
 * The lock is taken first: no other thread is in Ruby then, and the child has a VM that
 * is whole. It returns here too, in a copy of this stack.
 */
static int64_t fork_whole(const struct scmp_trap_config *config, const struct seccomp_data *data)
{
	uint64_t thread = config->run_block || config->open ? scmp_thread_pointer() : 0;
	int locked = thread ? scmp_lock_enter(thread, config->stack) : -EDEADLK;
	int64_t result = scmp_perform_masked(data);

	if (result == 0)
		scmp_epoch_mine();
	/* With -EOWNERDEAD it is ours, but the VM is not whole: so it stays for who opens Ruby again. */
	if (locked == 0)
		scmp_lock_leave();
	else if (locked == -EOWNERDEAD)
		scmp_lock_abandon();
	return result;
}

static bool is_fork(const struct seccomp_data *data)
{
#ifdef __NR_fork
	if (data->nr == __NR_fork)
		return true;
#endif
	/* Whose parent sleeps (CLONE_VFORK) would sleep with the lock. */
	return data->nr == __NR_clone && !(data->args[0] & (CLONE_VM | CLONE_VFORK)) && data->args[1] == 0;
}

bool scmp_virtual(const struct scmp_trap_config *config, const struct seccomp_data *data, struct ucontext *uc,
		  int64_t *result)
{
	const uint64_t *args = (const uint64_t *)data->args;

	if (is_fork(data)) {
		*result = fork_whole(config, data);
		return true;
	}
	switch (data->nr) {
	case __NR_close_range:
		if (config->log.reserved < 0)
			return false;
		*result = close_range_around((uint32_t)config->log.reserved, (uint32_t)args[0], (uint32_t)args[1],
					     (uint32_t)args[2]);
		return true;
	case __NR_rt_sigprocmask:
		*result = scmp_signals_mask(uc, args);
		return true;
	case __NR_rt_sigaction:
		*result = scmp_signals_action(args);
		return true;
	case __NR_sigaltstack:
		*result = scmp_alternate_change(uc, args[0], args[1]);
		return true;
	case __NR_ppoll:
	case __NR_pselect6:
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
	case __NR_io_pgetevents:
	case __NR_rt_sigsuspend:
		*result = scmp_signals_wait(uc, data);
		return true;
	case __NR_clone3:
		/* It can reset the handlers of all signals (CLONE_CLEAR_SIGHAND), and libc goes back to clone. */
		*result = -ENOSYS;
		return true;
	case __NR_execve:
	case __NR_execveat:
		*result = scmp_environment_exec(config, data, uc);
		return true;
	default:
		return false;
	}
}
