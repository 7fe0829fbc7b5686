/* SPDX-License-Identifier: MIT */
/*
 * table POLICY TABLE: a policy's program, run on the calls of a table. Nothing is
 * loaded. The lines of a table:
 *
 *   [ARCH] SYSCALL[,SYSCALL...] [ARGUMENT...] -> VERDICT
 *     ARCH: the machine's own, or x32, or i386, whose calls are given by number;
 *     an ARGUMENT is a number, or `pid`, the process's own; those left out are 0;
 *     VERDICT: allow, log, trap, kill, success (return 0), or the name of an errno.
 *   cached SYSCALL...
 *   not cached SYSCALL...
 *     all calls (or, all but these) are allowed from the kernel's action cache.
 *
 * A table has one list of cached calls, which may go over several lines; in this
 * list or on a line of its own is every call that the policy answers in another
 * way than most.
 */
#include <errno.h>
#include <linux/audit.h>
#include <mruby.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errnos.h"
#include "gem.h"
#include "lint.h"
#include "meaning.h"
#include "policy.h"
#include "sim.h"
#include "source.h"
#include "syscalls.h"

enum {
	NUMBERS = 1024, /* over the last call of any kernel, and of those that only x32 has */
	NO_CALL = NUMBERS - 1, /* what gets the answer that most calls get */
	X32_BIT = 0x40000000,
};

struct table {
	struct scmp_program program;
	bool told[NUMBERS]; /* has a line */
	bool cache_told[NUMBERS]; /* is in the list of cached calls */
	bool cached, not_cached; /* which list it is */
	size_t held, failed;
};

static void verdict_of(int64_t answer, char *text, size_t size)
{
	const char *verdict = NULL;

	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		verdict = "allow";
		break;
	case SECCOMP_RET_LOG:
		verdict = "log";
		break;
	case SECCOMP_RET_TRAP:
		verdict = "trap";
		break;
	case SECCOMP_RET_KILL_PROCESS:
		verdict = "kill";
		break;
	case SECCOMP_RET_ERRNO:
		verdict = answer & SECCOMP_RET_DATA ? scmp_errno_name((int)(answer & SECCOMP_RET_DATA)) : "success";
		break;
	}
	if (verdict)
		snprintf(text, size, "%s", verdict);
	else
		snprintf(text, size, "%#llx", (unsigned long long)answer);
}

static int64_t answer_to(const struct table *table, const struct seccomp_data *data)
{
	return scmp_sim_run(table->program.insns, table->program.n_insns, data);
}

__attribute__((noreturn)) static void give_up(const char *path, const char *text)
{
	fprintf(stderr, "%s: %s\n", path, text);
	exit(2);
}

static long read_file(const char *path, char **text)
{
	FILE *file = fopen(path, "r");
	size_t length = 0, room = 1 << 20;

	*text = malloc(room);
	if (file && *text)
		length = fread(*text, 1, room, file);
	if (!file || !*text || !feof(file))
		return -EIO;
	fclose(file);
	return (long)length;
}

/* Every ready-made policy is one context; those that it includes lie beside it. */
static struct scmp_program program_of(const char *path)
{
	static const struct scmp_reader reader = {.read = read_file, .folder = SCMP_POLICIES, .names = ""};
	mrb_state *mrb = mrb_open();
	struct scmp_frame frame = {.log_fd = 1000};
	struct scmp_door doors[SCMP_DOORS_MAX];
	struct scmp_program program = {0};
	const struct scmp_context *context;
	struct scmp_why why = {""};
	size_t n_doors;
	long length;
	char *text;

	length = read_file(path, &text);
	if (!mrb || length < 0)
		give_up(path, "cannot be read");
	scmp_policy_defer();
	scmp_source_read_by(&reader);
	scmp_gem_open(mrb);
	scmp_source_run(mrb, path, path, text, (size_t)length);
	if (mrb->exc)
		give_up(path, "raises");
	if (scmp_policy_close(NULL) != 1)
		give_up(path, "is not one context");
	scmp_lint();
	if (scmp_policy_faults())
		give_up(path, scmp_policy_faults()->text);
	context = &scmp_policy_next(NULL)->context;
	frame.traps = scmp_policy_traps();
	/* Which calls of a host its handler performs is no matter of the policy: the key stands for one. */
	frame.key = !frame.traps;
	n_doors = scmp_doors(doors, &frame);
	if (scmp_filter_build(&program, context, doors, n_doors, &why) < 0 ||
	    scmp_filter_verify(&program, context, doors, n_doors, &why) < 0)
		give_up(path, why.text);
	return program;
}

static int number_of(const char *word)
{
	char *end;
	long nr = strtol(word, &end, 0);

	return end != word && !*end ? (int)nr : scmp_resolve_syscall(word);
}

