/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Asks the filter what its rules answer; inherited.h. */
#include "inherited.h"

#include <linux/errno.h>

#include "arch.h"
#include "gate.h"

/* Return: what the filter has said, or -1. */
static int ask(unsigned question)
{
	long r = scmp_gate_call(__NR_prctl, SCMP_PROBE, (long)SCMP_KEY_ANY, question, 0, 0, 0);

	return -r >= SCMP_SAY_PIECE && -r < 2 * SCMP_SAY_PIECE ? (int)(-r - SCMP_SAY_PIECE) : -1;
}

/* Return: false if a piece is missing. */
static bool ask_answer(unsigned number, unsigned n_pieces, int64_t *answer)
{
	uint64_t folded = 0;

	for (unsigned i = 0; i < n_pieces; i++) {
		int piece = ask(SCMP_ASK_PIECE(number, i));

		if (piece < 0)
			return false;
		folded |= (uint64_t)piece << (i * SCMP_PIECE_BITS);
	}
	*answer = scmp_unfold(folded);
	return true;
}

void scmp_inherited_rule(struct scmp_trap_rule *rule, unsigned data)
{
	unsigned number = data >> SCMP_ID_BITS;
	int shape = number ? ask(SCMP_ASK_SHAPE(number)) : -1;

	*rule = (struct scmp_trap_rule){
		.verb = "inherited",
		.answer = -EPERM,
		.record = true,
		.id = data & SCMP_ID_MAX,
	};
	if (shape < 0 || !ask_answer(number, shape & SCMP_SHAPE_PIECES, &rule->answer))
		return;
	rule->record = !(shape & SCMP_SHAPE_SILENT);
	rule->kills = shape & SCMP_SHAPE_KILLS;
	rule->kills_thread = shape & SCMP_SHAPE_KILLS_THREAD;
}
