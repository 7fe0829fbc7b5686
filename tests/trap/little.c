/* SPDX-License-Identifier: MIT */
#include "little.h"

#include "log.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gate.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))
#define ARG(n) ((uint32_t)(offsetof(struct seccomp_data, args) + 8ul * (n)))

enum { PROGRAM_MAX = 256, STACK_SIZE = 1 << 20 };

struct scmp_trap_rule little_rules[N_RULES] = {
	[ANSWER] = {.verb = "trap", .file = "p.rb", .line = 2, .answer = -EPERM, .record = true},
	[NUMBER] = {.verb = "return", .file = "p.rb", .line = 3, .answer = 42},
	[ASK] = {.verb = "trap", .file = "p.rb", .line = 4, .answer = -ENOSYS, .record = true, .block = true},
	[ASK_QUIETLY] = {.verb = "trap", .file = "p.rb", .line = 5, .answer = -ENOSYS, .block = true},
	[KILL] = {.verb = "kill", .file = "p.rb", .line = 6, .why = "no \"sync\"", .kills = true, .record = true},
	[KILL_THREAD] = {.verb = "kill_thread", .file = "p.rb", .line = 7, .kills_thread = true, .record = true},
	[SMALLEST] = {.verb = "errno", .file = "p.rb", .line = 8, .answer = -4095},
	[LARGEST] = {.verb = "return", .file = "p.rb", .line = 9, .answer = INT64_MAX},
};

static const int trapped[N_RULES] = {
	[ANSWER] = SYS_uname, [NUMBER] = SYS_getpgid,	   [ASK] = SYS_getppid,	    [ASK_QUIETLY] = SYS_getuid,
	[KILL] = SYS_sync,    [KILL_THREAD] = SYS_vhangup, [SMALLEST] = SYS_setuid, [LARGEST] = SYS_setgid,
};

struct scmp_trap_config little_config = {
	.rules = little_rules,
	.n_rules = N_RULES,
	.log = {.fd = -1},
	.program = "little",
};

static struct sock_filter program[PROGRAM_MAX];
static unsigned short length;

static void emit(struct sock_filter insn)
{
	program[length++] = insn;
}

static void load(uint32_t offset)
{
	emit((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void skip_unless(uint32_t value, unsigned char n)
{
	emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, n));
}

static void give(uint32_t action)
{
	emit((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* nr, and one argument at 32 bits where arg >= 0 */
static void door(int nr, int arg, uint32_t value)
{
	load(FIELD(nr));
	if (arg < 0) {
		skip_unless((uint32_t)nr, 1);
	} else {
		skip_unless((uint32_t)nr, 3);
		load(ARG(arg));
		skip_unless(value, 1);
	}
	give(SECCOMP_RET_ALLOW);
}

static void deadly_door(uint64_t key, uint32_t action)
{
	load(FIELD(nr));
	skip_unless(SYS_prctl, 7);
	load(ARG(0));
	skip_unless(SCMP_PROBE, 5);
	load(ARG(1));
	skip_unless((uint32_t)key, 3);
	load(ARG(1) + 4);
	skip_unless((uint32_t)(key >> 32), 1);
	give(action);
}

void little_filter(int log_fd, int gate)
{
	struct sock_fprog prog = {.filter = program};
	unsigned short gate_jump;

	length = 0;
	load(FIELD(arch));
	skip_unless(ARCH, 0); /* a foreign call is not tested here */
	load(FIELD(instruction_pointer));
	gate_jump = length;
	emit((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SCMP_GATE_IP, 1, 0));
	emit((struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	deadly_door(SCMP_KEY_DIE, SECCOMP_RET_KILL_PROCESS);
	deadly_door(SCMP_KEY_DIE_THREAD, SECCOMP_RET_KILL_THREAD);
	door(SYS_write, 0, (uint32_t)log_fd);
	door(SYS_fstat, 0, (uint32_t)log_fd);
	door(SYS_getpid, -1, 0);
	door(SYS_gettid, -1, 0);
	door(SYS_futex, 1, FUTEX_WAIT_PRIVATE);
	door(SYS_futex, 1, FUTEX_WAKE_PRIVATE);
	door(SYS_futex, 1, SCMP_GATE_FUTEX_TRY);
	door(SYS_rt_sigprocmask, 0, SIG_UNBLOCK);
	door(SYS_rt_sigprocmask, 0, SCMP_GATE_HOW_NONE);
	door(SYS_rt_sigaction, 0, SIGSYS);
	door(SYS_rt_sigtimedwait, -1, 0);
	door(SYS_sigaltstack, -1, 0);
	door(SYS_madvise, 2, MADV_WIPEONFORK);
	if (gate == GATE_STRICT)
		give(SECCOMP_RET_KILL_PROCESS);
	program[gate_jump + 1].k = length - gate_jump - 2u;

	load(FIELD(nr));
	for (uint32_t id = 1; id < N_RULES; id++) {
		skip_unless((uint32_t)trapped[id], 1);
		give(SECCOMP_RET_TRAP | id);
	}
	give(SECCOMP_RET_ALLOW);

	prog.len = length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		err(1, "the filter is not loaded");
}

/* getauxval() does not give the vector itself: it is behind the environment. */
const void *little_auxv(void)
{
	char **p = environ;

	while (*p)
		p++;
	return p + 1;
}

void little_start(int log_fd)
{
	int rc;

	if (!little_config.stack) {
		little_config.stack =
			mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (little_config.stack == MAP_FAILED)
			err(1, "no stack");
		little_config.stack_size = STACK_SIZE;
	}
	if (log_fd >= 0) {
		little_config.log.fd = log_fd;
		little_config.log.id = scmp_log_id(log_fd);
		if (little_config.log.id == SCMP_LOG_CLOSED)
			errx(1, "no log");
	}
	little_config.auxv = little_auxv();
	rc = scmp_trap_arm();
	if (rc < 0)
		errx(1, "scmp_trap_arm: %s", strerror(-rc));
	scmp_trap_configure(&little_config);
	little_filter(log_fd, GATE_STRICT);
}

int little_log(void)
{
	int fd = memfd_create("log", 0);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		err(1, "memfd_create");
	return fd;
}

const char *little_log_text(int fd)
{
	static char text[16384];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		err(1, "the log cannot be read");
	text[n] = '\0';
	return text;
}

int little_run(void (*test)(void))
{
	pid_t child = fork();
	int status;

	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		test();
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child)
		err(1, "waitpid");
	return status;
}

long raw(long nr, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#endif
}
