/* SPDX-License-Identifier: MIT */
/* Opens the log of SECCOMP_LOG, at a high file descriptor that children inherit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "options.h"
#include "trap.h"

/* The highest number that is taken below the limit of open files; one above it no host comes by. */
enum { SCMP_LOGFILE_BELOW = 1023 };

/* scmp_logfile_open() - ends the start where the log cannot be opened; a closed stderr leaves fd -1 */
void scmp_logfile_open(struct scmp_log *log, const struct scmp_options *options);

/* scmp_logfile_inherit() - the log of the filter in force; fd -1 where the number is another file's by now */
void scmp_logfile_inherit(struct scmp_log *log, const struct scmp_child *child, const struct scmp_options *options);

/* scmp_logfile_reopens() - the rules are known: whether the handler can open it again where the host closes it */
void scmp_logfile_reopens(struct scmp_log *log, const struct scmp_options *options);

/* scmp_logfile_close() - nothing will ever be written: the host need not carry it */
void scmp_logfile_close(struct scmp_log *log);
