/* SPDX-License-Identifier: MIT */
/*
 * The list of doors, pinned: what passes before any rule of a policy. A door
 * that is added, widened or moved changes a text below, on purpose.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <string.h>

#include "check.h"
#include "doors.h"
#include "inherited.h"

static const struct {
	int nr;
	const char *name;
} names[] = {
	{__NR_rt_sigreturn, "rt_sigreturn"},
	{__NR_restart_syscall, "restart_syscall"},
	{__NR_exit_group, "exit_group"},
	{__NR_prctl, "prctl"},
	{__NR_write, "write"},
	{__NR_fstat, "fstat"},
	{__NR_getpid, "getpid"},
	{__NR_gettid, "gettid"},
	{__NR_futex, "futex"},
	{__NR_rt_sigprocmask, "rt_sigprocmask"},
	{__NR_rt_sigaction, "rt_sigaction"},
	{__NR_rt_sigtimedwait, "rt_sigtimedwait"},
	{__NR_sigaltstack, "sigaltstack"},
	{__NR_mremap, "mremap"},
	{__NR_madvise, "madvise"},
	{__NR_close, "close"},
	{__NR_dup3, "dup3"},
	{__NR_fcntl, "fcntl"},
	{__NR_ioctl, "ioctl"},
	{__NR_clock_gettime, "clock_gettime"},
	{__NR_close_range, "close_range"},
	{__NR_rt_sigsuspend, "rt_sigsuspend"},
	{__NR_ppoll, "ppoll"},
	{__NR_pselect6, "pselect6"},
	{__NR_epoll_pwait, "epoll_pwait"},
	{__NR_epoll_pwait2, "epoll_pwait2"},
	{__NR_io_pgetevents, "io_pgetevents"},
	{__NR_newfstatat, "newfstatat"},
	{__NR_clone, "clone"},
	{__NR_clone3, "clone3"},
	{__NR_execve, "execve"},
	{__NR_execveat, "execveat"},
#if defined(__x86_64__)
	{__NR_arch_prctl, "arch_prctl"},
	{__NR_dup2, "dup2"},
	{__NR_fork, "fork"},
#endif
};

static const char *name_of(int nr)
{
	for (size_t i = 0; i < N_ELEMENTS(names); i++)
		if (names[i].nr == nr)
			return names[i].name;
	return "?";
}

/* Of enum scmp_op. */
static const char *const ops[] = {"!=", "<", "<=", "==", ">=", ">"};

static void print_door(FILE *out, const struct scmp_door *door)
{
	fprintf(out, "%s%s", door->gate ? "gate " : "", name_of(door->nr));
	for (size_t i = 0; i < door->n_tests; i++) {
		const struct scmp_test *test = &door->tests[i];

		fprintf(out, " %u", test->arg);
		if (test->op == SCMP_OP_MASKED_EQ)
			fprintf(out, "&%" PRIx64 "==", test->mask);
		else
			fprintf(out, "%s", ops[test->op]);
		fprintf(out, "%" PRIx64, test->value);
	}
	switch (door->action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		fprintf(out, "\n");
		break;
	case SECCOMP_RET_TRAP:
		fprintf(out, " -> virtual %u\n", (door->action & SECCOMP_RET_DATA) >> SCMP_ID_BITS);
		break;
	case SECCOMP_RET_ERRNO:
		fprintf(out, " -> %u\n", door->action & SECCOMP_RET_DATA);
		break;
	default:
		fprintf(out, " -> %s\n",
			door->action == SECCOMP_RET_KILL_PROCESS  ? "killed"
			: door->action == SECCOMP_RET_KILL_THREAD ? "thread killed"
								  : "?");
		break;
	}
}

static void check_list(const char *sentence, const struct scmp_frame *frame, const char *expected)
{
	struct scmp_door doors[SCMP_DOORS_MAX];
	size_t n = scmp_doors(doors, frame), size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	behaviour(sentence);
	check(out && n <= SCMP_DOORS_MAX);
	for (size_t i = 0; i < n; i++)
		print_door(out, &doors[i]);
	fclose(out);
	printf("%s:\n%s\n", sentence, text);
	check(strcmp(text, expected) == 0);
	free(text);
}

#define ALWAYS                                                                                                         \
	"rt_sigreturn\n"                                                                                               \
	"restart_syscall\n"                                                                                            \
	"exit_group\n"

