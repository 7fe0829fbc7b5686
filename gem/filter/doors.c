/* SPDX-License-Identifier: MIT */
/*
 * The one list of what passes before any rule of a policy. A pure function;
 * splice.c puts the list into the program, verify.c reads it as a part of what
 * the rules mean. To add a line here is to open every policy by that line: say
 * above it who needs it.
 *
 * Arguments that the kernel takes as int are tested on 32 bits, since the
 * upper half of their register may hold anything.
 */
#ifdef __x86_64__
#include <asm/prctl.h>
#endif
#include <asm/ioctls.h>
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <time.h>

#include "doors.h"
#include "gate.h"
#include "inherited.h"
#include "virtual.h"

struct list {
	struct scmp_door *doors;
	size_t n;
};

static struct scmp_door *add(struct list *list, int nr, uint32_t action)
{
	struct scmp_door *door = &list->doors[list->n++];

	*door = (struct scmp_door){.nr = nr, .action = action};
	return door;
}

/* The same, for calls from the gate only. */
static struct scmp_door *add_gate(struct list *list, int nr)
{
	struct scmp_door *door = add(list, nr, SECCOMP_RET_ALLOW);

	door->gate = true;
	return door;
}

static void test(struct scmp_door *door, uint8_t arg, enum scmp_op op, uint64_t value)
{
	door->tests[door->n_tests++] = (struct scmp_test){.arg = arg, .op = (uint8_t)op, .value = value};
}

static void test_int(struct scmp_door *door, uint8_t arg, uint32_t value)
{
	door->tests[door->n_tests++] =
		(struct scmp_test){.arg = arg, .op = SCMP_OP_MASKED_EQ, .mask = UINT32_MAX, .value = value};
}

/* prctl(SCMP_PROBE, key, ...) */
static struct scmp_door *add_probe(struct list *list, uint64_t key, uint32_t action)
{
	struct scmp_door *door = add(list, __NR_prctl, action);

	test_int(door, 0, SCMP_PROBE);
	test(door, 1, SCMP_OP_EQ, key);
	return door;
}

/* prctl(SCMP_PROBE, key, question), answered by an errno */
static struct scmp_door *add_answer(struct list *list, uint64_t key, uint64_t question, uint64_t answer)
{
	struct scmp_door *door = add_probe(list, key, SECCOMP_RET_ERRNO | (uint32_t)answer);

	test(door, 2, SCMP_OP_EQ, question);
	return door;
}

static void add_always(struct list *list)
{
	add(list, __NR_rt_sigreturn, SECCOMP_RET_ALLOW);
	add(list, __NR_restart_syscall, SECCOMP_RET_ALLOW);
	add(list, __NR_exit_group, SECCOMP_RET_ALLOW);
}

static void add_answers(struct list *list, const struct scmp_frame *frame)
{
	enum { LOG_ID_BITS = 11 };
	struct scmp_door *door;

	add_answer(list, frame->key, SCMP_ASK_FORCE, SCMP_SAY_FORCE + frame->traps);
	door = add_answer(list, frame->key, SCMP_ASK_FINGERPRINT, SCMP_SAY_FORCE);
	test(door, 3, SCMP_OP_EQ, frame->fingerprint);

	if (frame->log_fd < 0 || frame->log_fd + 1 >= SCMP_SAY_NONE) {
		add_answer(list, frame->key, SCMP_ASK_LOG_FD, SCMP_SAY_NONE);
		return;
	}
	add_answer(list, frame->key, SCMP_ASK_LOG_FD, (uint64_t)frame->log_fd + 1);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t piece = frame->log_id >> (i * LOG_ID_BITS) & ((1u << LOG_ID_BITS) - 1);

		add_answer(list, frame->key, SCMP_ASK_LOG_ID + i, piece + 1);
	}
}

