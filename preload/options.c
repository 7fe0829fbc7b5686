/* SPDX-License-Identifier: MIT */
/* The environment variables of README.md, "Environment". */
#include "options.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <linux/limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

#include "failure.h"
#include "sys.h"

/* The variable's value and its slot in the environment, or NULL. */
static const char *find(char **environment, const char *name, char ***slot)
{
	size_t length = strlen(name);

	for (; *environment; environment++)
		if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') {
			*slot = environment;
			return *environment + length + 1;
		}
	return NULL;
}

/*
 * The entries that the trap engine reads. libc knows where the kernel put the
 * vector; behind the environment it is not always to be found, as in secure mode
 * ld.so takes variables out and moves the end of the list.
 */
static const void *auxiliary_vector(void)
{
	static const unsigned long types[] = {AT_PHDR, AT_PHENT, AT_PHNUM, AT_HWCAP2, AT_MINSIGSTKSZ};
	enum { N_TYPES = sizeof(types) / sizeof(types[0]) };
	static Elf64_auxv_t vector[N_TYPES + 1];
	size_t i;

	for (i = 0; i < N_TYPES; i++) {
		vector[i].a_type = types[i];
		vector[i].a_un.a_val = getauxval(types[i]);
	}
	return vector;
}

/* Text under construction; what does not fit ends the start. */
struct text {
	char *at, *end;
};

static void append(struct text *text, const char *from, size_t length)
{
	if (length >= (size_t)(text->end - text->at))
		scmp_fail("libscmp: a path in the environment is longer than %d bytes", PATH_MAX);
	memcpy(text->at, from, length);
	text->at += length;
	*text->at = '\0';
}

/* An absolute path stays; a relative one gets the working folder before it. */
static void append_absolute(struct text *text, const char *path, size_t length)
{
	if (length == 0 || path[0] != '/') {
		char folder[PATH_MAX];
		long n = scmp_sys(__NR_getcwd, (long)folder, sizeof(folder), 0, 0, 0, 0);

		if (n < 2 || folder[0] != '/')
			scmp_fail("libscmp: the working folder has no name (%s), but %.*s is relative to it",
				  scmp_error_text(n < 0 ? (int)-n : ENOENT), (int)length, path);
		append(text, folder, (size_t)n - 1);
		if (folder[n - 2] != '/')
			append(text, "/", 1);
		while (length >= 2 && path[0] == '.' && path[1] == '/') {
			path += 2;
			length -= 2;
			while (length && path[0] == '/') {
				path++;
				length--;
			}
		}
	}
	append(text, path, length);
}

/* Strings that the environment points to for as long as the host lives. */
static char policy_entry[2 * PATH_MAX], log_entry[2 * PATH_MAX], preload_entry[4 * PATH_MAX];

static void read_policy(struct scmp_options *options)
{
	struct text text = {policy_entry, policy_entry + sizeof(policy_entry)};
	char **slot;
	const char *value = find(options->environment, "SECCOMP_POLICY", &slot);
	size_t length;

	if (!value || !*value)
		scmp_fail("SECCOMP_POLICY is %s: set it to a policy file, or to `none` to run without a filter",
			  value ? "empty" : "not set");
	if (strcmp(value, "none") == 0) {
		options->idle = true;
		return;
	}
	length = strlen(value);
	options->policy = value;
	append(&text, "SECCOMP_POLICY=", 15);
	options->policy_path = text.at;
	/* A bare word is one of the ready-made policies. */
	if (!strchr(value, '/') && (length < 3 || strcmp(value + length - 3, ".rb") != 0)) {
		options->ready_made = true;
		append(&text, SCMP_POLICIES_DIR "/", sizeof(SCMP_POLICIES_DIR));
		append(&text, value, length);
		append(&text, ".rb", 3);
	} else {
		append_absolute(&text, value, length);
	}
	*slot = policy_entry;
}

