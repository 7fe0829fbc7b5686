/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The trap engine as the rest of the project sees it:
 * give it the table of trapping rules, a log and (perhaps) a way to run a
 * block, and arm it. From then on every SIGSYS of our filters ends in
 * handler.c, which finds the rule by its id, decides, records, and writes the
 * result register.
 *
 * Results follow the kernel's convention everywhere: >= 0, or -errno.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a trap brings along in si_errno: the rule's id, and above it the number of its static answer (inherited.h). */
enum { SCMP_ID_BITS = 12, SCMP_ID_MAX = (1 << SCMP_ID_BITS) - 1, SCMP_ANSWERS_MAX = 15 };

/* What a trapping rule does where no block decides. */
struct scmp_static_answer {
	int64_t result;
	bool record, kills, kills_thread;
};

/* One trapping rule (of one syscall), found by its id. */
struct scmp_trap_rule {
	const char *verb; /* the policy's word, for the record */
	const char *file; /* policy file and line, for the record; NULL: only the id is known */
	int line;
	const char *why; /* the policy's reason, or NULL */
	int64_t answer; /* what the call returns where no block decides */
	bool kills; /* the process is killed after the record */
	bool kills_thread; /* or this thread only */
	bool record; /* write a record */
	uint32_t limit; /* at most so many in a second; 0: all of them */
	bool block; /* ask the block first */
	bool intercepts; /* the block may let the call run */
	bool pretends; /* it refuses a call that cannot fail: the answer is no errno */
	bool refuses; /* its answer is a refusal, and no number that the policy has chosen: allow.h */
	bool named; /* it names its calls, and is no default */
	uint64_t fixed[6]; /* of a named rule's arguments, the bits that are the same in all of its calls */
	bool of_one_call; /* it is about `nr` alone; false: a default */
	int nr;
	uint16_t id; /* its own index in the table */
	uint8_t answer_number; /* of its static answer */
};

/* A trapped call, as a block sees it. It lives on the handler's stack. */
struct scmp_call {
	struct seccomp_data data; /* nr, arch, instruction_pointer, args */
	const struct scmp_trap_rule *rule;
	uint64_t nth; /* trap of the rule, in this process and those that it was forked from; 1 is the first */
	uint64_t sp; /* the stack pointer where it was made */
	bool decided; /* the block has chosen */
	bool kill; /* ... to kill the process */
	bool goes_on; /* ... that the call runs */
	uint32_t then; /* ... and what is asked with its result: a number of the bridge's; 0: nothing */
	bool asked_then; /* that is what run_block() is to do now */
	bool open_ended; /* it has no result: it does not come back, or not to us */
	int64_t result; /* ... or this result */
};

/* What runs a rule's block: set by src/bridge. Runs on the library's own stack with
 * all signals but SIGSYS masked, under the lock; never while this thread is in Ruby. */
typedef void (*scmp_run_block)(struct scmp_call *call);

/* Where records go. */
struct scmp_log {
	int fd; /* -1: nowhere */
	int reserved; /* the number that the filter keeps for it, even where the log is lost; or -1 */
	bool guarded; /* ... from the host too: what was the log there still is, or the number is closed */
	bool reopens; /* the policy lets run what opens it again where the number is closed */
	bool json; /* an object a line (json.h), not text */
	const char *path; /* of what is opened again; NULL: standard error, as long as it is the log */
	uint64_t
		id; /* scmp_log_id(); where it no longer agrees the host has taken the number, and nothing is written */
};

/* The SECCOMP_ variables. */
enum { SCMP_KEPT_MAX = 3 };

struct scmp_trap_config {
	const struct scmp_trap_rule *rules; /* indexed by id; entry 0 is unused; NULL: not known, the filter is asked */
	size_t n_rules; /* ids 1 to n_rules - 1 are ours */
	struct scmp_log log;
	const char *program; /* the host's short name, for records */
	const void *auxv; /* its auxiliary vector, behind the environment: names of modules; or NULL */
	const char *library; /* absolute path of the one that exec'd children preload; NULL: they do not */
	const char *kept[SCMP_KEPT_MAX]; /* "NAME=value", variables that they need as well; NULL behind the last */
	scmp_run_block run_block; /* NULL: static answers only */
	/*
	 * Opens Ruby, and configures the handler anew with what it has learnt; or NULL. Asked for
	 * by the first trap where the rules are not known, and where Ruby was lost by a fork in
	 * the middle of another thread's block. Called under the lock, on the stack below, as a block is.
	 */
	void (*open)(void);
	void *stack; /* lowest address of the stack on which blocks run, or NULL: the thread's own */
	size_t stack_size;
};

/*
 * scmp_trap_place() - the module and offset of an address, as records have it: libc.so.6+0xcf2a7
 * @text: room for it, cut short if need be; not terminated
 * Return: its length.
 */
size_t scmp_trap_place(char *text, size_t room, uint64_t address);

/* scmp_trap_thread() - which thread this is: what libc's thread variables hang on; a vfork child has its parent's */
uint64_t scmp_trap_thread(void);

/*
 * scmp_trap_arm() - open the gate and install the SIGSYS handler
 * Uses raw system calls only; may be called before libc is initialised. The
 * handler gives the static answers that the filter knows, and records nothing,
 * until scmp_trap_configure().
 * Return: 0 or -errno.
 */
int scmp_trap_arm(void);

/*
 * scmp_trap_configure() - give the handler its rules, or at least its log
 * @config: not changed afterwards; must live as long as the process, or until the second one after it
 */
void scmp_trap_configure(const struct scmp_trap_config *config);
