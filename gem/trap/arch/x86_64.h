/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] x86_64. Included by arch.h only, which says what is here.
 *
 *              nr    a    b    c    d    e    f         result
 *   syscall    rax   rdi  rsi  rdx  r10  r8   r9        rax, clobbers rcx r11
 *   C call     rdi   rsi  rdx  rcx  r8   r9   8(rsp)    rax (the gate's own arguments)
 */
#pragma once

#include <asm/prctl.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/audit.h>

#include "../gate.h"
#include "frame.h"

#define SCMP_AUDIT_ARCH AUDIT_ARCH_X86_64

/* Bit 1 of AT_HWCAP2: rdfsbase is allowed (Linux 5.9 on any processor of the last decade). */
#define SCMP_HWCAP2_FSGSBASE 2

__attribute__((visibility("hidden"))) void scmp_restore_signal(void);

#define SCMP_ARCH_SA_FLAGS SA_RESTORER

static inline long scmp_raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long scmp_uc_nr(const struct ucontext *uc)
{
	/* The kernel has put the number back: a trapped call has no result yet. */
	return (long)uc->uc_mcontext.rax;
}

static inline void scmp_uc_args(const struct ucontext *uc, __u64 *args)
{
	const struct sigcontext *regs = &uc->uc_mcontext;

	args[0] = regs->rdi;
	args[1] = regs->rsi;
	args[2] = regs->rdx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

_Static_assert(offsetof(struct ucontext, uc_mcontext.rsp) == SCMP_UC_SP, "frame.h");

static inline uint64_t scmp_uc_sp(const struct ucontext *uc)
{
	return uc->uc_mcontext.rsp;
}

static inline uint64_t scmp_uc_ip(const struct ucontext *uc)
{
	return uc->uc_mcontext.rip;
}

static inline void scmp_uc_send(struct ucontext *uc, uint64_t ip, uint64_t sp)
{
	uc->uc_mcontext.rip = ip;
	uc->uc_mcontext.rsp = sp;
}

static inline void scmp_uc_set_second(struct ucontext *uc, uint64_t argument)
{
	uc->uc_mcontext.rsi = argument;
}

static inline void scmp_uc_set_result(struct ucontext *uc, int64_t result)
{
	uc->uc_mcontext.rax = (uint64_t)result;
}

/*
 * Reading %fs:0 faults where the base is 0, and rdfsbase where the kernel has not
 * enabled it; so the kernel is asked which (AT_HWCAP2), or else for the base
 * itself. A filter that refuses even that leaves 0: a static answer.
 */
static inline uint64_t scmp_thread_pointer(void)
{
	uint64_t base = 0;

	if (scmp_hwcap2 & SCMP_HWCAP2_FSGSBASE)
		__asm__ volatile("rdfsbase %0" : "=r"(base));
	else if (scmp_gate_call(__NR_arch_prctl, ARCH_GET_FS, (long)&base, 0, 0, 0, 0) < 0)
		base = 0;
	return base;
}
