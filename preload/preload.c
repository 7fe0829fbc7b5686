/* SPDX-License-Identifier: MIT */
/*
 * How libscmp gets into a host: its constructor, the first of all (the library
 * is linked with -z initfirst), is the table of contents of the start-up. It ends
 * in one of three ways: the policy's filter is in force and the host goes on; the
 * process has ended with a message and status 125; or, where the user said so or
 * the environment cannot be trusted, nothing was done.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "arena.h"
#include "bridge.h"
#include "child.h"
#include "failure.h"
#include "gate.h"
#include "gem.h"
#include "hash.h"
#include "json.h"
#include "lint.h"
#include "log.h"
#include "logfile.h"
#include "options.h"
#include "policy.h"
#include "trap_rules.h"
#include "source.h"
#include "surface.h"
#include "sys.h"
#include "trap.h"
#include "vm.h"

/* mruby stops a recursion of its own after some 1200 KiB. What is not touched takes no memory. */
enum { STACK_SIZE = 4 << 20, STACK_GUARD = 1 << 16 };

static struct scmp_options options;
static struct scmp_log policy_log = {.fd = -1, .reserved = -1};
static uint64_t key;

/* What the handler goes by; another where Ruby is opened after the start: threads may still read the one before. */
static struct scmp_trap_config configs[2];
static struct scmp_trap_config *config = configs;

/* The policy's text and the environment that it sees: Ruby may have to be opened again, when the file is gone. */
static char *policy_text;
static size_t policy_length;
static char **variables;

/* ... and what a child's must have: copies, which the host does not write over. */
static const char *kept[SCMP_KEPT_MAX];

/*
 * A log whose reader has gone, or a limit on the size of files, is an error of the
 * write that meets it and not a silent death of the host. The mask is the host's
 * again before the filter is loaded, which may refuse to change it.
 * Return: the signals that were not blocked already.
 */
static uint64_t hold_write_signals(void)
{
	const uint64_t held = 1ull << (SIGPIPE - 1) | 1ull << (SIGXFSZ - 1);
	uint64_t before = 0;
	long r = scmp_sys(__NR_rt_sigprocmask, SIG_BLOCK, (long)&held, (long)&before, sizeof(held), 0, 0);

	if (r < 0)
		scmp_fail("libscmp: the signal mask cannot be set: %s", scmp_error_text((int)-r));
	return held & ~before;
}

static void release_signals(uint64_t held)
{
	long r = scmp_sys(__NR_rt_sigprocmask, SIG_UNBLOCK, (long)&held, 0, sizeof(held), 0, 0);

	if (r < 0)
		scmp_fail("libscmp: the signal mask cannot be set: %s", scmp_error_text((int)-r));
}

