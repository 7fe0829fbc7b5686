/* SPDX-License-Identifier: MIT */
/*
 * A host that makes trapped calls (uname by a bare system call, unless it says
 * otherwise) under the conditions that hosts can be in; load.py and losing.py give
 * the policies, whose blocks answer 7 unless they say otherwise.
 *
 *   load MODE [ARGUMENT...]
 *
 * It ends with 0 if all was as it should be, with 1 and a line if not, and by an
 * alarm if it hangs.
 */
#include <dlfcn.h>
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
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEVEN = 7, PATIENCE_SECONDS = 120 };

#define MUST(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			dprintf(1, "line %d: not so: %s\n", __LINE__, #condition);                                     \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)

static char **words;
static struct utsname name;

static long number(int i)
{
	return strtol(words[i], NULL, 0);
}

/* The kernel's result, without errno. */
static long trap(void)
{
	long r = syscall(SYS_uname, &name);

	return r < 0 ? -errno : r;
}

static void each(pthread_t *threads, long n, void *(*run)(void *), const pthread_attr_t *attributes)
{
	for (long i = 0; i < n; i++)
		MUST(pthread_create(&threads[i], attributes, run, (void *)i) == 0);
	for (long i = 0; i < n; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
}

static void *trap_often(void *unused)
{
	for (long i = number(1); i > 0; i--)
		MUST(trap() == SEVEN);
	return unused;
}

/* threads N CALLS [sync]: N threads of so many calls; and sync(2), by which a policy may tell what it has counted. */
static void threads(void)
{
	pthread_t *all = calloc((size_t)number(0), sizeof(*all));

	each(all, number(0), trap_often, NULL);
	if (words[2])
		sync();
	free(all);
}

static void *allocate(void *seed)
{
	unsigned random = (unsigned)(long)seed + 1;
	char *kept[32] = {NULL};
	size_t sizes[32] = {0};

	for (long i = 0; i < number(0); i++) {
		size_t at = (random = random * 1103515245 + 12345) >> 16 & 31;
		size_t size = (size_t)(random & 15 ? random >> 8 & 0xffff : random >> 8 & 0xfffff);
		char *larger;

		if (kept[at])
			MUST(kept[at][0] == (char)at && kept[at][sizes[at]] == (char)at);
		if (random & 16) {
			free(kept[at]);
			kept[at] = NULL;
		}
		larger = realloc(kept[at], size + 1);
		if (!larger)
			continue;
		kept[at] = larger;
		sizes[at] = size;
		larger[0] = larger[size] = (char)at;
	}
	for (size_t i = 0; i < 32; i++)
		free(kept[i]);
	return NULL;
}

/* malloc ROUNDS: in four threads, under a policy that traps what malloc calls. */
static void in_malloc(void)
{
	pthread_attr_t attributes;
	pthread_t all[4];

	/* Of a size that the policy lets pass. */
	MUST(pthread_attr_init(&attributes) == 0);
	MUST(pthread_attr_setstacksize(&attributes, 65536) == 0);
	each(all, 4, allocate, &attributes);
}

/* fflush PATH LINES: under a policy that claims all writes to descriptor 9, and none of them are made. */
static void in_fflush(void)
{
	int fd = open(words[0], O_WRONLY | O_CREAT, 0600);
	FILE *out;

	MUST(fd >= 0 && dup2(fd, 9) == 9);
	out = fdopen(9, "w");
	for (long i = 0; i < number(1); i++) {
		MUST(fprintf(out, "line %ld\n", i) > 0);
		MUST(fflush(out) == 0);
	}
}

/* dlopen LIBRARY SYMBOL TIMES: under a policy that traps what ld.so calls. */
static void in_dlopen(void)
{
	for (long i = 0; i < number(2); i++) {
		void *library = dlopen(words[0], RTLD_NOW);

		if (!library) {
			dprintf(1, "%s\n", dlerror());
			_exit(1);
		}
		MUST(dlsym(library, words[1]));
		MUST(dlclose(library) == 0);
	}
}

static volatile sig_atomic_t signals, handled;

static void trap_in_handler(int signo)
{
	int saved = errno;

	signals++;
	handled += trap() == SEVEN;
	errno = saved;
}

static void every_millisecond(void (*handler)(int))
{
	const struct sigaction action = {.sa_handler = handler};
	const struct itimerval often = {{0, 1000}, {0, 1000}};

	MUST(sigaction(SIGALRM, &action, NULL) == 0);
	MUST(setitimer(ITIMER_REAL, &often, NULL) == 0);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* signals SECONDS: traps in a handler, and in what it interrupts. */
static void in_handler(void)
{
	double end = now() + (double)number(0);
	long calls = 0;

	every_millisecond(trap_in_handler);
	while (now() < end) {
		MUST(trap() == SEVEN);
		calls++;
	}
	signal(SIGALRM, SIG_IGN);
	MUST(signals > 0 && handled == signals);
	printf("%ld\n", calls + signals);
}

static sigjmp_buf home;

static void jump(int signo)
{
	siglongjmp(home, 1);
}

/* longjmp SECONDS: out of a handler, whatever it has interrupted. The blocks answer how-manieth they are. */
static void longjmps(void)
{
	double end = now() + (double)number(0);
	volatile long jumps = 0, last = 0;
	long nth;

	if (sigsetjmp(home, 1))
		jumps++;
	else
		every_millisecond(jump);
	while (now() < end) {
		nth = trap();
		MUST(nth > last);
		last = nth;
	}
	signal(SIGALRM, SIG_IGN);
	nth = trap();
	MUST(nth > last && jumps > 0);
	printf("%ld\n", nth);
}

static void wait_for(pid_t child)
{
	int status;

	MUST(child > 0);
	while (waitpid(child, &status, 0) < 0)
		MUST(errno == EINTR);
	if (status != 0)
		dprintf(1, "a child ended with 0x%x\n", (unsigned)status);
	MUST(status == 0);
}

/* vfork, and a trap in its child, are what is tested. */
static void try_vfork(void)
{
	pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */

	if (child == 0)
		_exit(trap() != SEVEN); /* NOLINT(clang-analyzer-unix.Vfork) */
	wait_for(child);
}

static void spawn(void)
{
	extern char **environ;
	static char threads[] = "threads", one[] = "1", three[] = "3";
	char *arguments[] = {words[2], threads, one, three, NULL};
	pid_t child;

	MUST(posix_spawn(&child, words[2], NULL, NULL, arguments, environ) == 0);
	wait_for(child);
}

static void *fork_often(void *which)
{
	for (long i = 0; i < number(1); i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(trap() != SEVEN || trap() != SEVEN || trap() != SEVEN);
		MUST(trap() == SEVEN);
		wait_for(child);
		try_vfork();
		if (i % 10 == 0 && (long)which % 2 == 0)
			spawn();
	}
	return NULL;
}

/* forks THREADS TIMES SELF: each thread makes children in all ways, which trap as it does. */
static void forks(void)
{
	pthread_t *all = calloc((size_t)number(0), sizeof(*all));

	each(all, number(0), fork_often, NULL);
	free(all);
}

static void *trap_for_ever(void *started)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	*(_Atomic bool *)started = true;
	for (;;)
		syscall(SYS_uname, &name);
	return NULL;
}

/* cancel TIMES: a thread that does nothing but trap. */
static void cancel(void)
{
	for (long i = 0; i < number(0); i++) {
		_Atomic bool started = false;
		pthread_t thread;

		MUST(pthread_create(&thread, NULL, trap_for_ever, (void *)&started) == 0);
		while (!started)
			sched_yield();
		usleep((useconds_t)(i % 7) * 50);
		MUST(pthread_cancel(thread) == 0);
		MUST(pthread_join(thread, NULL) == 0);
		MUST(trap() == SEVEN);
	}
}

static void *trap_on_small_stacks(void *unused)
{
	static char memory[2][65536] __attribute__((aligned(4096)));
	const stack_t stack = {.ss_sp = memory[(long)unused & 1], .ss_size = getauxval(AT_MINSIGSTKSZ)};

	for (int i = 0; i < 100; i++)
		MUST(trap() == SEVEN);
	MUST(sigaltstack(&stack, NULL) == 0);
	for (int i = 0; i < 100; i++)
		MUST(trap() == SEVEN);
	return NULL;
}

/* stacks: of threads, as small as may be, and for signals. */
static void stacks(void)
{
	pthread_attr_t attributes;
	pthread_t all[2];

	MUST(pthread_attr_init(&attributes) == 0);
	MUST(pthread_attr_setstacksize(&attributes, 16384) == 0);
	each(all, 2, trap_on_small_stacks, &attributes);
}

/* pace MILLISECONDS: as many as go. */
static void pace(void)
{
	double end = now() + (double)number(0) / 1000;
	long calls = 0;

	for (; now() < end; calls++)
		MUST(trap() == SEVEN);
	printf("%ld\n", calls);
}

/* loop WARM: until it is killed; a line tells that there were so many calls. */
static void loop(void)
{
	long calls = 0;

	alarm(0);
	for (;;) {
		MUST(trap() == SEVEN);
		if (++calls == number(0))
			dprintf(1, "warm\n");
	}
}

/* The log's descriptor is the highest. */
static int log_number(void)
{
	for (int fd = 4095; fd > 2; fd--)
		if (syscall(SYS_fcntl, fd, F_GETFD) >= 0)
			return fd;
	return -1;
}

static void limit_files(rlim_t size)
{
	struct rlimit limit = {.rlim_cur = size, .rlim_max = RLIM_INFINITY};

	MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* spawn PROGRAM ARGUMENT...: by posix_spawn, which closes all but the standard files with all signals blocked. */
static void spawn_closing(void)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	MUST(posix_spawn_file_actions_init(&actions) == 0);
	MUST(posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0);
	MUST(posix_spawn(&child, words[0], &actions, NULL, words, environ) == 0);
	MUST(waitpid(child, &status, 0) == child);
	MUST(status == 0);
}

/* lost-fork: two records are lost, then a child and its parent write one each. */
static void lost_fork(void)
{
	int status;
	pid_t child;

	limit_files(1);
	MUST(trap() == SEVEN && trap() == SEVEN);
	limit_files(RLIM_INFINITY);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		MUST(trap() == SEVEN);
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child && status == 0);
	MUST(trap() == SEVEN);
}

