/* SPDX-License-Identifier: MIT */
/*
 * Random policies: what the program answers, by the evaluator of classic BPF
 * and by the kernel, against what the rules say, by scmp_meaning() and by an
 * evaluator of this file's own, which shares no code with either.
 *
 *	random [seed [policies]]
 */
#include <asm/unistd.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "filter.h"
#include "gate.h"
#include "meaning.h"
#include "sim.h"

enum {
	POLICIES = 20000,
	RULES_MAX = 6,
	PROBES = 60,
	KERNEL_POLICIES = 50,
	KERNEL_PROBES = 40,
};

/* The calls that policies are about; prctl and rt_sigaction have doors. */
static const int numbers[] = {__NR_getpriority, __NR_setpriority, __NR_prctl, __NR_rt_sigaction};

struct policy {
	struct scmp_context context;
	struct scmp_rule rules[RULES_MAX];
	struct scmp_test tests[RULES_MAX + 1][SCMP_TESTS_MAX]; /* of the rules, and of the default */
	struct scmp_door doors[SCMP_DOORS_MAX];
	size_t n_doors;
	uint64_t values[4]; /* that its tests like to use, so that they meet */
};

static uint64_t state;

static uint64_t below(uint64_t n)
{
	return draw(&state) % n;
}

/* A number of the sort at which a comparison in halves can go wrong. */
static uint64_t draw_value(void)
{
	static const uint64_t edges[] = {0, 1ull << 31, 1ull << 32, 1ull << 33, 1ull << 63, 0xffffffff00000000};

	switch (below(5)) {
	case 0:
		return below(9);
	case 1:
		return edges[below(N_ELEMENTS(edges))] + below(9) - 4;
	case 2:
		return below(5) << 32 | below(5);
	case 3:
		return draw(&state) >> below(64);
	default:
		return draw(&state);
	}
}

static uint64_t draw_mask(void)
{
	static const uint64_t masks[] = {UINT32_MAX, UINT64_MAX, 0, 1, 6, 0xffffffff00000000, 0x600000006};

	return below(3) ? masks[below(N_ELEMENTS(masks))] : draw(&state) & draw(&state);
}

static struct scmp_test draw_test(const struct policy *policy)
{
	static const uint8_t bits[SCMP_ARGS_MAX] = {0, 32, 0, 16, 32, 0};
	enum { EITHER = 2 };
	uint8_t arg = (uint8_t)(below(2) ? below(4) : below(SCMP_ARGS_MAX));
	struct scmp_test test = {
		.arg = arg,
		.bits = arg == EITHER && below(2) ? 32 : bits[arg],
		.op = (uint8_t)below(SCMP_OPS),
		.value = below(2) ? policy->values[below(N_ELEMENTS(policy->values))] : draw_value(),
	};

	/* Most often one that the argument can have. */
	if (below(16))
		test.value &= scmp_test_ones(&test);
	if (test.op == SCMP_OP_MASKED_EQ || test.op == SCMP_OP_MASKED_NE) {
		test.mask = draw_mask();
		/* Now and then a value that its mask can never give. */
		if (below(16))
			test.value &= test.mask;
	}
	return test;
}

static struct scmp_rule draw_rule(struct policy *policy, size_t nth)
{
	static const enum scmp_verdict verdicts[] = {
		SCMP_VERDICT_ALLOW,	   SCMP_VERDICT_LOG,	SCMP_VERDICT_ERRNO,
		SCMP_VERDICT_TRACE,	   SCMP_VERDICT_TRAP,	SCMP_VERDICT_KILL_THREAD,
		SCMP_VERDICT_KILL_PROCESS, SCMP_VERDICT_RETURN, SCMP_VERDICT_INTERCEPT};
	struct scmp_rule rule = {
		.nr = numbers[below(4) ? 0 : below(N_ELEMENTS(numbers))],
		.verdict = verdicts[below(N_ELEMENTS(verdicts))],
		.data = (uint32_t)(below(8) ? 3000 + nth : below(0x10000)),
		.id = (uint16_t)(100 + nth),
		.n_tests = (uint8_t)(below(16) ? 1 + below(3) : below(below(8) ? 8 : SCMP_TESTS_MAX + 1)),
		.file = "random.rb",
		.line = (int)nth + 1,
		.tests = policy->tests[nth],
	};

	rule.traps = scmp_rule_asks(&rule) || rule.verdict == SCMP_VERDICT_RETURN || below(16) == 0;
	for (size_t i = 0; i < rule.n_tests; i++)
		policy->tests[nth][i] = draw_test(policy);
	return rule;
}