static void add_static_answer(struct list *list, unsigned number, const struct scmp_static_answer *answer)
{
	uint64_t folded = scmp_fold(answer->result), rest;
	unsigned n_pieces = 0, shape, i;

	for (rest = folded; rest; rest >>= SCMP_PIECE_BITS)
		n_pieces++;
	shape = n_pieces | (answer->record ? 0 : SCMP_SHAPE_SILENT) | (answer->kills ? SCMP_SHAPE_KILLS : 0) |
		(answer->kills_thread ? SCMP_SHAPE_KILLS_THREAD : 0);
	add_answer(list, SCMP_KEY_ANY, SCMP_ASK_SHAPE(number), SCMP_SAY_PIECE + shape);
	for (i = 0; i < n_pieces; i++) {
		uint64_t piece = folded >> (i * SCMP_PIECE_BITS) & ((1u << SCMP_PIECE_BITS) - 1);

		add_answer(list, SCMP_KEY_ANY, SCMP_ASK_PIECE(number, i), SCMP_SAY_PIECE + piece);
	}
}

static void add_probes(struct list *list, const struct scmp_frame *frame)
{
	/* The handler's way to kill the process, or its thread: no signal can be in the way of it. */
	if (frame->traps) {
		add_probe(list, SCMP_KEY_DIE, SECCOMP_RET_KILL_PROCESS)->gate = true;
		add_probe(list, SCMP_KEY_DIE_THREAD, SECCOMP_RET_KILL_THREAD)->gate = true;
	}
	if (frame->key)
		add_answers(list, frame);
	if (frame->traps) {
		add_answer(list, SCMP_KEY_ANY, SCMP_ASK_FORCE, SCMP_SAY_FORCE + 1);
		for (size_t i = 0; i < frame->n_answers; i++)
			add_static_answer(list, (unsigned)i + 1, &frame->answers[i]);
	}
	/* Any other probe is meant for another filter; the kernel answers it with EINVAL. */
	if (frame->key || frame->traps)
		test_int(add(list, __NR_prctl, SECCOMP_RET_ALLOW), 0, SCMP_PROBE);
}

