/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] SIGSYS stays ours, and the host does not notice: what the host asks of signals,
 * done in its stead. SIGSYS is never blocked, whatever the host asks for; its disposition is
 * one that we keep for the host, and follow where a SIGSYS comes that is not ours.
 *
 * Errors are those of the kernel, in its order.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

#define SCMP_SIGSYS_BIT (1ull << (SIGSYS - 1))

/* scmp_signals_mask() - rt_sigprocmask(how, set, old, size), on what returning from the signal restores */
int64_t scmp_signals_mask(struct ucontext *uc, const uint64_t args[6]);

/* scmp_signals_action() - rt_sigaction(signal, action, old, size) */
int64_t scmp_signals_action(const uint64_t args[6]);

/*
 * scmp_signals_wait() - ppoll, pselect6, epoll_pwait, epoll_pwait2, io_pgetevents, rt_sigsuspend:
 * with the mask that they are given, but for SIGSYS
 */
int64_t scmp_signals_wait(const struct ucontext *uc, const struct seccomp_data *data);

/* scmp_signals_inherit() - what the process was started with for SIGSYS, before ours was set */
void scmp_signals_inherit(const struct scmp_kernel_sigaction *action);

/*
 * scmp_signals_forward() - a SIGSYS that is the host's
 * Runs the host's handler on this stack, with the mask that it has asked for; it may jump away.
 * Return: false where the host has none, and does not ignore it: the process is to end.
 */
bool scmp_signals_forward(int signo, siginfo_t *info, struct ucontext *uc);
