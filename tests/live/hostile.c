/* SPDX-License-Identifier: MIT */
/*
 * A host that treats signals, masks, stacks and environments as badly as programs may. It makes
 * its call (uname by a bare system call) all the while; hostile.py says what that answers, and
 * compares the rest with a run without a policy.
 *
 *   hostile MODE ANSWER [ARGUMENT...]
 *
 * It is killed by a timer if it hangs.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum { PATIENCE_SECONDS = 50, N_JUMPS = 2000, N_SPAWNS = 400, AUTODISARM = (int)(1u << 31) };

static char **words;
static const char *self, *answer;

/* The call. Return: whether it was answered as it should be. */
static bool asks(void)
{
	static _Thread_local struct utsname name;
	int saved = errno;
	long r = syscall(SYS_uname, &name);
	bool right = r == strtol(answer, NULL, 0);

	errno = saved;
	return right;
}

static void tell_answer(const char *when)
{
	say("%s: %s", when, asks() ? "answered" : "not answered");
}

static void handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigfillset(&action.sa_mask);
	if (sigaction(signo, &action, NULL) < 0)
		say("sigaction: %s", outcome(-1));
}

static void every(unsigned microseconds)
{
	const struct itimerval often = {{0, microseconds}, {0, microseconds}};

	setitimer(ITIMER_REAL, &often, NULL);
}

static void once(unsigned microseconds)
{
	const struct itimerval soon = {{0, 0}, {0, microseconds}};

	setitimer(ITIMER_REAL, &soon, NULL);
}

static void reap(const char *what, pid_t child)
{
	int status = -1;
	pid_t r;

	do
		r = waitpid(child, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r != child)
		say("%s: %s", what, outcome(r));
	else if (WIFEXITED(status))
		say("%s: exited %d", what, WEXITSTATUS(status));
	else
		say("%s: signal %d", what, WTERMSIG(status));
}

/* --- masks --- */

static volatile sig_atomic_t handled, right;

static void call_in_handler(int signo)
{
	handled++;
	right += asks();
}

static void *call_masked(void *unused)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	tell_answer("in a thread, with all signals blocked");
	return unused;
}

static void masks(void)
{
	sigset_t all, old, now;
	pthread_t thread;
	long asked = 0;
	bool well = true;

	signal(SIGSYS, SIG_DFL);
	tell_answer("after signal(SIGSYS, SIG_DFL)");
	signal(SIGSYS, SIG_IGN);
	tell_answer("after signal(SIGSYS, SIG_IGN)");
	sigfillset(&all);
	say("block all: %s", outcome(pthread_sigmask(SIG_BLOCK, &all, &old)));
	tell_answer("with all signals blocked");
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	say("blocked: %d", sigismember(&now, SIGTERM));
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	tell_answer("with all signals set");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_create(&thread, NULL, call_masked, NULL);
	pthread_join(thread, NULL);
	handle(SIGALRM, call_in_handler, 0);
	raise(SIGALRM);
	say("in a handler with all signals blocked: %d of %d", (int)right, (int)handled);
	handled = right = 0;
	every(200);
	while (handled < 200) {
		well = well && asks();
		asked++;
	}
	every(0);
	say("in a handler that interrupts it: %d, and what it interrupts: %d", right == handled, well && asked > 0);
}

/* --- a call that blocks, and a handler that interrupts it --- */

static int fds[2];

static void call_and_write(int signo)
{
	call_in_handler(signo);
	if (write(fds[1], "x", 1) != 1)
		_exit(96);
}

static void call_and_sleep(int signo)
{
	const struct timespec long_time = {PATIENCE_SECONDS, 0};

	call_in_handler(signo);
	every(1000);
	say("asleep in a handler: %s", outcome(nanosleep(&long_time, NULL)));
	every(0);
	call_in_handler(signo);
}

static void blocking(void)
{
	struct sigaction action = {.sa_handler = call_and_sleep};
	char c;

	if (pipe(fds) < 0)
		return;
	handle(SIGALRM, call_in_handler, 0);
	every(2000);
	say("read: %s", outcome(read(fds[0], &c, 1)));
	every(0);
	handle(SIGALRM, call_and_write, SA_RESTART);
	once(2000);
	say("read, restarted: %s", outcome(read(fds[0], &c, 1)));
	handle(SIGALRM, call_in_handler, 0);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	say("in handlers: %d", right == handled && handled > 0);
}

/* --- jumps out of a handler --- */

static sigjmp_buf home;

