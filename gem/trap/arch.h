/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] What the trap engine needs to know of the processor, in
 * one small header and one assembler file for each. For [S] files only: the
 * kernel's signal types do not go together with libc's.
 *
 * Each of them gives:
 *   SCMP_AUDIT_ARCH          seccomp_data.arch of a native call
 *   SCMP_ARCH_SA_FLAGS       what rt_sigaction(2) wants beside the usual
 *   scmp_raw_call()          a system call where we stand: >= 0, or -errno
 *   scmp_uc_...()            the registers of an interrupted call
 *   scmp_uc_send()           to go on elsewhere, on another stack
 *   scmp_uc_set_second()     and with another second argument
 *   scmp_thread_pointer()    what libc's thread variables hang on; 0: they cannot be used
 *   scmp_restore_signal()    the restorer of a signal frame, where the kernel wants one
 */
#pragma once

#include <linux/signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The argument of rt_sigaction(2), in the kernel's own layout. */
struct scmp_kernel_sigaction {
	void (*handler)(int signo, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

/* AT_HWCAP2 of the process, or 0: what user code may do on this kernel. Set by scmp_trap_configure(). */
extern uint64_t scmp_hwcap2;

/* The gate's page, where the library has it before scmp_gate_open(). */
extern const char scmp_gate_page[] __attribute__((visibility("hidden")));

/* scmp_on_stack() - call fn(arg) with the stack pointer at `top`, 16 byte aligned */
__attribute__((visibility("hidden"))) void scmp_on_stack(void *top, void (*fn)(void *), void *arg);

/*
 * scmp_signal_entry() - what the kernel calls: scmp_handle_signal(), on the stack
 * that the kernel has chosen, or on the interrupted one if that is an alternate
 * stack with too little room (the host need only have made it large enough for
 * the kernel's frame).
 */
__attribute__((visibility("hidden"))) void scmp_signal_entry(int signo, siginfo_t *info, void *context);
__attribute__((visibility("hidden"))) void scmp_handle_signal(int signo, siginfo_t *info, void *context);

#if defined(__x86_64__) && defined(__LP64__)
#include "arch/x86_64.h"
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
#include "arch/aarch64.h"
#else
#error "libscmp has no trap engine for this architecture"
#endif

/* The mask that returning from the signal restores. */
static inline uint64_t scmp_uc_mask(const struct ucontext *uc)
{
	uint64_t mask;

	memcpy(&mask, &uc->uc_sigmask, sizeof(mask));
	return mask;
}

static inline void scmp_uc_set_mask(struct ucontext *uc, uint64_t mask)
{
	memcpy(&uc->uc_sigmask, &mask, sizeof(mask));
}

_Static_assert(offsetof(struct ucontext, uc_stack.ss_sp) == SCMP_UC_STACK_START, "frame.h");
_Static_assert(offsetof(struct ucontext, uc_stack.ss_size) == SCMP_UC_STACK_SIZE, "frame.h");
