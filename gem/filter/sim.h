/* SPDX-License-Identifier: MIT */
/*
 * A small evaluator of the classic BPF that seccomp(2) accepts, so that a
 * program can be tried before it is in force. It checks what it executes: a
 * malformed program gives a fault, never a wild read.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a program gives no answer. All are negative, all answers are not. */
enum scmp_sim_fault {
	SCMP_SIM_BAD_INSTRUCTION = -1, /* not one that seccomp_check_filter() allows */
	SCMP_SIM_BAD_LOAD = -2, /* outside seccomp_data or the scratch memory, or not yet stored */
	SCMP_SIM_NO_RETURN = -3, /* runs, or jumps, off the end */
};

/*
 * scmp_sim_run() - what the program answers to one call
 * Return: the 32-bit SECCOMP_RET_ value, or an enum scmp_sim_fault.
 */
int64_t scmp_sim_run(const struct sock_filter *insns, size_t n_insns, const struct seccomp_data *data);

/*
 * scmp_sim_cached() - whether the kernel (5.11 and later) will know from the
 * number alone that this call is allowed, and not run the program again for it.
 * This is the kernel's own rule: only the number, the architecture, constant
 * jumps and AND lead to the answer.
 */
bool scmp_sim_cached(const struct sock_filter *insns, size_t n_insns, uint32_t arch, int nr);
