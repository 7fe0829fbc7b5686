/* SPDX-License-Identifier: MIT */
/*
 * scmp_filter_verify(): it passes what is right, sees what is wrong, and is
 * quick. Every instruction of a program is spoilt in several ways, one at a
 * time, and verify must see it wherever it makes a difference.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "filter.h"
#include "gate.h"
#include "meaning.h"
#include "sim.h"

static const struct scmp_frame frame = {.key = 0x1234567890abcdef, .fingerprint = 5, .log_fd = 1000, .traps = true};

#if defined(__x86_64__)
enum { NATIVE_ARCH = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE_ARCH = AUDIT_ARCH_AARCH64 };
#endif

static struct scmp_rule rules[] = {
	RULE(140, ERRNO, 1, TEST(0, LT, 0x100000003)),
	RULE(140, ERRNO, 2, TEST(0, GE, 0xffffffff00000000), TEST(1, NE, 0x500000005)),
	RULE(141, ERRNO, 3, MASKED(2, 0xffffffff, 0x5412)),
	RULE(142, ERRNO, 4, MASKED(1, 0x0000000600000006, 0x0000000200000004), TEST(0, LE, 7)),
	RULE(__NR_socket, ALLOW, 0, TEST(0, EQ, 1)),
	RULE(__NR_socket, ERRNO, 97),
	RULE(143, ERRNO, 5, TEST(0, EQ, 0x700000005)),
	TRAP_RULE(__NR_openat, 1, MASKED(2, 0x40, 0x40), TEST(3, GT, 0777)),
	TRAP_RULE(__NR_uname, 2),
	RULE(__NR_chdir, KILL_PROCESS, 0),
};

static const struct scmp_context context = {
	.fallback = RULE(-1, ALLOW, 0), .rules = rules, .n_rules = N_ELEMENTS(rules)};

static struct scmp_door doors[SCMP_DOORS_MAX];
static size_t n_doors;

static int verify(const struct scmp_program *program)
{
	struct scmp_why why;

	return scmp_filter_verify(program, &context, doors, n_doors, &why);
}

/*
 * Whether a spoilt program still means the same, by far more calls than verify
 * can try: the values of all rules and doors, at and about them, in all arguments.
 */
static bool means_the_same(const struct scmp_program *program, uint64_t *state)
{
	enum { CALLS = 40000 };
	static const uint64_t values[] = {
		0,
		1,
		2,
		3,
		4,
		5,
		6,
		7,
		8,
		0x40,
		80,
		81,
		128,
		129,
		31,
		1000,
		4096,
		0777,
		01000,
		0x5412,
		0x100000003,
		0xffffffff00000000,
		0x500000005,
		0x0000000200000004,
		SCMP_PROBE,
		SCMP_KEY_ANY,
		SCMP_KEY_DIE,
		0x1234567890abcdef,
		SCMP_GATE_ADDRESS,
		SCMP_GATE_IP,
		UINT64_MAX,
	};

	for (size_t i = 0; i < CALLS; i++) {
		size_t n = draw(state) % (n_doors + N_ELEMENTS(rules) + 2);
		struct seccomp_data data = {.arch = scmp_native_arch};

		if (n < n_doors)
			data.nr = doors[n].nr;
		else if (n < n_doors + N_ELEMENTS(rules))
			data.nr = rules[n - n_doors].nr;
		else
			data.nr = (int)(draw(state) % 480) - 1;
		if (draw(state) % 64 == 0)
			data.nr ^= 0x40000000;
		if (draw(state) % 64 == 0)
			data.arch ^= 1u << draw(state) % 32;
		for (size_t arg = 0; arg < SCMP_ARGS_MAX; arg++) {
			data.args[arg] = values[draw(state) % N_ELEMENTS(values)];
			if (draw(state) % 4 == 0)
				data.args[arg] += draw(state) % 3 - 1;
			if (draw(state) % 4 == 0)
				data.args[arg] ^= 1ull << draw(state) % 64;
		}
		/* Doors are narrow: step through each of them now and then. */
		for (size_t t = 0; n < n_doors && t < doors[n].n_tests; t++)
			if (draw(state) % 8)
				data.args[doors[n].tests[t].arg] = doors[n].tests[t].value;
		if (draw(state) % 2)
			data.instruction_pointer = SCMP_GATE_IP ^ (draw(state) % 4 ? 0 : 1ull << draw(state) % 64);
		if (scmp_sim_run(program->insns, program->n_insns, &data) !=
		    scmp_meaning(&context, doors, n_doors, &data))
			return false;
	}
	return true;
}

