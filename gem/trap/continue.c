/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] How an intercepted call goes on; continue.h. */
#include "continue.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/sched.h>

#include "alternate.h"
#include "arch.h"
#include "epoch.h"
#include "memory.h"
#include "perform.h"
#include "virtual.h"

/* The second argument of clone(2), the stack of the child. */
enum { CHILD_STACK = 1 };

_Static_assert(sizeof(struct scmp_way_back) <= SCMP_WAY_BACK_ROOM, "frame.h");

static bool is_vfork(const struct seccomp_data *data)
{
#ifdef __NR_vfork
	if (data->nr == __NR_vfork)
		return true;
#endif
	return data->nr == __NR_clone && data->args[0] & CLONE_VM && data->args[CHILD_STACK] == 0;
}

static bool has_own_stack(const struct seccomp_data *data)
{
	return data->nr == __NR_clone && data->args[CHILD_STACK];
}

bool scmp_continue_returns(const struct seccomp_data *data)
{
	return !is_vfork(data) && !has_own_stack(data) && data->nr != __NR_exit;
}

/*
 * Where the thread will read its way back: in what is below the signal's frame, which outlives the
 * return from it; or below the interrupted stack, where the frame is on the alternate one.
 */
static struct scmp_way_back *place_for(const struct ucontext *uc, struct scmp_way_back *back)
{
	uint64_t sp = scmp_uc_sp(uc);

	if (scmp_alternate_has(uc, (uint64_t)uc) && !scmp_alternate_has(uc, sp - 1))
		return (struct scmp_way_back *)((sp - SCMP_STACK_KEEP) & ~15ull);
	return back;
}

/* Return: false where there is no room for the way back, and all is as it was. */
static bool send(struct ucontext *uc, struct scmp_way_back *back, uint64_t second)
{
	const struct scmp_way_back way = {SCMP_GATE_ONWARD, scmp_uc_sp(uc), scmp_uc_ip(uc), second};
	struct scmp_way_back *place = place_for(uc, back);

	if (place == back)
		*back = way;
	else if (scmp_memory_write((uint64_t)place, &way, sizeof(way)) < 0)
		return false;
	scmp_uc_send(uc, SCMP_GATE_IP - SCMP_GATE_INSTRUCTION, (uint64_t)place);
	return true;
}

/* The child begins with a way back of its own, at the top of its stack. Where that is no stack, it ends as it would. */
static bool send_with_stack(const struct seccomp_data *data, struct ucontext *uc, struct scmp_way_back *back)
{
	uint64_t top = data->args[CHILD_STACK], at = top - SCMP_WAY_BACK_ROOM;
	const struct scmp_way_back child = {SCMP_GATE_ONWARD, top, scmp_uc_ip(uc), top};

	if (!send(uc, back, top))
		return false;
	if (scmp_memory_write(at, &child, sizeof(child)) == 0)
		scmp_uc_set_second(uc, at);
	return true;
}

bool scmp_continue(const struct scmp_trap_config *config, const struct seccomp_data *data, struct ucontext *uc,
		   bool wanted, struct scmp_way_back *back, int64_t *result)
{
	int r;

	if (scmp_virtual(config, data, uc, result))
		return true;
	if (is_vfork(data)) {
		r = scmp_gate_slot(scmp_uc_sp(uc), scmp_uc_ip(uc), scmp_epoch_borrowed());
		if (r < 0) {
			*result = r;
			return true;
		}
		scmp_uc_send(uc, SCMP_GATE_SHARED_IP - SCMP_GATE_INSTRUCTION, scmp_uc_sp(uc));
		return false;
	}
	if (has_own_stack(data)) {
		*result = -EAGAIN;
		return !send_with_stack(data, uc, back);
	}
	if (!wanted && send(uc, back, data->args[1]))
		return false;
	*result = scmp_perform(uc, data);
	return true;
}