/* Calls that not every architecture has. */
#if defined(__x86_64__)
#define GATE_ARCH_PRCTL "gate arch_prctl 0&ffffffff==1003\n"
#define GUARD_DUP2 "dup2 1&ffffffff==3e8 -> 9\n"
#else
#define GATE_ARCH_PRCTL ""
#define GUARD_DUP2 ""
#endif

#define GATE_FIRST                                                                                                     \
	"gate getpid\n"                                                                                                \
	"gate gettid\n"                                                                                                \
	"gate futex 1&ffffffff==80\n"                                                                                  \
	"gate futex 1&ffffffff==81\n"                                                                                  \
	"gate madvise 2&ffffffff==12\n" GATE_ARCH_PRCTL "gate rt_sigprocmask 0&ffffffff==1\n"                          \
	"gate rt_sigaction 0&ffffffff==1f\n"                                                                           \
	"gate rt_sigtimedwait\n"

#define GATE_REST                                                                                                      \
	"gate sigaltstack 1==0\n"                                                                                      \
	"rt_sigaction 0&ffffffff==1f 1!=0 -> 0\n"                                                                      \
	"mremap 1==1000 2==1000 3==3 4==70010000\n"

#define GATE GATE_FIRST GATE_REST

/* What a record shows of the host's memory is tried first. */
#define GATE_TRY_READ "gate rt_sigprocmask 0&ffffffff==63\n"
#define GATE_RECORDS GATE_FIRST GATE_TRY_READ GATE_REST

/* And what is written there. */
#define GATE_TRY_WRITE "gate futex 1&ffffffff==85 2&ffffffff==0 5&ffffffff==12000000\n"

/* In a host: the mask in which a call goes on, and memory that is written; no answer for who sets SIGSYS. */
#define GATE_HOST                                                                                                      \
	"gate getpid\n"                                                                                                \
	"gate gettid\n"                                                                                                \
	"gate futex 1&ffffffff==80\n"                                                                                  \
	"gate futex 1&ffffffff==81\n"                                                                                  \
	"gate madvise 2&ffffffff==12\n" GATE_ARCH_PRCTL "gate rt_sigprocmask 0&ffffffff==1\n"                          \
	"gate rt_sigprocmask 0&ffffffff==2\n"                                                                          \
	"gate rt_sigaction 0&ffffffff==1f\n"                                                                           \
	"gate rt_sigtimedwait\n" GATE_TRY_READ GATE_TRY_WRITE "gate sigaltstack 1==0\n"                                \
	"mremap 1==1000 2==1000 3==3 4==70010000\n"

#if defined(__x86_64__)
#define PERFORMED_FORK                                                                                                 \
	"gate fork\n"                                                                                                  \
	"fork -> virtual 1\n"
#else
#define PERFORMED_FORK ""
#endif

#define PERFORMED                                                                                                      \
	"gate rt_sigprocmask\n"                                                                                        \
	"rt_sigprocmask 0&ffffffff==0 1!=0 -> virtual 1\n"                                                             \
	"rt_sigprocmask 0&ffffffff==2 1!=0 -> virtual 1\n"                                                             \
	"gate rt_sigaction\n"                                                                                          \
	"rt_sigaction 1!=0 -> virtual 1\n"                                                                             \
	"rt_sigaction 0&ffffffff==1f -> virtual 1\n"                                                                   \
	"gate rt_sigsuspend\n"                                                                                         \
	"rt_sigsuspend -> virtual 1\n"                                                                                 \
	"gate ppoll\n"                                                                                                 \
	"ppoll 3!=0 -> virtual 1\n"                                                                                    \
	"gate pselect6\n"                                                                                              \
	"pselect6 5!=0 -> virtual 1\n"                                                                                 \
	"gate epoll_pwait\n"                                                                                           \
	"epoll_pwait 4!=0 -> virtual 1\n"                                                                              \
	"gate epoll_pwait2\n"                                                                                          \
	"epoll_pwait2 4!=0 -> virtual 1\n"                                                                             \
	"gate io_pgetevents\n"                                                                                         \
	"io_pgetevents 5!=0 -> virtual 1\n"                                                                            \
	"gate sigaltstack\n"                                                                                           \
	"sigaltstack 0!=0 -> virtual 1\n"                                                                              \
	"clone3 -> 38\n" PERFORMED_FORK "gate clone\n"                                                                 \
	"clone 0&4100==0 1==0 -> virtual 1\n"                                                                          \
	"gate execve\n"                                                                                                \
	"execve -> virtual 1\n"                                                                                        \
	"gate execveat\n"                                                                                              \
	"execveat -> virtual 1\n"

