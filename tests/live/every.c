/* SPDX-License-Identifier: MIT */
/*
 * A host that does what programs do with threads, children, signals and
 * masks, and prints what it sees: the same on each run, and under a policy that intercepts
 * anything and lets it go on. every.py compares.
 *
 *   every             all of it, and then itself by exec
 *   every executed    what an exec'd child does: it tells what it was left with, and ends with 7
 *
 * Lines about an exec'd child begin with its name, and end with how it ended: where ld.so
 * is killed, that is all that differs.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

#include "say.h"

enum { PATIENCE_SECONDS = 50, SOON_MICROSECONDS = 3000 };

static const char *self;

/* The signals of a set, but for SIGSYS: what a policy keeps of it is said in hostile.c. */
static const char *members(const sigset_t *set)
{
	static char text[256];
	size_t n = 0;

	text[0] = '\0';
	for (int i = 1; i < 65; i++)
		if (i != SIGSYS && sigismember(set, i) == 1)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %d", i);
	return text;
}

static const char *mask(void)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return members(&set);
}

static sigset_t set_of(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	if (signo)
		sigaddset(&set, signo);
	return set;
}

static void handle(int signo, void (*handler)(int), int flags)
{
	const struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	if (sigaction(signo, &action, NULL) < 0)
		say("sigaction: %s", outcome(-1));
}

