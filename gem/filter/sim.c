/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF in user space. Pure functions: may be called by anyone, at any
 * time. The list of instructions is that of seccomp_check_filter() in the
 * kernel's kernel/seccomp.c; what they do is the kernel's conversion to eBPF
 * (a division by an X of 0 ends the program with 0, shifts by X take 5 bits).
 */
#include <string.h>

#include "sim.h"

/* One word of seccomp_data, where the kernel would read it. */
static bool load(const struct seccomp_data *data, uint32_t offset, uint32_t *wordp)
{
	if (offset > sizeof(*data) - sizeof(*wordp) || offset % sizeof(*wordp))
		return false;
	memcpy(wordp, (const char *)data + offset, sizeof(*wordp));
	return true;
}

static bool compare(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGE:
		return a >= operand;
	case BPF_JGT:
		return a > operand;
	default:
		return a & operand;
	}
}

static uint32_t compute(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + operand;
	case BPF_SUB:
		return a - operand;
	case BPF_MUL:
		return a * operand;
	case BPF_DIV:
		return a / operand;
	case BPF_AND:
		return a & operand;
	case BPF_OR:
		return a | operand;
	case BPF_XOR:
		return a ^ operand;
	case BPF_LSH:
		return a << (operand & 31);
	case BPF_RSH:
		return a >> (operand & 31);
	default:
		return -a;
	}
}

int64_t scmp_sim_run(const struct sock_filter *insns, size_t n_insns, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = {0};
	uint32_t stored = 0; /* a bit for each word of the memory */
	size_t pc = 0;

	while (pc < n_insns) {
		const struct sock_filter *insn = &insns[pc++];
		uint32_t k = insn->k;

		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (!load(data, k, &a))
				return SCMP_SIM_BAD_LOAD;
			break;
		case BPF_LD | BPF_W | BPF_LEN:
			a = sizeof(*data);
			break;
		case BPF_LDX | BPF_W | BPF_LEN:
			x = sizeof(*data);
			break;
		case BPF_LD | BPF_IMM:
			a = k;
			break;
		case BPF_LDX | BPF_IMM:
			x = k;
			break;
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
			if (k >= BPF_MEMWORDS || !(stored & 1u << k))
				return SCMP_SIM_BAD_LOAD;
			*(BPF_CLASS(insn->code) == BPF_LD ? &a : &x) = memory[k];
			break;
		case BPF_ST:
		case BPF_STX:
			if (k >= BPF_MEMWORDS)
				return SCMP_SIM_BAD_LOAD;
			memory[k] = insn->code == BPF_ST ? a : x;
			stored |= 1u << k;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;
		case BPF_ALU | BPF_DIV | BPF_K:
			if (k == 0)
				return SCMP_SIM_BAD_INSTRUCTION;
			a = compute(insn->code, a, k);
			break;
		case BPF_ALU | BPF_DIV | BPF_X:
			if (x == 0)
				return 0;
			a = compute(insn->code, a, x);
			break;
		case BPF_ALU | BPF_LSH | BPF_K:
		case BPF_ALU | BPF_RSH | BPF_K:
			if (k >= 32)
				return SCMP_SIM_BAD_INSTRUCTION;
			a = compute(insn->code, a, k);
			break;
		case BPF_ALU | BPF_ADD | BPF_K:
		case BPF_ALU | BPF_SUB | BPF_K:
		case BPF_ALU | BPF_MUL | BPF_K:
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_ALU | BPF_OR | BPF_K:
		case BPF_ALU | BPF_XOR | BPF_K:
		case BPF_ALU | BPF_NEG:
			a = compute(insn->code, a, k);
			break;
		case BPF_ALU | BPF_ADD | BPF_X:
		case BPF_ALU | BPF_SUB | BPF_X:
		case BPF_ALU | BPF_MUL | BPF_X:
		case BPF_ALU | BPF_AND | BPF_X:
		case BPF_ALU | BPF_OR | BPF_X:
		case BPF_ALU | BPF_XOR | BPF_X:
		case BPF_ALU | BPF_LSH | BPF_X:
		case BPF_ALU | BPF_RSH | BPF_X:
			a = compute(insn->code, a, x);
			break;
		/* A jump past the end ends the loop. */
		case BPF_JMP | BPF_JA:
			pc += k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == k ? insn->jt : insn->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= k ? insn->jt : insn->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > k ? insn->jt : insn->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & k ? insn->jt : insn->jf;
			break;
		case BPF_JMP | BPF_JEQ | BPF_X:
		case BPF_JMP | BPF_JGE | BPF_X:
		case BPF_JMP | BPF_JGT | BPF_X:
		case BPF_JMP | BPF_JSET | BPF_X:
			pc += compare(insn->code, a, x) ? insn->jt : insn->jf;
			break;
		case BPF_RET | BPF_K:
			return k;
		case BPF_RET | BPF_A:
			return a;
		default:
			return SCMP_SIM_BAD_INSTRUCTION;
		}
	}
	return SCMP_SIM_NO_RETURN;
}

bool scmp_sim_cached(const struct sock_filter *insns, size_t n_insns, uint32_t arch, int nr)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < n_insns; pc++) {
		uint32_t k = insns[pc].k;

		switch (insns[pc].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (k == offsetof(struct seccomp_data, nr))
				a = (uint32_t)nr;
			else if (k == offsetof(struct seccomp_data, arch))
				a = arch;
			else
				return false;
			break;
		case BPF_RET | BPF_K:
			return k == SECCOMP_RET_ALLOW;
		case BPF_JMP | BPF_JA:
			pc += k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += compare(insns[pc].code, a, k) ? insns[pc].jt : insns[pc].jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= k;
			break;
		default:
			return false;
		}
	}
	return false;
}
