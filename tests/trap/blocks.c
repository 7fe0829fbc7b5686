/* SPDX-License-Identifier: MIT */
/* Blocks: on which stack they run, what they may meet there, and that the lock is free afterwards. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

#include "check.h"
#include "little.h"

enum { SMALL_STACK = 16384, CHOSEN = 4711 };

static int log_fd;

/* What the block has seen. */
static uintptr_t block_stack;
static long nested_result;
static struct scmp_call seen;
static long n_blocks;

static bool on_own_stack(uintptr_t address)
{
	uintptr_t start = (uintptr_t)little_config.stack;

	return address >= start && address < start + little_config.stack_size;
}

static void choose(struct scmp_call *call)
{
	n_blocks++;
	block_stack = (uintptr_t)__builtin_frame_address(0);
	seen = *call;
	/* Trapped calls of the block itself. */
	nested_result = raw(SYS_getppid, 0, 0, 0, 0, 0, 0);
	nested_result += raw(SYS_getpgid, 0, 0, 0, 0, 0, 0);
	call->decided = true;
	call->result = CHOSEN;
}

static void do_not_choose(struct scmp_call *call)
{
	call->result = 1;
	call->kill = true;
}

static void decide_to_kill(struct scmp_call *call)
{
	call->decided = true;
	call->kill = true;
}

static void start(scmp_run_block block)
{
	little_config.run_block = block;
	little_start(log_fd);
}

static void check_block_runs(void)
{
	block_stack = 0;
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), CHOSEN);
	check(on_own_stack(block_stack));
	check_equal(nested_result, -ENOSYS + 42);
}

static void decision(void)
{
	start(choose);
	behaviour("a block runs on the library's own stack and its decision is the result");
	check_block_runs();

	behaviour("it sees the call");
	raw(SYS_getppid, 1, 2, 3, 4, 5, -6);
	check_equal(seen.data.nr, SYS_getppid);
	check(seen.rule == &little_rules[ASK]);
	for (int i = 0; i < 5; i++)
		check_equal(seen.data.args[i], i + 1);
	check_equal(seen.data.args[5], (uint64_t)-6);
	check(seen.data.instruction_pointer > (uintptr_t)raw && seen.data.instruction_pointer < (uintptr_t)raw + 200);
	check_equal(seen.result, -ENOSYS);
}

static void no_decision(void)
{
	start(do_not_choose);
	behaviour("a block that has not decided leaves the static answer");
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), -ENOSYS);
}

static void no_stack_of_our_own(void)
{
	uintptr_t unused;

	start(choose);
	unused = (uintptr_t)little_config.stack;
	little_config.stack = NULL;
	behaviour("without a stack of ours a block runs where the kernel has put the handler");
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), CHOSEN);
	check(block_stack < unused || block_stack >= unused + little_config.stack_size);
	check_equal(nested_result, -ENOSYS + 42);
}

