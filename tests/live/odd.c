/* SPDX-License-Identifier: MIT */
/*
 * What programs seldom do, each in a few lines; odd.py compares what is printed with a run without the library.
 *
 *   odd nested-vfork          a vfork child calls vfork in the same function
 *   odd exec-on-alternate     exec with an empty environment, on a small alternate stack; what is below it stays
 *   odd disarmed              a handler interrupts read(2) on an alternate stack with SS_AUTODISARM
 *   odd sleeping-parent       a thread traps while another sleeps until its child, of its own memory, has ended
 *   odd filter                an own filter traps getppid(2), for a handler of its own
 *   odd filter-ignored        ... and SIGSYS is ignored, which ends the process
 *   odd action                a handler of SIGSYS with a full mask is asked for
 *   odd actions               four threads ask for handlers of SIGSYS, each with a mask of its own
 *   odd at-the-edge           a call with the stack pointer at the end of its memory, beside an alternate stack
 *   odd read-in-read          a handler calls read on an alternate stack that lies above the read that it interrupts
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif

enum { PATTERN = 0x5a, PAGES = 1 << 16 };

static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int nested_vfork(void)
{
	volatile pid_t grandchild = 0;
	pid_t child = vfork();

	if (child == 0) {
		grandchild = vfork();
		if (grandchild == 0)
			_exit(3);
		_exit(grandchild > 0 ? status_of(grandchild) + 4 : 1);
	}
	printf("%d\n", status_of(child));
	return 0;
}

/* An alternate stack in the middle of memory that is otherwise left alone. */
static char *put_alternate(size_t size, int flags)
{
	char *low = mmap(NULL, 2 * PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = low + PAGES, .ss_size = size, .ss_flags = flags};

	if (low == MAP_FAILED || sigaltstack(&stack, NULL) < 0)
		return NULL;
	return memset(low, PATTERN, PAGES);
}

static int exec_on_alternate(void)
{
	enum { VARIABLES = 1500 };
	static char program[] = "/bin/true", variable[] = "A=1";
	static char *arguments[] = {program, NULL}, *environment[VARIABLES + 1];
	char *low = put_alternate(8192, 0);
	size_t changed = 0, i;
	pid_t child;

	if (!low)
		return 90;
	for (i = 0; i < VARIABLES; i++)
		environment[i] = variable;
	child = vfork();
	if (child == 0) {
		execve(program, arguments, environment);
		_exit(91);
	}
	printf("%d\n", status_of(child));
	for (i = 0; i < PAGES; i++)
		changed += low[i] != PATTERN;
	printf("%zu\n", changed);
	return 0;
}

static volatile sig_atomic_t handled;

static void count(int signo)
{
	(void)signo;
	handled++;
}

static int disarmed(void)
{
	const struct itimerval soon = {.it_value = {.tv_usec = 50000}};
	struct sigaction action = {.sa_handler = count, .sa_flags = SA_ONSTACK};
	int ends[2];
	stack_t after;
	char byte;

	if (!put_alternate(PAGES, (int)SS_AUTODISARM) || pipe(ends) < 0)
		return 90;
	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 3; i++) {
		setitimer(ITIMER_REAL, &soon, NULL);
		printf("%zd ", read(ends[0], &byte, 1));
		printf("%d %d\n", errno, (int)handled);
	}
	sigaltstack(NULL, &after);
	printf("%x %zu\n", (unsigned)after.ss_flags, after.ss_size);
	return 0;
}

static int inner[2], outer[2];

static void read_and_write(int signo)
{
	char byte;
	ssize_t n = read(inner[0], &byte, 1);

	(void)signo;
	handled = (int)n;
	if (write(outer[1], "", 1) < 0)
		_exit(93);
}

static int read_in_read(void)
{
	char stack[1 << 16], byte;
	const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	const struct itimerval soon = {.it_value = {.tv_usec = 50000}};
	struct sigaction action = {.sa_handler = read_and_write, .sa_flags = SA_ONSTACK | SA_RESTART};
	ssize_t n;

	if (pipe(inner) < 0 || pipe(outer) < 0 || write(inner[1], "", 1) < 0 || sigaltstack(&alternate, NULL) < 0)
		return 90;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	n = read(outer[0], &byte, 1);
	printf("%zd %d\n", n, (int)handled);
	return 0;
}

