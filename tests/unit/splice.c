/* SPDX-License-Identifier: MIT */
/*
 * scmp_filter_build(): every call reaches its own tail, whatever the shape of
 * libseccomp's dispatch, and what cannot be built is refused in words.
 */
#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "check.h"
#include "filter.h"
#include "gate.h"
#include "meaning.h"
#include "sim.h"

enum { NUMBERS = 470 };

static struct scmp_rule rules[2 * NUMBERS];

static int64_t run(const struct scmp_program *program, struct seccomp_data data)
{
	data.arch = scmp_native_arch;
	return scmp_sim_run(program->insns, program->n_insns, &data);
}

static struct scmp_program build(const struct scmp_context *context, const struct scmp_door *doors, size_t n_doors)
{
	struct scmp_program program;
	struct scmp_why why = {""};
	int r = scmp_filter_build(&program, context, doors, n_doors, &why);

	if (r < 0)
		fprintf(stderr, "%s\n", why.text);
	check_equal(r, 0);
	r = scmp_filter_verify(&program, context, doors, n_doors, &why);
	if (r < 0)
		fprintf(stderr, "%s\n", why.text);
	check_equal(r, 0);
	return program;
}

/* Five kinds of rules in turn, so that leaves of all sorts stand side by side. */
static uint32_t fill(struct scmp_rule *rule, int nr)
{
	switch (nr % 5) {
	case 0:
		*rule = (struct scmp_rule)TRAP_RULE(nr, (uint16_t)(nr + 1));
		return SECCOMP_RET_TRAP | (uint32_t)(nr + 1);
	case 1:
		*rule = keep((struct scmp_rule)RULE(nr, ERRNO, 77, TEST(0, EQ, 1)));
		return SECCOMP_RET_ERRNO | 77;
	case 2:
		*rule = (struct scmp_rule)RULE(nr, ERRNO, 78);
		return SECCOMP_RET_ERRNO | 78;
	case 3:
		*rule = (struct scmp_rule)RULE(nr, TRACE, (uint32_t)nr);
		return SECCOMP_RET_TRACE | (uint32_t)nr;
	default:
		*rule = keep((struct scmp_rule)RULE(nr, LOG, 0, TEST(0, NE, 5), TEST(1, EQ, 0)));
		return SECCOMP_RET_LOG;
	}
}

/* Whether dispatch halves the numbers; the tails of this test have no such comparison. */
static bool is_tree(const struct scmp_program *program)
{
	for (size_t i = 0; i < program->n_insns; i++)
		if (program->insns[i].code == (BPF_JMP | BPF_JGT | BPF_K))
			return true;
	return false;
}

static void test_shapes(const struct scmp_rule *fallback, uint32_t rest)
{
	/* Everything around the step from list to tree, then some. */
	static const int counts[] = {1, 2, 3, 4, 5, 15, 16, 17, 18, 20, 33, 64, 100, 255, 256, 257, 300, 400, 460};

	for (size_t i = 0; i < N_ELEMENTS(counts); i++) {
		struct scmp_context context = {.fallback = *fallback, .rules = rules, .n_rules = counts[i]};
		uint32_t answers[NUMBERS];
		struct scmp_program program;

		/* From the largest down: the order of a policy is not that of the numbers. */
		for (int nr = 0; nr < counts[i]; nr++)
			answers[nr] = fill(&rules[counts[i] - 1 - nr], nr);
		program = build(&context, NULL, 0);
		check_equal(is_tree(&program), counts[i] > 16);
		for (int nr = 0; nr < NUMBERS; nr++)
			check_equal(run(&program, (struct seccomp_data){.nr = nr, .args = {1}}),
				    nr < counts[i] ? answers[nr] : rest);
		free(program.insns);
	}
}

static void test_defaults(void)
{
	const struct scmp_rule allow = RULE(-1, ALLOW, 0), kill = RULE(-1, KILL_PROCESS, 0), none = RULE(-1, ERRNO, 0),
			       trap = TRAP_RULE(-1, 999), trace = RULE(-1, TRACE, 0), largest = RULE(-1, ERRNO, 4095);

	behaviour("calls find their tails under a default of allow");
	test_shapes(&allow, SECCOMP_RET_ALLOW);
	behaviour("calls find their tails under a default of kill");
	test_shapes(&kill, SECCOMP_RET_KILL_PROCESS);
	behaviour("calls find their tails under a default of faked success");
	test_shapes(&none, SECCOMP_RET_ERRNO);
	behaviour("calls find their tails under a default that traps");
	test_shapes(&trap, SECCOMP_RET_TRAP | 999);
	behaviour("calls find their tails under a default that traces");
	test_shapes(&trace, SECCOMP_RET_TRACE);
	behaviour("calls find their tails under a default that libseccomp does not take");
	test_shapes(&largest, SECCOMP_RET_ERRNO | 4095);
}