#define TRAPS KILLS "prctl 0&ffffffff==5cc0de01 1==5cc0000000000a11 2==0 -> 3602\n"

#define KILLS                                                                                                          \
	"gate prctl 0&ffffffff==5cc0de01 1==5cc000000000d1e5 -> killed\n"                                              \
	"gate prctl 0&ffffffff==5cc0de01 1==5cc000000000d1e7 -> thread killed\n"

#define OTHER_PROBES "prctl 0&ffffffff==5cc0de01\n"

static void check_folding(void)
{
	static const int64_t answers[] = {0, 1, -1, 7, -18, -4095, 100000000000, INT64_MAX, INT64_MIN};

	behaviour("an answer survives its folding, and small ones stay small");
	for (size_t i = 0; i < N_ELEMENTS(answers); i++)
		check_equal(scmp_unfold(scmp_fold(answers[i])), answers[i]);
	check(scmp_fold(-EPERM) < 1 << SCMP_PIECE_BITS && scmp_fold(-1023) < 1 << SCMP_PIECE_BITS);
}

/* Of a host; who has no handler from the start must not be sent to it. */
static void check_virtual(const char *sentence, bool all, const char *expected)
{
	const struct scmp_frame frame = {.key = 1, .log_fd = 1000, .traps = true, .guard_log = true, .guard_all = all};
	struct scmp_door doors[SCMP_DOORS_MAX];
	size_t n = scmp_doors(doors, &frame);
	size_t size, first = n;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	behaviour(sentence);
	while (first > 0 && doors[first - 1].virtual)
		first--;
	for (size_t i = first; i < n; i++)
		print_door(out, &doors[i]);
	fclose(out);
	printf("%s\n", text);
	check(strcmp(text, expected) == 0);
	free(text);
}

