/* SPDX-License-Identifier: MIT */
/*
 * ask [--kernel] POLICY: what a policy's programs answer, or what the kernel does
 * with them. The programs are the library's own: they are taken at the place where
 * they would be loaded. Run by language.py.
 *
 * It reads calls, one a line, all before the first is answered:
 *
 *   ARCH NUMBER ARGUMENT ARGUMENT ARGUMENT ARGUMENT ARGUMENT ARGUMENT    (hexadecimal)
 *
 * and prints the policy's faults, `error LINE TEXT` or `warning LINE TEXT`; behind
 * an error nothing follows. Then a line a call, with a word for each context:
 *
 *   allow, log, errno:N, trace:N, kill, kill_thread, or, of the rule that traps,
 *   trap:LINE:RESULT, trap:LINE:kill, trap:LINE:kill_thread
 *
 * With --kernel the line is the call's result, as the kernel has it: a child without
 * a single open file loads the programs and makes the calls.
 */
#include <errno.h>
#include <mruby.h>
#include <mruby/compile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gem.h"
#include "policy.h"
#include "trap_rules.h"
#include "sim.h"

enum {
	CONTEXTS_MAX = 8,
	CALLS_MAX = 1 << 16,
	LOG_FD = 3931, /* language.py draws no call that is about it */
};

int __real_scmp_filter_load(const struct scmp_program *program, struct scmp_why *why);
int __wrap_scmp_filter_load(const struct scmp_program *program, struct scmp_why *why);

static struct scmp_program programs[CONTEXTS_MAX];
static size_t n_programs;

static struct seccomp_data calls[CALLS_MAX];
static size_t n_calls;

__attribute__((noreturn)) static void give_up(const char *what)
{
	fprintf(stderr, "ask: %s\n", what);
	exit(2);
}

/* The library frees its programs when it has loaded them. */
int __wrap_scmp_filter_load(const struct scmp_program *program, struct scmp_why *why)
{
	struct scmp_program *copy = &programs[n_programs++];

	if (n_programs > CONTEXTS_MAX)
		give_up("too many contexts");
	*copy = *program;
	copy->insns = calloc(program->n_insns, sizeof(*program->insns));
	if (!copy->insns)
		give_up("out of memory");
	memcpy(copy->insns, program->insns, program->n_insns * sizeof(*program->insns));
	return 0;
}

/* Blocks belong to it: it stays open. */
static void run(const char *path)
{
	mrb_state *mrb = mrb_open();
	FILE *file = fopen(path, "r");
	mrbc_context *context;

	if (!mrb || !file)
		give_up("the policy cannot be read");
	scmp_policy_defer();
	scmp_gem_open(mrb);
	context = mrbc_context_new(mrb);
	mrbc_filename(mrb, context, path);
	mrb_load_file_cxt(mrb, file, context);
	fclose(file);
	if (mrb->exc) {
		mrb_print_error(mrb);
		give_up("the policy raises");
	}
}

static void print_faults(void)
{
	const struct scmp_policy_fault *fault;

	for (fault = scmp_policy_faults(); fault; fault = fault->next)
		printf("%s %d %s\n", fault->warning ? "warning" : "error", fault->line, fault->text);
}

/*
 * With the log, and the gate where something traps. Without what the handler of a host does in its stead (the key
 * stands for a host): that is no matter of the language, and tests/sim/random.c has it.
 */
static void make_programs(void)
{
	struct scmp_frame frame = {.log_fd = -1};
	struct scmp_why why;

	frame.traps = scmp_policy_traps();
	frame.limits = scmp_policy_limits();
	frame.blocks = scmp_policy_has_block();
	frame.fingerprint = scmp_policy_fingerprint();
	if (frame.traps) {
		frame.log_fd = LOG_FD;
		frame.guard_log = scmp_policy_guards_log();
		frame.n_answers = scmp_policy_static_answers(&frame.answers);
	}
	if (scmp_policy_build(&frame, &why) < 0 || scmp_policy_install(&why) < 0) {
		printf("error 0 %s\n", why.text);
		exit(0);
	}
}

