/* SPDX-License-Identifier: MIT */
/*
 * Allowlists that let in a dangerous call as a whole, and do not say why: what one
 * program needs of them is a condition that can be written, or is worth a word.
 */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "lint.h"

enum { NAMES_ROOM = 416 };

/*
 * minijail's list, and more of the same kind: what an attack on the kernel, on other
 * processes, or out of the filter's view begins with. Not among them are io_uring_setup,
 * which io-uring-open is about, and calls that a program has in any case (open, connect).
 */
static const int dangerous[] = {
	/* Programs, and the machine code that no file of theirs has. */
	__NR_execve,
	__NR_execveat,
	__NR_mmap,
	__NR_mprotect,
	__NR_pkey_mprotect,
	/* Other processes: signals, memory, open files; new ones in worlds where they are root. */
	__NR_clone,
	__NR_clone3,
	__NR_kill,
	__NR_pidfd_getfd,
	__NR_process_vm_readv,
	__NR_process_vm_writev,
	__NR_ptrace,
	__NR_setns,
	__NR_unshare,
	/* Many calls in one, told apart by a command. */
	__NR_ioctl,
	__NR_keyctl,
	__NR_prctl,
	__NR_socket,
	/* Large parts of the kernel, with a history. */
	__NR_bpf,
	__NR_perf_event_open,
	__NR_userfaultfd,
	/* The kernel's own code, and the machine. */
	__NR_finit_module,
	__NR_init_module,
#ifdef __NR_ioperm
	__NR_ioperm,
	__NR_iopl,
#endif
	__NR_kexec_file_load,
	__NR_kexec_load,
	__NR_reboot,
	/* The tree of files, behind its paths and permissions. */
	__NR_mount,
	__NR_move_mount,
	__NR_open_by_handle_at,
	__NR_swapoff,
	__NR_swapon,
};

/* No harm is done by more code where other programs' can be had: and their loader needs both. */
static bool is_of_code(int nr)
{
	return nr == __NR_mmap || nr == __NR_mprotect || nr == __NR_pkey_mprotect;
}

static bool is_dangerous(const struct scmp_lint *lint, int nr)
{
	size_t i;

	if (is_of_code(nr) && (lint->may_run[__NR_execve] || lint->may_run[__NR_execveat]))
		return false;
	for (i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++)
		if (dangerous[i] == nr)
			return true;
	return false;
}

/* A part that another rule or context refuses is a condition, too. */
static bool lets_all_in(const struct scmp_lint *lint, const struct scmp_rule *rule)
{
	return rule->verdict == SCMP_VERDICT_ALLOW && rule->n_tests == 0 && is_dangerous(lint, rule->nr) &&
	       !lint->refused[rule->nr];
}

static void check(const struct scmp_lint *lint, const struct scmp_policy_context *context)
{
	const struct scmp_rule *first = NULL;
	char names[NAMES_ROOM] = "";
	size_t i;

	for (i = 0; i < context->context.n_rules; i++) {
		const struct scmp_rule *rule = &context->context.rules[i];

		if (rule->why || !lets_all_in(lint, rule))
			continue;
		if (!first)
			first = rule;
		scmp_lint_name(names, sizeof(names), rule->name);
	}
	if (first)
		scmp_policy_fault(context, first->file, first->line, SCMP_WARNING_DANGEROUS_ALLOW,
				  "allow %s without a condition lets in much that can do harm: say by conditions what "
				  "is needed, or by "
				  "`why: \"...\"` what for",
				  names);
}

void scmp_lint_allow(const struct scmp_lint *lint)
{
	struct scmp_policy_context *context;

	for (context = scmp_policy_next(NULL); context; context = scmp_policy_next(context))
		if (!scmp_lint_lets(&context->context.fallback))
			check(lint, context);
}
