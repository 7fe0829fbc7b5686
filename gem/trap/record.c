/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] What the log says of a trapped call:
 *
 *   scmp[4711] uname: uname(0x7ffc1234) = -1 EPERM  trap p.rb:2  from libc.so.6+0xcf2a7
 *   scmp[4711] vi: mkdir(0x55d0, 511) = -1 EPERM  errno p.rb:3 "no new folders"  from libc.so.6+0xdd1f7
 *   scmp[4711] id: uname(0x7ffc1234) = -1 EPERM  inherited rule 1  from libc.so.6+0xcf2a7
 *   scmp[4711] sh: ptrace(16, 1, 0, 0) = ? killed  kill p.rb:4  from libc.so.6+0x102a17
 *
 * Called by the handler, on the stack that the kernel chose: so a record is a
 * kilobyte at most, and arguments are the bare registers.
 */
#include "log.h"

#include "arch.h"
#include "gate.h"
#include "json.h"
#include "modules.h"
#include "print.h"
#include "syscalls.h"

static const char *program_of(const struct scmp_trap_config *config)
{
	return config->program ? config->program : "?";
}

static char *print_head(char *dst, char *end, const struct scmp_trap_config *config)
{
	dst = scmp_print_text(dst, end, "scmp[");
	dst = scmp_print_signed(dst, end, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0));
	dst = scmp_print_text(dst, end, "] ");
	dst = scmp_print_escaped(dst, end, program_of(config));
	return scmp_print_text(dst, end, ": ");
}

static char *print_call(char *dst, char *end, const struct seccomp_data *data)
{
	const struct scmp_syscall *known = scmp_syscall_by_number(data->nr);
	size_t n_args = known ? known->n_args : 6;

	if (known) {
		dst = scmp_print_text(dst, end, known->name);
	} else {
		dst = scmp_print_text(dst, end, "syscall_");
		dst = scmp_print_hex(dst, end, (uint32_t)data->nr);
	}
	for (size_t i = 0; i < n_args; i++) {
		dst = scmp_print_text(dst, end, i ? ", " : "(");
		dst = scmp_print_arg(dst, end, data->args[i]);
	}
	return scmp_print_text(dst, end, n_args ? ")" : "()");
}

static char *print_rule(char *dst, char *end, const struct scmp_trap_rule *rule)
{
	dst = scmp_print_text(dst, end, rule->verb);
	if (!rule->file) {
		dst = scmp_print_text(dst, end, " rule ");
		return scmp_print_signed(dst, end, rule->id);
	}
	dst = scmp_print_text(dst, end, " ");
	dst = scmp_print_escaped(dst, end, rule->file);
	dst = scmp_print_text(dst, end, ":");
	dst = scmp_print_signed(dst, end, rule->line);
	if (rule->why) {
		dst = scmp_print_text(dst, end, " \"");
		dst = scmp_print_escaped(dst, end, rule->why);
		dst = scmp_print_text(dst, end, "\"");
	}
	return dst;
}

char *scmp_record_text(char *dst, const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result)
{
	char *end = dst + SCMP_TRAP_RECORD_MAX - 1;

	dst = print_head(dst, end, config);
	dst = print_call(dst, end, &call->data);
	dst = scmp_print_text(dst, end, " = ");
	if (call->kill)
		dst = scmp_print_text(dst, end, "? killed");
	else
		dst = scmp_print_result(dst, end, result);
	dst = scmp_print_text(dst, end, "  ");
	dst = print_rule(dst, end, call->rule);
	dst = scmp_print_text(dst, end, "  from ");
	dst = scmp_print_place(dst, end, call->data.instruction_pointer, program_of(config));
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
