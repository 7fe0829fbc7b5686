/* SPDX-License-Identifier: MIT */
/*
 * sim.c: what each instruction does, what is malformed, and the kernel's rule
 * for its action cache. The same programs are given to the kernel, which must
 * take and refuse the same ones.
 */
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "sim.h"

enum { LOAD = BPF_LD | BPF_W | BPF_ABS };

#define ARG_LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n))

static const struct seccomp_data call = {
	.nr = 7,
	.arch = AUDIT_ARCH_X86_64,
	.instruction_pointer = 0x1122334455667788,
	.args = {0xa0a1a2a3a4a5a6a7, 3, 0, UINT64_MAX, 4, 5},
};

/*
 * Whether the kernel takes this program. It is loaded by a child, which then can
 * rely on no system call: it says yes by dying of an instruction.
 */
static bool kernel_takes(const struct sock_filter *insns, size_t n)
{
	struct sock_fprog program = {.len = (unsigned short)n, .filter = (struct sock_filter *)insns};
	int status;
	pid_t child = fork();

	check(child >= 0);
	if (child == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 && errno == EINVAL)
			_exit(77);
		for (;;)
			__builtin_trap();
	}
	check(waitpid(child, &status, 0) == child);
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 77);
}

struct example {
	const char *sentence;
	int64_t answer;
	size_t n;
	struct sock_filter insns[8];
};

#define JEQ(k, jt, jf) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, jt, jf)
#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)
#define RET_A BPF_STMT(BPF_RET | BPF_A, 0)
#define IMM(k) BPF_STMT(BPF_LD | BPF_IMM, k)
#define TAX BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define ALU(op, k) BPF_STMT(BPF_ALU | op, k)

static const struct example sound[] = {
	{"a constant", 0x7fff0000, 1, {RET(0x7fff0000)}},
	{"the number", 7, 2, {BPF_STMT(LOAD, 0), RET_A}},
	{"the architecture", AUDIT_ARCH_X86_64, 2, {BPF_STMT(LOAD, 4), RET_A}},
	{"half of the instruction pointer", 0x55667788, 2, {BPF_STMT(LOAD, 8), RET_A}},
	{"the low half of an argument", 0xa4a5a6a7, 2, {BPF_STMT(LOAD, ARG_LOW(0)), RET_A}},
	{"the high half of an argument", 0xa0a1a2a3, 2, {BPF_STMT(LOAD, ARG_LOW(0) + 4), RET_A}},
	{"the last word", 0, 2, {BPF_STMT(LOAD, 60), RET_A}},
	{"the length", 64, 2, {BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A}},
	{"the length in X", 64, 3, {BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A}},
	{"A and X are 0 at first", 0, 2, {BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0), RET_A}},
	{"memory keeps a word", 9, 5, {IMM(9), BPF_STMT(BPF_ST, 15), IMM(1), BPF_STMT(BPF_LD | BPF_MEM, 15), RET_A}},
	{"memory keeps X, and gives it back to X",
	 9,
	 6,
	 {BPF_STMT(BPF_LDX | BPF_IMM, 9), BPF_STMT(BPF_STX, 0), BPF_STMT(BPF_LDX | BPF_IMM, 1),
	  BPF_STMT(BPF_LDX | BPF_MEM, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), RET_A}},
	{"addition wraps", 4, 3, {IMM(5), ALU(BPF_ADD | BPF_K, UINT32_MAX), RET_A}},
	{"subtraction wraps", UINT32_MAX, 3, {IMM(5), ALU(BPF_SUB | BPF_K, 6), RET_A}},
	{"multiplication", 42, 3, {IMM(6), ALU(BPF_MUL | BPF_K, 7), RET_A}},
	{"division", 6, 3, {IMM(44), ALU(BPF_DIV | BPF_K, 7), RET_A}},
	{"and, or, xor",
	 0x35,
	 5,
	 {IMM(0x7c), ALU(BPF_AND | BPF_K, 0x3f), ALU(BPF_OR | BPF_K, 1), ALU(BPF_XOR | BPF_K, 8), RET_A}},
	{"shifts", 0x80000000, 4, {IMM(3), ALU(BPF_LSH | BPF_K, 31), ALU(BPF_RSH | BPF_K, 0), RET_A}},
	{"negation", UINT32_MAX, 3, {IMM(1), ALU(BPF_NEG, 0), RET_A}},
	{"operations with X",
	 24,
	 6,
	 {IMM(3), TAX, ALU(BPF_MUL | BPF_X, 0), ALU(BPF_DIV | BPF_X, 0), ALU(BPF_LSH | BPF_X, 0), RET_A}},
	{"a division by an X of 0 ends with 0", 0, 4, {IMM(0), TAX, ALU(BPF_DIV | BPF_X, 0), RET(5)}},
	{"a shift by X takes five bits", 2, 5, {IMM(33), TAX, IMM(1), ALU(BPF_LSH | BPF_X, 0), RET_A}},
	{"a jump that holds", 1, 4, {IMM(7), JEQ(7, 1, 0), RET(2), RET(1)}},
	{"a jump that does not hold", 2, 4, {IMM(8), JEQ(7, 1, 0), RET(2), RET(1)}},
	{"greater is unsigned", 1, 4, {IMM(0x80000000), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 0), RET(2), RET(1)}},
	{"equal is not greater", 2, 4, {IMM(5), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 1, 0), RET(2), RET(1)}},
	{"equal is greater or equal", 1, 4, {IMM(5), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 1, 0), RET(2), RET(1)}},
	{"one bit of a set", 1, 4, {IMM(5), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 6, 1, 0), RET(2), RET(1)}},
	{"no bit of a set", 2, 4, {IMM(5), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2, 1, 0), RET(2), RET(1)}},
	{"a comparison with X", 1, 5, {IMM(5), TAX, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0), RET(2), RET(1)}},
	{"a long jump", 3, 4, {BPF_STMT(BPF_JMP | BPF_JA, 2), RET(1), RET(2), RET(3)}},
};