static void add_gates(struct list *list, const struct scmp_frame *frame)
{
	struct scmp_door *door, *guard;

	/* The record, and whether the log's number is still the log. */
	if (frame->log_fd >= 0) {
		test_int(add_gate(list, __NR_write), 0, (uint32_t)frame->log_fd);
		test_int(add_gate(list, __NR_fstat), 0, (uint32_t)frame->log_fd);
	}

	/*
	 * Who puts another file in the log's place could write to it through the
	 * gate; and who closes all that he did not open would lose the records of
	 * himself and his children. The number is as good as closed.
	 */
	if (frame->log_fd >= 0 && frame->guard_log) {
		test_int(add(list, __NR_close, SECCOMP_RET_ERRNO | EBADF), 0, (uint32_t)frame->log_fd);
#ifdef __NR_dup2
		test_int(add(list, __NR_dup2, SECCOMP_RET_ERRNO | EBADF), 1, (uint32_t)frame->log_fd);
#endif
		test_int(add(list, __NR_dup3, SECCOMP_RET_ERRNO | EBADF), 1, (uint32_t)frame->log_fd);
		/* Nor may the kernel close it at exec. */
		guard = add(list, __NR_fcntl, SECCOMP_RET_ERRNO | EBADF);
		test_int(guard, 0, (uint32_t)frame->log_fd);
		test_int(guard, 1, F_SETFD);
		guard = add(list, __NR_ioctl, SECCOMP_RET_ERRNO | EBADF);
		test_int(guard, 0, (uint32_t)frame->log_fd);
		test_int(guard, 1, FIOCLEX);
		if (frame->hide_log) {
			/* By fstat(2), which libc no longer uses, a child finds it whose gate cannot be opened. */
			test_int(add(list, __NR_newfstatat, SECCOMP_RET_ERRNO | EBADF), 0, (uint32_t)frame->log_fd);
			guard = add(list, __NR_fcntl, SECCOMP_RET_ERRNO | EBADF);
			test_int(guard, 0, (uint32_t)frame->log_fd);
			test_int(guard, 1, F_GETFD);
		}
	}

	/* Who traps, and the lock under which Ruby runs. */
	add_gate(list, __NR_getpid);
	add_gate(list, __NR_gettid);
	test_int(add_gate(list, __NR_futex), 1, FUTEX_WAIT_PRIVATE);
	test_int(add_gate(list, __NR_futex), 1, FUTEX_WAKE_PRIVATE);
	/* The page that tells a forked child that the lock is not its own. */
	test_int(add_gate(list, __NR_madvise), 2, MADV_WIPEONFORK);
#ifdef __NR_arch_prctl
	/* Whether libc's thread variables can be used, where user code may not read the register (before Linux 5.9). */
	test_int(add_gate(list, __NR_arch_prctl), 0, ARCH_GET_FS);
#endif

	/* The handler itself: SIGSYS unblocked, set, and taken back; the signal stack; the mask in which a call goes
	 * on. */
	test_int(add_gate(list, __NR_rt_sigprocmask), 0, SIG_UNBLOCK);
	if (frame->key || frame->blocks)
		test_int(add_gate(list, __NR_rt_sigprocmask), 0, SIG_SETMASK);
	test_int(add_gate(list, __NR_rt_sigaction), 0, SIGSYS);
	add_gate(list, __NR_rt_sigtimedwait);
	/* How many records there were in this second. */
	if (frame->limits)
		test_int(add_gate(list, __NR_clock_gettime), 0, CLOCK_MONOTONIC_COARSE);
	/*
	 * What a record shows of the host's memory, and a block or a virtual call reads and writes there, is tried by
	 * the kernel first: calls without an effect.
	 */
	if (frame->log_fd >= 0 || frame->blocks || frame->key)
		test_int(add_gate(list, __NR_rt_sigprocmask), 0, SCMP_GATE_HOW_NONE);
	if (frame->blocks || frame->key) {
		door = add_gate(list, __NR_futex);
		test_int(door, 1, SCMP_GATE_FUTEX_TRY);
		test_int(door, 2, 0);
		test_int(door, 5, SCMP_GATE_FUTEX_ADD_0);
	}
	test(add_gate(list, __NR_sigaltstack), 1, SCMP_OP_EQ, 0);

	/* An ordinary process that sets or resets SIGSYS is told "done" and nothing happens; a host has it kept for it.
	 */
	if (!frame->key) {
		door = add(list, __NR_rt_sigaction, SECCOMP_RET_ERRNO | 0);
		test_int(door, 0, SIGSYS);
		test(door, 1, SCMP_OP_NE, 0);
	}

	/* An exec'd child opens its gate, before it has one to call through. */
	door = add(list, __NR_mremap, SECCOMP_RET_ALLOW);
	test(door, 1, SCMP_OP_EQ, SCMP_GATE_SIZE);
	test(door, 2, SCMP_OP_EQ, SCMP_GATE_SIZE);
	test(door, 3, SCMP_OP_EQ, MREMAP_MAYMOVE | MREMAP_FIXED);
	test(door, 4, SCMP_OP_EQ, SCMP_GATE_ADDRESS);
}

static struct scmp_door *add_virtual(struct list *list, int nr, bool gate)
{
	struct scmp_door *door = add(list, nr, SECCOMP_RET_ALLOW);

	door->virtual = true;
	door->gate = gate;
	return door;
}

/* The rest of its calls; what comes from the gate is left to the rules. */
static struct scmp_door *add_performed(struct list *list, int nr)
{
	struct scmp_door *door;

	add_virtual(list, nr, true);
	door = add_virtual(list, nr, false);
	door->action = SECCOMP_RET_TRAP | SCMP_VIRTUAL << SCMP_ID_BITS;
	return door;
}

