/* SPDX-License-Identifier: MIT */
/*
 * A little filter and a little policy for the tests of the trap engine, which do
 * not depend on gem/filter: trapped calls by number, and the gate's doors as
 * filter/doors.h promises them. From the gate nothing else passes: a handler that
 * makes any other call is killed, and the test with it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "trap.h"

/* The ids of the rules, and what traps to them. */
enum {
	ANSWER = 1, /* uname: -EPERM, with a record */
	NUMBER, /* getpgid: the number 42, no record */
	ASK, /* getppid: the block, else -ENOSYS; with a record */
	ASK_QUIETLY, /* getuid: the same without a record */
	KILL, /* sync */
	KILL_THREAD, /* vhangup */
	SMALLEST, /* setuid: -4095 */
	LARGEST, /* setgid: 2^63 - 1 */
	N_RULES
};

enum { GATE_STRICT, GATE_TRAPS };

/* What a test changes before it calls little_start(); the rest is filled in there. */
extern struct scmp_trap_config little_config;
extern struct scmp_trap_rule little_rules[N_RULES];

/* little_auxv() - the auxiliary vector of the process */
const void *little_auxv(void);

/* little_filter() - load the filter; with GATE_TRAPS the gate is no exception for trapped calls */
void little_filter(int log_fd, int gate);

/* little_start() - arm, configure with a stack for blocks and the log, and load the filter */
void little_start(int log_fd);

/* little_log() - a file for records, opened; it has no name */
int little_log(void);

/* little_log_text() - what is in it; the text is static */
const char *little_log_text(int fd);

/* little_run() - run a test in a child, give its wait status */
int little_run(void (*test)(void));

/* A system call without libc's errno, of which nothing is left to libc. */
long raw(long nr, long a, long b, long c, long d, long e, long f);