/* Return: whether `word` is an architecture, and not the call itself. */
static bool is_arch(const char *word, struct seccomp_data *data)
{
	data->arch = scmp_native_arch;
	if (strcmp(word, "i386") == 0)
		data->arch = AUDIT_ARCH_I386;
	else if (strcmp(word, "x32") == 0)
		data->nr = X32_BIT;
	else
		return false;
	return true;
}

/* Return: whether the program says of this call what the line says. */
static bool call_holds(struct table *table, const char *name, const struct seccomp_data *line, const char *expected)
{
	struct seccomp_data data = *line;
	int nr = number_of(name);
	char actual[32];

	if (nr < 0 || nr >= NUMBERS) {
		fprintf(stderr, "%s: no such call\n", name);
		return false;
	}
	if (data.arch == scmp_native_arch && data.nr == 0)
		table->told[nr] = true;
	data.nr |= nr;
	verdict_of(answer_to(table, &data), actual, sizeof(actual));
	if (strcmp(actual, expected) == 0)
		return true;
	fprintf(stderr, "%s %#llx %#llx %#llx: expected %s, got %s\n", name, data.args[0], data.args[1], data.args[2],
		expected, actual);
	return false;
}

static bool calls_hold(struct table *table, char *line, char *arrow)
{
	struct seccomp_data data = {0};
	char *place, *names, *name, *argument, *expected = strtok_r(arrow + 2, " \n", &place);
	bool hold = true;
	int i;

	*arrow = '\0';
	names = strtok_r(line, " ", &place);
	if (names && is_arch(names, &data))
		names = strtok_r(NULL, " ", &place);
	if (!names || !expected) {
		fprintf(stderr, "a line without a call or without a verdict\n");
		return false;
	}
	for (i = 0; i < 6 && (argument = strtok_r(NULL, " ", &place)); i++)
		data.args[i] = strcmp(argument, "pid") == 0 ? (uint64_t)getpid() : strtoull(argument, NULL, 0);
	for (name = strtok_r(names, ",", &place); name; name = strtok_r(NULL, ",", &place))
		hold &= call_holds(table, name, &data, expected);
	return hold;
}

/* The calls of a line `cached ...` or `not cached ...`. */
static bool note_cached(struct table *table, char *list)
{
	char *place, *word;
	int nr;

	for (word = strtok_r(list, " \n", &place); word; word = strtok_r(NULL, " \n", &place)) {
		nr = number_of(word);
		if (nr < 0 || nr >= NUMBERS || table->cache_told[nr]) {
			fprintf(stderr, "%s: no such call, or named twice\n", word);
			return false;
		}
		table->cache_told[nr] = true;
	}
	return true;
}

static bool line_holds(struct table *table, char *line)
{
	static const char cached[] = "cached ", not_cached[] = "not cached ";
	char *arrow = strstr(line, "->");

	if (arrow)
		return calls_hold(table, line, arrow);
	if (strncmp(line, cached, strlen(cached)) == 0) {
		table->cached = true;
		return note_cached(table, line + strlen(cached));
	}
	if (strncmp(line, not_cached, strlen(not_cached)) == 0) {
		table->not_cached = true;
		return note_cached(table, line + strlen(not_cached));
	}
	fprintf(stderr, "not a line of a table: %s", line);
	return false;
}

static const char *name_of(int nr)
{
	const struct scmp_syscall *syscall = scmp_syscall_by_number(nr);

	return syscall ? syscall->name : "a number without a name";
}

/* What the program says of calls that the table does not name. */
static void check_the_rest(struct table *table)
{
	struct seccomp_data data = {.arch = scmp_native_arch, .nr = NO_CALL};
	int64_t usual = answer_to(table, &data);
	int nr;

	if (table->cached == table->not_cached) {
		fprintf(stderr, "a table has one list, of the cached calls or of those not cached\n");
		table->failed++;
		return;
	}
	for (nr = 0; nr < NUMBERS; nr++) {
		bool cached = scmp_sim_cached(table->program.insns, table->program.n_insns, scmp_native_arch, nr);

		data.nr = nr;
		if (!table->told[nr] && !(cached && table->cache_told[nr]) && answer_to(table, &data) != usual) {
			fprintf(stderr, "%s (%d): it has an answer of its own, and no line\n", name_of(nr), nr);
			table->failed++;
		}
		if (cached != (table->cache_told[nr] == table->cached)) {
			fprintf(stderr, "%s (%d): it is %scached\n", name_of(nr), nr, cached ? "" : "not ");
			table->failed++;
		}
	}
}

int main(int argc, char **argv)
{
	struct table table = {0};
	char line[256];
	FILE *file;

	if (argc != 3)
		give_up("table", "POLICY TABLE");
	table.program = program_of(argv[1]);
	file = fopen(argv[2], "r");
	if (!file)
		give_up(argv[2], "cannot be read");
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (line_holds(&table, line))
			table.held++;
		else
			table.failed++;
	}
	fclose(file);
	check_the_rest(&table);
	printf("%zu lines hold, %zu things do not\n", table.held, table.failed);
	return table.failed || !table.held;
}