/* A few more doors, behind the rules, of a number that may well have rules. */
static void draw_virtual_doors(struct policy *policy)
{
	int nr = numbers[below(N_ELEMENTS(numbers))];

	for (size_t n = 1 + below(3); n > 0; n--) {
		struct scmp_door *door = &policy->doors[policy->n_doors++];

		*door = (struct scmp_door){.nr = nr, .gate = below(2), .virtual = true};
		door->action = door->gate || below(4) == 0 ? SECCOMP_RET_ALLOW
							   : SECCOMP_RET_TRAP | (uint32_t)n << SCMP_ID_BITS;
		door->n_tests = (uint8_t)below(SCMP_VIRTUAL_TESTS_MAX + 1);
		for (size_t i = 0; i < door->n_tests; i++)
			door->tests[i] = draw_test(policy);
	}
}

static void draw_policy(struct policy *policy)
{
	const struct scmp_frame frame = {
		.key = below(2) ? 0 : draw_value(),
		.fingerprint = draw_value(),
		.traps = below(2),
		.log_fd = below(2) ? -1 : 3,
		.log_id = draw(&state),
	};

	for (size_t i = 0; i < N_ELEMENTS(policy->values); i++)
		policy->values[i] = draw_value();
	policy->context = (struct scmp_context){
		.fallback = draw_rule(policy, RULES_MAX), .rules = policy->rules, .n_rules = 1 + below(RULES_MAX)};
	policy->context.fallback.nr = -1;
	policy->context.fallback.n_tests = 0;
	if (below(2))
		policy->context.fallback = (struct scmp_rule)RULE(-1, ALLOW, 0);
	for (size_t i = 0; i < policy->context.n_rules; i++)
		policy->rules[i] = draw_rule(policy, i);
	if (below(4) == 0) {
		policy->context.unknown_from = below(2) ? (uint32_t)numbers[below(N_ELEMENTS(numbers))] : 470;
		policy->context.unknown_errno = 38;
	}
	policy->n_doors = below(2) ? 0 : scmp_doors(policy->doors, &frame);
	if (below(2))
		draw_virtual_doors(policy);
}

/* A value at which some test of the policy could go wrong, or any other. */
static uint64_t draw_argument(const struct policy *policy)
{
	const struct scmp_rule *rule = &policy->rules[below(policy->context.n_rules)];
	const struct scmp_test *test = &rule->tests[below(rule->n_tests ? rule->n_tests : 1)];

	switch (below(8)) {
	case 0:
		return draw_value();
	case 1:
		return test->value ^ 1ull << below(64);
	case 2:
		return test->value + ((uint64_t)1 << 32) * (below(3) - 1);
	case 3:
		return test->value | (draw(&state) & ~test->mask);
	case 4:
		return policy->values[below(N_ELEMENTS(policy->values))];
	default:
		return test->value + below(3) - 1;
	}
}

static void draw_call(const struct policy *policy, struct seccomp_data *data)
{
	*data = (struct seccomp_data){.nr = policy->rules[below(policy->context.n_rules)].nr, .arch = scmp_native_arch};
	switch (below(12)) {
	case 0:
		data->nr = (int)below(480);
		break;
	case 1:
		data->nr = numbers[below(N_ELEMENTS(numbers))];
		break;
	default:
		break;
	}
	if (below(64) == 0)
		data->nr |= 0x40000000;
	if (below(64) == 0)
		data->arch ^= 1u << below(32);
	if (below(4) == 0)
		data->instruction_pointer = below(2) ? SCMP_GATE_IP : below(2) ? SCMP_GATE_SHARED_IP : draw_value();
	for (size_t i = 0; i < SCMP_ARGS_MAX; i++)
		data->args[i] = draw_argument(policy);
	/* A door's own values now and then. */
	if (policy->n_doors && below(4) == 0) {
		const struct scmp_door *door = &policy->doors[below(policy->n_doors)];

		data->nr = door->nr;
		for (size_t i = 0; i < door->n_tests; i++)
			data->args[door->tests[i].arg] = door->tests[i].value + (below(8) == 0);
	}
}

/*
 * This file's own reading of the rules. It looks from the last to the first,
 * each match replacing what was found before, and compares by the sign of a
 * difference in 128 bits.
 */
