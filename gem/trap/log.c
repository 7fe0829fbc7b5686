/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The log. Called by the handler, with all signals but
 * SIGSYS masked, and by ordinary code at start-up. Whatever becomes of a record,
 * the host goes on: failures are counted, and the count is the next record.
 */
#include "log.h"

#include <asm/stat.h>
#include <linux/errno.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "gate.h"
#include "print.h"

enum { NOTICE_MAX = 80 };

static uint64_t lost;

/* The host may have closed our number and opened a file of its own there. */
static bool is_ours(const struct scmp_log *log)
{
	struct stat now;
	long rc;

	if (log->guarded)
		return true;
	rc = scmp_gate_call(__NR_fstat, log->fd, (long)&now, 0, 0, 0, 0);
	return rc == 0 && now.st_dev == log->device && now.st_ino == log->inode;
}

/*
 * A write that fails with EFBIG or EPIPE has sent this thread a signal that
 * would end the host as soon as the handler returns.
 */
static void take_signal_away(int signo)
{
	static const struct __kernel_timespec at_once;
	uint64_t set = 1ull << (signo - 1);

	(void)scmp_gate_call(__NR_rt_sigtimedwait, (long)&set, 0, (long)&at_once, sizeof(set), 0, 0);
}

static bool write_all(int fd, const char *text, size_t length)
{
	while (length) {
		long n = scmp_gate_call(__NR_write, fd, (long)text, (long)length, 0, 0, 0);

		if (n == -EINTR)
			continue;
		if (n == -EFBIG)
			take_signal_away(SIGXFSZ);
		if (n == -EPIPE)
			take_signal_away(SIGPIPE);
		if (n <= 0)
			return false;
		text += n;
		length -= (size_t)n;
	}
	return true;
}

static bool write_notice(const struct scmp_log *log, uint64_t n)
{
	char notice[NOTICE_MAX];
	char *end = notice + sizeof(notice);
	char *p = notice;

	p = scmp_print_text(p, end, log->json ? "{\"pid\":" : "scmp[");
	p = scmp_print_signed(p, end, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0));
	p = scmp_print_text(p, end, log->json ? ",\"message\":\"" : "] ");
	p = scmp_print_unsigned(p, end, n);
	p = scmp_print_text(p, end, n == 1 ? " record lost" : " records lost");
	p = scmp_print_text(p, end, log->json ? "\"}\n" : "\n");
	return write_all(log->fd, notice, (size_t)(p - notice));
}

void scmp_log_write(const struct scmp_log *log, const char *text, size_t length)
{
	uint64_t n;

	if (log->fd < 0)
		return;
	if (is_ours(log)) {
		n = __atomic_exchange_n(&lost, 0, __ATOMIC_RELAXED);
		if ((!n || write_notice(log, n)) && write_all(log->fd, text, length))
			return;
		__atomic_fetch_add(&lost, n, __ATOMIC_RELAXED);
	}
	__atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
}
