/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The line that would let a call run; allow.h. */
#include "allow.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>

#include "constants.h"
#include "decode.h"
#include "errnos.h"
#include "print.h"

/* How an argument is tested. Every form tests some bits of it for what they are in this call. */
enum form {
	LEFT_OUT,
	ONE_VALUE, /* cmd: :TIOCSTI */
	NO_OTHER_BITS, /* prot: only(:PROT_READ) */
	WAY_OF_ACCESS, /* flags: accmode(:O_RDONLY) & none(:O_CREAT) */
};

/* What the decision is about, where it is about an argument: sets that are not here say how, or how long, or where. */
static const uint8_t forms[SCMP_SETS] = {
	[SCMP_SET_O] = WAY_OF_ACCESS,	[SCMP_SET_F] = ONE_VALUE,	  [SCMP_SET_PROT] = NO_OTHER_BITS,
	[SCMP_SET_AF] = ONE_VALUE,	[SCMP_SET_SOL] = ONE_VALUE,	  [SCMP_SET_SO] = ONE_VALUE,
	[SCMP_SET_MS] = NO_OTHER_BITS,	[SCMP_SET_PR] = ONE_VALUE,	  [SCMP_SET_ARCH] = ONE_VALUE,
	[SCMP_SET_SECCOMP] = ONE_VALUE, [SCMP_SET_CLONE] = NO_OTHER_BITS, [SCMP_SET_NS] = NO_OTHER_BITS,
	[SCMP_SET_KEYCTL] = ONE_VALUE,	[SCMP_SET_PTRACE] = ONE_VALUE,	  [SCMP_SET_SIG] = ONE_VALUE,
	[SCMP_SET_PER] = ONE_VALUE,	[SCMP_SET_REBOOT] = ONE_VALUE,	  [SCMP_SET_BPF] = ONE_VALUE,
	[SCMP_SET_IOCTL] = ONE_VALUE,
};

/* One argument of the call. */
struct subject {
	unsigned meaning;
	uint64_t value, ones;
	enum form form;
	bool has_names;
};

static struct subject subject_of(const struct scmp_syscall *known, const uint64_t args[6], size_t i)
{
	const struct scmp_argument *argument = &known->args[i];
	struct subject subject = {
		.meaning = argument->meaning,
		.value = scmp_decode_value(argument->width, args[i]),
		.ones = scmp_decode_value(argument->width, UINT64_MAX),
		.form = argument->meaning < SCMP_SETS ? (enum form)forms[argument->meaning] : LEFT_OUT,
		.has_names = scmp_decode_has_names(known, args, i),
	};

	/* What opens a file, and not dup3 or pipe2, of which the first are followed by what a new one may be. */
	if (subject.form == WAY_OF_ACCESS &&
	    !(i + 1 < known->n_args && known->args[i + 1].meaning == SCMP_MEANS_MODE) &&
	    known->numbers[SCMP_ARCH_HERE] != __NR_open_by_handle_at)
		subject.form = LEFT_OUT;
	/* To whom a signal is sent comes before it; who handles one, or waits for it, harms nobody. */
	if (argument->meaning == SCMP_SET_SIG && i == 0)
		subject.form = LEFT_OUT;
	if (subject.form == NO_OTHER_BITS && (subject.value == 0 || subject.value == subject.ones))
		subject.form = ONE_VALUE;
	return subject;
}

/* The bits that are tested. */
static uint64_t tested_bits(const struct subject *subject)
{
	switch (subject->form) {
	case ONE_VALUE:
		return subject->ones;
	case NO_OTHER_BITS:
		return subject->ones & ~subject->value;
	case WAY_OF_ACCESS:
		return O_ACCMODE | ((O_CREAT | O_TRUNC) & ~subject->value);
	case LEFT_OUT:
		break;
	}
	return 0;
}

/* A rule that names its calls is covered where each tested bit is the same in all of them. */
static bool takes_all(const struct scmp_trap_rule *rule, const struct scmp_syscall *known, const uint64_t args[6])
{
	if (!rule->named)
		return false;
	for (size_t i = 0; i < known->n_args; i++) {
		struct subject subject = subject_of(known, args, i);

		if (tested_bits(&subject) & ~rule->fixed[i])
			return false;
	}
	return true;
}

static char *print_test(char *dst, char *end, const struct subject *subject)
{
	unsigned meaning = subject->meaning;
	uint64_t value = subject->value, missing = (O_CREAT | O_TRUNC) & ~value;
	/* No flags, or all of them. */
	bool of_flags = scmp_constants_of(meaning).value_bits != UINT32_MAX;

	switch (subject->form) {
	case NO_OTHER_BITS:
		dst = scmp_print_text(dst, end, "only(");
		dst = scmp_decode_constants(dst, end, meaning, value, ":", ", ");
		return scmp_print_text(dst, end, ")");
	case WAY_OF_ACCESS:
		dst = scmp_print_text(dst, end, "accmode(");
		dst = (value & O_ACCMODE) == O_ACCMODE
			      ? scmp_print_text(dst, end, "3")
			      : scmp_decode_constants(dst, end, meaning, value & O_ACCMODE, ":", "");
		dst = scmp_print_text(dst, end, ")");
		if (!missing)
			return dst;
		dst = scmp_print_text(dst, end, " & none(");
		dst = scmp_print_text(dst, end, missing & O_CREAT ? ":O_CREAT" : ":O_TRUNC");
		dst = scmp_print_text(dst, end, missing == (O_CREAT | O_TRUNC) ? ", :O_TRUNC" : "");
		return scmp_print_text(dst, end, ")");
	case ONE_VALUE:
	case LEFT_OUT:
		break;
	}
	/* A constant of a field would leave the flags beside it open. */
	if (!subject->has_names || (of_flags && value) || scmp_constants_field(meaning))
		return scmp_print_arg(dst, end, value);
	return scmp_decode_constants(dst, end, meaning, value, ":", "");
}

static bool is_refused(const struct scmp_call *call, int64_t result)
{
	bool fails = result < 0 && result >= -SCMP_ERRNO_MAX;

	return !call->decided && call->rule->refuses && (call->kill || fails || call->rule->pretends);
}

char *scmp_print_allow(char *dst, char *end, const struct scmp_call *call, int64_t result)
{
	const struct scmp_syscall *known = scmp_syscall_by_number(call->data.nr);
	const uint64_t *args = (const uint64_t *)call->data.args;
	char *start = dst;

	if (!known || !is_refused(call, result) || takes_all(call->rule, known, args))
		return start;
	dst = scmp_print_text(dst, end, "rule.allow :");
	dst = scmp_print_text(dst, end, known->name);
	for (size_t i = 0; i < known->n_args; i++) {
		struct subject subject = subject_of(known, args, i);

		if (subject.form == LEFT_OUT)
			continue;
		/* No number that a policy can write without quotes. */
		if (subject.value > INT64_MAX)
			return start;
		dst = scmp_print_text(dst, end, ", ");
		dst = scmp_print_text(dst, end, scmp_syscall_keyword(&known->args[i]));
		dst = scmp_print_text(dst, end, ": ");
		dst = print_test(dst, end, &subject);
	}
	return dst < end ? dst : start;
}
