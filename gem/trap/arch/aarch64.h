/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] aarch64. Included by arch.h only, which says what is here.
 *
 *              nr    a    b    c    d    e    f     result
 *   svc #0     x8    x0   x1   x2   x3   x4   x5    x0
 *   C call     x0    x1   x2   x3   x4   x5   x6    x0 (the gate's own arguments)
 */
#pragma once

#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/audit.h>

#include "../gate.h"
#include "frame.h"

#define SCMP_AUDIT_ARCH AUDIT_ARCH_AARCH64

/* The kernel returns from a handler by its vDSO: no restorer. */
#define scmp_restore_signal NULL
#define SCMP_ARCH_SA_FLAGS 0

static inline long scmp_raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

static inline long scmp_uc_nr(const struct ucontext *uc)
{
	return (long)uc->uc_mcontext.regs[8];
}

static inline void scmp_uc_args(const struct ucontext *uc, __u64 *args)
{
	/* The kernel has put the first argument back: a trapped call has no result yet. */
	for (int i = 0; i < 6; i++)
		args[i] = uc->uc_mcontext.regs[i];
}

_Static_assert(offsetof(struct ucontext, uc_mcontext.sp) == SCMP_UC_SP, "frame.h");

static inline uint64_t scmp_uc_sp(const struct ucontext *uc)
{
	return uc->uc_mcontext.sp;
}

static inline uint64_t scmp_uc_ip(const struct ucontext *uc)
{
	return uc->uc_mcontext.pc;
}

static inline void scmp_uc_send(struct ucontext *uc, uint64_t ip, uint64_t sp)
{
	uc->uc_mcontext.pc = ip;
	uc->uc_mcontext.sp = sp;
}

static inline void scmp_uc_set_second(struct ucontext *uc, uint64_t argument)
{
	uc->uc_mcontext.regs[1] = argument;
}

static inline void scmp_uc_set_result(struct ucontext *uc, int64_t result)
{
	uc->uc_mcontext.regs[0] = (uint64_t)result;
}

static inline uint64_t scmp_thread_pointer(void)
{
	uint64_t base;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(base));
	return base;
}
