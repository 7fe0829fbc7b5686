/* SPDX-License-Identifier: MIT */
/* FNV-1a, 64 bits: to tell policies apart, not to keep anybody out. */
#pragma once

#include <stdint.h>

#define SCMP_HASH_START 0xcbf29ce484222325ull

static inline uint64_t scmp_hash_u64(uint64_t hash, uint64_t value)
{
	int i;

	for (i = 0; i < 8; i++) {
		hash = (hash ^ (value & 0xff)) * 0x100000001b3ull;
		value >>= 8;
	}
	return hash;
}

static inline uint64_t scmp_hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
	return hash;
}
