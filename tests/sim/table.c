/* SPDX-License-Identifier: MIT */
/*
 * table POLICY TABLE: a policy's program, run on the calls of a table. Nothing is
 * loaded. A line is `syscall argument... -> verdict`; arguments that are left
 * out are 0; a verdict is allow, kill, trap or the name of an errno. Also that
 * every ready-made policy is one context.
 */
#include <mruby.h>
#include <mruby/compile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errnos.h"
#include "gem.h"
#include "meaning.h"
#include "policy.h"
#include "sim.h"

static void verdict_of(int64_t answer, char *text, size_t size)
{
	const char *error = NULL;

	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		snprintf(text, size, "allow");
		return;
	case SECCOMP_RET_TRAP:
		snprintf(text, size, "trap");
		return;
	case SECCOMP_RET_KILL_PROCESS:
		snprintf(text, size, "kill");
		return;
	case SECCOMP_RET_ERRNO:
		error = scmp_errno_name((int)(answer & SECCOMP_RET_DATA));
		break;
	}
	snprintf(text, size, "%s", error ? error : "?");
}

static struct scmp_program program_of(const char *path)
{
	mrb_state *mrb = mrb_open();
	struct scmp_frame frame = {.key = 1, .log_fd = 1000};
	struct scmp_door doors[SCMP_DOORS_MAX];
	struct scmp_program program = {0};
	struct scmp_why why;
	FILE *file = fopen(path, "r");

	if (!mrb || !file)
		exit(2);
	scmp_policy_defer();
	scmp_gem_open(mrb);
	mrb_load_file(mrb, file);
	fclose(file);
	if (mrb->exc || scmp_policy_close(NULL) != 1 || scmp_policy_broken(NULL)) {
		fprintf(stderr, "%s: not a policy of one context\n", path);
		exit(2);
	}
	frame.traps = scmp_policy_traps();
	if (scmp_filter_build(&program, &scmp_policy_next(NULL)->context, doors, scmp_doors(doors, &frame), &why) < 0) {
		fprintf(stderr, "%s: %s\n", path, why.text);
		exit(2);
	}
	return program;
}

/* Return: whether the program says of the line's call what the line says. */
static bool holds(const struct scmp_program *program, const char *line)
{
	struct seccomp_data data = {.arch = scmp_native_arch};
	char name[64], expected[64], actual[64];
	const char *arrow = strstr(line, "->");
	int n, used, i;

	if (!arrow || sscanf(line, "%63s%n", name, &used) != 1 || sscanf(arrow + 2, "%63s", expected) != 1)
		return false;
	data.nr = scmp_resolve_syscall(name);
	for (i = 0, line += used; i < 6 && line < arrow; i++, line += n) {
		unsigned long long value;

		if (sscanf(line, "%lli%n", (long long *)&value, &n) != 1)
			break;
		data.args[i] = value;
	}
	verdict_of(scmp_sim_run(program->insns, program->n_insns, &data), actual, sizeof(actual));
	if (data.nr >= 0 && strcmp(actual, expected) == 0)
		return true;
	fprintf(stderr, "%s (%d): expected %s, got %s\n", name, data.nr, expected, actual);
	return false;
}

int main(int argc, char **argv)
{
	struct scmp_program program;
	size_t passed = 0, failed = 0;
	char line[256];
	FILE *table;

	if (argc != 3)
		return 2;
	program = program_of(argv[1]);
	table = fopen(argv[2], "r");
	if (!table)
		return 2;
	while (fgets(line, sizeof(line), table)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (holds(&program, line))
			passed++;
		else
			failed++;
	}
	fclose(table);
	printf("%zu lines hold, %zu do not\n", passed, failed);
	return failed || !passed;
}