static bool fits(const struct scmp_test *tests, size_t n_tests, const struct seccomp_data *data)
{
	size_t misses = 0;

	while (n_tests-- > 0) {
		const struct scmp_test *test = &tests[n_tests];
		uint64_t argument = data->args[test->arg] << (test->bits ? 64 - test->bits : 0);
		__int128 difference, wrong_bits = 0;

		argument >>= test->bits ? 64 - test->bits : 0;
		difference = (__int128)argument - (__int128)test->value;

		for (int bit = 0; bit < 64; bit++) {
			unsigned is = argument >> bit & test->mask >> bit & 1;

			wrong_bits += is != (test->value >> bit & 1);
		}
		misses += test->op == SCMP_OP_NE	  ? difference == 0
			  : test->op == SCMP_OP_LT	  ? difference >= 0
			  : test->op == SCMP_OP_LE	  ? difference > 0
			  : test->op == SCMP_OP_EQ	  ? difference != 0
			  : test->op == SCMP_OP_GE	  ? difference < 0
			  : test->op == SCMP_OP_GT	  ? difference <= 0
			  : test->op == SCMP_OP_MASKED_NE ? wrong_bits == 0
							  : wrong_bits != 0;
	}
	return misses == 0;
}

static uint32_t effect(const struct scmp_rule *rule)
{
	static const uint32_t effects[] = {
		[SCMP_VERDICT_ALLOW] = 0x7fff0000,	 [SCMP_VERDICT_LOG] = 0x7ffc0000,
		[SCMP_VERDICT_ERRNO] = 0x00050000,	 [SCMP_VERDICT_TRACE] = 0x7ff00000,
		[SCMP_VERDICT_KILL_THREAD] = 0x00000000, [SCMP_VERDICT_KILL_PROCESS] = 0x80000000,
		[SCMP_VERDICT_RETURN] = 0x00030000,	 [SCMP_VERDICT_TRAP] = 0x00030000,
		[SCMP_VERDICT_INTERCEPT] = 0x00030000,
	};

	if (rule->traps)
		return 0x00030000 + rule->id;
	if (rule->verdict == SCMP_VERDICT_ERRNO || rule->verdict == SCMP_VERDICT_TRACE)
		return effects[rule->verdict] + rule->data;
	return effects[rule->verdict];
}

static bool at_gate(const struct seccomp_data *data)
{
	return (data->instruction_pointer | SCMP_GATE_IP_EITHER) == SCMP_GATE_SHARED_IP;
}

/* Whether what decides is an interception, and the call is the handler's own. */
static bool goes_on(const struct scmp_rule *rule, const struct seccomp_data *data)
{
	return rule->verdict == SCMP_VERDICT_INTERCEPT && at_gate(data);
}

/* @takerp: the rule that decides, NULL if none does */
static uint32_t read_rules(const struct policy *policy, const struct seccomp_data *data,
			   const struct scmp_rule *without, const struct scmp_rule **takerp)
{
	uint32_t from = policy->context.unknown_from;
	bool newer = from && !((unsigned)data->nr < from);
	uint32_t found = newer ? 0x00050000 + policy->context.unknown_errno : effect(&policy->context.fallback);
	bool runs = !newer && goes_on(&policy->context.fallback, data);

	*takerp = NULL;
	for (size_t i = policy->context.n_rules; i-- > 0;) {
		const struct scmp_rule *rule = &policy->rules[i];

		if (rule != without && rule->nr == data->nr && fits(rule->tests, rule->n_tests, data)) {
			found = effect(rule);
			runs = goes_on(rule, data);
			*takerp = rule;
		}
	}
	if (runs)
		found = 0x7fff0000;
	else if (found == 0x7fff0000 || found == 0x7ffc0000 || (found & 0xffff0000) == 0x7ff00000) {
		uint32_t rules = found;

		for (size_t i = policy->n_doors; i-- > 0;) {
			const struct scmp_door *door = &policy->doors[i];

			if (door->virtual && door->nr == data->nr && fits(door->tests, door->n_tests, data) &&
			    (door->gate == false || at_gate(data)))
				found = door->action == 0x7fff0000 ? rules : door->action;
		}
	}
	for (size_t i = policy->n_doors; i-- > 0;) {
		const struct scmp_door *door = &policy->doors[i];

		if (!door->virtual && door->nr == data->nr && fits(door->tests, door->n_tests, data) &&
		    (door->gate == false || at_gate(data))) {
			found = door->action;
			*takerp = NULL;
		}
	}
	if (data->arch != scmp_native_arch) {
		found = 0x80000000;
		*takerp = NULL;
	}
#if defined(__x86_64__)
	if (data->nr & 0x40000000) {
		found = 0x80000000;
		*takerp = NULL;
	}
#endif
	return found;
}

