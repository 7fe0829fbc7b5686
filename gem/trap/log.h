/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The log: one write(2) a record, to one file descriptor,
 * checked before each write. What could not be written is counted and said
 * in the next record that can.
 */
#pragma once

#include <stddef.h>

#include "trap.h"

/* The longest record: one write of at most PIPE_BUF bytes is never torn. */
enum { SCMP_RECORD_MAX = 2048 };

/* The longest record of the handler, which writes it on whatever stack the host has given to signals. */
enum { SCMP_TRAP_RECORD_MAX = 1024 };

/* scmp_log_id() - 33 bits that tell this open file from others; SCMP_LOG_CLOSED: the number is not open */
#define SCMP_LOG_CLOSED UINT64_MAX
uint64_t scmp_log_id(int fd);

/* What the names in it may take; arguments get what is left, and all of the record is at most as long as it may be. */
enum { SCMP_PROGRAM_ROOM = 96, SCMP_FILE_ROOM = 224, SCMP_WHY_ROOM = 192, SCMP_FROM_ROOM = 112 };

/*
 * scmp_log_write() - write one record, which ends in a newline; through the gate
 * Ordinary code that calls it should mask SIGPIPE and SIGXFSZ, as the handler does.
 */
void scmp_log_write(const struct scmp_log *log, const char *text, size_t length);

/*
 * scmp_record_text() - the record of a trapped call with its result, as text
 * @dst: SCMP_TRAP_RECORD_MAX bytes
 * Return: its end. Of a record that is too long the arguments are cut first, then names and reason; the rest is kept.
 */
char *scmp_record_text(char *dst, const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result);

/* scmp_record() - write the record of a trapped call with its result */
void scmp_record(const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result);

/* scmp_note() - write a line about the process: scmp[4711] uname: TEXT */
void scmp_note(const struct scmp_trap_config *config, const char *text);
