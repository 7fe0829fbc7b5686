/* SPDX-License-Identifier: MIT */
/*
 * Which calls stay in the kernel's action cache, pinned: a call that leaves it
 * runs the whole filter each time.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <string.h>

#include "check.h"
#include "filter.h"
#include "meaning.h"
#include "sim.h"

enum { NUMBERS = 470 };

static const struct scmp_frame host = {.key = 0x1234, .fingerprint = 5, .log_fd = 1000};
static const struct scmp_frame trapping = {.key = 0x1234, .fingerprint = 5, .log_fd = 1000, .traps = true};

/* What the handler performs, where the policy lets it run; clone and fork on top, which not every architecture has. */
#ifdef __NR_fork
#define PERFORMED_FORK __NR_fork,
#else
#define PERFORMED_FORK
#endif
#define PERFORMED                                                                                                      \
	PERFORMED_FORK __NR_rt_sigprocmask, __NR_rt_sigaction, __NR_rt_sigsuspend, __NR_ppoll, __NR_pselect6,          \
		__NR_epoll_pwait, __NR_epoll_pwait2, __NR_io_pgetevents, __NR_sigaltstack, __NR_clone3, __NR_clone,    \
		__NR_execve, __NR_execveat

/* All numbers but @others are cached, or, the other way round, none but them. */
static void check_cached(const char *sentence, const struct scmp_context *context, const struct scmp_frame *frame,
			 bool cached, const int *others, size_t n_others)
{
	struct scmp_door doors[SCMP_DOORS_MAX];
	size_t n_doors = scmp_doors(doors, frame);
	struct scmp_program program;
	struct scmp_why why;

	behaviour(sentence);
	check_equal(scmp_filter_build(&program, context, doors, n_doors, &why), 0);
	check_equal(scmp_filter_verify(&program, context, doors, n_doors, &why), 0);
	for (int nr = 0; nr < NUMBERS; nr++) {
		bool is = scmp_sim_cached(program.insns, program.n_insns, scmp_native_arch, nr);
		bool should_be = cached;

		for (size_t i = 0; i < n_others; i++)
			if (others[i] == nr)
				should_be = !cached;
		if (is != should_be)
			fprintf(stderr, "system call %d\n", nr);
		check_equal(is, should_be);
	}
	free(program.insns);
}

#define ALL_BUT(sentence, context, frame, ...)                                                                         \
	check_cached(sentence, context, frame, true, (const int[]){__VA_ARGS__},                                       \
		     sizeof((const int[]){__VA_ARGS__}) / sizeof(int))
#define NONE_BUT(sentence, context, frame, ...)                                                                        \
	check_cached(sentence, context, frame, false, (const int[]){__VA_ARGS__},                                      \
		     sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

int main(void)
{
	struct scmp_rule deny[] = {
		RULE(__NR_getpriority, ERRNO, 1),
		RULE(__NR_getcwd, ERRNO, 1, TEST(0, EQ, 1)),
		RULE(__NR_chdir, LOG, 0),
		RULE(__NR_fsync, ERRNO, 1, TEST(0, GE, 0)),
	};
	struct scmp_rule traps[] = {TRAP_RULE(__NR_uname, 1)};
	struct scmp_rule gated[] = {TRAP_RULE(__NR_getpid, 1), TRAP_RULE(__NR_write, 2)};
	struct scmp_rule allow[] = {
		RULE(__NR_read, ALLOW, 0),
		RULE(__NR_write, ALLOW, 0),
		RULE(__NR_futex, ALLOW, 0),
		RULE(__NR_getpid, ALLOW, 0),
		RULE(__NR_mremap, ALLOW, 0),
		RULE(__NR_socket, ALLOW, 0, TEST(0, EQ, 1)),
		RULE(__NR_openat, ALLOW, 0, TEST(0, LE, UINT64_MAX)),
	};
	const struct scmp_context denylist = {RULE(-1, ALLOW, 0), deny, N_ELEMENTS(deny)};
	const struct scmp_context traplist = {RULE(-1, ALLOW, 0), traps, N_ELEMENTS(traps)};
	const struct scmp_context gatelist = {RULE(-1, ALLOW, 0), gated, N_ELEMENTS(gated)};
	const struct scmp_context allowlist = {RULE(-1, KILL_PROCESS, 0), allow, N_ELEMENTS(allow)};
	const struct scmp_context newer = {
		.fallback = RULE(-1, ALLOW, 0),
		.rules = deny,
		.n_rules = 1,
		.unknown_from = NUMBERS - 1,
		.unknown_errno = ENOSYS,
	};
	const struct scmp_context nothing = {RULE(-1, TRAP, 0), NULL, 0};

	ALL_BUT("refused calls are not cached, and prctl for the probe", &denylist, &host, __NR_getpriority,
		__NR_getcwd, __NR_chdir, __NR_fsync, __NR_prctl);
	ALL_BUT("traps cost what the handler performs, and nothing else: the gate's calls are allowed anyway",
		&traplist, &trapping, __NR_uname, __NR_prctl, PERFORMED);
	ALL_BUT("a call of the gate that is trapped is not cached", &gatelist, &trapping, __NR_getpid, __NR_write,
		__NR_prctl, PERFORMED);
	NONE_BUT("allowed calls are cached, be they doors or not, under a default that kills", &allowlist, &trapping,
		 __NR_read, __NR_write, __NR_futex, __NR_getpid, __NR_mremap, __NR_openat, __NR_rt_sigreturn,
		 __NR_restart_syscall, __NR_exit_group);
	NONE_BUT("nothing is cached under a default that traps, but the doors that are always open", &nothing,
		 &trapping, __NR_rt_sigreturn, __NR_restart_syscall, __NR_exit_group);
	ALL_BUT("the default is cached for the calls that are known, where newer ones get an errno", &newer, &host,
		__NR_getpriority, NUMBERS - 1, __NR_prctl);
	return 0;
}