/* One line of ours in the log. */
static void say(const char *text)
{
	char line[SCMP_RECORD_MAX];
	int n = snprintf(line, sizeof(line), "scmp: %s\n", text);

	if (n >= (int)sizeof(line)) {
		n = sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	scmp_defuse(line, (size_t)n - 1);
	if (policy_log.json) {
		char object[SCMP_RECORD_MAX];
		char *end = scmp_json_message(object, object + sizeof(object), 0, NULL, line, (size_t)n - 1);

		scmp_log_write(&policy_log, object, (size_t)(end - object));
	} else {
		scmp_log_write(&policy_log, line, (size_t)n);
	}
}

/* An exception in a block ends in the log; the host sees the static answer. */
static void report_block(const char *file, int line, const char *text)
{
	char message[1024];

	snprintf(message, sizeof(message), "%s:%d: %s", file, line, text);
	say(message);
}

static void need_handler(int r)
{
	if (r < 0)
		scmp_fail("libscmp: the SIGSYS handler cannot be installed: %s", scmp_error_text(-r));
}

static void read_policy(void)
{
	long length = scmp_read_file(options.policy_path, &policy_text);
	char hint[320];

	if (length == -ENOENT && options.ready_made)
		scmp_fail("%s: there is no ready-made policy of that name (%s)%s; a file is named by a path or ends in "
			  ".rb",
			  options.policy, options.policy_path,
			  scmp_source_missing(&scmp_vm_reader, options.policy, hint, sizeof(hint)));
	if (length < 0)
		scmp_fail("%s: the policy cannot be read: %s", options.policy, scmp_error_text((int)-length));
	policy_length = (size_t)length;
}

static char *keep(const char *from, size_t size)
{
	char *to = scmp_arena_allocate(size);

	if (!to)
		scmp_fail("libscmp: out of memory");
	return memcpy(to, from, size);
}

/* A host may write over the strings that it was started with, to change its title. */
static void keep_environment(void)
{
	size_t n = 0, i;

	while (options.environment[n])
		n++;
	variables = (char **)keep((const char *)options.environment, (n + 1) * sizeof(*variables));
	for (i = 0; i < n; i++)
		variables[i] = keep(variables[i], strlen(variables[i]) + 1);
	for (i = 0; i < SCMP_KEPT_MAX && options.kept[i]; i++)
		kept[i] = keep(options.kept[i], strlen(options.kept[i]) + 1);
}

/* All that a policy is made of. */
static void take_in(void)
{
	scmp_arena_open();
	keep_environment();
	read_policy();
}

/* All faults, one a line; and the warnings, where they are not ours to give again. */
static void report_faults(void)
{
	enum { LINE_ROOM = 1024, ROOM = 8192 };
	static char text[ROOM + 2 * LINE_ROOM];
	const struct scmp_policy_fault *fault;
	size_t length = 0, more = scmp_policy_untold();
	char line[LINE_ROOM];

	for (fault = scmp_policy_faults(); fault; fault = fault->next) {
		if (fault->warning)
			continue;
		if (length >= ROOM) {
			more++;
			continue;
		}
		snprintf(line, sizeof(line), "%s:%d: %s", fault->file, fault->line, fault->text);
		scmp_defuse(line, strlen(line));
		length += (size_t)sprintf(text + length, "%s%s", length ? "\n" : "", line);
		if (length < ROOM)
			length += scmp_source_quote(fault->file, fault->line, fault->token, text + length, LINE_ROOM);
	}
	if (more) {
		snprintf(line, sizeof(line), "%.*s: and %zu more", LINE_ROOM - 32, options.policy, more);
		scmp_defuse(line, strlen(line));
		length += (size_t)sprintf(text + length, "\n%s", line);
	}
	if (length)
		scmp_fail_text(text);
	if (scmp_policy_broken(NULL))
		scmp_fail("%s: libscmp: out of memory", options.policy);
}

static void warn(const struct scmp_policy_fault *fault)
{
	const char *id = scmp_warning_id(fault->warning);
	char text[SCMP_RECORD_MAX], *end;

	if (policy_log.json) {
		end = scmp_json_warning(text, text + sizeof(text), id, fault->file, fault->line, fault->text);
		scmp_log_write(&policy_log, text, (size_t)(end - text));
	} else {
		snprintf(text, sizeof(text), "%s:%d: warning: %s [%s]", fault->file, fault->line, fault->text, id);
		say(text);
	}
}

/* Once: exec'd children have no more to say. */
static void report_warnings(void)
{
	const struct scmp_policy_fault *fault;

	scmp_lint();
	for (fault = scmp_policy_faults(); fault; fault = fault->next)
		warn(fault);
}

/* From the text to rules that are known to be sound. */
static void understand_policy(void)
{
	size_t n;

	scmp_arena_populate();
	scmp_vm_open(variables);
	scmp_bridge_on_fault(report_block);
	scmp_vm_run(options.policy, options.policy_path, policy_text, policy_length);
	n = scmp_policy_close(NULL);
	report_faults();
	if (n == 0)
		scmp_fail("%s: the policy defines no filter: it needs Seccomp.new(default: ...)", options.policy);
}

static void give_blocks_a_stack(void)
{
	long low = scmp_sys(__NR_mmap, 0, STACK_SIZE + STACK_GUARD, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	long r = low;

	if (low >= 0 || low < -4095)
		r = scmp_sys(__NR_mprotect, low, STACK_GUARD, PROT_NONE, 0, 0, 0);
	if (r < 0 && r > -4096)
		scmp_fail("libscmp: no memory for the blocks' stack: %s", scmp_error_text((int)-r));
	config->stack = (char *)low + STACK_GUARD;
	config->stack_size = STACK_SIZE;
}

static void configure(void)
{
	config->log = policy_log;
	config->program = options.program;
	config->auxv = options.auxv;
	config->library = options.library;
	memcpy(config->kept, kept, sizeof(config->kept));
	scmp_trap_configure(config);
}

static void learn(void);

/* The handler learns the rules. */
static void hand_over_rules(void)
{
	config->rules = scmp_policy_trap_rules(&config->n_rules);
	if (!config->rules)
		scmp_fail("%s: libscmp: out of memory", options.policy);
	if (scmp_policy_has_block()) {
		if (!config->stack)
			give_blocks_a_stack();
		config->run_block = scmp_bridge_run;
		config->open = learn;
	}
	configure();
}

/* From here on traps get what the filter itself remembers (trap/inherited.h). */
static void do_without_ruby(void)
{
	char text[1536];

	snprintf(text, sizeof(text), "%s[%ld]: traps get their static answers: %s", options.program,
		 scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0), scmp_failure_text());
	say(text);
	config->rules = NULL;
	config->run_block = NULL;
	config->open = NULL;
	configure();
}

/*
 * Opens Ruby where the filter is in force already, inside the handler: in an exec'd
 * child by its first trap, and anew in a child that was forked in the middle of
 * another thread's block. A fault costs the blocks and the names in records, never the host.
 */
static void learn(void)
{
	static jmp_buf fault;
	static bool opened_before;
	static int saved_errno;

	saved_errno = errno;
	config = config == &configs[0] ? &configs[1] : &configs[0];
	*config = configs[config == &configs[0]];
	if (setjmp(fault)) {
		do_without_ruby();
	} else {
		scmp_fail_softly(&fault);
		if (opened_before || config->rules) {
			scmp_arena_open();
			scmp_policy_reset();
		}
		opened_before = true;
		scmp_surface_log(NULL);
		understand_policy();
		if (!scmp_child_same_rules(key, scmp_policy_fingerprint()))
			scmp_fail("%s makes other rules now than when it was loaded", options.policy);
		policy_log.guarded = scmp_policy_guards_log();
		scmp_logfile_reopens(&policy_log, &options);
		scmp_surface_log(&policy_log);
		hand_over_rules();
	}
	scmp_fail_softly(NULL);
	scmp_arena_settle();
	errno = saved_errno;
}

/* The first process: everything, and the filter last. */
static void start(void)
{
	struct scmp_frame frame = {.key = key, .log_fd = -1};
	struct scmp_why why;
	uint64_t held = hold_write_signals();

	scmp_logfile_open(&policy_log, &options);
	scmp_surface_log(&policy_log);
	take_in();
	understand_policy();
	report_warnings();
	frame.traps = scmp_policy_traps();
	frame.limits = scmp_policy_limits();
	frame.blocks = scmp_policy_has_block();
	frame.fingerprint = scmp_policy_fingerprint();
	if (frame.traps) {
		frame.log_fd = policy_log.fd;
		frame.log_id = policy_log.id;
		frame.guard_log = scmp_policy_guards_log();
		frame.hide_log = policy_log.fd <= SCMP_LOGFILE_BELOW;
		policy_log.guarded = frame.guard_log;
		scmp_logfile_reopens(&policy_log, &options);
		/* Where it is said by number, who closes all that he did not open loses it. */
		frame.guard_all =
			!scmp_policy_lets_run(__NR_write) || (options.log_kind != SCMP_LOG_FD && !policy_log.reopens);
		frame.n_answers = scmp_policy_static_answers(&frame.answers);
		need_handler(scmp_trap_arm());
		hand_over_rules();
	} else {
		scmp_logfile_close(&policy_log);
	}
	if (scmp_policy_build(&frame, &why) < 0)
		scmp_fail("%s: %s", options.policy, why.text);
	release_signals(held);
	if (scmp_policy_install(&why) < 0)
		scmp_fail("%s: %s", options.policy, why.text);
	/* Not before: libseccomp that is short of memory loops, or makes another program than it was asked for. */
	scmp_arena_settle();
}

/*
 * An exec'd child of a policy with traps: the filter is there, the handler is
 * not. It is armed before anything else, as the next call may trap already (libc's functions may be
 * a sanitizer's, which begin with setting handlers), and the filter knows what to answer; what the first
 * trap needs to open Ruby is made ready here.
 */
static void rejoin(const struct scmp_child *child, int armed)
{
	static jmp_buf fault;

	scmp_logfile_inherit(&policy_log, child, &options);
	if (setjmp(fault)) {
		do_without_ruby();
	} else {
		scmp_fail_softly(&fault);
		need_handler(armed);
		take_in();
		give_blocks_a_stack();
		config->open = learn;
		configure();
	}
	scmp_fail_softly(NULL);
}

__attribute__((constructor)) static void scmp_preload(int argc, char **argv, char **environment)
{
	int armed = scmp_child_traps() ? scmp_trap_arm() : -ESRCH;
	struct scmp_child child;

	scmp_options_read(&options, argc, argv, environment);
	if (options.idle)
		return;
	policy_log.json = options.log_json;
	key = scmp_hash_text(scmp_hash_text(SCMP_HASH_START, SCMP_VERSION), options.policy_path);
	scmp_child_probe(&child, key);
	if (child.other_traps)
		scmp_fail("%s: this process already runs under another policy that traps, and only one can",
			  options.policy);
	if (!child.in_force)
		start();
	else if (child.traps)
		/* The first probe may have been lost: strace can do that. */
		rejoin(&child, armed == -ESRCH ? scmp_trap_arm() : armed);
}
