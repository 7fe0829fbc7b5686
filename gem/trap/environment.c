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
	PRELOAD_MAX = 2048,
};

/* What is to be in it, and what it has. */
struct mending {
	const struct scmp_trap_config *config;
	uint64_t host; /* the array of the host */
	size_t n; /* entries in it */
	size_t preload; /* the index of its LD_PRELOAD; n: it has none */
	bool found[SCMP_KEPT_MAX];
	bool bare; /* its LD_PRELOAD does not have the library */
	char text[PRELOAD_MAX]; /* the one that has */
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

/* LD_PRELOAD is a list with colons or blanks. */
static bool lists(const char *value, size_t length, const char *library)
{
	size_t wanted = scmp_text_length(library), start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && value[i] != ':' && value[i] != ' ')
			continue;
		if (i - start == wanted && memcmp(value + start, library, wanted) == 0)
			return true;
		start = i + 1;
	}
	return false;
}

static const char preload_name[] = "LD_PRELOAD=";
enum { PRELOAD_NAME = sizeof(preload_name) - 1 };

/* Return: false where the entry cannot be read, or is too long to be mended. */
static bool look_at_preload(struct mending *mending, uint64_t entry)
{
	const char *library = mending->config->library;
	size_t length = scmp_text_length(library);
	char *value = mending->text + PRELOAD_NAME + length + 1;
	size_t room = sizeof(mending->text) - (size_t)(value - mending->text);
	long n = scmp_memory_string(value, entry + PRELOAD_NAME, room);

	if (n < 0 || (size_t)n == room)
		return false;
	mending->bare = !lists(value, (size_t)n, library);
	memcpy(mending->text, preload_name, PRELOAD_NAME);
	memcpy(mending->text + PRELOAD_NAME, library, length);
	value[-1] = n ? ':' : '\0';
	value[n] = '\0';
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
	if (begins(start, preload_name, PRELOAD_NAME) && mending->preload == SIZE_MAX) {
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
	for (size_t i = 0; mending->n == SIZE_MAX; i++)
		if (!look_at(mending, i))
			return false;
	if (mending->preload == SIZE_MAX) {
		char *end = scmp_print_text(mending->text, mending->text + sizeof(mending->text) - 1, preload_name);

		*scmp_print_text(end, mending->text + sizeof(mending->text) - 1, config->library) = '\0';
		mending->bare = true;
	}
	return true;
}

static bool is_whole(const struct mending *mending)
{
	bool whole = !mending->bare;

	for (size_t k = 0; k < SCMP_KEPT_MAX && mending->config->kept[k]; k++)
		whole = whole && mending->found[k];
	return whole;
}

/* @entries: room for those of the host, and all that is kept, and a NULL */
static bool mend(const struct mending *mending, uint64_t *entries)
{
	size_t n = mending->n;

	if (n && scmp_memory_read(entries, mending->host, n * sizeof(*entries)) < 0)
		return false;
	if (mending->bare && mending->preload == SIZE_MAX)
		entries[n++] = (uint64_t)mending->text;
	else if (mending->bare)
		entries[mending->preload] = (uint64_t)mending->text;
	for (size_t k = 0; k < SCMP_KEPT_MAX && mending->config->kept[k]; k++)
		if (!mending->found[k])
			entries[n++] = (uint64_t)mending->config->kept[k];
	entries[n] = 0;
	return true;
}

/* Whether the stack that we are on has so many bytes left, and enough for what comes then. */
static bool has_room(const struct ucontext *uc, size_t n)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);

	n += SCMP_STACK_ENOUGH;
	if (scmp_alternate_has(uc, here) && here - (uint64_t)uc->uc_stack.ss_sp < n)
		return false;
	return scmp_memory_below(here, n);
}

int64_t scmp_environment_exec(const struct scmp_trap_config *config, const struct seccomp_data *data,
			      const struct ucontext *uc)
{
	unsigned argument = data->nr == __NR_execve ? 2 : 3;
	struct seccomp_data mine = *data;
	struct mending mending;
	uint64_t *entries;
	size_t size;

	if (!config->library || !look(&mending, config, data->args[argument]) || is_whole(&mending))
		return scmp_perform(uc, data);
	size = (mending.n + SCMP_KEPT_MAX + 2) * sizeof(*entries);
	if (!has_room(uc, size))
		return scmp_perform(uc, data);
	entries = __builtin_alloca(size);
	if (mend(&mending, entries))
		mine.args[argument] = (uint64_t)entries;
	return scmp_perform(uc, &mine);
}
