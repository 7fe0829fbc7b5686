/* SPDX-License-Identifier: MIT */
/*
 * The one file that builds with libseccomp. It is used for what it does well:
 * the guards against other architectures and x32, and the way from a number to
 * its leaf. Called by splice.c, before a filter is in force (malloc, and with
 * libseccomp before 2.6 a memfd, are used).
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dispatch.h"

/*
 * Enough for KILL_PROCESS and LOG. Said by us, since libseccomp would else find
 * it out with nine system calls.
 */
enum { API_LEVEL = 3 };

/* From how many calls on a binary tree beats a list. */
enum { LIST_MAX = 16 };

static int fail(struct scmp_why *why, const char *what, int r)
{
	snprintf(why->text, sizeof(why->text), "%s: %s", what, strerror(-r));
	return r;
}

#if SCMP_VER_MAJOR > 2 || (SCMP_VER_MAJOR == 2 && SCMP_VER_MINOR >= 6)
static int export(scmp_filter_ctx context, struct scmp_code *code)
{
	size_t size = sizeof(code->insns);
	int r = seccomp_export_bpf_mem(context, code->insns, &size);

	code->n_insns = size / sizeof(code->insns[0]);
	return r == -ERANGE ? -E2BIG : r;
}
#else
static int read_program(int fd, struct scmp_code *code)
{
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t got;

	if (size < 0)
		return -errno;
	if ((size_t)size > sizeof(code->insns))
		return -E2BIG;
	got = pread(fd, code->insns, (size_t)size, 0);
	if (got != size)
		return got < 0 ? -errno : -EIO;
	code->n_insns = (size_t)size / sizeof(code->insns[0]);
	return 0;
}

static int export(scmp_filter_ctx context, struct scmp_code *code)
{
	int fd, r;

	fd = memfd_create("scmp-filter", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r == 0)
		r = read_program(fd, code);
	close(fd);
	return r;
}
#endif

static int add_rules(scmp_filter_ctx context, const struct scmp_leaf *leaves, size_t n_leaves, struct scmp_why *why)
{
	int r;

	r = seccomp_attr_set(context, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (r == 0)
		r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0 && n_leaves > LIST_MAX)
		r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		return fail(why, "libseccomp refused an attribute", r);

	for (size_t i = 0; i < n_leaves; i++) {
		r = seccomp_rule_add_exact_array(context, leaves[i].action, leaves[i].nr, 0, NULL);
		if (r < 0) {
			snprintf(why->text, sizeof(why->text), "libseccomp refused the rule of system call %d: %s",
				 leaves[i].nr, strerror(-r));
			return r;
		}
	}
	return 0;
}

int scmp_dispatch(struct scmp_code *code, uint32_t fallback, const struct scmp_leaf *leaves, size_t n_leaves,
		  struct scmp_why *why)
{
	scmp_filter_ctx context;
	int r;

	r = seccomp_api_set(API_LEVEL);
	if (r < 0)
		return fail(why, "libseccomp is too old", r);
	context = seccomp_init(fallback);
	if (!context)
		return fail(why, "libseccomp could not start a filter", -ENOMEM);

	r = add_rules(context, leaves, n_leaves, why);
	if (r == 0) {
		r = export(context, code);
		if (r == -E2BIG)
			snprintf(why->text, sizeof(why->text),
				 "the policy names so many calls that they alone need more than the kernel's %d "
				 "instructions",
				 BPF_MAXINSNS);
		else if (r < 0)
			fail(why, "libseccomp could not write its program", r);
	}
	seccomp_release(context);
	return r;
}
