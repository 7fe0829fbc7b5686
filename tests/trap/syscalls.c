/* SPDX-License-Identifier: MIT */
/* The table of system calls, against what libseccomp and this machine's headers know. */
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "check.h"
#include "syscalls.h"

enum { NUMBERS = 1024 };

static void names(void)
{
	int known = 0;

	behaviour("a number has the name that libseccomp gives it");
	for (int nr = -1; nr < NUMBERS; nr++) {
		const struct scmp_syscall *call = scmp_syscall_by_number(nr);
		char *name = nr < 0 ? NULL : seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		if (name) {
			check(call);
			check(strcmp(call->name, name) == 0);
		}
		if (call) {
			int theirs = seccomp_syscall_resolve_name(call->name);

			/* An older libseccomp does not know it; but not another number. */
			check(theirs == nr || theirs < 0);
			check(call->n_args <= 6);
			known++;
		}
		free(name);
	}
	check(known > 300);
	check(!scmp_syscall_by_number(INT32_MAX));
	check(!scmp_syscall_by_number(INT32_MIN));
}

static void arguments(void)
{
	static const struct {
		int nr;
		int n_args;
	} expected[] = {
		{SYS_read, 3},
		{SYS_openat, 4},
		{SYS_mmap, 6},
		{SYS_clone, 5},
		{SYS_execve, 3},
		{SYS_exit, 1},
		{SYS_getpid, 0},
		{SYS_futex, 6},
		{SYS_rt_sigreturn, 0},
		{SYS_fstat, 2},
		{SYS_newfstatat, 4},
		{SYS_umount2, 2},
		{SYS_fadvise64, 4},
		{SYS_prctl, 5},
		{SYS_pselect6, 6},
		{SYS_sendfile, 4},
		{SYS_rt_sigaction, 4},
		{SYS_ioctl, 3},
		{SYS_bpf, 3},
		{SYS_io_uring_setup, 2},
		{SYS_rt_sigsuspend, 2},
		{SYS_ptrace, 4},
		{SYS_process_mrelease, 2},
		{SYS_clone3, 2},
		{SYS_keyctl, 5},
		{SYS_splice, 6},
		{SYS_uname, 1},
		{SYS_sync, 0},
	};

	behaviour("a call has as many arguments as its manual page says");
	for (size_t i = 0; i < N_ELEMENTS(expected); i++)
		check_equal(scmp_syscall_by_number(expected[i].nr)->n_args, expected[i].n_args);
}

int main(void)
{
	names();
	arguments();
	return 0;
}