static const struct example malformed[] = {
	{"an empty program", SCMP_SIM_NO_RETURN, 0, {{0}}},
	{"no return", SCMP_SIM_NO_RETURN, 1, {IMM(1)}},
	{"a load beyond the data", SCMP_SIM_BAD_LOAD, 2, {BPF_STMT(LOAD, 64), RET_A}},
	{"a load far beyond the data", SCMP_SIM_BAD_LOAD, 2, {BPF_STMT(LOAD, UINT32_MAX - 3), RET_A}},
	{"a load across two words", SCMP_SIM_BAD_LOAD, 2, {BPF_STMT(LOAD, 2), RET_A}},
	{"a load of a half", SCMP_SIM_BAD_INSTRUCTION, 2, {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RET_A}},
	{"an indirect load", SCMP_SIM_BAD_INSTRUCTION, 2, {BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RET_A}},
	{"memory that was never stored", SCMP_SIM_BAD_LOAD, 2, {BPF_STMT(BPF_LD | BPF_MEM, 3), RET_A}},
	{"memory that does not exist", SCMP_SIM_BAD_LOAD, 2, {BPF_STMT(BPF_ST, 16), RET_A}},
	{"a jump past the end", SCMP_SIM_NO_RETURN, 2, {JEQ(0, 1, 1), RET(1)}},
	{"a long jump past the end", SCMP_SIM_NO_RETURN, 2, {BPF_STMT(BPF_JMP | BPF_JA, 1), RET(1)}},
	{"a long jump backwards", SCMP_SIM_NO_RETURN, 2, {RET(1), BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX - 1)}},
	{"a division by 0", SCMP_SIM_BAD_INSTRUCTION, 2, {ALU(BPF_DIV | BPF_K, 0), RET(1)}},
	{"a shift by 32", SCMP_SIM_BAD_INSTRUCTION, 2, {ALU(BPF_LSH | BPF_K, 32), RET(1)}},
	{"a remainder, which seccomp does not know", SCMP_SIM_BAD_INSTRUCTION, 2, {ALU(BPF_MOD | BPF_K, 3), RET(1)}},
	{"a number that is no instruction", SCMP_SIM_BAD_INSTRUCTION, 2, {BPF_STMT(0xffff, 0), RET(1)}},
};

static void test_examples(void)
{
	for (size_t i = 0; i < N_ELEMENTS(sound); i++) {
		behaviour(sound[i].sentence);
		check_equal(scmp_sim_run(sound[i].insns, sound[i].n, &call), sound[i].answer);
		check(kernel_takes(sound[i].insns, sound[i].n));
	}
	for (size_t i = 0; i < N_ELEMENTS(malformed); i++) {
		const struct example *example = &malformed[i];
		size_t start = example->n && example->insns[0].code == (BPF_RET | BPF_K);

		behaviour(example->sentence);
		check_equal(scmp_sim_run(example->insns + start, example->n - start, &call), example->answer);
		check(!kernel_takes(example->insns, example->n));
	}
}

static void test_cached(void)
{
	static const struct {
		const char *sentence;
		bool cached;
		size_t n;
		struct sock_filter insns[6];
	} cases[] = {
		{"always allowed", true, 1, {RET(SECCOMP_RET_ALLOW)}},
		{"logged", false, 1, {RET(SECCOMP_RET_LOG)}},
		{"allowed by its number", true, 4, {BPF_STMT(LOAD, 0), JEQ(7, 0, 1), RET(SECCOMP_RET_ALLOW), RET(0)}},
		{"refused by its number", false, 4, {BPF_STMT(LOAD, 0), JEQ(8, 0, 1), RET(SECCOMP_RET_ALLOW), RET(0)}},
		{"allowed by its architecture",
		 true,
		 5,
		 {BPF_STMT(LOAD, 4), JEQ(AUDIT_ARCH_X86_64, 0, 2), BPF_STMT(BPF_JMP | BPF_JA, 0),
		  RET(SECCOMP_RET_ALLOW), RET(0)}},
		{"allowed by bits of its number",
		 true,
		 5,
		 {BPF_STMT(LOAD, 0), ALU(BPF_AND | BPF_K, 3), JEQ(3, 0, 1), RET(SECCOMP_RET_ALLOW), RET(0)}},
		{"allowed whatever an argument is", false, 2, {BPF_STMT(LOAD, 16), RET(SECCOMP_RET_ALLOW)}},
		{"allowed from anywhere", false, 2, {BPF_STMT(LOAD, 8), RET(SECCOMP_RET_ALLOW)}},
		{"an answer from A", false, 2, {IMM(SECCOMP_RET_ALLOW), RET_A}},
		{"a jump past the end", false, 1, {BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX)}},
	};

	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		behaviour(cases[i].sentence);
		check_equal(scmp_sim_cached(cases[i].insns, cases[i].n, AUDIT_ARCH_X86_64, 7), cases[i].cached);
	}
}

int main(void)
{
	test_examples();
	test_cached();
	return 0;
}
