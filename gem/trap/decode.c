/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Arguments by width and meaning; decode.h. */
#include "decode.h"

#include <asm/socket.h>
#include <linux/fcntl.h>

#include "constants.h"
#include "memory.h"
#include "print.h"
#include "sockaddr.h"

/* How much is shown: of text, of a path, which says most where it ends, and of an argv. */
enum { TEXT_SHOWN = 32, PATH_SHOWN = 8 * TEXT_SHOWN, STRINGS_SHOWN = 8 };

uint64_t scmp_decode_value(enum scmp_width width, uint64_t value)
{
	unsigned bits = scmp_width_bits(width);

	return bits == 64 ? value : value & ((1ull << bits) - 1);
}

/*
 * Numbers
 */

static char *print_pointer(char *dst, char *end, uint64_t address)
{
	return address ? scmp_print_hex(dst, end, address) : scmp_print_text(dst, end, "NULL");
}

static char *print_integer(char *dst, char *end, enum scmp_width width, uint64_t value)
{
	switch (width) {
	case SCMP_WIDTH_S32:
		return scmp_print_signed(dst, end, (int32_t)(uint32_t)value);
	case SCMP_WIDTH_S64:
		return scmp_print_signed(dst, end, (int64_t)value);
	case SCMP_WIDTH_U32:
		/* A user or group that is to stay as it is. */
		if (value == UINT32_MAX)
			return scmp_print_signed(dst, end, -1);
		break;
	case SCMP_WIDTH_U64:
	case SCMP_WIDTH_EITHER:
		/* A size; or anything, an address too. */
		if (value > INT32_MAX)
			return scmp_print_hex(dst, end, value);
		break;
	case SCMP_WIDTH_PTR:
		return print_pointer(dst, end, value);
	case SCMP_WIDTH_U16:
		break;
	}
	return scmp_print_unsigned(dst, end, value);
}

/* 0644; three digits at least. */
static char *print_mode(char *dst, char *end, uint64_t mode)
{
	dst = scmp_print_text(dst, end, mode < 010 ? "00" : "0");
	return scmp_print_octal(dst, end, mode);
}

/*
 * Names
 */

char *scmp_decode_constants(char *dst, char *end, unsigned meaning, uint64_t value, const char *before,
			    const char *between)
{
	struct scmp_constants all = scmp_constants_of(meaning);
	bool has_flags = all.value_bits != UINT32_MAX;
	uint64_t flags = ~(uint64_t)all.value_bits, rest = value;
	uint64_t plain_value = all.value_bits && has_flags ? value & all.value_bits : value;
	bool plain = false, any = false;

	for (size_t i = 0; i < all.n; i++) {
		const struct scmp_constant *constant = &all.first[i];

		if (constant->value & flags) {
			if ((rest & constant->value) != constant->value)
				continue;
			rest &= ~(uint64_t)constant->value;
		} else {
			/* Zero has a name in sets of flags too, for no flag at all. */
			if (plain || constant->value != plain_value)
				continue;
			plain = true;
			rest &= flags;
		}
		dst = scmp_print_text(dst, end, any ? between : "");
		dst = scmp_print_text(dst, end, before);
		dst = scmp_print_text(dst, end, constant->name);
		any = true;
	}
	if (!any && (!has_flags || !value))
		return scmp_print_arg(dst, end, value);
	if (!rest)
		return dst;
	dst = scmp_print_text(dst, end, any ? between : "");
	return scmp_print_hex(dst, end, rest);
}

bool scmp_decode_has_names(const struct scmp_syscall *known, const uint64_t args[6], size_t i)
{
	unsigned meaning = known->args[i].meaning;
	uint32_t domain = (uint32_t)args[0];

	/* An option is one of its level; a protocol, of its domain. */
	if (meaning == SCMP_SET_SO)
		return (uint32_t)args[i - 1] == SOL_SOCKET;
	if (meaning == SCMP_SET_IPPROTO)
		return domain == SCMP_AF_INET || domain == SCMP_AF_INET6;
	return meaning < SCMP_SETS;
}

/*
 * What pointers point to
 */

static char *print_string(char *dst, char *end, uint64_t address, size_t most)
{
	char part[TEXT_SHOWN + 1], *start = dst;

	dst = scmp_print_text(dst, end, "\"");
	for (size_t shown = 0; shown < most; shown += TEXT_SHOWN) {
		long n = scmp_memory_string(part, address + shown, sizeof(part));

		if (n < 0)
			return print_pointer(start, end, address);
		if (n <= TEXT_SHOWN) {
			dst = scmp_print_bytes(dst, end, part, (size_t)n, '\0');
			return scmp_print_text(dst, end, "\"");
		}
		dst = scmp_print_bytes(dst, end, part, TEXT_SHOWN, part[TEXT_SHOWN]);
	}
	return scmp_print_text(dst, end, "\"...");
}

