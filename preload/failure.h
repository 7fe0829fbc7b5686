/* SPDX-License-Identifier: MIT */
/*
 * What happens when something goes wrong before the host may run: one message
 * on stderr and exit status 125, and neither its constructors nor its main.
 * Only in an exec'd child whose policy is in force already is there a way on.
 */
#pragma once

#include <setjmp.h>
#include <stddef.h>

enum { SCMP_EXIT_FAILURE = 125 };

/* scmp_fail() - say "scmp: MESSAGE" and end the process; or, once scmp_fail_softly() was called, go on there */
__attribute__((noreturn, format(printf, 1, 2))) void scmp_fail(const char *format, ...);

/* scmp_fail_text() - the same for a text of several lines, each of which gets the prefix */
__attribute__((noreturn)) void scmp_fail_text(const char *text);

/*
 * scmp_fail_softly() - from now on a failure jumps to `where`: the filter is in
 * force, so that nothing is lost but the answers of the policy's blocks
 */
void scmp_fail_softly(jmp_buf *where);

/* scmp_failure_text() - what scmp_fail() would have said, after the jump */
const char *scmp_failure_text(void);

/* scmp_defuse() - make question marks of the bytes with which a text of others could play with a terminal */
void scmp_defuse(char *text, size_t length);

/* scmp_error_text() - an errno in words: "Permission denied" */
const char *scmp_error_text(int error);