static void print_call(const struct seccomp_data *data)
{
	fprintf(stderr, "call %d, arch %x, from %llx:", data->nr, data->arch, data->instruction_pointer);
	for (size_t i = 0; i < SCMP_ARGS_MAX; i++)
		fprintf(stderr, " %llx", data->args[i]);
	fprintf(stderr, "\n");
}

static void print_policy(const struct policy *policy)
{
	static const char *const ops[] = {"!=", "<", "<=", "==", ">=", ">", "masked", "not masked"};

	for (size_t i = 0; i < policy->context.n_rules; i++) {
		const struct scmp_rule *rule = &policy->rules[i];

		fprintf(stderr, "rule %zu: call %d -> %x:", i, rule->nr, effect(rule));
		for (size_t t = 0; t < rule->n_tests; t++)
			fprintf(stderr, " %u %s %" PRIx64 "/%" PRIx64, rule->tests[t].arg, ops[rule->tests[t].op],
				rule->tests[t].value, rule->tests[t].mask);
		fprintf(stderr, "\n");
	}
	fprintf(stderr, "default %x, %zu doors\n", effect(&policy->context.fallback), policy->n_doors);
}

static void probe(const struct policy *policy, const struct scmp_program *program, const struct scmp_fault *faults,
		  size_t n_faults, const struct seccomp_data *data)
{
	const struct scmp_rule *taker, *unused;
	uint32_t own = read_rules(policy, data, NULL, &taker);
	uint32_t meaning = scmp_meaning(&policy->context, policy->doors, policy->n_doors, data);
	int64_t answer = scmp_sim_run(program->insns, program->n_insns, data);
	bool fault_right = true;

	for (size_t i = 0; i < n_faults; i++) {
		if (faults[i].kind == SCMP_FAULT_ALWAYS_TRUE)
			fault_right = fault_right && (faults[i].rule->nr != data->nr ||
						      fits(faults[i].rule->tests, faults[i].rule->n_tests, data));
		else if (faults[i].kind == SCMP_FAULT_SAME_AS_DEFAULT)
			fault_right = fault_right && read_rules(policy, data, faults[i].rule, &unused) == own;
		else
			fault_right = fault_right && faults[i].rule != taker;
	}
	if (answer != own || meaning != own || !fault_right) {
		print_policy(policy);
		print_call(data);
		fprintf(stderr, "rules %x, scmp_meaning %x, program %" PRIx64 "%s\n", own, meaning, (uint64_t)answer,
			fault_right ? "" : ", and a rule that was said to be idle is not");
		check(false);
	}
}

static struct scmp_program build(const struct policy *policy)
{
	struct scmp_program program;
	struct scmp_why why = {""};
	int r = scmp_filter_build(&program, &policy->context, policy->doors, policy->n_doors, &why);

	if (r == 0)
		r = scmp_filter_verify(&program, &policy->context, policy->doors, policy->n_doors, &why);
	if (r < 0) {
		print_policy(policy);
		fprintf(stderr, "%s\n", why.text);
		check(false);
	}
	return program;
}

static void try_policy(const struct policy *policy)
{
	struct scmp_program program = build(policy);
	struct scmp_fault faults[RULES_MAX];
	size_t n_faults = scmp_filter_check(&policy->context, faults);

	for (size_t i = 0; i < PROBES; i++) {
		struct seccomp_data data;

		draw_call(policy, &data);
		probe(policy, &program, faults, n_faults, &data);
	}
	free(program.insns);
}

/* Shapes that libseccomp compiles wrong, or never, if it is given the tests: all small arguments and the bounds. */
static void test_known_shapes(void)
{
	const struct scmp_rule shapes[][2] = {
		{RULE(__NR_getpriority, ERRNO, 3000, TEST(0, LT, 0xffffffff00000000)),
		 RULE(__NR_getpriority, ERRNO, 3000, TEST(0, LT, 0x100000003))},
		{RULE(__NR_getpriority, ERRNO, 3000, TEST(0, NE, 5), TEST(1, EQ, 2)),
		 RULE(__NR_getpriority, ERRNO, 3000, TEST(0, NE, 2), TEST(1, NE, 7))},
		{RULE(__NR_getpriority, ERRNO, 3000, TEST(0, NE, 5), TEST(1, EQ, 5)),
		 RULE(__NR_getpriority, ERRNO, 3000, TEST(0, NE, 5), TEST(2, EQ, 1))},
	};
	static const uint64_t values[] = {0,
					  1,
					  2,
					  3,
					  4,
					  5,
					  6,
					  7,
					  8,
					  0x100000002,
					  0x100000003,
					  0x100000004,
					  0x1ffffffff,
					  0xfffffffeffffffff,
					  0xffffffff00000000,
					  0xffffffff00000001,
					  UINT64_MAX};

	behaviour("the shapes that libseccomp gets wrong are right");
	for (size_t i = 0; i < N_ELEMENTS(shapes); i++) {
		struct policy policy = {.rules = {shapes[i][0], shapes[i][1]}};
		struct scmp_program program;

		policy.context = (struct scmp_context){
			.fallback = RULE(-1, ALLOW, 0), .rules = policy.rules, .n_rules = N_ELEMENTS(shapes[i])};
		program = build(&policy);
		for (size_t n = 0; n < N_ELEMENTS(values) * N_ELEMENTS(values) * N_ELEMENTS(values); n++) {
			const struct seccomp_data data = {
				.nr = __NR_getpriority,
				.arch = scmp_native_arch,
				.args = {values[n % N_ELEMENTS(values)],
					 values[n / N_ELEMENTS(values) % N_ELEMENTS(values)],
					 values[n / N_ELEMENTS(values) / N_ELEMENTS(values)]},
			};

			probe(&policy, &program, NULL, 0, &data);
		}
		free(program.insns);
	}
}

