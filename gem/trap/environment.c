/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The environment of exec'd children; environment.h. */
#include "environment.h"

#include <asm/unistd.h>
#include <stdbool.h>
#include <string.h>

#include "alternate.h"
#include "memory.h"
#include "perform.h"
#include "print.h"

enum {
	/* What begins an entry: the longest name, SECCOMP_LOG_FORMAT=, and some. */
	START = 24,
	/* An LD_PRELOAD is looked through in pieces of so many bytes. */
	PIECE = 128,
	/* What is made for a mended environment at the most: its array, and an LD_PRELOAD. */
	ROOM_MAX = 1 << 22,
	/* What is left of an alternate stack beside that. */
	ROOM_LEFT = 4096,
};

/* What is to be in it, and what it has. On the stack of a signal: small. */
struct mending {
	const struct scmp_trap_config *config;
	uint64_t host; /* the array of the host */
	size_t n; /* entries in it */
	size_t preload; /* the index of its last LD_PRELOAD, which ld.so takes; SIZE_MAX: it has none */
	uint64_t value; /* of that */
	size_t length;
	bool found[SCMP_KEPT_MAX];
	bool bare; /* its LD_PRELOAD does not have the library */
};

static size_t name_length(const char *entry)
{
	size_t n = 0;

	while (entry[n] && entry[n] != '=')
		n++;
	return n + 1;
}

static bool begins(const char *text, const char *name, size_t length)
{
	return memcmp(text, name, length) == 0;
}

static const char preload_name[] = "LD_PRELOAD=";
enum { PRELOAD_NAME = sizeof(preload_name) - 1 };

/* A list with colons or blanks, of which one more character is seen: how far the library's name agrees, or SIZE_MAX. */
static size_t follow(struct mending *mending, size_t agrees, char c)
{
	const char *library = mending->config->library;

	if (c != ':' && c != ' ' && c != '\0')
		return agrees != SIZE_MAX && library[agrees] == c ? agrees + 1 : SIZE_MAX;
	if (agrees != SIZE_MAX && library[agrees] == '\0')
		mending->bare = false;
	return 0;
}

/* Return: false where the entry cannot be read. */
static bool look_at_preload(struct mending *mending, uint64_t entry)
{
	char piece[PIECE];
	size_t agrees = 0;
	long n;

	mending->value = entry + PRELOAD_NAME;
	mending->length = 0;
	mending->bare = true;
	do {
		n = scmp_memory_string(piece, mending->value + mending->length, sizeof(piece));
		if (n < 0)
			return false;
		for (long i = 0; i < n; i++)
			agrees = follow(mending, agrees, piece[i]);
		mending->length += (size_t)n;
	} while (n == sizeof(piece));
	(void)follow(mending, agrees, '\0');
	return true;
}

/* The start of an entry; what is behind its end in the same page does not matter. */
static bool read_start(char start[START], uint64_t entry)
{
	long n = scmp_memory_string(start, entry, START);

	if (n < 0)
		return false;
	memset(start + n, 0, START - (size_t)n);
	return true;
}

static bool look_at(struct mending *mending, size_t i)
{
	const char *const *kept = mending->config->kept;
	char start[START];
	uint64_t entry;

	if (scmp_memory_read(&entry, mending->host + i * sizeof(entry), sizeof(entry)) < 0)
		return false;
	if (entry == 0) {
		mending->n = i;
		return true;
	}
	if (!read_start(start, entry))
		return false;
	if (begins(start, preload_name, PRELOAD_NAME)) {
		mending->preload = i;
		return look_at_preload(mending, entry);
	}
	for (size_t k = 0; k < SCMP_KEPT_MAX && kept[k]; k++)
		if (begins(start, kept[k], name_length(kept[k])))
			mending->found[k] = true;
	return true;
}

/* Return: false where it is left to the kernel, which refuses what it cannot read as well. */
static bool look(struct mending *mending, const struct scmp_trap_config *config, uint64_t environment)
{
	memset(mending, 0, sizeof(*mending));
	mending->config = config;
	mending->host = environment;
	mending->preload = SIZE_MAX;
	mending->n = environment ? SIZE_MAX : 0;
	mending->bare = true;
	for (size_t i = 0; mending->n == SIZE_MAX; i++)
		if (!look_at(mending, i))
			return false;
	return true;
}