static void test_mutations(void)
{
	enum { WAYS = 9 };
	size_t n = 0, seen = 0, harmless = 0;
	uint64_t state = 11;
	struct scmp_program program;
	struct scmp_why why;

	n_doors = scmp_doors(doors, &frame);
	behaviour("what is right passes");
	check_equal(scmp_filter_build(&program, &context, doors, n_doors, &why), 0);
	check_equal(verify(&program), 0);
	check(means_the_same(&program, &state));

	for (size_t i = 0; i < program.n_insns; i++) {
		const struct sock_filter good = program.insns[i];
		struct sock_filter *insn = &program.insns[i];
		bool jumps = BPF_CLASS(good.code) == BPF_JMP && BPF_OP(good.code) != BPF_JA;

		for (int way = 0; way < WAYS; way++) {
			switch (way) {
			case 0:
				insn->k++;
				break;
			case 1:
				insn->k--;
				break;
			case 2:
				insn->k ^= 1u << draw(&state) % 32;
				break;
			case 3:
				insn->k = 0;
				break;
			case 4:
				insn->jt = good.jf;
				insn->jf = good.jt;
				break;
			case 5:
				insn->jt += jumps;
				break;
			case 6:
				insn->jf += jumps;
				break;
			case 7:
				insn->code = jumps ? BPF_JMP | BPF_JGE | BPF_K : good.code;
				break;
			default:
				insn->code = jumps ? BPF_JMP | BPF_JGT | BPF_K : good.code;
				break;
			}
			if (memcmp(insn, &good, sizeof(good)) != 0) {
				n++;
				if (verify(&program) == -EBADMSG) {
					seen++;
				} else if (means_the_same(&program, &state)) {
					harmless++;
				} else {
					fprintf(stderr, "instruction %zu, way %d: not seen\n", i, way);
				}
			}
			*insn = good;
		}
	}
	printf("%zu instructions, %zu mutations: %zu seen, %zu harmless, %zu missed\n", (size_t)program.n_insns, n,
	       seen, harmless, n - seen - harmless);
	behaviour("a spoilt program is seen");
	check((n - seen - harmless) * 100 <= n);
	free(program.insns);
}

/* The comparison with @k of the word at @offset. */
static size_t find_compare(const struct scmp_program *program, size_t offset, uint32_t k)
{
	for (size_t i = 0; i < program->n_insns; i++) {
		const struct sock_filter *insn = &program->insns[i];

		if (insn->code != (BPF_JMP | BPF_JEQ | BPF_K) || insn->k != k)
			continue;
		for (size_t before = i; before-- > 0;)
			if (BPF_CLASS(program->insns[before].code) == BPF_LD) {
				if (program->insns[before].k == offset)
					return i;
				break;
			}
	}
	check(false);
	return 0;
}

/* Comparisons that a host could get by, were they wrong in the way that is hardest to see. */
static void test_loosened(void)
{
	static const struct {
		const char *sentence;
		size_t offset;
		uint32_t k;
	} compares[] = {
		{"larger numbers of an architecture are not ours", offsetof(struct seccomp_data, arch), NATIVE_ARCH},
		{"larger addresses are not the gate", offsetof(struct seccomp_data, instruction_pointer), SCMP_GATE_IP},
		{"nor are those above 4 GiB", offsetof(struct seccomp_data, instruction_pointer) + 4, 0},
		{"larger numbers of a call are not that call", offsetof(struct seccomp_data, nr), __NR_openat},
		{"a larger argument is not that argument", offsetof(struct seccomp_data, args[2]), 0x5412},
		{"nor is one 4 GiB above it", offsetof(struct seccomp_data, args[0]) + 4, 7},
	};
	struct scmp_program program;
	struct scmp_why why;

	n_doors = scmp_doors(doors, &frame);
	check_equal(scmp_filter_build(&program, &context, doors, n_doors, &why), 0);
	for (size_t i = 0; i < N_ELEMENTS(compares); i++) {
		struct sock_filter *insn = &program.insns[find_compare(&program, compares[i].offset, compares[i].k)];

		behaviour(compares[i].sentence);
		check_equal(verify(&program), 0);
		insn->code = BPF_JMP | BPF_JGE | BPF_K;
		check_equal(verify(&program), -EBADMSG);
		insn->code = BPF_JMP | BPF_JEQ | BPF_K;
	}
	free(program.insns);
}

