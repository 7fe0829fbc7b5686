/* SPDX-License-Identifier: MIT */
/*
 * Made-up signals for the handler: any siginfo, any registers, tables of rules of
 * any size. What no filter can have sent ends the process by SIGSYS, with a note;
 * all else writes the answer of its rule, and nothing is read or written beside the
 * table. Each round is a child of its own.
 *
 *   fuzz-signals [ROUNDS [SEED]]
 */
#include <linux/audit.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "trap.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define NUMBER(uc) (uc).uc_mcontext.gregs[REG_RAX]
#define PLACE(uc) (uc).uc_mcontext.gregs[REG_RIP]
#define RESULT(uc) (uc).uc_mcontext.gregs[REG_RAX]
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define NUMBER(uc) (uc).uc_mcontext.regs[8]
#define PLACE(uc) (uc).uc_mcontext.pc
#define RESULT(uc) (uc).uc_mcontext.regs[0]
#endif

enum { ROUNDS = 3000, RULES_MAX = 64, SECCOMP = 1, PAGE = 65536 };

/* handler.c's, in libc's types, which have the kernel's layout. */
void scmp_handle_signal(int signo, siginfo_t *info, void *context);

static uint64_t state;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t below(uint64_t n)
{
	return draw() % n;
}

static void draw_bytes(void *at, size_t n)
{
	unsigned char *byte = at;

	while (n-- > 0)
		*byte++ = (unsigned char)(below(3) ? draw() >> 13 : 0);
}

/* A table that ends where the memory does. */
static struct scmp_trap_rule *draw_table(size_t n)
{
	char *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct scmp_trap_rule *rules;

	if (memory == MAP_FAILED || mprotect(memory + PAGE, PAGE, PROT_NONE) < 0)
		abort();
	rules = (struct scmp_trap_rule *)(memory + PAGE) - n;
	for (size_t i = 0; i < n; i++)
		rules[i] = (struct scmp_trap_rule){
			.verb = "trap",
			.file = "p.rb",
			.line = (int)i,
			.answer = (int64_t)draw(),
			.record = below(2),
			.id = (uint16_t)i,
			.answer_number = (uint8_t)below(3),
		};
	return rules;
}

/* In the child: ends with 0 if the result was written, 1 if a wrong one; the signal says whether it should have. */
static void round_of(bool *valid)
{
	size_t n = 1 + below(RULES_MAX);
	struct scmp_trap_rule *rules = draw_table(n);
	struct scmp_trap_config config = {
		.rules = rules, .n_rules = n, .program = "fuzz", .log = {.fd = 2, .reserved = -1}};
	ucontext_t context;
	siginfo_t info;
	unsigned id;

	draw_bytes(&context, sizeof(context));
	draw_bytes(&info, sizeof(info));
	if (below(4)) {
		info.si_code = SECCOMP;
		info.si_arch = ARCH;
		info.si_syscall = (int)NUMBER(context);
		info.si_call_addr = (void *)PLACE(context);
	}
	if (below(2)) {
		id = (unsigned)below(n + 2);
		info.si_errno = (int)(id | below(3) << SCMP_ID_BITS);
	}
	id = (unsigned)info.si_errno & SCMP_ID_MAX;
	*valid = info.si_code == SECCOMP && info.si_arch == ARCH && info.si_syscall == (int)NUMBER(context) &&
		 (uintptr_t)info.si_call_addr == (uintptr_t)PLACE(context) &&
		 (id ? id < n && (unsigned)info.si_errno >> SCMP_ID_BITS == rules[id].answer_number
		     : (unsigned)info.si_errno >> SCMP_ID_BITS != 0);
	/* The calls in the host's stead are made: not with the descriptors of this test. */
	if (*valid && id == 0)
		_exit(0);
	context.uc_stack.ss_size = below(2) ? 0 : context.uc_stack.ss_size;
	scmp_trap_configure(&config);
	scmp_handle_signal(SIGSYS, &info, &context);
	_exit(*valid && (int64_t)RESULT(context) == rules[id].answer ? 0 : 1);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 0) : ROUNDS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 0x9e3779b97f4a7c15;
	bool *valid = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long n_valid = 0;

	if (valid == MAP_FAILED)
		return 1;
	printf("seed 0x%llx\n", (unsigned long long)seed);
	fflush(stdout);
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	for (long i = 0; i < rounds; i++) {
		int status;
		pid_t child;

		state = seed + (uint64_t)i * 0x2545f4914f6cdd1d;
		state |= !state;
		child = fork();
		if (child == 0)
			round_of(valid);
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 1;
		n_valid += *valid;
		if (*valid ? status != 0 : !WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
			printf("round %ld: %s, and its end is 0x%x\n", i, *valid ? "valid" : "not valid",
			       (unsigned)status);
			return 1;
		}
	}
	printf("%ld rounds, %ld of them answered\n", rounds, n_valid);
	return n_valid > 0 && n_valid < rounds ? 0 : 1;
}