static bool is_whole(const struct mending *mending)
{
	bool whole = !mending->bare;

	for (size_t k = 0; k < SCMP_KEPT_MAX && mending->config->kept[k]; k++)
		whole = whole && mending->found[k];
	return whole;
}

static size_t size_of_array(const struct mending *mending)
{
	return (mending->n + SCMP_KEPT_MAX + 2) * sizeof(uint64_t);
}

static size_t size_of_text(const struct mending *mending)
{
	return PRELOAD_NAME + scmp_text_length(mending->config->library) + 1 + mending->length + 1;
}

/* LD_PRELOAD with the library before all that the host has in it. */
static bool write_preload(const struct mending *mending, char *text)
{
	const char *library = mending->config->library;
	size_t length = scmp_text_length(library);

	memcpy(text, preload_name, PRELOAD_NAME);
	memcpy(text + PRELOAD_NAME, library, length);
	text += PRELOAD_NAME + length;
	*text = '\0';
	if (mending->length == 0)
		return true;
	*text++ = ':';
	text[mending->length] = '\0';
	return scmp_memory_read(text, mending->value, mending->length) == 0;
}

/* @entries: room for the array, and the text behind it */
static bool mend(const struct mending *mending, uint64_t *entries)
{
	char *text = (char *)entries + size_of_array(mending);
	size_t n = mending->n;

	if (n && scmp_memory_read(entries, mending->host, n * sizeof(*entries)) < 0)
		return false;
	if (mending->bare && !write_preload(mending, text))
		return false;
	if (mending->bare && mending->preload == SIZE_MAX)
		entries[n++] = (uint64_t)text;
	else if (mending->bare)
		entries[mending->preload] = (uint64_t)text;
	for (size_t k = 0; k < SCMP_KEPT_MAX && mending->config->kept[k]; k++)
		if (!mending->found[k])
			entries[n++] = (uint64_t)mending->config->kept[k];
	entries[n] = 0;
	return true;
}

/* On the stack that the handler is on. An alternate one is small, and what is below it is the host's. */
static bool has_room_here(const struct ucontext *uc, size_t size)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);

	if (scmp_alternate_has(uc, here))
		return here - (uint64_t)uc->uc_stack.ss_sp > size + ROOM_LEFT;
	return scmp_memory_below(here - ROOM_LEFT, size);
}

/* Below the call itself, where the handler is on another stack; or NULL. */
static void *room_there(const struct ucontext *uc, size_t size)
{
	uint64_t top = (scmp_uc_sp(uc) - SCMP_STACK_KEEP) & ~15ull;

	if (!scmp_alternate_has(uc, (uint64_t)__builtin_frame_address(0)) || scmp_alternate_has(uc, top))
		return NULL;
	return scmp_memory_below(top, size) ? (void *)(top - size) : NULL;
}

int64_t scmp_environment_exec(const struct scmp_trap_config *config, const struct seccomp_data *data,
			      const struct ucontext *uc)
{
	unsigned argument = data->nr == __NR_execve ? 2 : 3;
	struct seccomp_data mine = *data;
	struct mending mending;
	uint64_t *entries;
	size_t size;
	bool here;

	if (!config->library || !look(&mending, config, data->args[argument]) || is_whole(&mending))
		return scmp_perform(uc, data);
	size = (size_of_array(&mending) + size_of_text(&mending) + 15) & ~(size_t)15;
	if (size > ROOM_MAX)
		return scmp_perform(uc, data);
	here = has_room_here(uc, size);
	entries = here ? __builtin_alloca(size) : room_there(uc, size);
	if (!entries || !mend(&mending, entries))
		return scmp_perform(uc, data);
	mine.args[argument] = (uint64_t)entries;
	return here ? scmp_perform(uc, &mine) : scmp_perform_below(uc, &mine, (uint64_t)entries);
}