static char *print_buffer(char *dst, char *end, uint64_t address, uint64_t length)
{
	char part[TEXT_SHOWN];
	size_t n = length < TEXT_SHOWN ? (size_t)length : TEXT_SHOWN;

	if (!address || scmp_memory_read(part, address, n) < 0)
		return print_pointer(dst, end, address);
	dst = scmp_print_text(dst, end, "\"");
	dst = scmp_print_bytes(dst, end, part, n, '\0');
	return scmp_print_text(dst, end, length > n ? "\"..." : "\"");
}

static char *print_strings(char *dst, char *end, uint64_t address)
{
	uint64_t string;

	if (!address || scmp_memory_read(&string, address, sizeof(string)) < 0)
		return print_pointer(dst, end, address);
	dst = scmp_print_text(dst, end, "[");
	for (size_t i = 0; string; i++) {
		if (i)
			dst = scmp_print_text(dst, end, ", ");
		if (i == STRINGS_SHOWN) {
			dst = scmp_print_text(dst, end, "...");
			break;
		}
		dst = print_string(dst, end, string, TEXT_SHOWN);
		address += sizeof(string);
		if (scmp_memory_read(&string, address, sizeof(string)) < 0) {
			dst = scmp_print_text(dst, end, ", ...");
			break;
		}
	}
	return scmp_print_text(dst, end, "]");
}

static char *print_sockaddr(char *dst, char *end, uint64_t address, uint64_t length)
{
	char bytes[SCMP_SOCKADDR_MAX];
	size_t n = length < sizeof(bytes) ? (size_t)length : sizeof(bytes);

	if (!address || n < SCMP_SOCKADDR_MIN || scmp_memory_read(bytes, address, n) < 0)
		return print_pointer(dst, end, address);
	return scmp_print_sockaddr(dst, end, bytes, n);
}

/*
 * Arguments
 */

size_t scmp_decode_count(const struct scmp_syscall *known, const uint64_t args[6])
{
	if (!known)
		return 6;
	for (size_t i = 1; i < known->n_args; i++)
		if (known->args[i].meaning == SCMP_MEANS_MODE && known->args[i - 1].meaning == SCMP_SET_O &&
		    !(args[i - 1] & O_CREAT) && (args[i - 1] & O_TMPFILE) != O_TMPFILE)
			return i;
	return known->n_args;
}

char *scmp_decode(char *dst, char *end, const struct scmp_syscall *known, const uint64_t args[6], size_t i)
{
	const struct scmp_argument *argument;
	uint64_t value, next;

	if (!known)
		return scmp_print_arg(dst, end, args[i]);
	argument = &known->args[i];
	value = scmp_decode_value(argument->width, args[i]);
	next = i + 1 < known->n_args ? scmp_decode_value(known->args[i + 1].width, args[i + 1]) : 0;
	switch (argument->meaning) {
	case SCMP_MEANS_ADDRESS:
		return print_pointer(dst, end, value);
	case SCMP_MEANS_BYTES:
		return print_buffer(dst, end, value, next);
	case SCMP_MEANS_DIRFD:
		if ((int32_t)(uint32_t)value == AT_FDCWD)
			return scmp_print_text(dst, end, "AT_FDCWD");
		return print_integer(dst, end, SCMP_WIDTH_S32, value);
	case SCMP_MEANS_FD:
		return print_integer(dst, end, SCMP_WIDTH_S32, value);
	case SCMP_MEANS_MODE:
		return print_mode(dst, end, value);
	case SCMP_MEANS_PATH:
		return value ? print_string(dst, end, value, PATH_SHOWN) : print_pointer(dst, end, value);
	case SCMP_MEANS_SOCKADDR:
		return print_sockaddr(dst, end, value, next);
	case SCMP_MEANS_STRING:
		return value ? print_string(dst, end, value, TEXT_SHOWN) : print_pointer(dst, end, value);
	case SCMP_MEANS_STRINGS:
		return print_strings(dst, end, value);
	default:
		if (scmp_decode_has_names(known, args, i))
			return scmp_decode_constants(dst, end, argument->meaning, value, "", "|");
		return print_integer(dst, end, argument->width, value);
	}
}