/* close_range(2) names a range: the handler makes two of it, on both sides of the log's number. */
static void add_close_range(struct list *list, const struct scmp_frame *frame)
{
	struct scmp_door *door;

	test(add_virtual(list, __NR_close_range, true), 1, SCMP_OP_LT, (uint64_t)frame->log_fd);
	door = add_virtual(list, __NR_close_range, true);
	test(door, 0, SCMP_OP_GT, (uint64_t)frame->log_fd);
	test(door, 0, SCMP_OP_LE, UINT32_MAX);
	/* To the last number there is: closefrom(3) and posix_spawn(3). The log can be opened again. */
	if (!frame->guard_all)
		test_int(add_virtual(list, __NR_close_range, false), 1, UINT32_MAX);
	add_virtual(list, __NR_close_range, false)->action = SECCOMP_RET_TRAP | SCMP_VIRTUAL << SCMP_ID_BITS;
}

/*
 * A trap while SIGSYS is blocked, or has no handler, is death. So SIGSYS is taken out of every mask that
 * the host sets, for a while or for good, and its disposition is kept for the host.
 */
static void add_signals(struct list *list)
{
	struct scmp_door *door;

	add_virtual(list, __NR_rt_sigprocmask, true);
	for (unsigned i = 0; i < 2; i++) {
		door = add_virtual(list, __NR_rt_sigprocmask, false);
		test_int(door, 0, i ? SIG_SETMASK : SIG_BLOCK);
		test(door, 1, SCMP_OP_NE, 0);
		door->action = SECCOMP_RET_TRAP | SCMP_VIRTUAL << SCMP_ID_BITS;
	}
	test(add_performed(list, __NR_rt_sigaction), 1, SCMP_OP_NE, 0);
	door = add_virtual(list, __NR_rt_sigaction, false);
	test_int(door, 0, SIGSYS);
	door->action = SECCOMP_RET_TRAP | SCMP_VIRTUAL << SCMP_ID_BITS;

	add_performed(list, __NR_rt_sigsuspend);
	test(add_performed(list, __NR_ppoll), 3, SCMP_OP_NE, 0);
	test(add_performed(list, __NR_pselect6), 5, SCMP_OP_NE, 0);
	test(add_performed(list, __NR_epoll_pwait), 4, SCMP_OP_NE, 0);
	test(add_performed(list, __NR_epoll_pwait2), 4, SCMP_OP_NE, 0);
	test(add_performed(list, __NR_io_pgetevents), 5, SCMP_OP_NE, 0);
	/* An alternate stack without room for a signal's frame. */
	test(add_performed(list, __NR_sigaltstack), 0, SCMP_OP_NE, 0);
}

/*
 * clone3(2) can reset all handlers in the child (CLONE_CLEAR_SIGHAND), and names its flags in memory; libc goes back
 * to clone. A fork waits for other threads' blocks, where its parent does not sleep. What exec leaves behind is the
 * filter: a child needs the rest.
 */
static void add_children(struct list *list)
{
	struct scmp_door *door;

	add_virtual(list, __NR_clone3, false)->action = SECCOMP_RET_ERRNO | ENOSYS;
#ifdef __NR_fork
	add_performed(list, __NR_fork);
#endif
	door = add_performed(list, __NR_clone);
	door->tests[door->n_tests++] =
		(struct scmp_test){.arg = 0, .op = SCMP_OP_MASKED_EQ, .mask = CLONE_VM | CLONE_VFORK};
	test(door, 1, SCMP_OP_EQ, 0);
	add_performed(list, __NR_execve);
	add_performed(list, __NR_execveat);
}

static void add_virtuals(struct list *list, const struct scmp_frame *frame)
{
	if (frame->log_fd >= 0 && frame->guard_log)
		add_close_range(list, frame);
	add_signals(list);
	add_children(list);
}

size_t scmp_doors(struct scmp_door *doors, const struct scmp_frame *frame)
{
	struct list list = {.doors = doors};

	add_always(&list);
	add_probes(&list, frame);
	if (frame->traps)
		add_gates(&list, frame);
	if (frame->traps && frame->key)
		add_virtuals(&list, frame);
	return list.n;
}
