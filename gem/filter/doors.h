/* SPDX-License-Identifier: MIT */
/*
 * Doors: the few calls that a filter answers before any rule of the policy,
 * whatever the policy says, and the fewer that it takes over from a policy that
 * lets them run. All of them are listed in doors.c and nowhere else. The sorts:
 *
 *   always      rt_sigreturn, restart_syscall, exit_group: refused, they would
 *               only break the host (a nanosleep after SIGSTOP, the way out of
 *               a handler, the way out of the process);
 *   the probe   prctl(SCMP_PROBE, key, ...), by which an exec'd child learns that
 *               its policy is in force and what it needs to join it;
 *   the gate    what the SIGSYS handler cannot do without, allowed for calls
 *               from the gate's one syscall instruction (trap/gate.h), each with
 *               its argument test. Only where the policy has traps;
 *   virtual     what would run by the rules, and the handler does in the host's stead
 *               (trap/virtual.h). Those that allow leave the rules' answer: for its own
 *               calls, from the gate, and for what need not be done by it. Only under the
 *               preload: a host and its children then have the handler.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"
#include "rule.h"
#include "trap.h"

/*
 * The probe: prctl(SCMP_PROBE, key, question, operand). The kernel knows no such
 * option and answers EINVAL; a filter of ours answers its own key with an
 * errno (SECCOMP_RET_ERRNO carries 1 to 4095) and lets other keys pass.
 */

/* SCMP_PROBE and the keys that are not a policy's own are in trap/gate.h, the questions about answers in
 * trap/inherited.h. */
enum scmp_question {
	SCMP_ASK_FORCE, /* -> SCMP_SAY_FORCE, + 1 where the policy has traps */
	SCMP_ASK_FINGERPRINT, /* operand: the fingerprint -> SCMP_SAY_FORCE if it is ours */
	SCMP_ASK_LOG_FD, /* -> the log's file descriptor + 1, or SCMP_SAY_NONE */
	SCMP_ASK_LOG_ID, /* and the next two: 11 bits each of the log's identity, + 1 */
	SCMP_ASK_LOG_ID_1,
	SCMP_ASK_LOG_ID_2,
};

#define SCMP_SAY_FORCE 3601
#define SCMP_SAY_NONE 4095

/* What the doors of a policy depend on. */
struct scmp_frame {
	uint64_t key; /* of the policy's path and the library's version; 0: no probe (an ordinary process) */
	uint64_t fingerprint; /* of all rules of all contexts */
	bool traps; /* some rule traps: the gate is there */
	bool limits; /* some rule limits its records to so many a second */
	bool blocks; /* blocks decide, and may want to see the host's memory */
	int log_fd; /* -1: none */
	uint64_t log_id; /* identity of the open log (33 bits are used) */
	bool guard_log; /* the log's number must stay the log's, and can: see scmp_policy_guards_log() */
	bool hide_log; /* ... and it is one that a host comes by, who looks through all numbers that it can have */
	bool guard_all; /* ... even from who closes all numbers up to the last: where he could not be told of */
	const struct scmp_static_answer *answers; /* of trapping rules; number 0 is not among them */
	size_t n_answers; /* up to SCMP_ANSWERS_MAX */
};

/* Tests of a door; of a virtual one, which come on top of a rule's. */
enum { SCMP_DOOR_TESTS_MAX = 8, SCMP_VIRTUAL_TESTS_MAX = 2 };

/*
 * One door: where all tests hold (and the call comes from the gate), `action` is the answer.
 * Those before the rules have at most SCMP_TESTS_MAX tests, virtual ones SCMP_VIRTUAL_TESTS_MAX.
 */
struct scmp_door {
	int nr;
	bool gate; /* only from the gate's instruction */
	bool virtual; /* not before the rules, but where they let the call run; one that allows leaves their answer */
	uint32_t action; /* a SECCOMP_RET_ value with its data */
	uint8_t n_tests;
	struct scmp_test tests[SCMP_DOOR_TESTS_MAX];
};

/* Of the filter itself, and for each static answer its shape and its pieces. */
enum { SCMP_DOORS_MAX = 80 + SCMP_ANSWERS_MAX * (1 + 6) };

/*
 * scmp_doors() - the doors of a policy, in the order in which they are tested
 * @doors: room for SCMP_DOORS_MAX entries
 * Return: their number.
 */
size_t scmp_doors(struct scmp_door *doors, const struct scmp_frame *frame);
