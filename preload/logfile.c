/* SPDX-License-Identifier: MIT */
/* The log's file descriptor; logfile.h. */
#include "logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "failure.h"
#include "gate.h"
#include "log.h"
#include "policy.h"
#include "sys.h"

/* Filters answer the descriptor to a probe, in 12 bits; and forks copy the table of files up to the highest one. */
enum { HIGHEST_FD = 4090, TRIES = 32 };

static long limit_files(const struct rlimit *wanted, struct rlimit *before)
{
	return scmp_sys(__NR_prlimit64, 0, RLIMIT_NOFILE, (long)wanted, (long)before, 0, 0);
}

/*
 * Above the numbers that the host can have: who looks through them all, or closes them all,
 * does not come by. Only where the limit may be raised for a moment.
 */
static long copy_above(int fd, const struct rlimit *limit)
{
	struct rlimit raised = *limit;
	long copy;

	raised.rlim_cur += TRIES;
	if (limit->rlim_cur <= SCMP_LOGFILE_BELOW || raised.rlim_cur > limit->rlim_max ||
	    raised.rlim_cur > HIGHEST_FD || limit_files(&raised, NULL) < 0)
		return -EMFILE;
	copy = scmp_sys(__NR_fcntl, fd, F_DUPFD, (long)limit->rlim_cur, 0, 0, 0);
	if (limit_files(limit, NULL) < 0)
		scmp_fail("kernel: the limit of open files cannot be set back");
	return copy;
}

/* As high as it may be among them. F_DUPFD takes the next free number above. */
static long copy_below(int fd, const struct rlimit *limit)
{
	long highest = SCMP_LOGFILE_BELOW, copy = -EMFILE, i;

	if (limit->rlim_cur > 0 && limit->rlim_cur <= SCMP_LOGFILE_BELOW)
		highest = (long)limit->rlim_cur - 1;
	for (i = 0; i < TRIES && highest - i > 2; i++) {
		copy = scmp_sys(__NR_fcntl, fd, F_DUPFD, highest - i, 0, 0, 0);
		if (copy >= 0 && copy <= SCMP_LOGFILE_BELOW)
			break;
		if (copy >= 0) {
			scmp_sys(__NR_close, copy, 0, 0, 0, 0, 0);
			copy = -EMFILE;
		} else if (copy != -EMFILE) {
			break;
		}
	}
	return copy;
}

/* A copy of `fd` where hosts do not look; kept over exec. */
static int raise_fd(int fd)
{
	struct rlimit limit;
	long r = limit_files(NULL, &limit), copy;

	if (r < 0)
		scmp_fail("kernel: the limit of open files cannot be read: %s", scmp_error_text((int)-r));
	copy = copy_above(fd, &limit);
	return (int)(copy == -EMFILE ? copy_below(fd, &limit) : copy);
}

void scmp_logfile_open(struct scmp_log *log, const struct scmp_options *options)
{
	long fd = options->log_kind == SCMP_LOG_FD ? options->log_fd : 2, copy;

	log->fd = -1;
	log->reserved = -1;
	if (options->log_kind == SCMP_LOG_PATH) {
		fd = scmp_sys(__NR_openat, AT_FDCWD, (long)options->log_path,
			      O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666, 0, 0);
		if (fd < 0)
			scmp_fail("SECCOMP_LOG=%s cannot be opened for appending: %s", options->log_path,
				  scmp_error_text((int)-fd));
	}
	copy = raise_fd((int)fd);
	/* No stderr, no log: the host was started that way. */
	if (copy == -EBADF && options->log_kind == SCMP_LOG_STDERR)
		return;
	if (copy < 0)
		scmp_fail("SECCOMP_LOG: file descriptor %ld cannot be copied: %s", fd, scmp_error_text((int)-copy));
	if (options->log_kind == SCMP_LOG_PATH)
		scmp_sys(__NR_close, fd, 0, 0, 0, 0, 0);
	log->fd = (int)copy;
	log->reserved = log->fd;
	log->path = options->log_path;
	log->id = scmp_log_id(log->fd);
	if (log->id == SCMP_LOG_CLOSED)
		scmp_fail("kernel: fstat of the log failed");
}

void scmp_logfile_inherit(struct scmp_log *log, const struct scmp_child *child, const struct scmp_options *options)
{
	uint64_t id = child->log_fd >= 0 ? scmp_log_id(child->log_fd) : SCMP_LOG_CLOSED;

	log->fd = id == child->log_id || id == SCMP_LOG_CLOSED ? child->log_fd : -1;
	log->reserved = child->log_fd;
	log->path = options->log_path;
	log->id = child->log_id;
}

void scmp_logfile_reopens(struct scmp_log *log, const struct scmp_options *options)
{
	log->reopens = options->log_kind != SCMP_LOG_FD && scmp_policy_lets_run(__NR_fcntl) &&
		       scmp_policy_lets_run(__NR_close) &&
		       (log->reserved <= SCMP_LOGFILE_BELOW || scmp_policy_lets_run(__NR_prlimit64)) &&
		       scmp_policy_lets_run(options->log_kind == SCMP_LOG_PATH ? __NR_openat : __NR_fstat);
}

void scmp_logfile_close(struct scmp_log *log)
{
	if (log->fd >= 0)
		scmp_sys(__NR_close, log->fd, 0, 0, 0, 0, 0);
	log->fd = -1;
	log->reserved = -1;
}
