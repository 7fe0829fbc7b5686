/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] aarch64: the gate's page and the change of stacks. What
 * they are for is said in arch.h and gate.h. (The kernel returns from a signal by
 * its vDSO.) `hint #34` is `bti c`, the landing mark of an indirect call.
 */
#include "../gate.h"
#include "frame.h"

/*
 * long gate(nr, a, b, c, d, e, f), position independent: x0 x1 x2 x3 x4 x5 x6
 * become x8 x0 x1 x2 x3 x4 x5. It puts down the way back as the handler does for a
 * thread that it sends to the svc instruction.
 *
 * x30 stays what it is, for gdb. `.org` fails if it would have to go back: the svc
 * instructions are where gate.h says, or nothing assembles. The rest is zeros:
 * undefined instructions. The kernel leaves all registers alone, so the way back needs
 * two of them: x16 and x17, which any call of a function may change. `ret` and not
 * `br`, whose target would have to bear a landing mark.
 */
	.section .text.scmp_gate, "ax", %progbits
	.balign SCMP_GATE_SIZE
	.globl scmp_gate_page
	.hidden scmp_gate_page
scmp_gate_page:
	hint	#34
	mov	x16, sp
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	sub	sp, sp, #32
	stp	x16, x30, [sp, #8]
	str	x1, [sp, #24]
	.rept	3
	nop
	.endr
	.org	scmp_gate_page + SCMP_GATE_RETURN_OFFSET - SCMP_GATE_INSTRUCTION
	svc	#0
	/* struct scmp_way_back, from its second word on. */
	ldp	x16, x17, [sp, #8]
	ldr	x1, [sp, #24]
	mov	sp, x16
	ret	x17

	/* The slot of this stack pointer is there: the handler has taken it. The child leaves it to its parent. */
	.org	scmp_gate_page + SCMP_GATE_RETURN_OFFSET + SCMP_GATE_IP_EITHER - SCMP_GATE_INSTRUCTION
	svc	#0
	movz	x16, #(SCMP_GATE_SLOTS & 0xffff)
	movk	x16, #(SCMP_GATE_SLOTS >> 16), lsl #16
1:	ldr	x17, [x16], #SCMP_GATE_SLOT_SIZE
	sub	x17, sp, x17
	cbnz	x17, 1b
	ldr	x17, [x16, #8 - SCMP_GATE_SLOT_SIZE]
	cbz	x0, 2f
	str	xzr, [x16, #-SCMP_GATE_SLOT_SIZE]
2:	ret	x17
	.org	scmp_gate_page + SCMP_GATE_SIZE

/* void scmp_on_stack(void *top, void (*fn)(void *), void *arg) */
	.text
	.globl scmp_on_stack
	.hidden scmp_on_stack
	.type scmp_on_stack, %function
scmp_on_stack:
	.cfi_startproc
	hint	#34
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x29, sp
	.cfi_def_cfa_register 29
	mov	sp, x0
	mov	x0, x2
	blr	x1
	mov	sp, x29
	.cfi_def_cfa_register 31
	ldp	x29, x30, [sp], #16
	.cfi_def_cfa_offset 0
	.cfi_restore 29
	.cfi_restore 30
	ret
	.cfi_endproc
	.size scmp_on_stack, . - scmp_on_stack

/*
 * scmp_signal_entry(signo, info, ucontext): the interrupted stack instead of an
 * alternate one that has too little room. x19 and x20 hold the way back
 * (rt_sigreturn restores the host's), so that not a byte of that stack is needed.
 */
	.globl scmp_signal_entry
	.hidden scmp_signal_entry
	.type scmp_signal_entry, %function
scmp_signal_entry:
	.cfi_startproc
	hint	#34
	ldr	x9, [x2, #SCMP_UC_STACK_START]
	ldr	x10, [x2, #SCMP_UC_STACK_SIZE]
	mov	x11, sp
	sub	x11, x11, x9
	cmp	x11, x10
	b.hs	stay			/* not on it */
	mov	x12, #SCMP_STACK_ENOUGH
	cmp	x11, x12
	b.hs	stay
	ldr	x12, [x2, #SCMP_UC_SP]
	sub	x11, x12, x9
	cmp	x11, x10
	b.ls	stay			/* the interrupted code was on it too */
	sub	x12, x12, #SCMP_STACK_KEEP
	and	x12, x12, #-16
	mov	x19, sp
	.cfi_def_cfa_register 19
	mov	x20, x30
	.cfi_register 30, 20
	mov	sp, x12
	bl	scmp_handle_signal
	mov	sp, x19
	.cfi_def_cfa_register 31
	mov	x30, x20
	.cfi_restore 30
	ret
stay:
	b	scmp_handle_signal
	.cfi_endproc
	.size scmp_signal_entry, . - scmp_signal_entry

	.section .note.GNU-stack, "", %progbits
