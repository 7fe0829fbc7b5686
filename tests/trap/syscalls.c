/* SPDX-License-Identifier: MIT */
/* The table of system calls, against what libseccomp and this machine's headers know. */
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "check.h"
#include "constants.h"
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

static void rows(void)
{
	static const uint32_t arches[] = {[SCMP_X86_64] = SCMP_ARCH_X86_64, [SCMP_AARCH64] = SCMP_ARCH_AARCH64};
	const struct scmp_syscall *call, *before = NULL;

	behaviour("a row has the numbers that libseccomp gives it on each architecture");
	for (size_t i = 0; (call = scmp_syscall_at(i)); i++) {
		for (size_t a = 0; a < N_ELEMENTS(arches); a++) {
			int theirs = seccomp_syscall_resolve_name_arch(arches[a], call->name);

			if (theirs >= 0)
				check_equal(call->numbers[a], theirs);
			/* -1: libseccomp is older than the call. */
			else if (theirs != -1)
				check_equal(call->numbers[a], -1);
		}
	}

	behaviour("rows are found by their names");
	for (size_t i = 0; (call = scmp_syscall_at(i)); i++) {
		check(!before || strcmp(before->name, call->name) < 0);
		check(scmp_syscall_by_name(call->name) == call);
		before = call;
	}
	check(!scmp_syscall_by_name("opne"));
	check(!scmp_syscall_by_name(""));
	check(!scmp_syscall_by_name("zzz"));
}

static void expect_argument(const char *name, unsigned i, const char *word, const char *other, unsigned bits)
{
	const struct scmp_syscall *call = scmp_syscall_by_name(name);

	check(call && i < call->n_args);
	check(strcmp(scmp_syscall_word(call->args[i].word), word) == 0);
	check(strcmp(scmp_syscall_word(call->args[i].other_word), other) == 0);
	check_equal(scmp_width_bits(call->args[i].width), bits);
}

static void names_of_arguments(void)
{
	const struct scmp_syscall *call;

	behaviour("an argument has the kernel's name, the manual's, and the width that the kernel reads");
	expect_argument("openat", 0, "dfd", "dirfd", 32);
	expect_argument("faccessat", 0, "dfd", "dirfd", 32);
	expect_argument("faccessat", 1, "filename", "pathname", 64);
	expect_argument("openat", 1, "filename", "pathname", 64);
	expect_argument("openat", 2, "flags", "", 32);
	expect_argument("openat", 3, "mode", "", 16);
	expect_argument("ioctl", 1, "cmd", "request", 32);
	expect_argument("ioctl", 2, "arg", "", 64);
	expect_argument("socket", 0, "family", "domain", 32);
	expect_argument("mmap", 2, "prot", "", 32);
	expect_argument("mprotect", 2, "prot", "", 64);
	expect_argument("mmap", 4, "fd", "", 32);
	expect_argument("writev", 0, "fd", "", 32);
	expect_argument("writev", 2, "vlen", "iovcnt", 32);
	expect_argument("process_vm_readv", 2, "liovcnt", "", 32);
	expect_argument("process_vm_readv", 4, "riovcnt", "", 64);
	expect_argument("clone", 0, "clone_flags", "flags", 32);
	expect_argument("ptrace", 0, "request", "", 64);
	expect_argument("ptrace", 1, "pid", "", 32);
	expect_argument("lseek", 1, "offset", "", 64);

	behaviour("two arguments of a call never have the same name");
	for (size_t r = 0; (call = scmp_syscall_at(r)); r++)
		for (size_t i = 0; i < call->n_args; i++)
			for (size_t j = 0; j < call->n_args; j++) {
				const struct scmp_argument *a = &call->args[i], *b = &call->args[j];

				check(i == j || !a->word || (a->word != b->word && a->word != b->other_word));
			}

	behaviour("all arguments of calls that somebody can make have names");
	for (size_t r = 0; (call = scmp_syscall_at(r)); r++)
		for (size_t i = 0; call->since && i < call->n_args; i++)
			check(call->args[i].word);
}

static void constants(void)
{
	const struct scmp_syscall *socket = scmp_syscall_by_name("socket");
	const struct scmp_constant *found;

	behaviour("constants are those of the argument");
	found = scmp_constant_by_name(socket->args[0].meaning, "AF_NETLINK");
	check(found && found->value == 16);
	check(!scmp_constant_by_name(socket->args[0].meaning, "SOCK_RAW"));
	found = scmp_constant_by_name(socket->args[1].meaning, "SOCK_RAW");
	check(found && found->value == 3);
	found = scmp_constant_by_name(scmp_syscall_by_name("ioctl")->args[1].meaning, "TIOCSTI");
	check(found && found->value == 0x5412);
	found = scmp_constant_by_name(scmp_syscall_by_name("openat")->args[0].meaning, "AT_FDCWD");
	check(found && found->value == UINT32_MAX - 99);
	check(!scmp_constant_by_name(SCMP_MEANS_NONE, "AT_FDCWD"));
	check(!scmp_constant_by_name(SCMP_MEANS_FD, "AT_FDCWD"));

	behaviour("every set has constants, and a title that they begin with or are known by");
	for (unsigned set = 0; set < SCMP_SETS; set++) {
		struct scmp_constants all = scmp_constants_of(set);

		check(all.n > 0 && all.n < 500);
		check(scmp_constants_title(set)[0]);
		for (size_t i = 0; i < all.n; i++)
			check(scmp_constant_by_name(set, all.first[i].name) == &all.first[i]);
	}
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
	rows();
	arguments();
	names_of_arguments();
	constants();
	return 0;
}
