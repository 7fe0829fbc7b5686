/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The SIGSYS handler: from the kernel's signal to the result
 * register. The rules that any change must keep:
 *
 *   - every system call goes through the gate, and only those of filter/doors.c, or
 *     the one that was trapped;
 *   - all signals but SIGSYS are masked, from the first instruction to the last, but for that one
 *     call (perform.h): no host code may run, or longjmp away, between taking the lock and leaving it;
 *   - nothing is believed of the siginfo that the registers do not say as well;
 *   - a trap inside the handler (Ruby has made a call that the policy traps)
 *     comes back here at once, and must find an answer without waiting: the rule's own, or that it goes on;
 *   - the result register is always written: the kernel has left the number
 *     of the call in it, which a host would take for a success.
 */
#include "trap.h"

#include <linux/auxvec.h>
#include <linux/errno.h>

#include "alternate.h"
#include "arch.h"
#include "config.h"
#include "continue.h"
#include "end.h"
#include "epoch.h"
#include "gate.h"
#include "inherited.h"
#include "limit.h"
#include "log.h"
#include "modules.h"
#include "perform.h"
#include "ruby.h"
#include "signals.h"
#include "virtual.h"

uint64_t scmp_hwcap2;

/* How often each rule has trapped. */
static uint64_t counts[SCMP_ID_MAX + 1];

static bool is_recorded(const struct scmp_trap_config *config, const struct scmp_trap_rule *rule)
{
	return rule->record && (!rule->limit || scmp_limit_passes(config, rule));
}

/*
 * The block has let the call run. What has no result that could be written down is recorded before it
 * goes on; so is exec, which comes back only where it fails, and is recorded again then.
 * Return: false where the thread is sent, and has its result from the kernel.
 */
static bool go_on(const struct scmp_trap_config *config, struct scmp_call *call, struct ucontext *uc,
		  struct scmp_way_back *back)
{
	bool recorded = is_recorded(config, call->rule), returns = scmp_continue_returns(&call->data);

	call->open_ended = !returns || call->data.nr == __NR_execve || call->data.nr == __NR_execveat;
	if (recorded && call->open_ended)
		scmp_record(config, call, 0);
	call->open_ended = false;
	/* A handler of the host's that jumps away must find its alternate stack as it was. */
	if (scmp_alternate_has(uc, (uint64_t)__builtin_frame_address(0)))
		scmp_alternate_rejoin(uc);
	if (!scmp_continue(config, &call->data, uc, returns && (recorded || call->then), back, &call->result))
		return false;
	if (call->then && returns) {
		call->asked_then = true;
		scmp_ruby_ask(config, call, uc);
	}
	if (recorded)
		scmp_record(config, call, call->result);
	return true;
}

/*
 * The answer of a rule, with its record. A trap from the gate is a call of the
 * handler's that is not among the doors, or one that goes on and that another context
 * traps as well: to ask or to record would be to make another.
 * Return: false where there is none to write, as the call goes on.
 */
static bool answer(const struct scmp_trap_config *config, struct scmp_call *call, struct ucontext *uc,
		   struct scmp_way_back *back)
{
	const struct scmp_trap_rule *rule = call->rule;
	bool from_gate = scmp_is_gate(call->data.instruction_pointer);

	/* What Ruby itself calls is not for its own block to decide: it goes on, as it would without the rule. */
	if (rule->intercepts && scmp_ruby_is_nested(config, uc))
		call->decided = call->goes_on = true;
	else if (rule->block && config->run_block && !from_gate)
		scmp_ruby_ask(config, call, uc);
	/* A thread that is told that it has not ended asks again, for ever. */
	if (rule->intercepts && call->data.nr == __NR_exit && !call->kill && !from_gate)
		call->decided = call->goes_on = true;
	if (call->decided && call->goes_on)
		return go_on(config, call, uc, back);
	if (!call->decided) {
		call->kill = rule->kills || rule->kills_thread;
		call->result = rule->answer;
	}
	if (!from_gate && is_recorded(config, rule))
		scmp_record(config, call, call->result);
	if (call->kill) {
		if (!call->decided && rule->kills_thread)
			scmp_end_thread();
		scmp_end_process();
	}
	return true;
}

/*
 * The rule behind the trap, or NULL; `room` is for one that only the filter knows. A filter of the
 * host's own may send the number of a rule too, most likely not for that rule's call.
 */
static const struct scmp_trap_rule *rule_of(const siginfo_t *info, const struct scmp_trap_config *config,
					    struct scmp_trap_rule *room)
{
	unsigned data = (unsigned)info->si_errno, id = data & SCMP_ID_MAX;
	const struct scmp_trap_rule *rule;

	if (id == 0 || data >> SCMP_ID_BITS > SCMP_ANSWERS_MAX)
		return NULL;
	if (!config->rules) {
		scmp_inherited_rule(room, data);
		return room;
	}
	if (id >= config->n_rules)
		return NULL;
	rule = &config->rules[id];
	if (rule->of_one_call && rule->nr != info->si_syscall)
		return NULL;
	return rule->answer_number == data >> SCMP_ID_BITS ? rule : NULL;
}