static void test_message(void)
{
	struct scmp_rule one[] = {RULE(141, ERRNO, 3, TEST(1, EQ, 5))};
	const struct scmp_context small = {.fallback = RULE(-1, ALLOW, 0), .rules = one, .n_rules = 1};
	struct scmp_program program;
	struct scmp_why why;

	behaviour("the message names a call, what it gets, and what it should get");
	check_equal(scmp_filter_build(&program, &small, NULL, 0, &why), 0);
	for (size_t i = 0; i < program.n_insns; i++)
		if (program.insns[i].code == (BPF_RET | BPF_K) && program.insns[i].k == (SECCOMP_RET_ERRNO | 3))
			program.insns[i].k = SECCOMP_RET_ALLOW;
	check_equal(scmp_filter_verify(&program, &small, NULL, 0, &why), -EBADMSG);
	fprintf(stderr, "%s\n", why.text);
	check(strstr(why.text, "the program does not mean what the rules say: system call 141 (0x") == why.text);
	check(strstr(why.text, ", 0x5, 0x"));
	check(strstr(why.text, ") gets 0x7fff0000 and not 0x50003"));
	free(program.insns);
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The best of several, since what is measured is the work and not the machine. */
static void measure(const char *what, const struct scmp_context *measured, const struct scmp_door *its_doors,
		    size_t n_its_doors)
{
	double build = 1e9, check_ = 1e9, verify_ = 1e9;
	struct scmp_fault *faults = calloc(measured->n_rules + 1, sizeof(*faults));

	check(faults);
	for (int i = 0; i < 20; i++) {
		double start = microseconds(), took;
		struct scmp_program program;
		struct scmp_why why;

		scmp_filter_check(measured, faults);
		took = microseconds() - start;
		check_ = took < check_ ? took : check_;
		start = microseconds();
		check_equal(scmp_filter_build(&program, measured, its_doors, n_its_doors, &why), 0);
		took = microseconds() - start;
		build = took < build ? took : build;
		start = microseconds();
		check_equal(scmp_filter_verify(&program, measured, its_doors, n_its_doors, &why), 0);
		took = microseconds() - start;
		verify_ = took < verify_ ? took : verify_;
		free(program.insns);
	}
	printf("%-40s check %7.1f us, build %7.1f us, verify %7.1f us\n", what, check_, build, verify_);
	/* Far from what it takes, for a slow machine under a sanitizer. */
	check(verify_ < 20000);
	free(faults);
}

static void test_time(void)
{
	enum { MANY = 300 };
	static struct scmp_rule many[MANY];
	struct scmp_context one = {.fallback = RULE(-1, ALLOW, 0), .rules = many, .n_rules = 1};
	struct scmp_context all = {.fallback = RULE(-1, ERRNO, 38), .rules = many, .n_rules = MANY};

	behaviour("to verify takes next to no time");
	many[0] = (struct scmp_rule)RULE(140, ERRNO, 1);
	measure("one rule, no doors", &one, NULL, 0);
	n_doors = scmp_doors(doors, &(struct scmp_frame){.key = 5, .log_fd = 1000});
	measure("one rule, no traps", &one, doors, n_doors);
	n_doors = scmp_doors(doors, &frame);
	many[0] = (struct scmp_rule)TRAP_RULE(140, 1);
	measure("one rule, traps", &one, doors, n_doors);
	for (int i = 0; i < MANY; i++)
		many[i] = (struct scmp_rule)RULE(i, ALLOW, 0);
	measure("300 calls allowed", &all, doors, n_doors);
	for (int i = 0; i < MANY; i++)
		many[i] = (struct scmp_rule)TRAP_RULE(i, (uint16_t)(i + 1));
	measure("300 calls trapped", &all, doors, n_doors);
	for (int i = 0; i < MANY; i++)
		many[i] = keep((struct scmp_rule)RULE(140, ERRNO, 1, MASKED(1, UINT32_MAX, (uint64_t)i)));
	measure("300 values of one argument", &all, doors, n_doors);
}

int main(void)
{
	test_mutations();
	test_loosened();
	test_message();
	test_time();
	return 0;
}
