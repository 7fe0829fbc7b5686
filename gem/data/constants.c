/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] constants.def as tables; constants.h. */
#include "constants.h"

#define SET(set, value_bits)
#define CONSTANT(set, constant, number) {#constant, number},
static const struct scmp_constant constants[] = {
#include "constants.def"
	{"AT_FDCWD", (uint32_t)-100},
};
#undef SET
#undef CONSTANT

/* Where the sets begin, in a numbering of all rows. */
enum {
#define SET(set, value_bits) BEGIN_##set, BEGIN_##set##_again = BEGIN_##set - 1,
#define CONSTANT(set, constant, number) ROW_##set##_##constant,
#include "constants.def"
#undef SET
#undef CONSTANT
	BEGIN_DIRFD,
};

static const struct {
	char title[16];
	uint16_t begin;
	uint32_t value_bits;
} sets[] = {
#define SET(set, bits) {#set, BEGIN_##set, bits},
#define CONSTANT(set, constant, number)
#include "constants.def"
#undef SET
#undef CONSTANT
	{"AT", BEGIN_DIRFD, UINT32_MAX},
	{"", BEGIN_DIRFD + 1, 0},
};

struct scmp_constants scmp_constants_of(unsigned meaning)
{
	size_t set = meaning == SCMP_MEANS_DIRFD ? SCMP_SETS : meaning;

	if (set > SCMP_SETS || (set == SCMP_SETS && meaning != SCMP_MEANS_DIRFD))
		return (struct scmp_constants){0};
	return (struct scmp_constants){
		.first = &constants[sets[set].begin],
		.n = sets[set + 1].begin - sets[set].begin,
		.value_bits = sets[set].value_bits,
	};
}

uint32_t scmp_constants_field(unsigned meaning)
{
	switch (meaning) {
	case SCMP_SET_FUTEX:
	case SCMP_SET_LOCK:
	case SCMP_SET_MAP:
	case SCMP_SET_PER:
	case SCMP_SET_SCHED:
	case SCMP_SET_SOCK:
		return scmp_constants_of(meaning).value_bits;
	default:
		return 0;
	}
}

bool scmp_constant_holds(unsigned meaning, const struct scmp_constant *constant, uint32_t argument)
{
	uint32_t value_bits = scmp_constants_of(meaning).value_bits;

	if (!(constant->value & ~value_bits))
		return (argument & value_bits) == constant->value;
	return (argument & constant->value) == constant->value;
}

const char *scmp_constants_title(unsigned meaning)
{
	return meaning < SCMP_SETS ? sets[meaning].title : meaning == SCMP_MEANS_DIRFD ? sets[SCMP_SETS].title : "";
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

const struct scmp_constant *scmp_constant_by_name(unsigned meaning, const char *name)
{
	struct scmp_constants all = scmp_constants_of(meaning);

	for (size_t i = 0; i < all.n; i++)
		if (same(all.first[i].name, name))
			return &all.first[i];
	return NULL;
}
