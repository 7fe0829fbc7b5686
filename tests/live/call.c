/* SPDX-License-Identifier: MIT */
/*
 * A host that makes the system calls it is told to, and prints one line a call:
 *
 *   call [gate:]NR[-LAST][:ARGUMENT...] ...
 *
 * Numbers and arguments are decimal or 0x hexadecimal; "@" is the address of a
 * page of zeroes. `gate:` makes the call through the gate's page instead of its own
 * syscall instruction. A range makes each call of it. A line is "NR RESULT", where
 * RESULT is the kernel's, so -errno for an error.
 *
 * Output goes through writev(2), once at the end, so that write(2) may be refused;
 * libc is not asked for anything that makes a call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "gate.h"
#include "sys.h"

typedef long (*caller)(long nr, long a, long b, long c, long d, long e, long f);

static char output[1 << 17], *at = output;
static char zeroes[4096] __attribute__((aligned(4096)));

static void print_number(long number)
{
	char digits[24], *p = digits + sizeof(digits);
	unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--p = '-';
	memcpy(at, p, (size_t)(digits + sizeof(digits) - p));
	at += digits + sizeof(digits) - p;
}

static void make(const char *what)
{
	caller call = scmp_sys;
	long first, last, nr, argument[6] = {0};
	char *end;
	int n;

	if (strncmp(what, "gate:", 5) == 0) {
		call = (caller)SCMP_GATE_ADDRESS;
		what += 5;
	}
	first = last = strtol(what, &end, 0);
	if (*end == '-')
		last = strtol(end + 1, &end, 0);
	for (n = 0; *end == ':' && n < 6; n++) {
		what = end + 1;
		if (*what == '@') {
			argument[n] = (long)zeroes;
			end = (char *)what + 1;
		} else {
			argument[n] = (long)strtoul(what, &end, 0);
		}
	}
	for (nr = first; nr <= last; nr++) {
		long result = call(nr, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);

		print_number(nr);
		*at++ = ' ';
		print_number(result);
		*at++ = '\n';
	}
}

int main(int argc, char **argv)
{
	struct iovec all = {.iov_base = output};
	int i;

	for (i = 1; i < argc; i++)
		make(argv[i]);
	all.iov_len = (size_t)(at - output);
	return scmp_sys(__NR_writev, 1, (long)&all, 1, 0, 0, 0) == (long)all.iov_len ? 0 : 96;
}
