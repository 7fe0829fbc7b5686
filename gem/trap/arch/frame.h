/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Where the kernel's signal frame has what the assembler
 * reads: byte offsets in struct ucontext. arch.h asserts that they are so.
 */
#pragma once

#define SCMP_UC_STACK_START 16 /* uc_stack.ss_sp */
#define SCMP_UC_STACK_SIZE 32 /* uc_stack.ss_size; 0 when there is no alternate stack */
#if defined(__x86_64__)
#define SCMP_UC_SP 160
#define SCMP_RED_ZONE 128 /* bytes below the stack pointer that are the program's too */
#elif defined(__aarch64__)
#define SCMP_UC_SP 432
#define SCMP_RED_ZONE 0
#endif

/* What is kept free below the interrupted stack pointer: the red zone, and a way back (gate.h). */
#define SCMP_WAY_BACK_ROOM 32
#define SCMP_STACK_KEEP (SCMP_RED_ZONE + SCMP_WAY_BACK_ROOM)

/* Bytes that the handler may use below the frame: 2.3 KiB with -O2, more with sanitizers. */
#define SCMP_STACK_ENOUGH 4096
