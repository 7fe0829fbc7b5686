/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] What is known of each system call of this architecture:
 * the one table behind conditions, records, errors and suggestions. May be
 * called from anywhere.
 *
 * syscalls.def, made by make-syscalls, holds
 *
 *   SYSCALL(name, number on x86_64, on aarch64 (-1: none), first kernel or 0, arguments, ARGUMENT ...)
 *   ARGUMENT(the kernel's name or none, another name of the manual's or none, width, meaning)
 *   WORD(name) for each name of an argument, NUMBER(number, name) for each call of this architecture
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What the kernel reads of the register: unsigned, signed, or an address. */
enum scmp_width {
	SCMP_WIDTH_U16,
	SCMP_WIDTH_S32,
	SCMP_WIDTH_U32,
	SCMP_WIDTH_S64,
	SCMP_WIDTH_U64,
	SCMP_WIDTH_PTR,
	SCMP_WIDTH_EITHER, /* 64 bits or an int: another argument says which */
};

/* What an argument stands for: its constants (constants.h), or one of these. */
enum scmp_meaning {
#define SET(name, value_bits) SCMP_SET_##name,
#define CONSTANT(set, name, value)
#include "constants.def"
#undef SET
#undef CONSTANT
	SCMP_SETS, /* how many sets there are */
	SCMP_MEANS_NONE,
	SCMP_MEANS_ADDRESS, /* a number that is an address */
	SCMP_MEANS_BYTES, /* pointer; the next argument is the size */
	SCMP_MEANS_DIRFD, /* file descriptor, or AT_FDCWD */
	SCMP_MEANS_FD,
	SCMP_MEANS_MODE, /* permission bits */
	SCMP_MEANS_PATH, /* pointer to text that ends with a zero byte */
	SCMP_MEANS_SOCKADDR, /* pointer; the next argument is the size */
	SCMP_MEANS_STRING, /* as PATH, but not of a file */
	SCMP_MEANS_STRINGS, /* pointer to pointers to such text */
};

struct scmp_argument {
	uint16_t word; /* scmp_syscall_word(); 0: it has no name */
	uint16_t other_word;
	uint8_t width; /* enum scmp_width */
	uint8_t meaning; /* enum scmp_meaning */
};

enum { SCMP_X86_64, SCMP_AARCH64, SCMP_ARCHES };
#if defined(__x86_64__)
enum { SCMP_ARCH_HERE = SCMP_X86_64 };
#elif defined(__aarch64__)
enum { SCMP_ARCH_HERE = SCMP_AARCH64 };
#endif

/* No pointers: the table needs no relocation, and so no memory of its own. */
struct scmp_syscall {
	char name[27];
	uint8_t n_args;
	int16_t numbers[SCMP_ARCHES]; /* -1: this architecture does not have it */
	uint32_t since; /* the first kernel that had it, as KERNEL_VERSION(); 0: none ever did */
	struct scmp_argument args[6];
};

/* scmp_syscall_by_number() - NULL for a number that the table does not know */
const struct scmp_syscall *scmp_syscall_by_number(int nr);

/* scmp_syscall_by_name() - also one that only another architecture has; NULL: there is none */
const struct scmp_syscall *scmp_syscall_by_name(const char *name);

/* scmp_syscall_at() - the table's rows one by one, in order of their names; NULL behind the last */
const struct scmp_syscall *scmp_syscall_at(size_t index);

/* scmp_syscall_end() - one more than the highest number known */
int scmp_syscall_end(void);

/* scmp_syscall_word() - the name of an argument by its number; "" for 0 */
const char *scmp_syscall_word(unsigned word);

/* scmp_syscall_keyword() - the shorter of an argument's two names, else the manual's: cmd, domain, flags */
const char *scmp_syscall_keyword(const struct scmp_argument *argument);

/* scmp_syscall_argument() - which argument has this name, the kernel's or another; -1: none */
int scmp_syscall_argument(const struct scmp_syscall *call, const char *name);

/* scmp_width_bits() - 16, 32 or 64; scmp_width_is_signed() */
unsigned scmp_width_bits(enum scmp_width width);
int scmp_width_is_signed(enum scmp_width width);
