/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Addresses of sockets; sockaddr.h. */
#include "sockaddr.h"

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/un.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "decode.h"
#include "print.h"

enum { GROUPS = 8 };

static char *print_port(char *dst, char *end, const char *name, uint16_t port)
{
	dst = scmp_print_text(dst, end, name);
	dst = scmp_print_text(dst, end, "=htons(");
	dst = scmp_print_unsigned(dst, end, __builtin_bswap16(port));
	return scmp_print_text(dst, end, ")");
}

static char *print_ipv4(char *dst, char *end, const unsigned char *bytes)
{
	for (unsigned i = 0; i < 4; i++) {
		dst = scmp_print_text(dst, end, i ? "." : "");
		dst = scmp_print_unsigned(dst, end, bytes[i]);
	}
	return dst;
}

static unsigned group(const unsigned char *bytes, unsigned i)
{
	return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The longest run of two or more zeroes, the first of several, is "::". */
static unsigned longest_zeroes(const unsigned char *bytes, unsigned *length)
{
	unsigned best = GROUPS;

	*length = 1;
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned n = 0;

		while (i + n < GROUPS && !group(bytes, i + n))
			n++;
		if (n > *length) {
			best = i;
			*length = n;
		}
	}
	return best;
}

static char *print_ipv6(char *dst, char *end, const unsigned char *bytes)
{
	unsigned length, zeroes = longest_zeroes(bytes, &length);
	/* ::1.2.3.4 and ::ffff:1.2.3.4 */
	bool ends_in_ipv4 = zeroes == 0 && (length == 6 || (length == 5 && group(bytes, 5) == 0xffff));

	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == zeroes) {
			dst = scmp_print_text(dst, end, "::");
			i += length - 1;
			continue;
		}
		if (i && i != zeroes + length)
			dst = scmp_print_text(dst, end, ":");
		if (i == 6 && ends_in_ipv4)
			return print_ipv4(dst, end, bytes + 12);
		dst = scmp_print_hex_digits(dst, end, group(bytes, i));
	}
	return dst;
}

static char *print_inet(char *dst, char *end, const char *bytes)
{
	struct sockaddr_in address;

	memcpy(&address, bytes, sizeof(address));
	dst = print_port(dst, end, ", sin_port", address.sin_port);
	dst = scmp_print_text(dst, end, ", sin_addr=inet_addr(\"");
	dst = print_ipv4(dst, end, (const unsigned char *)&address.sin_addr);
	return scmp_print_text(dst, end, "\")");
}

static char *print_inet6(char *dst, char *end, const char *bytes)
{
	struct sockaddr_in6 address;

	memcpy(&address, bytes, sizeof(address));
	dst = print_port(dst, end, ", sin6_port", address.sin6_port);
	dst = scmp_print_text(dst, end, ", sin6_flowinfo=htonl(");
	dst = scmp_print_unsigned(dst, end, __builtin_bswap32(address.sin6_flowinfo));
	dst = scmp_print_text(dst, end, "), inet_pton(AF_INET6, \"");
	dst = print_ipv6(dst, end, (const unsigned char *)&address.sin6_addr);
	dst = scmp_print_text(dst, end, "\", &sin6_addr), sin6_scope_id=");
	return scmp_print_unsigned(dst, end, address.sin6_scope_id);
}

/* A name that begins with a zero byte is no file's, and is as long as the address. */
static char *print_unix(char *dst, char *end, const char *path, size_t length)
{
	bool abstract = !*path;
	const char *stop;

	if (abstract) {
		path++;
		length--;
	}
	stop = abstract ? NULL : memchr(path, '\0', length);
	dst = scmp_print_text(dst, end, abstract ? ", sun_path=@\"" : ", sun_path=\"");
	dst = scmp_print_bytes(dst, end, path, stop ? (size_t)(stop - path) : length, '\0');
	return scmp_print_text(dst, end, "\"");
}

char *scmp_print_sockaddr(char *dst, char *end, const char *bytes, size_t length)
{
	uint16_t family;

	memcpy(&family, bytes, sizeof(family));
	dst = scmp_print_text(dst, end, "{sa_family=");
	dst = scmp_decode_constants(dst, end, SCMP_SET_AF, family, "", "|");
	if (family == SCMP_AF_INET && length >= sizeof(struct sockaddr_in))
		dst = print_inet(dst, end, bytes);
	else if (family == SCMP_AF_INET6 && length >= sizeof(struct sockaddr_in6))
		dst = print_inet6(dst, end, bytes);
	else if (family == SCMP_AF_UNIX && length > sizeof(family))
		dst = print_unix(dst, end, bytes + sizeof(family), length - sizeof(family));
	return scmp_print_text(dst, end, "}");
}
