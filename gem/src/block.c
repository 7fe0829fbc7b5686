/* SPDX-License-Identifier: MIT */
/*
 * Reads the bytecode of blocks; block.h. mruby's own list of instructions says
 * how long each is, so that this goes with every version that has it.
 */
#include "block.h"

#include <mruby/irep.h>

/* Its types are those of irep.h. */
#include <mruby/debug.h>
#include <mruby/opcode.h>
#include <mruby/proc.h>
#include <string.h>

#include "place.h"
#include "source.h"

/* The bytes of an instruction's operands, by mruby's letters: B is 8 bits, S 16, W 24. */
enum { BYTES_Z = 0, BYTES_B = 1, BYTES_BB = 2, BYTES_BBB = 3, BYTES_BS = 3, BYTES_BSS = 5, BYTES_S = 2, BYTES_W = 3 };
/* How many of them begin the operands and grow to 16 bits behind OP_EXT. */
enum { GROW_Z = 0, GROW_B = 1, GROW_BB = 2, GROW_BBB = 2, GROW_BS = 1, GROW_BSS = 1, GROW_S = 0, GROW_W = 0 };

static const struct {
	uint8_t bytes, grow;
} operands[] = {
#define OPCODE(name, letters) [OP_##name] = {BYTES_##letters, GROW_##letters},
#include <mruby/ops.h>
#undef OPCODE
};

struct instruction {
	const mrb_code *at, *next;
	unsigned op;
	unsigned b; /* the second operand, where it is an index */
};

/* Return: false at the end. */
static bool decode(const mrb_irep *irep, const mrb_code *at, struct instruction *instruction)
{
	const mrb_code *end = irep->iseq + irep->ilen, *p = at;
	bool wide_a = false, wide_b = false;

	while (p < end && (*p == OP_EXT1 || *p == OP_EXT2 || *p == OP_EXT3)) {
		wide_a |= *p != OP_EXT2;
		wide_b |= *p != OP_EXT1;
		p++;
	}
	if (p >= end || *p >= sizeof(operands) / sizeof(operands[0]))
		return false;
	*instruction = (struct instruction){.at = at, .op = *p++};
	wide_a &= operands[instruction->op].grow >= 1;
	wide_b &= operands[instruction->op].grow >= 2;
	instruction->next = p + operands[instruction->op].bytes + wide_a + wide_b;
	if (instruction->next > end)
		return false;
	if (operands[instruction->op].grow >= 2) {
		p += 1 + wide_a;
		instruction->b = wide_b ? (unsigned)p[0] << 8 | p[1] : p[0];
	}
	return true;
}

/* A lambda is a method of its own, from which one returns; a trap's block is looked at when its rule is made. */
static bool is_its_own(mrb_state *mrb, const mrb_irep *irep, const struct instruction *block)
{
	static const char *const takers[] = {"lambda", "trap", "intercept", "on_trap"};
	struct instruction send;
	size_t i;

	if (!decode(irep, block->next, &send) || (send.op != OP_SSENDB && send.op != OP_SENDB) || send.b >= irep->slen)
		return false;
	for (i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(mrb_sym_name(mrb, irep->syms[send.b]), takers[i]) == 0)
			return true;
	return false;
}

enum { DEPTH_MAX = 32 };

struct leaving {
	const char *word; /* by which the block would be left, or NULL */
	int line;
};

/* `break` in a block within leaves that one only. */
static struct leaving find_leaving(mrb_state *mrb, const mrb_irep *irep, unsigned depth)
{
	struct instruction i = {.next = irep->iseq};
	struct leaving found = {0};

	while (!found.word && decode(irep, i.next, &i)) {
		if (i.op == OP_RETURN_BLK || (i.op == OP_BREAK && depth == 0)) {
			found.word = i.op == OP_BREAK ? "break" : "return";
			found.line = mrb_debug_get_line(mrb, irep, (uint32_t)(i.at - irep->iseq));
		} else if (i.op == OP_BLOCK && depth < DEPTH_MAX && i.b < irep->rlen && !is_its_own(mrb, irep, &i)) {
			found = find_leaving(mrb, irep->reps[i.b], depth + 1);
		}
	}
	return found;
}

/* What belongs to no context is told at once, where a context is loaded at once. */
static void refuse_at_once(mrb_state *mrb, const char *text)
{
	if (!scmp_policy_deferred())
		mrb_raise(mrb, E_ARGUMENT_ERROR, text);
}

static bool check_leaving(mrb_state *mrb, const struct scmp_policy_context *context, const struct RProc *proc,
			  enum scmp_block_of of)
{
	struct scmp_place place = scmp_place_now(mrb);
	struct leaving leaving = find_leaving(mrb, proc->body.irep, 0);

	if (!leaving.word)
		return true;
	if (!context)
		refuse_at_once(mrb, "return and break leave more than the block: say next");
	if (leaving.line > 0)
		place.line = scmp_source_first_line(place.file, leaving.line);
	scmp_policy_fault(
		context, place.file, place.line, false, "%s leaves %s: say next, which ends the block%s", leaving.word,
		of == SCMP_BLOCK_OF_CONTEXT ? "the context with the rules so far"
					    : "more than the block, and the trap has no result",
		of == SCMP_BLOCK_OF_CONTEXT ? "" : "; a result is chosen by call.return, call.errno or call.kill");
	scmp_policy_point(leaving.word);
	return false;
}

/* A lambda raises where it gets more or less than it names, a block's further parameters are nil. */
static bool check_parameters(mrb_state *mrb, const struct scmp_policy_context *context, const struct RProc *proc,
			     enum scmp_block_of of)
{
	static const struct {
		int given;
		const char *text;
	} calls[] = {
		[SCMP_BLOCK_OF_CONTEXT] = {1, "Seccomp.new's block is given the context alone, { |rule| ... }"},
		[SCMP_BLOCK_OF_RULE] = {1, "a rule's block is given the call alone, { |call| ... }: the number, which "
					   "on_trap's block is given first, is call.number"},
		[SCMP_BLOCK_OF_ON_TRAP] = {2, "on_trap's block is given the syscall's number and the call, "
					      "{ |syscall, call| ... }"},
	};
	mrb_int arity = mrb_proc_arity(proc), required = arity < 0 ? -arity - 1 : arity;
	struct scmp_place place;

	if (required <= calls[of].given && !(MRB_PROC_STRICT_P(proc) && arity >= 0 && arity < calls[of].given))
		return true;
	if (!context)
		refuse_at_once(mrb, calls[of].text);
	place = scmp_place_now(mrb);
	scmp_policy_fault(context, place.file, place.line, false, "%s", calls[of].text);
	return false;
}

bool scmp_block_check(mrb_state *mrb, const struct scmp_policy_context *context, mrb_value block, enum scmp_block_of of)
{
	const struct RProc *proc = mrb_proc_ptr(block);
	bool ok;

	if (MRB_PROC_CFUNC_P(proc))
		return true;
	ok = check_parameters(mrb, context, proc, of);
	/* From a lambda one returns. */
	return (MRB_PROC_STRICT_P(proc) || check_leaving(mrb, context, proc, of)) && ok;
}
