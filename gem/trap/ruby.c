/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The handler's way into Ruby: the lock, and the blocks' stack; ruby.h. */
#include "ruby.h"

#include <linux/errno.h>

#include "alternate.h"
#include "arch.h"
#include "config.h"
#include "lock.h"
#include "log.h"

/* Work in Ruby, on its way to the stack on which it is done. */
struct work {
	const struct scmp_trap_config *config;
	struct scmp_call *call; /* whose block is asked; NULL: Ruby is opened */
	bool on_alternate_stack; /* the handler was entered on the host's */
};

static void work_here(void *arg)
{
	const struct work *work = arg;

	if (work->on_alternate_stack)
		scmp_alternate_leave();
	if (work->call)
		work->config->run_block(work->call);
	else
		work->config->open();
}

/* Under the lock. Without a stack of ours nested traps find their place by themselves. */
static void do_in_ruby(const struct scmp_trap_config *config, struct scmp_call *call, const struct ucontext *uc)
{
	struct work work = {config, call, false};
	uintptr_t top = ((uintptr_t)config->stack + config->stack_size) & ~(uintptr_t)15;

	if (!config->stack) {
		work_here(&work);
		return;
	}
	work.on_alternate_stack = scmp_alternate_has(uc, (uint64_t)__builtin_frame_address(0));
	scmp_on_stack((void *)top, work_here, &work);
}

enum notice { RUBY_IS_LOST, RUBY_IS_BUSY };

static void say_once(const struct scmp_trap_config *config, enum notice notice)
{
	static const char *const texts[] = {
		[RUBY_IS_LOST] = "libscmp: forked or killed in the middle of a block; blocks no longer run in this "
				 "process, their rules give static answers",
		[RUBY_IS_BUSY] = "libscmp: a block has not come to its end for a minute; other threads' traps get "
				 "static answers",
	};
	static bool said[2];

	if (!__atomic_exchange_n(&said[notice], true, __ATOMIC_RELAXED))
		scmp_note(config, texts[notice]);
}

bool scmp_ruby_is_nested(const struct scmp_trap_config *config, const struct ucontext *uc)
{
	return config->stack && scmp_uc_sp(uc) - (uintptr_t)config->stack < config->stack_size;
}

/*
 * The lock, and Ruby as it should be. mruby needs errno: a thread without libc's
 * thread variables has none. Return: what holds now; or NULL, without the lock.
 */
static const struct scmp_trap_config *enter_ruby(const struct scmp_trap_config *config, const struct ucontext *uc)
{
	uint64_t thread = scmp_ruby_is_nested(config, uc) ? 0 : scmp_thread_pointer();
	int rc = thread ? scmp_lock_enter(thread, config->stack) : -EDEADLK;
	bool lost = rc == -EOWNERDEAD;

	if (rc == -ENOTRECOVERABLE || (lost && !config->open))
		say_once(config, RUBY_IS_LOST);
	if (rc == -ETIMEDOUT)
		say_once(config, RUBY_IS_BUSY);
	if (lost && !config->open) {
		scmp_lock_lose();
		return NULL;
	}
	if (rc < 0 && !lost)
		return NULL;
	/* Another thread may have opened it while this one waited. */
	config = scmp_config_present();
	if (config->open && (lost || !config->rules)) {
		if (lost)
			scmp_note(config, "libscmp: forked or killed in the middle of a block: the policy begins anew");
		do_in_ruby(config, NULL, uc);
	}
	return scmp_config_present();
}

void scmp_ruby_ask(const struct scmp_trap_config *config, struct scmp_call *call, const struct ucontext *uc)
{
	config = enter_ruby(config, uc);
	if (!config)
		return;
	if (config->run_block)
		do_in_ruby(config, call, uc);
	scmp_lock_leave();
}

const struct scmp_trap_config *scmp_ruby_learn(const struct scmp_trap_config *config, const struct ucontext *uc)
{
	if (enter_ruby(config, uc))
		scmp_lock_leave();
	return scmp_config_present();
}
