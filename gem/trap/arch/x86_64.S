/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] x86_64: the gate's page, the change of stacks, and the way
 * out of a signal. What they are for is said in arch.h and gate.h.
 */
#include <asm/unistd.h>

#include "../gate.h"
#include "frame.h"

/*
 * long gate(nr, a, b, c, d, e, f), position independent: rdi rsi rdx rcx r8 r9
 * 8(rsp) become rax rdi rsi rdx r10 r8 r9.
 *
 * The return address stays on top of the stack while the kernel works: that is
 * where gdb looks for it in code that it knows nothing about. (Unwind tables cannot
 * help: they describe the page where it lay in the library.) It is left by `ret`, as
 * a processor that foresees returns goes astray for long after a call without one; for a thread that
 * was sent to the syscall instruction, that leads on to the rest of its way back. `.org` pads,
 * or fails if it would have to go back: all is where gate.h says, or nothing
 * assembles. Behind a call rcx and r11 are free: the kernel has written to both.
 */
	.section .text.scmp_gate, "ax", @progbits
	.balign SCMP_GATE_SIZE
	.globl scmp_gate_page
	.hidden scmp_gate_page
scmp_gate_page:
	endbr64
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	8(%rsp), %r9
	.org	scmp_gate_page + SCMP_GATE_RETURN_OFFSET - SCMP_GATE_INSTRUCTION, 0x90
	syscall
	ret

	/* struct scmp_way_back, from its second word on. */
	.org	scmp_gate_page + SCMP_GATE_ONWARD - SCMP_GATE_ADDRESS, 0x90
	mov	8(%rsp), %rcx
	mov	16(%rsp), %rsi
	mov	(%rsp), %rsp
	jmp	*%rcx

	/* The slot of this stack pointer is there: the handler has taken it. The child leaves it to its parent. */
	.org	scmp_gate_page + SCMP_GATE_RETURN_OFFSET + SCMP_GATE_IP_EITHER - SCMP_GATE_INSTRUCTION, 0x90
	syscall
	mov	$SCMP_GATE_SLOTS, %ecx
1:	cmp	%rsp, (%rcx)
	je	2f
	add	$SCMP_GATE_SLOT_SIZE, %rcx
	jmp	1b
2:	mov	8(%rcx), %r11
	test	%rax, %rax
	jz	3f
	movq	$0, (%rcx)
3:	jmp	*%r11
	.org	scmp_gate_page + SCMP_GATE_SIZE, 0xcc

/* void scmp_on_stack(void *top, void (*fn)(void *), void *arg) */
	.text
	.globl scmp_on_stack
	.hidden scmp_on_stack
	.type scmp_on_stack, @function
scmp_on_stack:
	.cfi_startproc
	endbr64
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	mov	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	mov	%rdi, %rsp
	mov	%rdx, %rdi
	call	*%rsi
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size scmp_on_stack, . - scmp_on_stack

/*
 * scmp_signal_entry(signo, info, ucontext): the interrupted stack instead of an
 * alternate one that has too little room. rbx holds the way back (rt_sigreturn
 * restores the host's), so that not a byte of that stack is needed.
 */
	.globl scmp_signal_entry
	.hidden scmp_signal_entry
	.type scmp_signal_entry, @function
scmp_signal_entry:
	.cfi_startproc
	endbr64
	mov	%rsp, %rax
	sub	SCMP_UC_STACK_START(%rdx), %rax
	cmp	SCMP_UC_STACK_SIZE(%rdx), %rax
	jae	stay			/* not on it */
	cmp	$SCMP_STACK_ENOUGH, %rax
	jae	stay
	mov	SCMP_UC_SP(%rdx), %rax
	mov	%rax, %rcx
	sub	SCMP_UC_STACK_START(%rdx), %rcx
	cmp	SCMP_UC_STACK_SIZE(%rdx), %rcx
	jbe	stay			/* the interrupted code was on it too */
	sub	$SCMP_STACK_KEEP, %rax
	and	$-16, %rax
	mov	%rsp, %rbx
	.cfi_def_cfa_register %rbx
	mov	%rax, %rsp
	call	scmp_handle_signal
	mov	%rbx, %rsp
	.cfi_def_cfa_register %rsp
	ret
stay:
	jmp	scmp_handle_signal
	.cfi_endproc
	.size scmp_signal_entry, . - scmp_signal_entry

/*
 * These bytes, and this name in the symbol table, are those by which gdb and
 * libgcc know the frame of a signal. The nop is for unwinders that look one byte back.
 */
	nop
	.globl scmp_restore_signal
	.hidden scmp_restore_signal
	.type __restore_rt, @function
__restore_rt:
scmp_restore_signal:
	mov	$__NR_rt_sigreturn, %rax
	syscall
	.size __restore_rt, . - __restore_rt

	.section .note.GNU-stack, "", @progbits
