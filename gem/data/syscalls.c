/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] syscalls.def as tables; syscalls.h. */
#include "syscalls.h"

enum { WORD_MAX = 24 };

enum {
	ROW_none,
#define SYSCALL(name, ...) ROW_##name,
#define WORD(name)
#define NUMBER(number, name)
#include "syscalls.def"
#undef SYSCALL
#undef WORD
#undef NUMBER
	ROWS
};

enum {
	WORD_none,
#define SYSCALL(...)
#define WORD(name) WORD_##name,
#define NUMBER(number, name)
#include "syscalls.def"
#undef SYSCALL
#undef WORD
#undef NUMBER
};

#define SCMP_SET_NONE SCMP_MEANS_NONE
#define SCMP_SET_ADDRESS SCMP_MEANS_ADDRESS
#define SCMP_SET_BYTES SCMP_MEANS_BYTES
#define SCMP_SET_DIRFD SCMP_MEANS_DIRFD
#define SCMP_SET_FD SCMP_MEANS_FD
#define SCMP_SET_MODE SCMP_MEANS_MODE
#define SCMP_SET_PATH SCMP_MEANS_PATH
#define SCMP_SET_SOCKADDR SCMP_MEANS_SOCKADDR
#define SCMP_SET_STRING SCMP_MEANS_STRING
#define SCMP_SET_STRINGS SCMP_MEANS_STRINGS

static const struct scmp_syscall rows[] = {
#define ARGUMENT(word, other, width, meaning)                                                                          \
	{                                                                                                              \
		WORD_##word, WORD_##other, SCMP_WIDTH_##width, SCMP_SET_##meaning                                      \
	}
#define SYSCALL(name, x86_64, aarch64, since, n, ...)                                                                  \
	[ROW_##name] = {#name, n, {x86_64, aarch64}, since, {__VA_ARGS__}},
#define WORD(name)
#define NUMBER(number, name)
#include "syscalls.def"
#undef SYSCALL
#undef WORD
#undef NUMBER
};

static const char words[][WORD_MAX] = {
	"",
#define SYSCALL(...)
#define WORD(name) #name,
#define NUMBER(number, name)
#include "syscalls.def"
#undef SYSCALL
#undef WORD
#undef NUMBER
};

static const uint16_t row_of[] = {
#define SYSCALL(...)
#define WORD(name)
#define NUMBER(number, name) [number] = ROW_##name,
#include "syscalls.def"
#undef SYSCALL
#undef WORD
#undef NUMBER
};

const struct scmp_syscall *scmp_syscall_by_number(int nr)
{
	if (nr < 0 || nr >= scmp_syscall_end() || !row_of[nr])
		return NULL;
	return &rows[row_of[nr]];
}

static int compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

const struct scmp_syscall *scmp_syscall_by_name(const char *name)
{
	size_t low = 1, high = ROWS;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(name, rows[middle].name);

		if (order == 0)
			return &rows[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct scmp_syscall *scmp_syscall_at(size_t index)
{
	return index < ROWS - 1 ? &rows[index + 1] : NULL;
}

int scmp_syscall_end(void)
{
	return (int)(sizeof(row_of) / sizeof(row_of[0]));
}

const char *scmp_syscall_word(unsigned word)
{
	return word < sizeof(words) / sizeof(words[0]) ? words[word] : "";
}

const char *scmp_syscall_keyword(const struct scmp_argument *argument)
{
	const char *word = scmp_syscall_word(argument->word), *other = scmp_syscall_word(argument->other_word);
	size_t i = 0;

	if (!argument->other_word)
		return word;
	while (word[i] && other[i])
		i++;
	return other[i] ? word : other;
}

int scmp_syscall_argument(const struct scmp_syscall *call, const char *name)
{
	for (int i = 0; i < call->n_args; i++) {
		const struct scmp_argument *argument = &call->args[i];

		if ((argument->word && compare(scmp_syscall_word(argument->word), name) == 0) ||
		    (argument->other_word && compare(scmp_syscall_word(argument->other_word), name) == 0))
			return i;
	}
	return -1;
}

unsigned scmp_width_bits(enum scmp_width width)
{
	return width == SCMP_WIDTH_U16 ? 16 : width == SCMP_WIDTH_S32 || width == SCMP_WIDTH_U32 ? 32 : 64;
}

int scmp_width_is_signed(enum scmp_width width)
{
	return width == SCMP_WIDTH_S32 || width == SCMP_WIDTH_S64;
}
