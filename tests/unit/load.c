/* SPDX-License-Identifier: MIT */
/* scmp_filter_load(): what the kernel takes and refuses, on all threads. Each case in a child of its own. */
#include <asm/unistd.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "filter.h"

/* An errno that getpriority never gives by itself. */
enum { UNMISTAKABLE = ENOTNAM };

static struct scmp_program program;
static sem_t ready, loaded;
static long tid;
static int result;

static void build(void)
{
	struct scmp_rule rules[] = {RULE(__NR_getpriority, ERRNO, UNMISTAKABLE)};
	const struct scmp_context context = {.fallback = RULE(-1, ALLOW, 0), .rules = rules, .n_rules = 1};
	struct scmp_why why;

	check_equal(scmp_filter_build(&program, &context, NULL, 0, &why), 0);
}

static bool is_refused(void)
{
	return syscall(__NR_getpriority, 0, 0) < 0 && errno == UNMISTAKABLE;
}

static void run_child(const char *sentence, void (*function)(void))
{
	int status;
	pid_t child;

	behaviour(sentence);
	fflush(NULL);
	child = fork();
	check(child >= 0);
	if (child == 0) {
		function();
		exit(0);
	}
	check(waitpid(child, &status, 0) == child);
	check_equal(status, 0);
}

static void load_it(void)
{
	struct scmp_why why = {""};

	check(!is_refused());
	check_equal(scmp_filter_load(&program, &why), 0);
	check(is_refused());
	check_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	check(strcmp(why.text, "") == 0);
}

static void *wait_then_try(void *unused)
{
	sem_post(&ready);
	sem_wait(&loaded);
	result = is_refused();
	return NULL;
}

static void load_with_thread(void)
{
	struct scmp_why why;
	pthread_t thread;

	check(pthread_create(&thread, NULL, wait_then_try, NULL) == 0);
	sem_wait(&ready);
	check_equal(scmp_filter_load(&program, &why), 0);
	sem_post(&loaded);
	pthread_join(thread, NULL);
	check_equal(result, 1);
}

static void *filter_own(void *unused)
{
	struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog own = {.len = 1, .filter = allow};

	tid = gettid();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	result = (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &own);
	sem_post(&ready);
	sem_wait(&loaded);
	return NULL;
}

static void load_beside_other(void)
{
	struct scmp_why why;
	pthread_t thread;
	char name[32];

	check(pthread_create(&thread, NULL, filter_own, NULL) == 0);
	sem_wait(&ready);
	check_equal(result, 0);
	check_equal(scmp_filter_load(&program, &why), -ESRCH);
	snprintf(name, sizeof(name), "thread %ld has", tid);
	check(strstr(why.text, name) == why.text);
	check(!is_refused());
	sem_post(&loaded);
	pthread_join(thread, NULL);
}

static void load_nonsense(void)
{
	struct sock_filter insns[] = {BPF_STMT(BPF_LD | BPF_IMM, 1)};
	const struct scmp_program nonsense = {.insns = insns, .n_insns = 1};
	struct scmp_why why;

	check_equal(scmp_filter_load(&nonsense, &why), -EINVAL);
	check(strcmp(why.text, "the kernel refused the filter: Invalid argument") == 0);
}

static void load_under_other(void)
{
	struct sock_filter refuse[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct scmp_program other = {.insns = refuse, .n_insns = N_ELEMENTS(refuse)};
	struct scmp_why why;

	check_equal(scmp_filter_load(&other, &why), 0);
	check_equal(scmp_filter_load(&program, &why), -EPERM);
	check(strcmp(why.text, "the kernel refused the filter: Operation not permitted") == 0);
}

int main(void)
{
	sem_init(&ready, 0, 0);
	sem_init(&loaded, 0, 0);
	behaviour("a small policy is built");
	build();
	run_child("a filter is in force after loading", load_it);
	run_child("it is in force on a thread that was there before", load_with_thread);
	run_child("a thread with a filter of its own is named, and nothing is loaded", load_beside_other);
	run_child("a program that the kernel refuses is an error in words", load_nonsense);
	run_child("an outer filter that refuses ours is an error in words", load_under_other);
	free(program.insns);
	return 0;
}
