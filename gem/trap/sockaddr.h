/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] Addresses of sockets as strace(1) shows them. Functions append as those of print.h do. */
#pragma once

#include <stddef.h>

/* The kernel's headers keep the numbers of families for themselves. */
enum { SCMP_AF_UNIX = 1, SCMP_AF_INET = 2, SCMP_AF_INET6 = 10 };

/* The family alone; and the longest that is looked at, an AF_UNIX one. */
enum { SCMP_SOCKADDR_MIN = 2, SCMP_SOCKADDR_MAX = 110 };

/*
 * scmp_print_sockaddr() - {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}
 * @length: of `bytes`, in these limits. Of other families than AF_INET, AF_INET6 and AF_UNIX, and of what
 * is too short for its own, the family is shown.
 */
char *scmp_print_sockaddr(char *dst, char *end, const char *bytes, size_t length);