/* Sent by the kernel for the call that the registers show. */
static bool is_of_a_filter(const siginfo_t *info, const struct ucontext *uc)
{
	return info->si_code == SYS_SECCOMP && info->si_arch == SCMP_AUDIT_ARCH &&
	       info->si_syscall == (int)scmp_uc_nr(uc) && (uintptr_t)info->si_call_addr == scmp_uc_ip(uc);
}

/* One of the calls that are ours to make. */
static bool is_virtual(const siginfo_t *info, const struct ucontext *uc)
{
	return is_of_a_filter(info, uc) && !(info->si_errno & SCMP_ID_MAX) && info->si_errno >> SCMP_ID_BITS;
}

/* A virtual call; from the gate it is made already, and not in a way that we would make it. */
static int64_t perform_virtual(const struct scmp_trap_config *config, const struct seccomp_data *data,
			       struct ucontext *uc)
{
	int64_t result;

	if (scmp_is_gate(data->instruction_pointer))
		return -EPERM;
	return scmp_virtual(config, data, uc, &result) ? result : -ENOSYS;
}

void scmp_handle_signal(int signo, siginfo_t *info, void *context)
{
	const struct scmp_trap_config *config = scmp_config_present();
	struct ucontext *uc = context;
	struct scmp_trap_rule inherited;
	struct scmp_way_back back;
	struct scmp_call call;

	if (scmp_alternate_has(uc, (uint64_t)uc) && !scmp_alternate_has(uc, (uint64_t)__builtin_frame_address(0)))
		scmp_alternate_leave();
	call.data.nr = info->si_syscall;
	call.data.arch = SCMP_AUDIT_ARCH;
	call.data.instruction_pointer = scmp_uc_ip(uc);
	scmp_uc_args(uc, call.data.args);
	if (is_virtual(info, uc)) {
		scmp_uc_set_result(uc, perform_virtual(config, &call.data, uc));
		return;
	}
	if (!config->rules && config->open && is_of_a_filter(info, uc) && !scmp_is_gate(scmp_uc_ip(uc)))
		config = scmp_ruby_learn(config, uc);
	call.rule = is_of_a_filter(info, uc) ? rule_of(info, config, &inherited) : NULL;
	if (!call.rule) {
		if (scmp_signals_forward(signo, info, uc))
			return;
		scmp_note(
			config,
			"libscmp: a SIGSYS that no rule of the policy has sent (kill(2), another filter): the process "
			"ends of it, as it would without libscmp");
		scmp_end_process();
	}

	/* Unlocked: traps that are not asked of a block are counted as well. */
	call.nth = __atomic_add_fetch(&counts[call.rule->id], 1, __ATOMIC_RELAXED);
	call.sp = scmp_uc_sp(uc);
	call.decided = false;
	call.kill = false;
	call.goes_on = false;
	call.then = 0;
	call.asked_then = false;
	call.open_ended = false;
	call.result = call.rule->answer;
	if (answer(config, &call, uc, &back))
		scmp_uc_set_result(uc, call.result);
}

int scmp_trap_arm(void)
{
	static const uint64_t sigsys = SCMP_SIGSYS_BIT;
	const struct scmp_kernel_sigaction action = {
		.handler = scmp_signal_entry,
		.flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SCMP_ARCH_SA_FLAGS,
		.restorer = scmp_restore_signal,
		.mask = ~sigsys,
	};
	struct scmp_kernel_sigaction before;
	long rc;

	rc = scmp_gate_open();
	if (rc < 0)
		return (int)rc;
	rc = scmp_gate_call(__NR_rt_sigaction, SIGSYS, (long)&action, (long)&before, sizeof(action.mask), 0, 0);
	if (rc < 0)
		return (int)rc;
	scmp_signals_inherit(&before);
	/* Whoever made this image by exec may have left it blocked: a trap would then be death. */
	rc = scmp_gate_call(__NR_rt_sigprocmask, SIG_UNBLOCK, (long)&sigsys, 0, sizeof(sigsys), 0, 0);
	if (rc < 0)
		return (int)rc;
	scmp_epoch_init();
	return 0;
}

void scmp_trap_configure(const struct scmp_trap_config *config)
{
	static bool snapshot; /* of the list that the dynamic linker may change by now */

	scmp_hwcap2 = scmp_auxiliary(config->auxv, AT_HWCAP2);
	scmp_alternate_init(scmp_auxiliary(config->auxv, AT_MINSIGSTKSZ));
	if (!snapshot) {
		scmp_modules_snapshot(config->auxv);
		snapshot = true;
	}
	scmp_config_set(config);
}

uint64_t scmp_trap_thread(void)
{
	return scmp_thread_pointer();
}

size_t scmp_trap_place(char *text, size_t room, uint64_t address)
{
	const char *program = scmp_config_present()->program;

	return (size_t)(scmp_print_place(text, text + room, address, program ? program : "?") - text);
}