static void *call_meanwhile(void *arg)
{
	struct timespec before, after;
	int *seconds = arg;

	usleep(200000);
	clock_gettime(CLOCK_MONOTONIC, &before);
	(void)getppid();
	clock_gettime(CLOCK_MONOTONIC, &after);
	*seconds = (int)(after.tv_sec - before.tv_sec);
	return NULL;
}

static int sleeping_parent(void)
{
	pthread_t thread;
	int seconds = -1;
	long child;

	if (pthread_create(&thread, NULL, call_meanwhile, &seconds) != 0)
		return 90;
	child = syscall(SYS_clone, CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		sleep(3);
		_exit(5);
	}
	printf("%d ", status_of((pid_t)child));
	pthread_join(thread, NULL);
	printf("%d\n", seconds);
	return 0;
}

static void answer(int signo, siginfo_t *info, void *context)
{
	(void)signo;
#ifdef __x86_64__
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = info->si_errno;
#else
	((ucontext_t *)context)->uc_mcontext.regs[0] = (unsigned)info->si_errno;
#endif
}

static int trap_getppid(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {4, insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 90;
	printf("%d\n", (int)getppid());
	return 0;
}

static int filter(void)
{
	struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &action, NULL);
	return trap_getppid();
}

static int filter_ignored(void)
{
	pid_t child = fork();

	if (child == 0) {
		signal(SIGSYS, SIG_IGN);
		_exit(trap_getppid());
	}
	printf("%d\n", status_of(child));
	return 0;
}

static int action(void)
{
	struct sigaction asked = {.sa_handler = count, .sa_flags = SA_RESTART}, told;

	sigfillset(&asked.sa_mask);
	sigaction(SIGSYS, &asked, NULL);
	sigaction(SIGSYS, NULL, &told);
	for (int signo = 1; signo < 65; signo++)
		printf("%d", sigismember(&told.sa_mask, signo));
	printf(" %x %d\n", (unsigned)told.sa_flags, told.sa_handler == count);
	return 0;
}

static void (*const handlers[])(int) = {count, read_and_write};
static volatile bool stop;

static bool is_torn(const struct sigaction *told)
{
	for (int i = 0; i < 2; i++)
		if (told->sa_handler == handlers[i] && !sigismember(&told->sa_mask, SIGUSR1 + i))
			return true;
	return false;
}

static void *set_action(void *arg)
{
	int i = (int)(intptr_t)arg % 2;
	struct sigaction asked = {.sa_handler = handlers[i]}, told;
	intptr_t torn = 0;

	sigemptyset(&asked.sa_mask);
	sigaddset(&asked.sa_mask, SIGUSR1 + i);
	while (!stop) {
		sigaction(SIGSYS, &asked, &told);
		torn += is_torn(&told);
	}
	return (void *)torn;
}

static int actions(void)
{
	pthread_t threads[4];
	intptr_t torn = 0;

	for (intptr_t i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, set_action, (void *)i) != 0)
			return 90;
	sleep(2);
	stop = true;
	for (int i = 0; i < 4; i++) {
		void *more;

		pthread_join(threads[i], &more);
		torn += (intptr_t)more;
	}
	printf("%d\n", (int)torn);
	return 0;
}

/* getppid(2) with that stack pointer */
static long call_at(char *sp)
{
	long r = SYS_getppid;

#ifdef __x86_64__
	__asm__ volatile("mov %%rsp, %%r12\n\tmov %1, %%rsp\n\tsyscall\n\tmov %%r12, %%rsp"
			 : "+a"(r)
			 : "r"(sp)
			 : "rcx", "r11", "r12", "memory");
#else
	(void)sp;
	r = syscall(r);
#endif
	return r;
}

static int at_the_edge(void)
{
	char *low = put_alternate(PAGES, 0);

	/* What is below it is the host's, and here nobody's. */
	if (!low || mprotect(low, PAGES / 2, PROT_NONE) < 0)
		return 90;
	for (int room = 256; room >= 0; room -= 64)
		printf("%d", call_at(low + PAGES / 2 + room) == getppid());
	printf("\n");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(void);
	} deeds[] = {
		{"nested-vfork", nested_vfork},
		{"exec-on-alternate", exec_on_alternate},
		{"disarmed", disarmed},
		{"read-in-read", read_in_read},
		{"sleeping-parent", sleeping_parent},
		{"filter", filter},
		{"filter-ignored", filter_ignored},
		{"action", action},
		{"actions", actions},
		{"at-the-edge", at_the_edge},
	};

	for (size_t i = 0; argc > 1 && i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(argv[1], deeds[i].name) == 0)
			return deeds[i].fn();
	return 92;
}
