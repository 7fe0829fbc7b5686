/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] The log's other form: JSON lines, one object each.
 *
 *   {"pid":4711,"program":"vi","syscall":"mkdir","number":83,"arguments":["0x7ffc1234","0x1ff"],
 *    "decoded":["\"/tmp/x\"","0777"],"result":-1,"errno":"EPERM","action":"errno","file":"p.rb","line":2,"why":"…",
 *    "from":"libc.so.6+0xcf2a7","add":"rule.allow :mkdir"}
 *   {"pid":4711,"program":"uname","message":"…"}
 *   {"warning":"alias-gap","file":"p.rb","line":2,"message":"…"}
 *
 * Arguments are hexadecimal Strings, since a JSON number may lose bits above 2^53; decoded (decode.h) they are as many,
 * each cut to the room that there is. A killed
 * call has "killed":true and no result; an inherited rule has its number, "rule", and no file.
 * A byte that is not UTF-8 becomes \udc80 to \udcff, as python's surrogateescape has it.
 */
#pragma once

#include <stddef.h>

#include "trap.h"

/* scmp_json_record() - the object of a trapped call, with its newline; as scmp_record_text() */
char *scmp_json_record(char *dst, const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result);

/*
 * scmp_json_message() - {"message":"TEXT"} and a newline
 * @pid, @program: before it; 0 and NULL: they are left out
 * What does not fit is left out of the text. Needs SCMP_JSON_ROOM bytes beyond the text's own.
 */
char *scmp_json_message(char *dst, char *end, long pid, const char *program, const char *text, size_t length);

/* scmp_json_warning() - the object of a policy's warning, with its newline; what does not fit is left out of its texts
 */
char *scmp_json_warning(char *dst, char *end, const char *id, const char *file, int line, const char *text);

/* The worst that a byte can become, and what is around the text of a message. */
enum { SCMP_JSON_BYTE = 6, SCMP_JSON_ROOM = 192 };
