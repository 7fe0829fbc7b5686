/* SPDX-License-Identifier: MIT */
/*
 * setjmp(3) and longjmp(3) for mruby's exceptions, for the reason that memory.c
 * gives. x19 to x30, the stack, and the lower halves of v8 to v15.
 */
	.text
	.globl _setjmp
	.hidden _setjmp
	.type _setjmp, %function
_setjmp:
	hint	#34
	stp	x19, x20, [x0]
	stp	x21, x22, [x0, #16]
	stp	x23, x24, [x0, #32]
	stp	x25, x26, [x0, #48]
	stp	x27, x28, [x0, #64]
	stp	x29, x30, [x0, #80]
	stp	d8, d9, [x0, #96]
	stp	d10, d11, [x0, #112]
	stp	d12, d13, [x0, #128]
	stp	d14, d15, [x0, #144]
	mov	x2, sp
	str	x2, [x0, #160]
	mov	w0, #0
	ret
	.size _setjmp, . - _setjmp

	.globl longjmp
	.hidden longjmp
	.type longjmp, %function
longjmp:
	hint	#34
	ldp	x19, x20, [x0]
	ldp	x21, x22, [x0, #16]
	ldp	x23, x24, [x0, #32]
	ldp	x25, x26, [x0, #48]
	ldp	x27, x28, [x0, #64]
	ldp	x29, x30, [x0, #80]
	ldp	d8, d9, [x0, #96]
	ldp	d10, d11, [x0, #112]
	ldp	d12, d13, [x0, #128]
	ldp	d14, d15, [x0, #144]
	ldr	x2, [x0, #160]
	mov	sp, x2
	cmp	w1, #0
	csinc	w0, w1, wzr, ne
	ret
	.size longjmp, . - longjmp

	.section .note.GNU-stack, "", %progbits
