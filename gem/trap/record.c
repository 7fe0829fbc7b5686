/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] What the log says of a trapped call:
 *
 *   scmp[4711] uname: uname(0x7ffc1234) = -1 EPERM  trap p.rb:2  from libc.so.6+0xcf2a7
 *   scmp[4711] vi: mkdir("/tmp/x", 0777) = -1 EPERM  errno p.rb:3 "no new folders"  from libc.so.6+0xdd1f7
 *   scmp[4711] sh: ptrace(PTRACE_ATTACH, 1, NULL, 0) = ? killed  kill p.rb:4  from libc.so.6+0x102a17
 *   scmp[4711] cp: fsync(4) = 0  intercept p.rb:5  from libc.so.6+0xf7a35
 *   scmp[4711] sh: execve("/bin/ls", ["ls"], ...) = ?  intercept p.rb:6  from libc.so.6+0xd5b97
 *   scmp[4711] nc: socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = -1 EPERM  inherited rule 1  from libc.so.6+0x10e4a7
 *                                                             (on one line)  add: rule.allow :socket, domain: :AF_INET
 *
 * Called by the handler, on the stack that the kernel chose: so a record is a
 * kilobyte at most, of which the arguments may take what the rest can never need.
 */
#include "log.h"

#include <string.h>

#include "allow.h"
#include "arch.h"
#include "decode.h"
#include "gate.h"
#include "json.h"
#include "modules.h"
#include "print.h"
#include "syscalls.h"

/* What arguments have at least; what follows them is 590 bytes without a line to add, at the most. */
enum { ARGUMENTS_ROOM = 256 };

static const char *program_of(const struct scmp_trap_config *config)
{
	return config->program ? config->program : "?";
}

static char *print_head(char *dst, char *end, const struct scmp_trap_config *config)
{
	dst = scmp_print_text(dst, end, "scmp[");
	dst = scmp_print_signed(dst, end, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0));
	dst = scmp_print_text(dst, end, "] ");
	dst = scmp_print_escaped(dst, scmp_print_room(dst, end, SCMP_PROGRAM_ROOM), program_of(config));
	return scmp_print_text(dst, end, ": ");
}

static char *print_name(char *dst, char *end, const struct seccomp_data *data)
{
	const struct scmp_syscall *known = scmp_syscall_by_number(data->nr);

	if (known)
		return scmp_print_text(dst, end, known->name);
	dst = scmp_print_text(dst, end, "syscall_");
	return scmp_print_hex(dst, end, (uint32_t)data->nr);
}

static char *print_arguments(char *dst, char *end, const struct seccomp_data *data)
{
	static const char cut[] = "...";
	const struct scmp_syscall *known = scmp_syscall_by_number(data->nr);
	const uint64_t *args = (const uint64_t *)data->args;
	size_t n = scmp_decode_count(known, args);

	for (size_t i = 0; i < n && dst < end; i++) {
		dst = scmp_print_text(dst, end, i ? ", " : "");
		dst = scmp_decode(dst, end, known, args, i);
	}
	if (dst == end)
		memcpy(end - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	return dst;
}

static char *print_rule(char *dst, char *end, const struct scmp_trap_rule *rule)
{
	dst = scmp_print_text(dst, end, rule->verb);
	if (!rule->file) {
		dst = scmp_print_text(dst, end, " rule ");
		return scmp_print_signed(dst, end, rule->id);
	}
	dst = scmp_print_text(dst, end, " ");
	dst = scmp_print_escaped(dst, scmp_print_room(dst, end, SCMP_FILE_ROOM), rule->file);
	dst = scmp_print_text(dst, end, ":");
	dst = scmp_print_signed(dst, end, rule->line);
	if (rule->why) {
		dst = scmp_print_text(dst, end, " \"");
		dst = scmp_print_escaped(dst, scmp_print_room(dst, end, SCMP_WHY_ROOM), rule->why);
		dst = scmp_print_text(dst, end, "\"");
	}
	return dst;
}

static char *print_allow(char *dst, char *end, const struct scmp_call *call, int64_t result)
{
	char *line = scmp_print_text(dst, end, "  add: ");
	char *line_end = scmp_print_allow(line, end, call, result);

	return line_end == line ? dst : line_end;
}

/* From the parenthesis behind the arguments on. */
static char *print_tail(char *dst, char *end, const struct scmp_trap_config *config, const struct scmp_call *call,
			int64_t result)
{
	dst = scmp_print_text(dst, end, ") = ");
	if (call->kill)
		dst = scmp_print_text(dst, end, "? killed");
	else if (call->open_ended)
		dst = scmp_print_text(dst, end, "?");
	else
		dst = scmp_print_result(dst, end, result);
	dst = scmp_print_text(dst, end, "  ");
	dst = print_rule(dst, end, call->rule);
	dst = scmp_print_text(dst, end, "  from ");
	dst = scmp_print_place(dst, scmp_print_room(dst, end, SCMP_FROM_ROOM), call->data.instruction_pointer,
			       program_of(config));
	return print_allow(dst, end, call, result);
}

char *scmp_record_text(char *dst, const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result)
{
	char *end = dst + SCMP_TRAP_RECORD_MAX - 1, *tail;
	size_t length;

	dst = print_head(dst, end, config);
	dst = print_name(dst, end, &call->data);
	dst = scmp_print_text(dst, end, "(");
	length = (size_t)(print_tail(dst, end - ARGUMENTS_ROOM, config, call, result) - dst);
	tail = memmove(end - length, dst, length);
	dst = print_arguments(dst, tail, &call->data);
	memmove(dst, tail, length);
	dst += length;
	*dst++ = '\n';
	return dst;
}

void scmp_record(const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result)
{
	char text[SCMP_TRAP_RECORD_MAX];
	char *end;

	if (config->log.fd < 0)
		return;
	end = config->log.json ? scmp_json_record(text, config, call, result)
			       : scmp_record_text(text, config, call, result);
	scmp_log_write(&config->log, text, (size_t)(end - text));
}

void scmp_note(const struct scmp_trap_config *config, const char *text)
{
	char line[SCMP_TRAP_RECORD_MAX];
	char *end = line + sizeof(line) - 1;
	char *p = line;

	if (config->log.json) {
		p = scmp_json_message(p, end, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0), program_of(config), text,
				      scmp_text_length(text));
	} else {
		p = print_head(p, end, config);
		p = scmp_print_text(p, end, text);
		*p++ = '\n';
	}
	scmp_log_write(&config->log, line, (size_t)(p - line));
}