static void set_alarm(suseconds_t first, suseconds_t then)
{
	const struct itimerval timer = {{0, then}, {0, first}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void alarm_soon(void)
{
	set_alarm(SOON_MICROSECONDS, 0);
}

/* For calls that wait for it: it may come before they do, on a busy machine. */
static void alarm_often(void)
{
	set_alarm(SOON_MICROSECONDS, SOON_MICROSECONDS);
}

static void alarm_off(void)
{
	set_alarm(0, 0);
}

static const char *ending(int status)
{
	static char text[64];

	if (WIFEXITED(status))
		snprintf(text, sizeof(text), "exited %d", WEXITSTATUS(status));
	else
		snprintf(text, sizeof(text), "signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
	return text;
}

static void reap(const char *what, pid_t child)
{
	int status = -1;
	pid_t r;

	do
		r = waitpid(child, &status, 0);
	while (r < 0 && errno == EINTR);
	say("%s: %s", what, r == child ? ending(status) : "not there");
}

/* --- threads --- */

static void *a_thread(void *argument)
{
	static _Thread_local long own;

	own = (long)argument * 2;
	if (gettid() == getpid())
		say("thread: is the process");
	free(malloc(200000));
	return (void *)own;
}

static bool cleaned;

static void clean(void *argument)
{
	cleaned = true;
}

static void *reading_for_ever(void *fd)
{
	char c;

	pthread_cleanup_push(clean, NULL);
	while (read(*(int *)fd, &c, 1) >= 0)
		;
	pthread_cleanup_pop(0);
	return NULL;
}

static void threads(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
	struct timespec soon;
	pthread_t all[3];
	void *value;
	int fds[2];

	for (long i = 0; i < 3; i++)
		if (pthread_create(&all[i], NULL, a_thread, (void *)(i + 1)))
			say("thread: none");
	for (int i = 0; i < 3; i++) {
		pthread_join(all[i], &value);
		say("thread: %ld", (long)value);
	}
	if (pipe(fds) < 0 || pthread_create(&all[0], NULL, reading_for_ever, fds))
		say("thread: none to cancel");
	usleep(1000);
	pthread_cancel(all[0]);
	pthread_join(all[0], &value);
	say("thread: cancelled %d cleaned %d", value == PTHREAD_CANCELED, cleaned);
	close(fds[0]);
	close(fds[1]);
	clock_gettime(CLOCK_REALTIME, &soon);
	pthread_mutex_lock(&mutex);
	say("thread: condition %s", strerrorname_np(pthread_cond_timedwait(&condition, &mutex, &soon)));
	pthread_mutex_unlock(&mutex);
}

/* --- children --- */

static void forks(void)
{
	pid_t child = fork();

	if (child == 0) {
		if (getppid() == getpid() || gettid() != getpid())
			_exit(98);
		threads();
		_exit(3);
	}
	reap("fork", child);
	child = fork();
	if (child == 0) {
		handle(SIGABRT, SIG_IGN, 0);
		abort();
	}
	reap("fork, abort", child);
	child = fork();
	if (child == 0) {
		const struct timespec while_stopped = {0, 30000000};

		say("stopped: %s", outcome(nanosleep(&while_stopped, NULL)));
		_exit(0);
	}
	usleep(5000);
	kill(child, SIGSTOP);
	usleep(5000);
	kill(child, SIGCONT);
	reap("fork, stopped", child);
	/* vfork is what is tested. */
	child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (child == 0)
		_exit(4); /* NOLINT(clang-analyzer-unix.Vfork) */
	reap("vfork", child);
}

static void executes(void)
{
	char *arguments[] = {(char *)self, (char *)"executed", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set = set_of(SIGUSR2);
	char text[64] = "";
	pid_t child;
	FILE *pipe;
	int r;

	child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	if (child == 0) {
		execv(self, arguments); /* NOLINT(clang-analyzer-unix.Vfork) */
		_exit(97);
	}
	reap("executed by vfork", child);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 9, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 9, 10);
	posix_spawn_file_actions_addclose(&actions, 9);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &set);
	set = set_of(SIGUSR1);
	posix_spawnattr_setsigdefault(&attributes, &set);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	handle(SIGUSR1, SIG_IGN, 0);
	r = posix_spawn(&child, self, &actions, &attributes, arguments, environ);
	if (r == 0)
		reap("executed by posix_spawn", child);
	else
		say("executed by posix_spawn: %s", strerrorname_np(r));
	handle(SIGUSR1, SIG_DFL, 0);
	r = posix_spawn(&child, "/no/such", NULL, NULL, arguments, environ);
	say("posix_spawn of nothing: %s", strerrorname_np(r));
	say("executed by system: %s", ending(system("exit 7")));
	say("mask after system:%s", mask());
	pipe = popen("echo popped; exit 7", "r");
	if (!pipe || !fgets(text, sizeof(text), pipe))
		strcpy(text, "\n");
	text[strlen(text) - 1] = '\0';
	if (*text)
		say("executed, and printed: %s", text);
	say("executed by popen: %s", ending(pipe ? pclose(pipe) : -1));
	say("execve of nothing: %s", outcome(execv("/no/such", arguments)));
}

/* --- signals --- */

static volatile sig_atomic_t handled;

static void count(int signo)
{
	handled++;
}

static void nested(int signo)
{
	say("handler %d begins, mask%s", signo, mask());
	if (signo == SIGUSR1)
		raise(SIGUSR2);
	say("handler %d ends", signo);
}

static void on_information(int signo, siginfo_t *info, void *context)
{
	say("handler %d: code %d value %d", signo, info->si_code, info->si_value.sival_int);
}

static void handlers(void)
{
	struct sigaction action = {.sa_handler = nested}, before;
	union sigval value = {.sival_int = 42};

	handled = 0;
	handle(SIGUSR1, count, 0);
	say("raise: %s, handled %d", outcome(raise(SIGUSR1)), (int)handled);
	sigaddset(&action.sa_mask, SIGTERM);
	sigaction(SIGUSR1, &action, NULL);
	sigaddset(&action.sa_mask, SIGHUP);
	action.sa_flags = SA_NODEFER;
	sigaction(SIGUSR2, &action, NULL);
	raise(SIGUSR1);
	sigaction(SIGUSR2, NULL, &before);
	say("sigaction has flags 0x%x mask%s", (unsigned)before.sa_flags & 0x7fffffffu, members(&before.sa_mask));
	say("mask after handlers:%s", mask());
	action = (struct sigaction){.sa_sigaction = on_information, .sa_flags = SA_SIGINFO | SA_RESETHAND};
	sigaction(SIGRTMIN, &action, NULL);
	say("sigqueue: %s", outcome(sigqueue(getpid(), SIGRTMIN, value)));
	sigaction(SIGRTMIN, NULL, &before);
	say("reset: %d", before.sa_handler == SIG_DFL);
	say("sigaction of none: %s", outcome(sigaction(65, &action, NULL)));
	say("sigaction of SIGKILL: %s", outcome(sigaction(SIGKILL, &action, NULL)));
}

static void waits_for_signals(void)
{
	const struct timespec at_once = {0, 0}, long_time = {PATIENCE_SECONDS, 0};
	union sigval value = {.sival_int = 43};
	sigset_t set = set_of(SIGUSR1), old, pending;
	siginfo_t info;
	int signo = 0;

	handle(SIGUSR1, count, 0);
	handled = 0;
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	sigpending(&pending);
	say("pending:%s", members(&pending));
	say("sigwait: %d", sigwait(&set, &signo));
	say("sigwait: signal %d", signo);
	say("sigtimedwait: %s", outcome(sigtimedwait(&set, &info, &at_once)));
	sigqueue(getpid(), SIGUSR1, value);
	say("sigtimedwait: %s", outcome(sigtimedwait(&set, &info, &long_time)));
	say("sigtimedwait: value %d, handled %d", info.si_value.sival_int, (int)handled);
	raise(SIGUSR1);
	sigemptyset(&set);
	say("sigsuspend: %s", outcome(sigsuspend(&set)));
	say("sigsuspend: handled %d, mask%s", (int)handled, mask());
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static char alternate[32768];
static sigjmp_buf home;

static void on_alternate(int signo)
{
	const stack_t none = {.ss_flags = SS_DISABLE};
	char here;
	stack_t now;

	sigaltstack(NULL, &now);
	say("on the alternate stack: %d flags %d", &here >= alternate && &here < alternate + sizeof(alternate),
	    now.ss_flags);
	say("to disable it there: %s", outcome(sigaltstack(&none, NULL)));
	if (signo == SIGUSR2)
		siglongjmp(home, 1);
}

static void alternates(void)
{
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)}, old;

	handle(SIGUSR1, on_alternate, SA_ONSTACK);
	handle(SIGUSR2, on_alternate, SA_ONSTACK);
	say("sigaltstack: %s", outcome(sigaltstack(&stack, &old)));
	say("sigaltstack: was %d", old.ss_flags);
	raise(SIGUSR1);
	for (int i = 0; i < 2; i++)
		if (!sigsetjmp(home, 1))
			raise(SIGUSR2);
	sigaltstack(NULL, &old);
	say("sigaltstack: flags %d own %d size %zu", old.ss_flags, old.ss_sp == alternate, old.ss_size);
	stack.ss_sp = alternate + sizeof(alternate) / 2;
	stack.ss_size = sizeof(alternate) / 2;
	say("sigaltstack: another %s", outcome(sigaltstack(&stack, NULL)));
	sigaltstack(NULL, &old);
	say("sigaltstack: flags %d another %d size %zu", old.ss_flags, old.ss_sp == stack.ss_sp, old.ss_size);
	raise(SIGUSR1);
	stack.ss_size = 1000;
	say("sigaltstack: too small %s", outcome(sigaltstack(&stack, NULL)));
	stack.ss_flags = 99;
	say("sigaltstack: wrong %s", outcome(sigaltstack(&stack, NULL)));
	stack.ss_flags = SS_DISABLE;
	say("sigaltstack: disabled %s", outcome(sigaltstack(&stack, NULL)));
	sigaltstack(NULL, &old);
	say("sigaltstack: flags %d", old.ss_flags);
}

static int fds[2];

static void write_to_pipe(int signo)
{
	handled++;
	if (write(fds[1], "x", 1) != 1)
		_exit(96);
}

static void jump(int signo)
{
	siglongjmp(home, 1);
}

static void interruptions(void)
{
	const struct timespec long_time = {PATIENCE_SECONDS, 0};
	struct timespec rest;
	char c = 0;

	for (int restart = 0; restart < 2; restart++) {
		int flags = restart ? SA_RESTART : 0;

		handled = 0;
		handle(SIGALRM, count, flags);
		if (pipe(fds) < 0)
			return;
		alarm_often();
		say("nanosleep: %s", outcome(nanosleep(&long_time, &rest)));
		say("nanosleep: time left %d, handled %d", rest.tv_sec > 0, handled > 0);
		say("clock_nanosleep: %s", strerrorname_np(clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, NULL)));
		say("pause: %s", outcome(pause()));
		if (!restart)
			say("read: %s", outcome(read(fds[0], &c, 1)));
		alarm_off();
		handle(SIGALRM, write_to_pipe, flags);
		if (restart) {
			alarm_soon();
			say("read: %s", outcome(read(fds[0], &c, 1)));
		}
		close(fds[0]);
		close(fds[1]);
	}
	if (pipe(fds) < 0)
		return;
	handle(SIGALRM, jump, 0);
	for (volatile int i = 0; i < 3; i++) {
		if (sigsetjmp(home, 1) == 0) {
			alarm_soon();
			say("read, and jumped away: %s", outcome(read(fds[0], &c, 1)));
		}
	}
	say("mask after jumps:%s", mask());
	close(fds[0]);
	close(fds[1]);
}

