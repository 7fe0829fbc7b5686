/* SPDX-License-Identifier: MIT */
/*
 * [async-signal-safe] JSON without libc; json.h. Every String has a room of its
 * own and is cut to it, so that the object around it is always whole.
 */
#include "json.h"

#include <asm/unistd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "allow.h"
#include "decode.h"
#include "errnos.h"
#include "gate.h"
#include "log.h"
#include "print.h"
#include "syscalls.h"

/* Of one decoded argument; and what all of them have at least: the field, with nothing in its Strings. */
enum { DECODED_MAX = 256, DECODED_ROOM = 40 };

/* The length of the UTF-8 character there, or 0. */
static size_t utf8(const unsigned char *text, size_t length)
{
	size_t n = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	uint32_t c = n == 1 ? text[0] : text[0] & (0x3fu >> (n - 1));

	if (n > length || (n > 1 && text[0] < 0xc2) || text[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

/* One character, escaped where JSON wants it; returns how many bytes of the text it was. */
static size_t put_character(char **dst, char *end, const char *text, size_t length)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c = (unsigned char)*text;
	size_t n = utf8((const unsigned char *)text, length);
	char escape[SCMP_JSON_BYTE] = {'\\', 'u', '0', '0'};
	const char *from = text;
	size_t size = n;

	if (n == 0 || c < ' ' || c == 0x7f) {
		if (n == 0) {
			escape[2] = 'd';
			escape[3] = 'c';
		}
		escape[4] = hex[c >> 4];
		escape[5] = hex[c & 15];
		from = escape;
		size = sizeof(escape);
	} else if (c == '"' || c == '\\') {
		escape[1] = (char)c;
		from = escape;
		size = 2;
	}
	if (c == '\n') {
		escape[1] = 'n';
		size = 2;
	}
	if (size > (size_t)(end - *dst))
		return 0;
	memcpy(*dst, from, size);
	*dst += size;
	return n ? n : 1;
}

/* "text", cut to what fits; there is always room for the quotes. */
static char *put_string(char *dst, char *end, const char *text, size_t length)
{
	char *stop = end - 1;

	*dst++ = '"';
	while (length > 0) {
		size_t n = put_character(&dst, stop, text, length);

		if (n == 0)
			break;
		text += n;
		length -= n;
	}
	*dst++ = '"';
	return dst;
}

static char *put_field(char *dst, char *end, const char *name, size_t room, const char *text)
{
	dst = scmp_print_text(dst, end, name);
	return put_string(dst, scmp_print_room(dst, end, room), text, scmp_text_length(text));
}

static char *put_head(char *dst, char *end, long pid, const char *program)
{
	dst = scmp_print_text(dst, end, "{\"pid\":");
	dst = scmp_print_signed(dst, end, pid);
	return put_field(dst, end, ",\"program\":", SCMP_PROGRAM_ROOM, program ? program : "?");
}

static char *put_call(char *dst, char *end, const struct seccomp_data *data)
{
	const struct scmp_syscall *known = scmp_syscall_by_number(data->nr);
	size_t n_args = known ? known->n_args : 6;

	dst = scmp_print_text(dst, end, ",\"syscall\":");
	if (known) {
		dst = scmp_print_text(dst, end, "\"");
		dst = scmp_print_text(dst, end, known->name);
		dst = scmp_print_text(dst, end, "\"");
	} else {
		dst = scmp_print_text(dst, end, "null");
	}
	dst = scmp_print_text(dst, end, ",\"number\":");
	dst = scmp_print_signed(dst, end, data->nr);
	dst = scmp_print_text(dst, end, ",\"arguments\":[");
	for (size_t i = 0; i < n_args; i++) {
		dst = scmp_print_text(dst, end, i ? ",\"" : "\"");
		dst = scmp_print_hex(dst, end, data->args[i]);
		dst = scmp_print_text(dst, end, "\"");
	}
	return scmp_print_text(dst, end, "]");
}

static char *put_result(char *dst, char *end, const struct scmp_call *call, int64_t result)
{
	const char *error = result < 0 && result >= -4095 ? scmp_errno_name((int)-result) : NULL;

	if (call->kill)
		return scmp_print_text(dst, end, ",\"killed\":true");
	if (call->open_ended)
		return scmp_print_text(dst, end, ",\"result\":null");
	dst = scmp_print_text(dst, end, ",\"result\":");
	dst = scmp_print_signed(dst, end, error ? -1 : result);
	if (!error)
		return dst;
	dst = scmp_print_text(dst, end, ",\"errno\":\"");
	dst = scmp_print_text(dst, end, error);
	return scmp_print_text(dst, end, "\"");
}

static char *put_rule(char *dst, char *end, const struct scmp_trap_rule *rule)
{
	dst = scmp_print_text(dst, end, ",\"action\":\"");
	dst = scmp_print_text(dst, end, rule->verb);
	if (!rule->file) {
		dst = scmp_print_text(dst, end, "\",\"rule\":");
		return scmp_print_signed(dst, end, rule->id);
	}
	dst = put_field(dst, end, "\",\"file\":", SCMP_FILE_ROOM, rule->file);
	dst = scmp_print_text(dst, end, ",\"line\":");
	dst = scmp_print_signed(dst, end, rule->line);
	return rule->why ? put_field(dst, end, ",\"why\":", SCMP_WHY_ROOM, rule->why) : dst;
}

/* The arguments as the text has them; each has at least its quotes. */
static char *put_decoded(char *dst, char *end, const struct seccomp_data *data)
{
	static const char cut[] = "...";
	const struct scmp_syscall *known = scmp_syscall_by_number(data->nr);
	size_t n_args = known ? known->n_args : 6;

	dst = scmp_print_text(dst, end, ",\"decoded\":[");
	for (size_t i = 0; i < n_args; i++) {
		/* Of those that follow, and the bracket. */
		char *stop = end - 3 * (n_args - 1 - i) - 1;
		char text[DECODED_MAX], *text_end = text + sizeof(text), *p;

		p = scmp_decode(text, text_end, known, (const uint64_t *)data->args, i);
		if (p == text_end)
			memcpy(p - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
		dst = scmp_print_text(dst, stop, i ? "," : "");
		dst = put_string(dst, stop, text, (size_t)(p - text));
	}
	return scmp_print_text(dst, end, "]");
}

/* It is plain text without a quote: of names and numbers. */
static char *put_allow(char *dst, char *end, const struct scmp_call *call, int64_t result)
{
	char *line = scmp_print_text(dst, end, ",\"add\":\"");
	char *line_end = scmp_print_allow(line, end - 1, call, result);

	return line_end == line ? dst : scmp_print_text(line_end, end, "\"");
}

/* What follows the arguments. */
static char *put_tail(char *dst, char *end, const struct scmp_call *call, int64_t result)
{
	char place[SCMP_FROM_ROOM];
	size_t length = scmp_trap_place(place, sizeof(place), call->data.instruction_pointer);

	dst = put_result(dst, end, call, result);
	dst = put_rule(dst, end, call->rule);
	dst = scmp_print_text(dst, end, ",\"from\":");
	dst = put_string(dst, scmp_print_room(dst, end, SCMP_FROM_ROOM), place, length);
	dst = put_allow(dst, end - 2, call, result);
	return scmp_print_text(dst, end, "}\n");
}

char *scmp_json_record(char *dst, const struct scmp_trap_config *config, const struct scmp_call *call, int64_t result)
{
	char *end = dst + SCMP_TRAP_RECORD_MAX, *tail;
	size_t length;

	dst = put_head(dst, end, scmp_gate_call(__NR_getpid, 0, 0, 0, 0, 0, 0), config->program);
	dst = put_call(dst, end, &call->data);
	length = (size_t)(put_tail(dst, end - DECODED_ROOM, call, result) - dst);
	tail = memmove(end - length, dst, length);
	dst = put_decoded(dst, tail, &call->data);
	memmove(dst, tail, length);
	return dst + length;
}

char *scmp_json_warning(char *dst, char *end, const char *id, const char *file, int line, const char *text)
{
	dst = put_field(dst, end, "{\"warning\":", SCMP_FILE_ROOM, id);
	dst = put_field(dst, end, ",\"file\":", SCMP_FILE_ROOM, file);
	dst = scmp_print_text(dst, end, ",\"line\":");
	dst = scmp_print_signed(dst, end, line);
	dst = put_field(dst, end - 2, ",\"message\":", SCMP_TRAP_RECORD_MAX, text);
	return scmp_print_text(dst, end, "}\n");
}

char *scmp_json_message(char *dst, char *end, long pid, const char *program, const char *text, size_t length)
{
	if (pid)
		dst = put_head(dst, end, pid, program);
	dst = scmp_print_text(dst, end, pid ? ",\"message\":" : "{\"message\":");
	dst = put_string(dst, end - 2, text, length);
	return scmp_print_text(dst, end, "}\n");
}
