/* SPDX-License-Identifier: MIT */
/*
 * setjmp(3) and longjmp(3) for mruby's exceptions, for the reason that memory.c
 * gives. rbx rbp r12 r13 r14 r15, the stack behind the return, and the way back.
 */
	.text
	.globl _setjmp
	.hidden _setjmp
	.type _setjmp, @function
_setjmp:
	endbr64
	mov	%rbx, (%rdi)
	mov	%rbp, 8(%rdi)
	mov	%r12, 16(%rdi)
	mov	%r13, 24(%rdi)
	mov	%r14, 32(%rdi)
	mov	%r15, 40(%rdi)
	lea	8(%rsp), %rax
	mov	%rax, 48(%rdi)
	mov	(%rsp), %rax
	mov	%rax, 56(%rdi)
	xor	%eax, %eax
	ret
	.size _setjmp, . - _setjmp

	.globl longjmp
	.hidden longjmp
	.type longjmp, @function
longjmp:
	endbr64
	mov	(%rdi), %rbx
	mov	8(%rdi), %rbp
	mov	16(%rdi), %r12
	mov	24(%rdi), %r13
	mov	32(%rdi), %r14
	mov	40(%rdi), %r15
	mov	48(%rdi), %rsp
	mov	%esi, %eax
	test	%eax, %eax
	jnz	1f
	inc	%eax
1:	jmp	*56(%rdi)
	.size longjmp, . - longjmp

	.section .note.GNU-stack, "", @progbits