static void waits_with_masks(void)
{
	const struct timespec long_time = {PATIENCE_SECONDS, 0}, short_time = {0, 2000000};
	struct timespec now = {0, 0};
	sigset_t none = set_of(0), set = set_of(SIGALRM), old, pending;
	struct epoll_event event;
	int epoll = epoll_create1(0);

	handle(SIGALRM, count, SA_RESTART);
	sigprocmask(SIG_BLOCK, &set, &old);
	handled = 0;
	alarm_soon();
	say("ppoll: %s", outcome(ppoll(NULL, 0, &long_time, &none)));
	alarm_soon();
	say("pselect: %s", outcome(pselect(0, NULL, NULL, NULL, &long_time, &none)));
	alarm_soon();
	say("epoll_pwait: %s", outcome(epoll_pwait(epoll, &event, 1, PATIENCE_SECONDS * 1000, &none)));
	alarm_soon();
	say("epoll_pwait2: %s", outcome(epoll_pwait2(epoll, &event, 1, &long_time, &none)));
	say("handled %d, mask%s", (int)handled, mask());
	raise(SIGALRM);
	say("ppoll, blocked: %s", outcome(ppoll(NULL, 0, &short_time, &set)));
	say("pselect, without: %s", outcome(pselect(0, NULL, NULL, NULL, &now, NULL)));
	say("ppoll, at a bad address: %s", outcome(syscall(SYS_ppoll, NULL, 0, &now, 8, 8)));
	say("ppoll, of a bad size: %s", outcome(syscall(SYS_ppoll, NULL, 0, &now, &none, 4)));
	sigpending(&pending);
	say("handled %d, pending%s", (int)handled, members(&pending));
	sigprocmask(SIG_SETMASK, &old, NULL);
	say("handled %d", (int)handled);
	close(epoll);
}