static void killed_by_block(void)
{
	start(decide_to_kill);
	raw(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

/* The smallest alternate stack on which the kernel itself delivers a signal. */
static void set_alternate_stack(stack_t *stack)
{
	stack->ss_size = getauxval(AT_MINSIGSTKSZ);
	stack->ss_sp = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* At the start of a page, with nothing mapped below it. */
	stack->ss_sp = (char *)stack->ss_sp + 32768;
	stack->ss_flags = 0;
	check(mprotect(stack->ss_sp, 32768, PROT_READ | PROT_WRITE) == 0);
	check(sigaltstack(stack, NULL) == 0);
}

static void check_alternate_stack_is(const stack_t *stack)
{
	stack_t now;

	check(sigaltstack(NULL, &now) == 0);
	check(now.ss_sp == stack->ss_sp && now.ss_size == stack->ss_size);
	check_equal(now.ss_flags & SS_DISABLE, 0);
}

static void alternate_stack(void)
{
	stack_t stack;

	start(choose);
	set_alternate_stack(&stack);
	behaviour("a small alternate stack is enough for a block, a nested trap and a record");
	for (int i = 0; i < 100; i++)
		check_block_runs();
	behaviour("afterwards it is as the host has set it");
	check_alternate_stack_is(&stack);
}

static volatile bool handled;

static void on_signal(int signo)
{
	volatile char canary[512];

	memset((char *)canary, '#', sizeof(canary));
	check_block_runs();
	for (size_t i = 0; i < sizeof(canary); i++)
		check_equal(canary[i], '#');
	handled = true;
}

static void handler_on_alternate_stack(void)
{
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	stack_t stack;
	stack_t large;

	start(choose);
	set_alternate_stack(&stack);
	large = stack;
	large.ss_size = 32768;
	check(sigaltstack(&large, NULL) == 0);
	check(sigaction(SIGUSR1, &action, NULL) == 0);
	behaviour("a trap in a handler of the host on its alternate stack spares the handler's frame");
	raise(SIGUSR1);
	check(handled);
	check_alternate_stack_is(&large);
}

static void *trap_once(void *arg)
{
	check_block_runs();
	return NULL;
}

static void small_thread_stack(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	start(choose);
	behaviour("a thread with a stack of 16 KiB can trap");
	check_equal(pthread_attr_init(&attributes), 0);
	check_equal(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
	check_equal(pthread_create(&thread, &attributes, trap_once, NULL), 0);
	check_equal(pthread_join(thread, NULL), 0);
}

static sigjmp_buf away;

static void jump_away(int signo)
{
	siglongjmp(away, 1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void host_jumps_away(void)
{
	const struct itimerval often = {{0, 97}, {0, 97}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	volatile int jumps = 0;
	volatile double end = now() + 0.5;
	pthread_t thread;

	little_rules[ASK].record = false;
	start(choose);
	signal(SIGALRM, jump_away);
	behaviour("a host that longjmps out of a signal handler in the middle of traps does not take the lock with it");
	if (sigsetjmp(away, 1))
		jumps++;
	setitimer(ITIMER_REAL, &often, NULL);
	while (now() < end)
		check_equal(raw(SYS_getuid, 0, 0, 0, 0, 0, 0), CHOSEN);
	setitimer(ITIMER_REAL, &never, NULL);
	check(jumps > 100);
	check_equal(pthread_create(&thread, NULL, trap_once, NULL), 0);
	check_equal(pthread_join(thread, NULL), 0);
}

enum { THREADS = 8, TRAPS = 5000 };

static void *trap_often(void *arg)
{
	for (int i = 0; i < TRAPS; i++)
		check_equal(raw(SYS_getuid, 0, 0, 0, 0, 0, 0), CHOSEN);
	return NULL;
}

static void many_threads(void)
{
	pthread_t threads[THREADS];

	little_rules[ASK].record = false;
	start(choose);
	behaviour("blocks of many threads run one at a time, and every one runs");
	for (int i = 0; i < THREADS; i++)
		check_equal(pthread_create(&threads[i], NULL, trap_often, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		check_equal(pthread_join(threads[i], NULL), 0);
	check_equal(n_blocks, THREADS * TRAPS);
}

#if defined(__x86_64__)
/* No libc in here while the thread pointer is 0. */
static void no_thread_pointer(void)
{
	unsigned long pointer;
	long result;

	start(choose);
	raw(SYS_arch_prctl, ARCH_GET_FS, (long)&pointer, 0, 0, 0, 0);
	raw(SYS_arch_prctl, ARCH_SET_FS, 0, 0, 0, 0, 0);
	result = raw(SYS_getppid, 0, 0, 0, 0, 0, 0);
	raw(SYS_arch_prctl, ARCH_SET_FS, (long)pointer, 0, 0, 0, 0);
	behaviour("a thread without libc's thread variables gets the static answer");
	check_equal(result, -ENOSYS);
	check_block_runs();
}
#endif

int main(void)
{
	int status;

	log_fd = little_log();
	check_equal(little_run(decision), 0);
	check_equal(little_run(no_decision), 0);
	check_equal(little_run(no_stack_of_our_own), 0);
	check_equal(little_run(alternate_stack), 0);
	check_equal(little_run(handler_on_alternate_stack), 0);
	check_equal(little_run(small_thread_stack), 0);
	check_equal(little_run(host_jumps_away), 0);
	check_equal(little_run(many_threads), 0);
#if defined(__x86_64__)
	check_equal(little_run(no_thread_pointer), 0);
#endif

	behaviour("a block may kill the process, and the record says so");
	check_equal(ftruncate(log_fd, 0), 0);
	status = little_run(killed_by_block);
	check_equal(status & 0x7f, SIGSYS);
	check(strstr(little_log_text(log_fd), "little: getppid() = ? killed  trap p.rb:4  from "));
	return 0;
}