static void read_log(struct scmp_options *options)
{
	struct text text = {log_entry, log_entry + sizeof(log_entry)};
	char **slot;
	const char *value = find(options->environment, "SECCOMP_LOG", &slot), *digit;

	options->log_kind = SCMP_LOG_STDERR;
	if (value && strncmp(value, "fd:", 3) == 0) {
		options->log_kind = SCMP_LOG_FD;
		options->log_fd = 0;
		for (digit = value + 3; *digit >= '0' && *digit <= '9' && options->log_fd < 1 << 20; digit++)
			options->log_fd = options->log_fd * 10 + (*digit - '0');
		if (*digit || digit == value + 3)
			scmp_fail("SECCOMP_LOG=%s: fd: takes the number of an open file descriptor", value);
	} else if (value && strcmp(value, "stdout") == 0) {
		scmp_fail("SECCOMP_LOG=stdout: say fd:1, or ./stdout for a file of that name");
	} else if (value && *value && strcmp(value, "stderr") != 0) {
		options->log_kind = SCMP_LOG_PATH;
		append(&text, "SECCOMP_LOG=", 12);
		options->log_path = text.at;
		append_absolute(&text, value, strlen(value));
		*slot = log_entry;
	}
	value = find(options->environment, "SECCOMP_LOG_FORMAT", &slot);
	options->log_json = value && strcmp(value, "json") == 0;
	if (value && *value && strcmp(value, "text") != 0 && !options->log_json)
		scmp_fail("SECCOMP_LOG_FORMAT=%s: the log's format is text or json", value);
}

/* Each relative path of LD_PRELOAD that has a slash; ld.so looks for bare names elsewhere. */
static void mend_preload(struct scmp_options *options)
{
	struct text text = {preload_entry, preload_entry + sizeof(preload_entry)};
	char **slot;
	const char *value = find(options->environment, "LD_PRELOAD", &slot);
	bool relative = false;

	if (!value)
		return;
	append(&text, "LD_PRELOAD=", 11);
	while (*value) {
		size_t length = strcspn(value, ": ");

		if (memchr(value, '/', length) && value[0] != '/') {
			append_absolute(&text, value, length);
			relative = true;
		} else {
			append(&text, value, length);
		}
		value += length;
		if (*value)
			append(&text, value++, 1);
	}
	if (relative)
		*slot = preload_entry;
}

/* The path by which ld.so has found us; a relative one is relative to where we still are. */
static void find_library(struct scmp_options *options)
{
	static char path[2 * PATH_MAX];
	struct text text = {path, path + sizeof(path)};
	Dl_info info;

	if (!dladdr(path, &info) || !info.dli_fname || !*info.dli_fname)
		return;
	append_absolute(&text, info.dli_fname, strlen(info.dli_fname));
	options->library = path;
}

/* What the host may drop from a child's environment. */
static void note_kept(struct scmp_options *options)
{
	static const char *const names[] = {"SECCOMP_POLICY", "SECCOMP_LOG", "SECCOMP_LOG_FORMAT"};
	size_t n = 0, i;
	char **slot;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (find(options->environment, names[i], &slot))
			options->kept[n++] = *slot;
}

void scmp_options_read(struct scmp_options *options, int argc, char **argv, char **environment)
{
	static char program[256];
	const char *name, *slash;

	memset(options, 0, sizeof(*options));
	options->environment = environment;
	name = argc > 0 && argv[0] && *argv[0] ? argv[0] : "?";
	slash = strrchr(name, '/');
	/* A copy: hosts write over argv to change their title. */
	snprintf(program, sizeof(program), "%s", slash && slash[1] ? slash + 1 : name);
	options->program = program;
	options->auxv = auxiliary_vector();
	if (getauxval(AT_SECURE)) {
		options->idle = true;
		return;
	}
	read_policy(options);
	if (options->idle)
		return;
	read_log(options);
	mend_preload(options);
	find_library(options);
	note_kept(options);
}