static void jump(int signo)
{
	siglongjmp(home, 1);
}

static void *call_in_thread(void *unused)
{
	tell_answer("in a thread afterwards");
	return unused;
}

static bool jump_often(bool masks)
{
	char c;

	handle(SIGALRM, jump, SA_ONSTACK);
	for (volatile int i = 0; i < N_JUMPS; i++) {
		if (sigsetjmp(home, masks)) {
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGALRM);
			if (!masks)
				sigfillset(&set);
			sigprocmask(SIG_UNBLOCK, &set, NULL);
			if (!asks())
				return false;
			continue;
		}
		once(60);
		if (read(fds[0], &c, 1) >= 0)
			return false;
	}
	return true;
}

static bool spawn_one(void)
{
	pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	int status;

	if (child == 0)
		_exit(0); /* NOLINT(clang-analyzer-unix.Vfork) */
	return waitpid(child, &status, 0) == child && status == 0;
}

static void spawn_often(void)
{
	int ended = 0;

	for (int i = 0; i < N_SPAWNS; i++)
		ended += spawn_one();
	say("children: %d", ended);
}

/* jumps SIZE FLAGS: on an alternate stack of that size; 0: on none. */
static void jumps(void)
{
	size_t size = strtoul(words[0], NULL, 0);
	stack_t stack = {.ss_flags = (int)strtol(words[1], NULL, 0), .ss_size = size}, now;
	pthread_t thread;

	if (pipe(fds) < 0)
		return;
	if (size) {
		stack.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		say("sigaltstack: %s", outcome(sigaltstack(&stack, NULL)));
	}
	/* Without masks nobody restores what a handler ran with, and the alternate stack is left in use. */
	if (!(stack.ss_flags & AUTODISARM))
		say("without masks: %d", jump_often(false));
	say("with masks: %d", jump_often(true));
	sigaltstack(NULL, &now);
	say("alternate stack: %d, flags %d", now.ss_sp == stack.ss_sp, now.ss_flags);
	signal(SIGALRM, SIG_IGN);
	pthread_create(&thread, NULL, call_in_thread, NULL);
	pthread_join(thread, NULL);
	spawn_often();
}

/* --- the host's own SIGSYS --- */

static void on_information(int signo, siginfo_t *info, void *context)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	say("handler: signal %d code %d value %d, SIGHUP blocked %d, SIGTERM %d, context %d", signo, info->si_code,
	    info->si_value.sival_int, sigismember(&now, SIGHUP), sigismember(&now, SIGTERM), context != NULL);
	tell_answer("in the handler of SIGSYS");
}

static void simple(int signo)
{
	say("handler: signal %d", signo);
}

static void jump_from_sigsys(int signo)
{
	siglongjmp(home, signo);
}

static void send_itself(void)
{
	union sigval value = {.sival_int = 44};

	say("kill: %s", outcome(kill(getpid(), SIGSYS)));
	say("raise: %s", outcome(raise(SIGSYS)));
	say("sigqueue: %s", outcome(sigqueue(getpid(), SIGSYS, value)));
	say("tgkill: %s", outcome(syscall(SYS_tgkill, getpid(), gettid(), SIGSYS)));
}

static void say_disposition(const char *when)
{
	struct sigaction now;

	sigaction(SIGSYS, NULL, &now);
	say("%s: disposition %s flags 0x%x SIGHUP masked %d SIGKILL %d SIGSYS %d", when,
	    now.sa_handler == SIG_DFL	? "default"
	    : now.sa_handler == SIG_IGN ? "ignore"
					: "a handler",
	    (unsigned)now.sa_flags & 0xfbffffffu, sigismember(&now.sa_mask, SIGHUP), sigismember(&now.sa_mask, SIGKILL),
	    sigismember(&now.sa_mask, SIGSYS));
}

static void dies_by(const char *what, void (*handler)(int))
{
	pid_t child = fork();

	if (child == 0) {
		signal(SIGSYS, handler);
		raise(SIGSYS);
		_exit(5);
	}
	reap(what, child);
}

