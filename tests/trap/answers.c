/* SPDX-License-Identifier: MIT */
/* What the host gets: the result register, whatever the rule. And what ends it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "gate.h"
#include "little.h"

static int log_fd;

static void results(void)
{
	struct utsname name;

	little_start(log_fd);

	behaviour("a static errno arrives as libc's errno");
	errno = 0;
	check_equal(uname(&name), -1);
	check_equal(errno, EPERM);

	behaviour("a number arrives in the result register");
	check_equal(syscall(SYS_getpgid, 0), 42);

	behaviour("the smallest error and the largest number pass unchanged");
	check_equal(raw(SYS_setuid, 0, 0, 0, 0, 0, 0), -4095);
	check_equal(raw(SYS_setgid, 0, 0, 0, 0, 0, 0), INT64_MAX);

	behaviour("a block is not asked where there is none to run: the static answer");
	check_equal(raw(SYS_getuid, 0, 0, 0, 0, 0, 0), -ENOSYS);

	behaviour("what is not trapped runs");
	check(getpid() > 1);
}

static void before_configure(void)
{
	check_equal(scmp_trap_arm(), 0);
	little_filter(log_fd, GATE_STRICT);

	behaviour("before the rules are known a trap that says no more is answered with -EPERM, without a record");
	check_equal(raw(SYS_uname, 0, 0, 0, 0, 0, 0), -EPERM);
	check_equal(raw(SYS_getpgid, 0, 0, 0, 0, 0, 0), -EPERM);
	check_equal(raw(SYS_sync, 0, 0, 0, 0, 0, 0), -EPERM);
}

static void arming_twice(void)
{
	behaviour("arming and opening the gate a second time is no fault");
	check_equal(scmp_trap_arm(), 0);
	check_equal(scmp_gate_open(), 0);
	check_equal(scmp_trap_arm(), 0);
	check_equal(scmp_gate_call(SYS_getpid, 0, 0, 0, 0, 0, 0), getpid());
}

static void call_from_the_gate(void)
{
	struct utsname name;

	check_equal(scmp_trap_arm(), 0);
	little_config.log.fd = log_fd;
	scmp_trap_configure(&little_config);
	little_filter(log_fd, GATE_TRAPS);

	behaviour("a trapped call through the gate gets the rule's answer, no block and no record");
	check_equal(scmp_gate_call(SYS_uname, (long)&name, 0, 0, 0, 0, 0), -EPERM);
	check_equal(scmp_gate_call(SYS_getppid, 0, 0, 0, 0, 0, 0), -ENOSYS);
}

static void host_sends_sigsys(void)
{
	little_start(log_fd);
	raise(SIGSYS);
}

static void host_sends_sigsys_too_early(void)
{
	check_equal(scmp_trap_arm(), 0);
	raise(SIGSYS);
}

static void host_forges_siginfo(void)
{
	siginfo_t info = {
		.si_signo = SIGSYS, .si_code = 1 /* SYS_SECCOMP */, .si_errno = NUMBER, .si_syscall = SYS_getpgid};

	little_start(log_fd);
	syscall(SYS_rt_sigqueueinfo, getpid(), SIGSYS, &info);
}

static void killed(void)
{
	little_start(log_fd);
	syscall(SYS_sync);
}

static void killed_from_the_gate(void)
{
	check_equal(scmp_trap_arm(), 0);
	scmp_trap_configure(&little_config);
	little_filter(log_fd, GATE_TRAPS);
	scmp_gate_call(SYS_sync, 0, 0, 0, 0, 0, 0);
}

static void *hang_up(void *arg)
{
	syscall(SYS_vhangup);
	*(int *)arg = 1;
	return NULL;
}

static void one_thread_killed(void)
{
	pthread_t thread;
	int survived = 0;

	little_start(log_fd);
	behaviour("kill_thread ends the thread and nothing else");
	check_equal(pthread_create(&thread, NULL, hang_up, &survived), 0);
	check_equal(pthread_join(thread, NULL), 0);
	check_equal(survived, 0);
}

static void last_thread_killed(void)
{
	little_start(log_fd);
	syscall(SYS_vhangup);
}

static void check_dies_by_sigsys(void (*test)(void), const char *record)
{
	int status;

	check_equal(ftruncate(log_fd, 0), 0);
	status = little_run(test);
	check(WIFSIGNALED(status));
	check_equal(WTERMSIG(status), SIGSYS);
	if (record)
		check(strstr(little_log_text(log_fd), record));
	else
		check_equal(strlen(little_log_text(log_fd)), 0);
}

int main(void)
{
	log_fd = little_log();
	check_equal(little_run(results), 0);
	check_equal(little_run(before_configure), 0);
	check_equal(little_run(arming_twice), 0);
	check_equal(ftruncate(log_fd, 0), 0);
	check_equal(little_run(call_from_the_gate), 0);
	check_equal(strlen(little_log_text(log_fd)), 0);
	check_equal(little_run(one_thread_killed), 0);
	check(strstr(little_log_text(log_fd), "vhangup() = ? killed  kill_thread p.rb:7  from "));

	behaviour("a SIGSYS of the host's own kills, as it would without us, and is recorded");
	check_dies_by_sigsys(host_sends_sigsys, "little: libscmp: a SIGSYS that no rule of the policy has sent");
	check_dies_by_sigsys(host_sends_sigsys_too_early, NULL);

	behaviour("a siginfo that the registers do not bear out is not believed");
	check_dies_by_sigsys(host_forges_siginfo, "little: libscmp: a SIGSYS that no rule of the policy has sent");

	behaviour("a recorded kill ends the process by SIGSYS, after its record");
	check_dies_by_sigsys(killed, "little: sync() = ? killed  kill p.rb:6 \"no \\\"sync\\\"\"  from ");
	check_dies_by_sigsys(killed_from_the_gate, NULL);

	behaviour("kill_thread on the last thread ends the process by SIGSYS");
	check_dies_by_sigsys(last_thread_killed, "vhangup() = ? killed  kill_thread p.rb:7");
	return 0;
}
