/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The log. Called by the handler, with all signals but
 * SIGSYS masked, and by ordinary code at start-up. Whatever becomes of a record,
 * the host goes on: failures are counted, and the count is the next record.
 */
#include "log.h"

#include <asm/stat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/resource.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "gate.h"
#include "hash.h"
#include "print.h"

enum { NOTICE_MAX = 80 };

/* Records that could not be written: the process above their number. A forked child does not tell its parent's. */
static uint64_t lost;

/* A record has come into the log in part: before the next one its line is ended, by a forked child as well. */
static bool torn;

uint64_t scmp_log_id(int fd)
{
	struct stat status;
	uint64_t hash;

	if (scmp_gate_call(__NR_fstat, fd, (long)&status, 0, 0, 0, 0) < 0)
		return SCMP_LOG_CLOSED;
	hash = scmp_hash_u64(scmp_hash_u64(SCMP_HASH_START, status.st_dev), status.st_ino);
	return (hash ^ hash >> 33) & 0x1ffffffffull;
}

static long set_limit(const struct rlimit64 *limit, struct rlimit64 *before)
{
	return scmp_gate_call(__NR_prlimit64, 0, RLIMIT_NOFILE, (long)limit, (long)before, 0, 0);
}

/* The number may be above the limit of open files, which is raised for a moment. */
static long copy_to(long fd, long number)
{
	struct rlimit64 limit, raised;
	long copy = scmp_gate_call(__NR_fcntl, fd, F_DUPFD, number, 0, 0, 0);

	if (copy != -EINVAL || set_limit(NULL, &limit) < 0)
		return copy;
	raised = limit;
	raised.rlim_cur = (uint64_t)number + 1;
	if (raised.rlim_cur > raised.rlim_max || set_limit(&raised, NULL) < 0)
		return copy;
	copy = scmp_gate_call(__NR_fcntl, fd, F_DUPFD, number, 0, 0, 0);
	(void)set_limit(&limit, NULL);
	return copy;
}

/*
 * The host has closed what it did not open (closefrom(3)), and the number is free: the
 * log is put there again, by calls that the policy is known to let run. Another thread
 * may be doing the same.
 */
static bool reopen(const struct scmp_log *log)
{
	long fd = 2, copy;

	if (!log->reopens)
		return false;
	if (log->path)
		fd = scmp_gate_call(__NR_openat, AT_FDCWD, (long)log->path,
				    O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0, 0, 0);
	else if (scmp_log_id(2) != log->id)
		return false;
	if (fd < 0)
		return false;
	copy = copy_to(fd, log->reserved);
	if (copy >= 0 && copy != log->reserved)
		(void)scmp_gate_call(__NR_close, copy, 0, 0, 0, 0, 0);
	if (log->path)
		(void)scmp_gate_call(__NR_close, fd, 0, 0, 0, 0, 0);
	return copy >= 0;
}

/* The host may have closed our number and opened a file of its own there. */
static bool is_ours(const struct scmp_log *log)
{
	uint64_t id;

	if (log->guarded)
		return true;
	id = scmp_log_id(log->fd);
	return id == log->id || (id == SCMP_LOG_CLOSED && reopen(log));
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

static bool write_all(const struct scmp_log *log, const char *text, size_t length)
{
	bool begun = false, reopened = false;

	while (length) {
		long n = scmp_gate_call(__NR_write, log->fd, (long)text, (long)length, 0, 0, 0);

		if (n == -EINTR)
			continue;
		if (n == -EBADF && !reopened && reopen(log)) {
			reopened = true;
			continue;
		}
		if (n == -EFBIG)
			take_signal_away(SIGXFSZ);
		if (n == -EPIPE)
			take_signal_away(SIGPIPE);
		if (n <= 0)
			break;
		text += n;
		length -= (size_t)n;
		begun = true;
	}
	if (length && begun)
		__atomic_store_n(&torn, true, __ATOMIC_RELAXED);
	return !length;
}

static uint32_t process(void)
{
	return (uint32_t)scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

static void lose(uint32_t n)
{
	uint64_t self = (uint64_t)process() << 32, seen = __atomic_load_n(&lost, __ATOMIC_RELAXED), next;

	do
		next = (seen >> 32 << 32 == self ? seen : self) + n;
	while (!__atomic_compare_exchange_n(&lost, &seen, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

/* How many are to be told of; they are taken over by who asks. */
static uint32_t take_lost(void)
{
	uint64_t seen = __atomic_load_n(&lost, __ATOMIC_RELAXED);

	if (!seen)
		return 0;
	seen = __atomic_exchange_n(&lost, 0, __ATOMIC_RELAXED);
	return seen >> 32 == process() ? (uint32_t)seen : 0;
}

static bool write_notice(const struct scmp_log *log, uint32_t n)
{
	char notice[NOTICE_MAX];
	char *end = notice + sizeof(notice);
	char *p = notice;

	p = scmp_print_text(p, end, log->json ? "{\"pid\":" : "scmp[");
	p = scmp_print_unsigned(p, end, process());
	p = scmp_print_text(p, end, log->json ? ",\"message\":\"" : "] ");
	p = scmp_print_unsigned(p, end, n);
	p = scmp_print_text(p, end, n == 1 ? " record lost" : " records lost");
	p = scmp_print_text(p, end, log->json ? "\"}\n" : "\n");
	return write_all(log, notice, (size_t)(p - notice));
}

void scmp_log_write(const struct scmp_log *log, const char *text, size_t length)
{
	uint32_t n = 0;

	if (log->fd < 0)
		return;
	if (is_ours(log)) {
		if (__atomic_exchange_n(&torn, false, __ATOMIC_RELAXED) && !write_all(log, "\n", 1))
			__atomic_store_n(&torn, true, __ATOMIC_RELAXED);
		n = take_lost();
		if (!n || write_notice(log, n)) {
			if (write_all(log, text, length))
				return;
			n = 0;
		}
	}
	lose(n + 1);
}