static volatile sig_atomic_t trapped;

static void handle(int signal, siginfo_t *info, void *context)
{
	trapped = info->si_errno;
}

/* What the kernel does of a call to getpriority, in the terms of the rules. */
static uint32_t ask_kernel(const struct seccomp_data *data)
{
	long r;

	trapped = 0;
	errno = 0;
	r = syscall(__NR_getpriority, data->args[0], data->args[1], data->args[2], data->args[3], data->args[4],
		    data->args[5]);
	if (trapped)
		return SECCOMP_RET_TRAP | (uint32_t)trapped;
	if (r < 0 && errno == ENOSYS)
		return SECCOMP_RET_TRACE;
	return r < 0 && errno >= 3000 ? SECCOMP_RET_ERRNO | (uint32_t)errno : SECCOMP_RET_ALLOW;
}

static void live_under(struct policy *policy)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
	struct scmp_program program;
	struct scmp_why why;

	for (size_t i = 0; i < policy->context.n_rules; i++) {
		static const enum scmp_verdict harmless[] = {SCMP_VERDICT_ALLOW, SCMP_VERDICT_ERRNO, SCMP_VERDICT_ERRNO,
							     SCMP_VERDICT_TRACE, SCMP_VERDICT_TRAP};
		struct scmp_rule *rule = &policy->rules[i];

		rule->nr = __NR_getpriority;
		rule->verdict = harmless[below(N_ELEMENTS(harmless))];
		rule->traps = rule->verdict == SCMP_VERDICT_TRAP;
		rule->data = rule->verdict == SCMP_VERDICT_TRACE ? 0 : 3000 + (uint32_t)i;
	}
	policy->context.fallback = (struct scmp_rule)RULE(-1, ALLOW, 0);
	policy->context.unknown_from = 0; /* it has to go on living */
	program = build(policy);
	check(sigaction(SIGSYS, &action, NULL) == 0);
	check_equal(scmp_filter_load(&program, &why), 0);

	for (size_t i = 0; i < KERNEL_PROBES; i++) {
		const struct scmp_rule *taker;
		struct seccomp_data data;
		uint32_t rules, kernel;

		draw_call(policy, &data);
		data.nr = __NR_getpriority;
		data.arch = scmp_native_arch;
		data.instruction_pointer = 0;
		rules = read_rules(policy, &data, NULL, &taker);
		kernel = ask_kernel(&data);
		if (rules != kernel) {
			print_policy(policy);
			print_call(&data);
		}
		check_equal(kernel, rules);
	}
}

static void test_kernel(void)
{
	behaviour("the kernel does what the rules say");
	for (size_t i = 0; i < KERNEL_POLICIES; i++) {
		struct policy policy = {0};
		int status;
		pid_t child;

		draw_policy(&policy);
		fflush(NULL);
		child = fork();
		check(child >= 0);
		if (child == 0) {
			live_under(&policy);
			_exit(0);
		}
		check(waitpid(child, &status, 0) == child);
		check_equal(status, 0);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	size_t n_policies = argc > 2 ? strtoul(argv[2], NULL, 0) : POLICIES;

	printf("seed %" PRIu64 "\n", seed);
	state = seed * 0x9e3779b97f4a7c15 | 1;

	test_known_shapes();
	behaviour("a random policy means what it says");
	for (size_t i = 0; i < n_policies; i++) {
		struct policy policy = {0};

		draw_policy(&policy);
		try_policy(&policy);
	}
	test_kernel();
	return 0;
}