/* First match in the order of the file, doors before all. */
static void test_order(void)
{
	struct scmp_rule ordered[] = {
		RULE(140, ERRNO, 1, TEST(0, EQ, 1)),
		RULE(140, ERRNO, 2, TEST(0, LT, 3)),
		RULE(141, ERRNO, 3),
		RULE(140, ALLOW, 0, TEST(0, EQ, 3)),
		RULE(140, ERRNO, 4),
		RULE(140, ERRNO, 5),
	};
	const struct scmp_context context = {
		.fallback = RULE(-1, ALLOW, 0), .rules = ordered, .n_rules = N_ELEMENTS(ordered)};
	const struct scmp_door doors[] = {
		{.nr = 140, .action = SECCOMP_RET_ERRNO | 6, .n_tests = 1, .tests = {TEST(1, EQ, 9)}},
		{.nr = 140, .action = SECCOMP_RET_ALLOW, .gate = true},
	};
	static const struct {
		uint64_t args[2], ip, answer;
	} cases[] = {
		{{1}, 0, SECCOMP_RET_ERRNO | 1},
		{{2}, 0, SECCOMP_RET_ERRNO | 2},
		{{3}, 0, SECCOMP_RET_ALLOW},
		{{4}, 0, SECCOMP_RET_ERRNO | 4},
		{{4}, SCMP_GATE_IP, SECCOMP_RET_ALLOW},
		{{4}, SCMP_GATE_IP - 2, SECCOMP_RET_ERRNO | 4},
		{{4}, SCMP_GATE_IP | 1ull << 32, SECCOMP_RET_ERRNO | 4},
		{{4, 9}, SCMP_GATE_IP, SECCOMP_RET_ERRNO | 6},
		{{1, 9}, 0, SECCOMP_RET_ERRNO | 6},
	};
	struct scmp_program program = build(&context, doors, N_ELEMENTS(doors));

	behaviour("the first that matches wins, doors before rules");
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		check_equal(run(&program, (struct seccomp_data){.nr = 140,
								.instruction_pointer = cases[i].ip,
								.args = {cases[i].args[0], cases[i].args[1]}}),
			    cases[i].answer);
	free(program.insns);
}

static void test_foreign(void)
{
	const struct scmp_context context = {.fallback = RULE(-1, ALLOW, 0)};
	struct scmp_program program = build(&context, NULL, 0);
	struct seccomp_data data = {.nr = 1, .arch = AUDIT_ARCH_I386};

	behaviour("calls of another architecture kill the process");
	check_equal(scmp_sim_run(program.insns, program.n_insns, &data), SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
	behaviour("calls of x32 kill the process");
	check_equal(run(&program, (struct seccomp_data){.nr = 0x40000001}), SECCOMP_RET_KILL_PROCESS);
#endif
	behaviour("a call that a tracer skips gets the default");
	check_equal(run(&program, (struct seccomp_data){.nr = -1}), SECCOMP_RET_ALLOW);
	free(program.insns);
}

static void check_refused(const struct scmp_context *context, int error, const char *text)
{
	struct scmp_program program;
	struct scmp_why why = {""};

	check_equal(scmp_filter_build(&program, context, NULL, 0, &why), error);
	if (!strstr(why.text, text))
		fprintf(stderr, "\"%s\"\n", why.text);
	check(strstr(why.text, text));
}

static void test_refused(void)
{
	enum { MANY = 4100 };
	static struct scmp_rule many[MANY];
	struct scmp_rule nowhere[] = {RULE(-1, ERRNO, 1)};
	struct scmp_context context = {.fallback = RULE(-1, ALLOW, 0), .rules = nowhere, .n_rules = 1};

	nowhere[0].name = "socketcall";
	nowhere[0].line = 3;
	behaviour("a call that does not exist here is refused by name");
	check_refused(&context, -EINVAL, "p.rb:3: socketcall is not a system call of this architecture");

	behaviour("a program that is too long is refused with its length");
	for (size_t i = 0; i < 600; i++)
		many[i] = keep(
			(struct scmp_rule)RULE(140, ERRNO, 1, TEST(0, EQ, i), MASKED(1, 0xf0f0f0f0f0, 0x1010101010)));
	context.rules = many;
	context.n_rules = 600;
	check_refused(&context, -E2BIG, " instructions, the kernel takes 4096 at most");

	behaviour("so is one whose dispatch alone is too long");
	for (int i = 0; i < MANY; i++)
		many[i] = (struct scmp_rule)RULE(i, ERRNO, 1);
	context.n_rules = MANY;
	check_refused(&context, -E2BIG, "so many calls that they alone need more");
}

int main(void)
{
	test_defaults();
	test_order();
	test_foreign();
	test_refused();
	return 0;
}
