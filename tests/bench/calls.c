/* SPDX-License-Identifier: MIT */
/*
 * calls COUNT getppid|uname|ioctl [handler|through|filter|open]
 *
 * Makes one system call COUNT times, in ten parts, and prints the nanoseconds
 * a call in the quickest part (what disturbs a part only adds to it), then the
 * result of the last call. With `handler` it first puts itself under the least
 * that can trap: a filter of three instructions and a handler that writes
 * -EPERM; with `through` the handler makes the call itself, at an instruction that
 * the filter lets pass. With `filter` under what one would write by hand to refuse TIOCSTI,
 * which is not the ioctl that it makes; with `open` under a filter that allows everything.
 * Run by tests/bench/run.
 */
#include <errno.h>
#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { PARTS = 10 };

/* long again(nr, a): the call, at an instruction of its own. */
long again(long nr, long a);
extern const char again_made[];

#if defined(__x86_64__)
__asm__(".text\n"
	"again:\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rdi\n"
	"	syscall\n"
	"again_made:\n"
	"	ret\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	"again:\n"
	"	mov x8, x0\n"
	"	mov x0, x1\n"
	"	svc #0\n"
	"again_made:\n"
	"	ret\n");
#endif

static void go_through(int signal, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signal;
	(void)info;
#if defined(__x86_64__)
	user->uc_mcontext.gregs[REG_RAX] = again(user->uc_mcontext.gregs[REG_RAX], user->uc_mcontext.gregs[REG_RDI]);
#elif defined(__aarch64__)
	user->uc_mcontext.regs[0] =
		(unsigned long long)again((long)user->uc_mcontext.regs[8], (long)user->uc_mcontext.regs[0]);
#endif
}

static void answer(int signal, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)signal;
	(void)info;
#if defined(__x86_64__)
	user->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	user->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#endif
}

static int load(struct sock_filter *code, size_t length)
{
	struct sock_fprog program = {(unsigned short)length, code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static int refuse_tiocsti(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
#if defined(__x86_64__)
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
#elif defined(__aarch64__)
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_AARCH64, 1, 0),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32 */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return load(code, sizeof(code) / sizeof(code[0]));
}

static int trap(int nr)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};

	if (sigaction(SIGSYS, &action, NULL) != 0)
		return -1;
	return load(code, sizeof(code) / sizeof(code[0]));
}

static int trap_through(int nr)
{
	uint64_t made = (uint64_t)(uintptr_t)again_made;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(made >> 32), 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)made, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sigaction action = {.sa_sigaction = go_through, .sa_flags = SA_SIGINFO};

	if (sigaction(SIGSYS, &action, NULL) != 0)
		return -1;
	return load(code, sizeof(code) / sizeof(code[0]));
}

static int allow_everything(void)
{
	struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

	return load(code, 1);
}

/* What the host puts itself under. */
static int enter(const char *way, int nr)
{
	if (strcmp(way, "filter") == 0)
		return refuse_tiocsti();
	if (strcmp(way, "open") == 0)
		return allow_everything();
	return strcmp(way, "through") == 0 ? trap_through(nr) : trap(nr);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[1]) / PARTS : 0;
	struct utsname name;
	double best = 0;
	long result = 0;
	int nr;

	if (count < 1)
		return 2;
	nr = strcmp(argv[2], "uname") == 0 ? SYS_uname : strcmp(argv[2], "ioctl") == 0 ? SYS_ioctl : SYS_getppid;
	if (argc > 3 && enter(argv[3], nr) != 0)
		return 1;

	for (int part = 0; part < PARTS; part++) {
		double start = now();
		double time;

		for (long i = 0; i < count; i++)
			result = nr == SYS_ioctl ? syscall(nr, -1, TCGETS, &name) : syscall(nr, &name);
		time = (now() - start) / (double)count;
		if (!part || time < best)
			best = time;
	}
	printf("%.2f %ld\n", best, result);
	return 0;
}
