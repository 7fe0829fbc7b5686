/* SPDX-License-Identifier: MIT */
/* Children: fork in the middle of another thread's block, vfork, and exec. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "little.h"

enum { CHOSEN = 4711, KILL_ME = 1 };

static int log_fd;
static _Atomic bool in_block;
static _Atomic bool go_on;

static void nap(void)
{
	const struct timespec millisecond = {0, 1000000};

	nanosleep(&millisecond, NULL);
}

/* getppid's block waits, getuid's does not. */
static void wait_in_block(struct scmp_call *call)
{
	if (call->rule == &little_rules[ASK]) {
		in_block = true;
		while (!go_on)
			nap();
	}
	if (call->data.args[0] == KILL_ME)
		raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0, 0);
	call->decided = true;
	call->result = CHOSEN;
}

static void start(void)
{
	little_config.run_block = wait_in_block;
	little_start(log_fd);
}

static long ask(long arg)
{
	return raw(SYS_getuid, arg, 0, 0, 0, 0, 0);
}

static void *trap_and_wait(void *arg)
{
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), CHOSEN);
	return NULL;
}

static void child_of_held_lock(void)
{
	check_equal(ask(0), -ENOSYS);
	check_equal(ask(0), -ENOSYS);
}

static void grandchild_of_held_lock(void)
{
	child_of_held_lock();
	check_equal(little_run(child_of_held_lock), 0);
}

static void fork_during_block(void)
{
	pthread_t thread;

	start();
	check_equal(pthread_create(&thread, NULL, trap_and_wait, NULL), 0);
	while (!in_block)
		nap();
	behaviour("a child forked in the middle of another thread's block gets static answers, at once and for good");
	check_equal(little_run(grandchild_of_held_lock), 0);
	check(strstr(little_log_text(log_fd), "little: libscmp: forked"));
	go_on = true;
	check_equal(pthread_join(thread, NULL), 0);
	behaviour("the parent's blocks go on");
	check_equal(ask(0), CHOSEN);
}

static void child_of_free_lock(void);

/* What opens Ruby: another configuration, with a block that decides. */
static _Atomic int opened;
static struct scmp_trap_config after;

static void choose(struct scmp_call *call)
{
	call->decided = true;
	call->result = CHOSEN;
}

static void open_ruby(void)
{
	opened++;
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), opened == 1 && !little_config.rules ? -EPERM : -ENOSYS);
	after = little_config;
	after.rules = little_rules;
	after.n_rules = N_RULES;
	after.run_block = choose;
	after.open = NULL;
	scmp_trap_configure(&after);
}

static void child_that_opens(void)
{
	check_equal(ask(0), CHOSEN);
	check_equal(raw(SYS_getppid, 0, 0, 0, 0, 0, 0), CHOSEN);
	check_equal(opened, 1);
	check_equal(little_run(child_of_free_lock), 0);
}

static void fork_during_block_and_open(void)
{
	pthread_t thread;

	little_config.open = open_ruby;
	start();
	check_equal(pthread_create(&thread, NULL, trap_and_wait, NULL), 0);
	while (!in_block)
		nap();
	behaviour("where Ruby can be opened anew the child's first trap does it, once, and the blocks run");
	check_equal(little_run(child_that_opens), 0);
	go_on = true;
	check_equal(pthread_join(thread, NULL), 0);
	check_equal(opened, 0);
}

static void *trap_often(void *arg)
{
	for (int i = 0; i < 100; i++)
		check_equal(ask(0), CHOSEN);
	return NULL;
}

static void open_late(void)
{
	const struct scmp_trap_rule *rules = little_config.rules;
	pthread_t threads[8];

	little_config.open = open_ruby;
	little_config.rules = NULL;
	start();
	behaviour("the first of many traps opens Ruby, and the others wait for it");
	for (size_t i = 0; i < N_ELEMENTS(threads); i++)
		check_equal(pthread_create(&threads[i], NULL, trap_often, NULL), 0);
	for (size_t i = 0; i < N_ELEMENTS(threads); i++)
		check_equal(pthread_join(threads[i], NULL), 0);
	check_equal(opened, 1);
	little_config.rules = rules;
}