/* errno: three traps that succeed leave it alone. */
static void keeps_errno(void)
{
	for (int i = 0; i < 3; i++) {
		errno = EXDEV;
		MUST(trap() == SEVEN);
		MUST(errno == EXDEV);
	}
}

/* torn SIZE: a limit on files that ends in the middle of a record; then there is room again. */
static void torn(void)
{
	limit_files((rlim_t)number(0));
	MUST(trap() == SEVEN);
	limit_files(RLIM_INFINITY);
	MUST(trap() == SEVEN);
}

/* lose HOW [PATH]: a trap, the loss, a trap, and where there is a way back that, and a trap. */
static void lose(void)
{
	const char *how = words[0];

	MUST(trap() == SEVEN);
	if (strcmp(how, "closefrom") == 0)
		closefrom(3);
	else if (strcmp(how, "close_range") == 0)
		MUST(close_range(3, ~0u, 0) == 0);
	else if (strcmp(how, "close_on_exec") == 0)
		MUST(close_range(3, ~0u, 4) == 0);
	else if (strcmp(how, "close") == 0)
		for (int fd = 3; fd < 65536; fd++)
			close(fd);
	else if (strcmp(how, "dup2") == 0)
		MUST(dup2(0, log_number()) == -1 && errno == EBADF);
	else if (strcmp(how, "chroot") == 0)
		MUST(chroot(words[1]) == 0 && chdir("/") == 0);
	else if (strcmp(how, "fsize") == 0)
		limit_files(1);
	else if (strcmp(how, "nothing") != 0)
		MUST(strcmp(how, "one of these") == 0);
	MUST(trap() == SEVEN);
	if (strcmp(how, "fsize") == 0)
		limit_files(RLIM_INFINITY);
	MUST(trap() == SEVEN);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int words;
		void (*run)(void);
	} modes[] = {
		{"threads", 2, threads},     {"malloc", 1, in_malloc},	 {"fflush", 2, in_fflush},
		{"dlopen", 3, in_dlopen},    {"signals", 1, in_handler}, {"longjmp", 1, longjmps},
		{"forks", 3, forks},	     {"cancel", 1, cancel},	 {"stacks", 0, stacks},
		{"pace", 1, pace},	     {"loop", 1, loop},		 {"lose", 1, lose},
		{"spawn", 1, spawn_closing}, {"torn", 1, torn},		 {"lost-fork", 0, lost_fork},
		{"errno", 0, keeps_errno},
	};

	words = argv + 2;
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0 && argc - 2 >= modes[i].words) {
			signal(SIGALRM, SIG_DFL);
			alarm(PATIENCE_SECONDS);
			modes[i].run();
			return 0;
		}
	fprintf(stderr, "load: which mode?\n");
	return 2;
}