static void sigsys(void)
{
	struct sigaction action = {.sa_sigaction = on_information, .sa_flags = SA_SIGINFO}, old;

	say_disposition("at first");
	sigaddset(&action.sa_mask, SIGHUP);
	sigaddset(&action.sa_mask, SIGKILL);
	sigaddset(&action.sa_mask, SIGSYS);
	say("sigaction: %s", outcome(sigaction(SIGSYS, &action, &old)));
	say("before: %d", old.sa_handler == SIG_DFL);
	say_disposition("with information");
	send_itself();
	tell_answer("afterwards");
	action.sa_flags = SA_NODEFER | SA_SIGINFO;
	sigemptyset(&action.sa_mask);
	sigaction(SIGSYS, &action, &old);
	say("before: %d", old.sa_sigaction == on_information);
	say_disposition("not deferred");
	send_itself();
	action = (struct sigaction){.sa_handler = simple, .sa_flags = (int)(SA_RESETHAND | SA_RESTART | SA_ONSTACK)};
	sigaction(SIGSYS, &action, NULL);
	say_disposition("once");
	raise(SIGSYS);
	say_disposition("once, and it was");
	signal(SIGSYS, simple);
	say_disposition("by signal()");
	raise(SIGSYS);
	for (volatile int i = 0; i < 3; i++) {
		signal(SIGSYS, jump_from_sigsys);
		if (sigsetjmp(home, 1) == 0)
			raise(SIGSYS);
		tell_answer("after a jump");
	}
	signal(SIGSYS, SIG_IGN);
	say_disposition("ignored");
	send_itself();
	dies_by("by default", SIG_DFL);
	dies_by("ignored", SIG_IGN);
	dies_by("handled", simple);
	say_disposition("in the end");
	tell_answer("in the end");
	signal(SIGSYS, SIG_DFL);
	raise(SIGSYS);
	say("still here");
}

/* --- children that reset SIGSYS --- */

static void resetting(void)
{
	char *arguments[] = {(char *)self, (char *)"executed", (char *)answer, NULL};
	posix_spawnattr_t attributes;
	sigset_t all;
	pid_t child;
	int r;

	signal(SIGSYS, simple);
	child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (child == 0) {
		signal(SIGSYS, SIG_DFL); /* NOLINT(clang-analyzer-unix.Vfork) */
		_exit(!asks());
	}
	reap("vfork", child);
	say_disposition("after vfork");
	raise(SIGSYS);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	r = posix_spawn(&child, self, NULL, &attributes, arguments, environ);
	reap("posix_spawn", child);
	say("posix_spawn: %d", r);
	say_disposition("after posix_spawn");
	raise(SIGSYS);
	child = fork();
	if (child == 0) {
		say_disposition("in a fork");
		raise(SIGSYS);
		signal(SIGSYS, SIG_IGN);
		_exit(6);
	}
	reap("fork", child);
	say_disposition("after fork");
	raise(SIGSYS);
	tell_answer("in the end");
}

/* --- errors --- */