/* --- the rest --- */

static void files(void)
{
	char path[] = "/tmp/scmp-every-XXXXXX", text[8] = "";
	struct stat status;
	int fd = mkstemp(path);
	void *memory;

	say("file: written %zd", write(fd, "seven", 5));
	say("file: read %zd %s", pread(fd, text, 5, 0), text);
	say("file: stat %s", outcome(fstat(fd, &status)));
	say("file: size %ld", (long)status.st_size);
	memory = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	say("file: mapped %d", memory != MAP_FAILED && memcmp(memory, "seven", 5) == 0);
	memory = mremap(memory, 4096, 8192, MREMAP_MAYMOVE);
	say("file: moved %d", memory != MAP_FAILED && memcmp(memory, "seven", 5) == 0);
	say("file: mprotect %s", outcome(mprotect(memory, 8192, PROT_NONE)));
	say("file: munmap %s", outcome(munmap(memory, 8192)));
	say("file: close %s", outcome(close(fd)));
	say("file: close %s", outcome(close(fd)));
	say("file: unlink %s", outcome(unlink(path)));
	say("brk: %d", sbrk(65536) != (void *)-1 && sbrk(-65536) != (void *)-1);
}

static void executed(void)
{
	struct sigaction action;
	char text[256];
	size_t n = 0;

	text[0] = '\0';
	for (int i = 1; i < 65; i++)
		if (i != SIGSYS && sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %d", i);
	say("executed, with mask%s", mask());
	say("executed, ignoring%s", text);
	_exit(7);
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
	char *arguments[] = {argv[0], (char *)"executed", NULL};
	sigset_t set = set_of(SIGUSR1);

	self = argv[0];
	if (argc > 1)
		executed();
	end_if_it_hangs();
	threads();
	forks();
	executes();
	handlers();
	waits_for_signals();
	alternates();
	interruptions();
	waits_with_masks();
	files();
	handle(SIGUSR2, SIG_IGN, 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say("now itself");
	execv(self, arguments);
	say("it is not executed: %s", outcome(-1));
	return 95;
}
