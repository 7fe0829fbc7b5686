/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The one lock of the one Ruby VM: for the handler, which
 * holds it while a block runs or Ruby is opened. All signals but SIGSYS are
 * masked meanwhile, so that no holder is ever interrupted, or jumps away.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * scmp_lock_enter() - take the lock; waits for other threads, a minute at most
 * @thread: the thread pointer
 * @own_stack: the handler was not entered on the blocks' stack, so this thread does not
 *             hold the lock; false: that is not known
 * Return: 0; -EDEADLK if this thread holds it; -EOWNERDEAD if it holds it now, but Ruby
 *         is in mid-change: this process was forked in the middle of another thread's
 *         block, or a vfork child was killed in one; -ENOTRECOVERABLE after
 *         scmp_lock_lose(); -ETIMEDOUT; another -errno where futex(2) is refused.
 */
int scmp_lock_enter(uint64_t thread, bool own_stack);

/* scmp_lock_leave() - after 0 or -EOWNERDEAD */
void scmp_lock_leave(void);

/* scmp_lock_abandon() - in place of leave(), after -EOWNERDEAD: the next who comes gets that too */
void scmp_lock_abandon(void);

/* scmp_lock_lose() - in place of leave(): Ruby is of no more use to anybody */
void scmp_lock_lose(void);