int main(void)
{
	const struct scmp_frame plain = {.log_fd = -1};
	const struct scmp_frame traps = {.log_fd = -1, .traps = true};
	const struct scmp_frame asking = {.log_fd = -1, .traps = true, .blocks = true};
	const struct scmp_frame limited = {.log_fd = -1, .traps = true, .limits = true};
	const struct scmp_frame quiet = {.key = 0x1234567890abcdef, .fingerprint = 0xfedcba0987654321, .log_fd = -1};
	const struct scmp_frame full = {
		.key = 0x1234567890abcdef,
		.fingerprint = 0xfedcba0987654321,
		.log_fd = 1000,
		.log_id = 5ull | 6ull << 11 | 2047ull << 22,
		.traps = true,
	};
	const struct scmp_frame guarded = {.log_fd = 1000, .traps = true, .guard_log = true};
	const struct scmp_frame hidden = {.log_fd = 1000, .traps = true, .guard_log = true, .hide_log = true};
	const struct scmp_static_answer said[SCMP_ANSWERS_MAX] = {
		{.result = -18, .record = true},
		{.result = 0},
		{.result = -1, .record = true, .kills = true},
		{.result = 1 << 21, .record = true, .kills_thread = true},
	};
	const struct scmp_frame answers = {.log_fd = -1, .traps = true, .answers = said, .n_answers = 4};
	const struct scmp_static_answer longest = {.result = INT64_MIN};
	struct scmp_static_answer most[SCMP_ANSWERS_MAX];
	struct scmp_frame all = full;
	struct scmp_door doors[SCMP_DOORS_MAX];
	const struct scmp_frame far = {.key = 1, .log_fd = 4094, .log_id = 1};

	check_list("a process that is no host has three doors", &plain, ALWAYS);
	check_list("traps need the gate, log or not", &traps, ALWAYS TRAPS OTHER_PROBES GATE);
	check_list("blocks may try the host's memory, without an effect", &asking,
		   ALWAYS TRAPS OTHER_PROBES "gate getpid\n"
					     "gate gettid\n"
					     "gate futex 1&ffffffff==80\n"
					     "gate futex 1&ffffffff==81\n"
					     "gate madvise 2&ffffffff==12\n" GATE_ARCH_PRCTL
					     "gate rt_sigprocmask 0&ffffffff==1\n"
					     "gate rt_sigprocmask 0&ffffffff==2\n"
					     "gate rt_sigaction 0&ffffffff==1f\n"
					     "gate rt_sigtimedwait\n" GATE_TRY_READ GATE_TRY_WRITE GATE_REST);
	check_list("limits need a clock", &limited,
		   ALWAYS TRAPS OTHER_PROBES GATE_FIRST "gate clock_gettime 0&ffffffff==6\n" GATE_REST);
	check_list("a host answers the probe", &quiet,
		   ALWAYS "prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==0 -> 3601\n"
			  "prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==1 3==fedcba0987654321 -> 3601\n"
			  "prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==2 -> 4095\n" OTHER_PROBES);
	check_list("a host with traps and a log has them all", &full,
		   ALWAYS KILLS "prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==0 -> 3602\n"
				"prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==1 3==fedcba0987654321 -> 3601\n"
				"prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==2 -> 1001\n"
				"prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==3 -> 6\n"
				"prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==4 -> 7\n"
				"prctl 0&ffffffff==5cc0de01 1==1234567890abcdef 2==5 -> 2048\n"
				"prctl 0&ffffffff==5cc0de01 1==5cc0000000000a11 2==0 -> 3602\n" OTHER_PROBES
				"gate write 0&ffffffff==3e8\n"
				"gate fstat 0&ffffffff==3e8\n" GATE_HOST PERFORMED);
	check_list("where write is refused the log's number stays the log's", &guarded,
		   ALWAYS TRAPS OTHER_PROBES "gate write 0&ffffffff==3e8\n"
					     "gate fstat 0&ffffffff==3e8\n"
					     "close 0&ffffffff==3e8 -> 9\n" GUARD_DUP2 "dup3 1&ffffffff==3e8 -> 9\n"
					     "fcntl 0&ffffffff==3e8 1&ffffffff==2 -> 9\n"
					     "ioctl 0&ffffffff==3e8 1&ffffffff==5451 -> 9\n" GATE_RECORDS);
	check_list("where a host could come by it is not to be found either", &hidden,
		   ALWAYS TRAPS OTHER_PROBES "gate write 0&ffffffff==3e8\n"
					     "gate fstat 0&ffffffff==3e8\n"
					     "close 0&ffffffff==3e8 -> 9\n" GUARD_DUP2 "dup3 1&ffffffff==3e8 -> 9\n"
					     "fcntl 0&ffffffff==3e8 1&ffffffff==2 -> 9\n"
					     "ioctl 0&ffffffff==3e8 1&ffffffff==5451 -> 9\n"
					     "newfstatat 0&ffffffff==3e8 -> 9\n"
					     "fcntl 0&ffffffff==3e8 1&ffffffff==1 -> 9\n" GATE_RECORDS);
	check_virtual("the handler closes ranges that have the log in them, and only calls of its own spare it", true,
		      "gate close_range 1<3e8\n"
		      "gate close_range 0>3e8 0<=ffffffff\n"
		      "close_range -> virtual 1\n" PERFORMED);
	check_virtual("to the last number the host closes by itself, where the log can be opened again", false,
		      "gate close_range 1<3e8\n"
		      "gate close_range 0>3e8 0<=ffffffff\n"
		      "close_range 1&ffffffff==ffffffff\n"
		      "close_range -> virtual 1\n" PERFORMED);
	check_list("a log too far up to be told is not told", &far,
		   ALWAYS "prctl 0&ffffffff==5cc0de01 1==1 2==0 -> 3601\n"
			  "prctl 0&ffffffff==5cc0de01 1==1 2==1 3==0 -> 3601\n"
			  "prctl 0&ffffffff==5cc0de01 1==1 2==2 -> 4095\n" OTHER_PROBES);
#define ANSWER "prctl 0&ffffffff==5cc0de01 1==5cc0000000000a11 2=="
	check_list("static answers are told in pieces", &answers,
		   ALWAYS KILLS ANSWER "0 -> 3602\n" ANSWER "4f -> 2049\n" ANSWER "48 -> 2083\n" /* 35 is -18 */
		   ANSWER "57 -> 2056\n" /* 0 in no piece, silent */
		   ANSWER "5f -> 2065\n" ANSWER "58 -> 2049\n" /* killed; 1 is -1 */
		   ANSWER "67 -> 2083\n" /* a thread killed; 3 pieces: 1 << 22 */
		   ANSWER "60 -> 2048\n" ANSWER "61 -> 2048\n" ANSWER "62 -> 2049\n" OTHER_PROBES GATE);

	behaviour("the list has room for the longest answers that there can be");
	for (size_t i = 0; i < SCMP_ANSWERS_MAX; i++)
		most[i] = longest;
	all.guard_log = true;
	all.hide_log = true;
	all.blocks = true;
	all.answers = most;
	all.n_answers = SCMP_ANSWERS_MAX;
	check(scmp_doors(doors, &all) <= SCMP_DOORS_MAX);
	check_folding();
	return 0;
}