static void child_of_free_lock(void)
{
	check_equal(ask(0), CHOSEN);
}

static void grandchild_of_free_lock(void)
{
	child_of_free_lock();
	check_equal(little_run(child_of_free_lock), 0);
}

static void fork_between_blocks(void)
{
	start();
	behaviour("in any other forked child, and in its children, blocks run");
	check_equal(ask(0), CHOSEN);
	check_equal(little_run(grandchild_of_free_lock), 0);
	check_equal(ask(0), CHOSEN);
}

/* vfork, and calls in its child, are what is tested here.
 * NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork, clang-analyzer-unix.Vfork) */
static void vfork_shares(void)
{
	volatile long result = 0;
	int status;
	pid_t child;

	start();
	behaviour("a vfork child asks the blocks that it shares with its parent");
	child = vfork();
	if (child == 0) {
		result = ask(0);
		_exit(0);
	}
	check(child > 0);
	check_equal(waitpid(child, &status, 0), child);
	check_equal(result, CHOSEN);
	check_equal(ask(0), CHOSEN);
}

static void vfork_dies(void)
{
	int status;
	pid_t child;

	start();
	behaviour("a vfork child that is killed in a block leaves its parent with static answers, and not waiting");
	child = vfork();
	if (child == 0) {
		ask(KILL_ME);
		_exit(0);
	}
	check(child > 0);
	check_equal(waitpid(child, &status, 0), child);
	check_equal(WTERMSIG(status), SIGKILL);
	check_equal(ask(0), -ENOSYS);
	check(strstr(little_log_text(log_fd), "little: libscmp: forked or killed"));
	alarm(1);
	check_equal(ask(0), -ENOSYS);
}

static void *vfork_in_thread(void *arg)
{
	pid_t child = vfork();

	if (child == 0) {
		for (int i = 0; i < 2000; i++) {
			if (ask(0) != CHOSEN)
				_exit(1);
		}
		_exit(0);
	}
	waitpid(child, arg, 0);
	return NULL;
}

static void vfork_beside_threads(void)
{
	pthread_t thread;
	int status;

	start();
	behaviour("a vfork child and the other threads of its parent wait for each other");
	check_equal(pthread_create(&thread, NULL, vfork_in_thread, &status), 0);
	for (int i = 0; i < 2000; i++)
		check_equal(ask(0), CHOSEN);
	check_equal(pthread_join(thread, NULL), 0);
	check_equal(status, 0);
}

/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork, clang-analyzer-unix.Vfork) */

static const char *self;

static void exec_again(void)
{
	sigset_t set;

	start();
	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	raw(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, 0, 8, 0, 0);
	execl(self, self, "exec", NULL);
	_exit(126);
}

/* The exec'd image: the filter is inherited, all else is new, and SIGSYS comes blocked. */
static int exec_child(void)
{
	check_equal(scmp_trap_arm(), 0);
	behaviour("an exec'd child that has armed itself again answers as its parent did");
	check_equal(ask(0), -EPERM);
	little_config.auxv = little_auxv();
	little_config.run_block = wait_in_block;
	scmp_trap_configure(&little_config);
	check_equal(ask(0), CHOSEN);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return exec_child();
	self = argv[0];
	log_fd = little_log();
	check_equal(little_run(fork_during_block), 0);
	check_equal(little_run(fork_during_block_and_open), 0);
	check_equal(little_run(open_late), 0);
	check_equal(little_run(fork_between_blocks), 0);
	check_equal(little_run(vfork_shares), 0);
	check_equal(little_run(vfork_beside_threads), 0);
	check_equal(ftruncate(log_fd, 0), 0);
	check_equal(little_run(vfork_dies), 0);
	check_equal(little_run(exec_again), 0);
	return 0;
}
