/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] Static answers, as a filter tells them. A process that was
 * exec'd under the filter and cannot read the policy has the filter and nothing
 * else; so the filter itself says what its rules answer where no block decides.
 *
 * The 16 bits that a trap brings along are the rule's id (12 bits) and the number
 * of its static answer (4 bits). Number 0 is the most frequent one: -EPERM, with a
 * record. Of each other one, prctl(SCMP_PROBE, SCMP_KEY_ANY, question) tells:
 *
 *   SCMP_ASK_SHAPE(number)         SCMP_SAY_PIECE + its shape, below
 *   SCMP_ASK_PIECE(number, nth)    SCMP_SAY_PIECE + 11 bits of the answer, from the
 *                                  lowest, as many times as its shape says
 *
 * A filter that somebody else has put above ours may refuse prctl(2). What then
 * stays without an answer is refused: -EPERM, with a record.
 */
#pragma once

#include "trap.h"

enum {
	SCMP_ASK_ANSWERS = 64, /* doors.h has the smaller questions */
	SCMP_SAY_PIECE = 2048, /* no errno of the kernel's is as large */
	SCMP_PIECE_BITS = 11,
	SCMP_PIECES_MAX = 6,
};

#define SCMP_ASK_PIECE(number, nth) (SCMP_ASK_ANSWERS + 8 * (number) + (nth))
#define SCMP_ASK_SHAPE(number) SCMP_ASK_PIECE(number, 7)

/* The shape: how many pieces, and what else the rule does. */
enum {
	SCMP_SHAPE_PIECES = 7,
	SCMP_SHAPE_SILENT = 8,
	SCMP_SHAPE_KILLS = 16,
	SCMP_SHAPE_KILLS_THREAD = 32,
};

/* An answer in pieces has its sign in the lowest bit: small ones are one piece. */
static inline uint64_t scmp_fold(int64_t answer)
{
	return answer < 0 ? ~((uint64_t)answer << 1) : (uint64_t)answer << 1;
}

static inline int64_t scmp_unfold(uint64_t folded)
{
	return (int64_t)(folded & 1 ? ~(folded >> 1) : folded >> 1);
}

/*
 * scmp_inherited_rule() - what is known of the rule behind a trap
 * @data: the 16 bits of the trap
 * The rule has no file. Asks the filter through the gate.
 */
void scmp_inherited_rule(struct scmp_trap_rule *rule, unsigned data);