static void errors(void)
{
	void *bad = (void *)8;
	unsigned long act[4] = {0}, old[4];
	unsigned long set = ~0ul;
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536}, was = {0};

	for (int signo = 0; signo <= 66; signo += signo == 1	? 8
						  : signo == 9	? 1
						  : signo == 10 ? 9
						  : signo == 19 ? 12
						  : signo == 31 ? 33
								: 1) {
		say("rt_sigaction %d: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, act, old, 8)));
		say("rt_sigaction %d, asked: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, NULL, old, 8)));
		say("rt_sigaction %d, nothing: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, NULL, NULL, 8)));
		say("rt_sigaction %d, bad: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, bad, NULL, 8)));
		say("rt_sigaction %d, old bad: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, NULL, bad, 8)));
		say("rt_sigaction %d, both: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, act, bad, 8)));
		say("rt_sigaction %d, size: %s", signo, outcome(syscall(SYS_rt_sigaction, signo, act, old, 4)));
	}
	say("rt_sigaction -1: %s", outcome(syscall(SYS_rt_sigaction, -1, act, old, 8)));
	say("rt_sigaction, high: %s", outcome(syscall(SYS_rt_sigaction, 0x100000000ul + SIGUSR1, act, old, 8)));
	for (int how = -1; how < 5; how++) {
		say("rt_sigprocmask %d: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, &set, old, 8)));
		say("rt_sigprocmask %d, asked: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, NULL, old, 8)));
		say("mask 0x%lx", old[0] & ~(1ul << (SIGSYS - 1)));
		say("rt_sigprocmask %d, bad: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, bad, old, 8)));
		say("rt_sigprocmask %d, old bad: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, &set, bad, 8)));
		say("rt_sigprocmask %d, size: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, &set, old, 16)));
		say("rt_sigprocmask %d, nothing: %s", how, outcome(syscall(SYS_rt_sigprocmask, how, NULL, NULL, 8)));
	}
	say("rt_sigprocmask, high: %s", outcome(syscall(SYS_rt_sigprocmask, 0x100000001ul, &set, NULL, 8)));
	say("sigaltstack, bad: %s", outcome(syscall(SYS_sigaltstack, bad, NULL)));
	say("sigaltstack, old bad: %s", outcome(syscall(SYS_sigaltstack, NULL, bad)));
	say("sigaltstack, both: %s", outcome(syscall(SYS_sigaltstack, &stack, bad)));
	for (int flags = -1; flags < 6; flags++) {
		stack.ss_flags = flags;
		say("sigaltstack %d: %s", flags, outcome(sigaltstack(&stack, &was)));
		say("sigaltstack %d: was %d %d %zu", flags, was.ss_sp == stack.ss_sp, was.ss_flags, was.ss_size);
	}
	for (size_t size = 0; size <= 2048; size += size < 2046 ? 2046 : 1) {
		stack.ss_flags = 0;
		stack.ss_size = size;
		say("sigaltstack of %zu: %s", size, outcome(sigaltstack(&stack, NULL)));
	}
	stack.ss_flags = AUTODISARM;
	stack.ss_size = 65536;
	say("sigaltstack, disarmed: %s", outcome(sigaltstack(&stack, NULL)));
	sigaltstack(NULL, &was);
	say("sigaltstack: flags 0x%x size %zu", (unsigned)was.ss_flags, was.ss_size);
	tell_answer("in the end");
}

/* --- small stacks --- */

/* A call of its own takes a second frame, and the library's. */
enum { TWO_FRAMES = 16384 };

static size_t stack_size;
static int stack_flags;

static void on_alternate_stack(int signo)
{
	if (stack_size >= TWO_FRAMES)
		call_in_handler(signo);
	else
		handled++, right++;
}

static void *on_small_stack(void *unused)
{
	stack_t stack = {.ss_size = stack_size, .ss_flags = stack_flags};
	const struct timespec no_time = {0, 1000};
	stack_t now;
	char c = 0;
	bool well = true;

	char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Below it is nothing. */
	mprotect(memory, 4096, PROT_NONE);
	stack.ss_sp = memory + 4096;
	say("sigaltstack: %s", outcome(sigaltstack(&stack, NULL)));
	for (int i = 0; i < 50; i++) {
		well = well && asks() && nanosleep(&no_time, NULL) == 0;
		well = well && write(fds[1], "x", 1) == 1 && read(fds[0], &c, 1) == 1 && c == 'x';
		/* A stack without room for a frame is of no use to anybody. */
		if (stack_size >= getauxval(AT_MINSIGSTKSZ))
			pthread_kill(pthread_self(), SIGUSR1);
		sigaltstack(NULL, &now);
		well = well && now.ss_flags == (stack_size < getauxval(AT_MINSIGSTKSZ) ? now.ss_flags : stack_flags);
	}
	say("on a small stack: %d", well);
	return unused;
}

/* stacks SIZE FLAGS: of an alternate stack, in a thread whose own is the smallest there is. */
static void stacks(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (pipe(fds) < 0)
		return;
	stack_size = strtoul(words[0], NULL, 0);
	stack_flags = (int)strtol(words[1], NULL, 0);
	handle(SIGUSR1, on_alternate_stack, SA_ONSTACK);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	pthread_create(&thread, &attributes, on_small_stack, NULL);
	pthread_join(thread, NULL);
	say("handled %d, answered %d", (int)handled, right == handled);
}

/* --- environments --- */

static void executed(void)
{
	const char *own = getenv("OWN");

	tell_answer("executed");
	say_disposition("executed");
	say("own variable: %s", own ? own : "none");
	_exit(7);
}

static char **environment_of(size_t n, bool whole)
{
	char **all = calloc(n + 64, sizeof(*all));
	size_t length = 0;

	all[length++] = (char *)"OWN=kept";
	for (size_t i = 0; i < n; i++) {
		char text[32];

		snprintf(text, sizeof(text), "V%zu=x", i);
		all[length++] = strdup(text);
	}
	for (size_t i = 0; whole && environ[i] && i < 60; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11) == 0 || strncmp(environ[i], "SECCOMP_", 8) == 0)
			all[length++] = environ[i];
	return all;
}

static void execute(const char *what, const void *environment)
{
	char *const arguments[] = {(char *)self, (char *)"executed", (char *)answer, NULL};
	pid_t child = fork();

	if (child == 0) {
		syscall(SYS_execve, self, arguments, environment);
		say("execve: %s", outcome(-1));
		_exit(8);
	}
	reap(what, child);
}

static void *execute_on_small_stack(void *n)
{
	execute("on a small stack", environment_of((size_t)n, false));
	return NULL;
}

static size_t n_variables;

static void execute_in_handler(int signo)
{
	execute("in a handler", environment_of(n_variables, false));
}

/* room N: with so many variables, where a stack is small. */
static void room(void)
{
	static char memory[65536];
	const stack_t stack = {.ss_sp = memory + 32768, .ss_size = 16384};
	pthread_attr_t attributes;
	pthread_t thread;
	size_t clean = 0;

	n_variables = strtoul(words[0], NULL, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	pthread_create(&thread, &attributes, execute_on_small_stack, (void *)n_variables);
	pthread_join(thread, NULL);
	sigaltstack(&stack, NULL);
	memset(memory, 'c', 32768);
	handle(SIGUSR1, execute_in_handler, SA_ONSTACK);
	raise(SIGUSR1);
	while (clean < 32768 && memory[clean] == 'c')
		clean++;
	say("below the alternate stack: %d", clean == 32768);
}

static void environments(void)
{
	char *empty[] = {NULL}, *preload[] = {(char *)"LD_PRELOAD=", (char *)"OWN=kept", NULL};
	char *other[] = {(char *)"LD_PRELOAD=libm.so.6", NULL};
	char *bad_entry[] = {(char *)"OWN=kept", (char *)8, NULL};
	char *const arguments[] = {(char *)self, (char *)"executed", (char *)answer, NULL};
	char *bad_arguments[] = {(char *)self, (char *)8, NULL};
	char **end = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	execute("empty", empty);
	execute("without LD_PRELOAD", preload);
	execute("with another LD_PRELOAD", other);
	execute("NULL", NULL);
	execute("with 1000 variables", environment_of(1000, false));
	execute("with 50000 variables", environment_of(50000, false));
	execute("with 50000 variables and ours", environment_of(50000, true));
	execute("a bad entry", bad_entry);
	execute("a bad array", (void *)8);
	munmap((char *)end + 4096, 4096);
	end[511] = (char *)"OWN=kept";
	execute("an array without an end", end + 511);
	say("bad path: %s", outcome(syscall(SYS_execve, 8, arguments, environ)));
	say("bad path, bad array: %s", outcome(syscall(SYS_execve, 8, arguments, 8)));
	say("NULL path: %s", outcome(syscall(SYS_execve, NULL, arguments, empty)));
	say("bad arguments: %s", outcome(syscall(SYS_execve, self, 8, empty)));
	say("bad argument: %s", outcome(syscall(SYS_execve, self, bad_arguments, empty)));
	say("no such: %s", outcome(syscall(SYS_execve, "/no/such", arguments, empty)));
	say("empty path: %s", outcome(syscall(SYS_execve, "", arguments, empty)));
	say("a folder: %s", outcome(syscall(SYS_execve, "/", arguments, empty)));
	say("execveat, bad fd: %s", outcome(syscall(SYS_execveat, 99, "no", arguments, empty, 0)));
	say("execveat, bad flags: %s", outcome(syscall(SYS_execveat, -100, self, arguments, empty, 0x8000)));
	tell_answer("in the end");
}

/* inherited: all signals are blocked where a new program begins. */
static void inherited(void)
{
	char *const arguments[] = {(char *)self, (char *)"executed", (char *)answer, NULL};
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	execv(self, arguments);
}

/* Not by alarm(2), which is the timer that the tests here set. */
static void end_if_it_hangs(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	const struct itimerspec patience = {.it_value = {PATIENCE_SECONDS, 0}};
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 || timer_settime(timer, 0, &patience, NULL) < 0)
		_exit(94);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int words;
		void (*run)(void);
	} modes[] = {
		{"masks", 0, masks},	     {"blocking", 0, blocking},	  {"jumps", 2, jumps},
		{"sigsys", 0, sigsys},	     {"resetting", 0, resetting}, {"errors", 0, errors},
		{"stacks", 2, stacks},	     {"executed", 0, executed},	  {"environments", 0, environments},
		{"inherited", 0, inherited}, {"room", 1, room},
	};
	const struct rlimit none = {0, 0};

	self = argv[0];
	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; argc > 2 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0 && argc - 3 >= modes[i].words) {
			answer = argv[2];
			words = argv + 3;
			end_if_it_hangs();
			modes[i].run();
			return 0;
		}
	fprintf(stderr, "hostile: which mode?\n");
	return 2;
}