static void read_calls(void)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		struct seccomp_data *data = &calls[n_calls++];
		unsigned nr;

		if (n_calls > CALLS_MAX)
			give_up("too many calls");
		if (sscanf(line, "%x %x %llx %llx %llx %llx %llx %llx", &data->arch, &nr, &data->args[0],
			   &data->args[1], &data->args[2], &data->args[3], &data->args[4], &data->args[5]) != 8)
			give_up("a line that is no call");
		data->nr = (int)nr;
	}
}

static void print_trap(uint32_t id)
{
	static const struct scmp_trap_rule *rules;
	static size_t n_rules;

	if (!rules)
		rules = scmp_policy_trap_rules(&n_rules);
	if (id == 0 || id >= n_rules)
		printf("trap:none");
	else if (rules[id].kills || rules[id].kills_thread)
		printf("trap:%d:%s", rules[id].line, rules[id].kills ? "kill" : "kill_thread");
	else
		printf("trap:%d:%lld", rules[id].line, (long long)rules[id].answer);
}

static void print_answer(int64_t answer)
{
	unsigned data = (unsigned)(answer & SECCOMP_RET_DATA);

	switch (answer & (int64_t)SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		printf("allow");
		break;
	case SECCOMP_RET_LOG:
		printf("log");
		break;
	case SECCOMP_RET_ERRNO:
		printf("errno:%u", data);
		break;
	case SECCOMP_RET_TRACE:
		printf("trace:%u", data);
		break;
	case SECCOMP_RET_KILL_PROCESS:
		printf("kill");
		break;
	case SECCOMP_RET_KILL_THREAD:
		printf("kill_thread");
		break;
	case SECCOMP_RET_TRAP:
		print_trap(data & SCMP_ID_MAX);
		break;
	default:
		printf("fault:%lld", (long long)answer);
	}
}

static void simulate(void)
{
	for (size_t i = 0; i < n_calls; i++) {
		for (size_t p = 0; p < n_programs; p++) {
			if (p)
				putchar(' ');
			print_answer(scmp_sim_run(programs[p].insns, programs[p].n_insns, &calls[i]));
		}
		putchar('\n');
	}
}

/*
 * Whatever runs all the same finds no file to do it to. It ends by the bare call: a
 * sanitizer's _exit() makes others before, which the filter may refuse.
 */
static void make_calls(long *results)
{
	struct scmp_why why;

	close_range(0, ~0U, 0);
	for (size_t p = 0; p < n_programs; p++)
		if (__real_scmp_filter_load(&programs[p], &why) < 0)
			syscall(SYS_exit_group, 3);
	for (size_t i = 0; i < n_calls; i++) {
		const uint64_t *a = (const uint64_t *)calls[i].args;

		errno = 0;
		results[i] = syscall(calls[i].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (results[i] == -1 && errno)
			results[i] = -errno;
	}
	syscall(SYS_exit_group, 0);
}

static void ask_kernel(void)
{
	long *results =
		mmap(NULL, sizeof(*results) * CALLS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t child;

	if (results == MAP_FAILED)
		give_up("out of memory");
	fflush(stdout);
	child = fork();
	if (child == 0)
		make_calls(results);
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "ask: the child ends with status 0x%x\n", (unsigned)status);
		exit(2);
	}
	for (size_t i = 0; i < n_calls; i++)
		printf("%ld\n", results[i]);
}

int main(int argc, char **argv)
{
	bool kernel = argc == 3 && strcmp(argv[1], "--kernel") == 0;

	if (argc != 2 && !kernel)
		give_up("[--kernel] POLICY");
	read_calls();
	run(argv[argc - 1]);
	scmp_policy_close(NULL);
	print_faults();
	if (scmp_policy_broken(NULL))
		return 0;
	make_programs();
	if (kernel)
		ask_kernel();
	else
		simulate();
	return 0;
}
