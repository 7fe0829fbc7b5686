/* SPDX-License-Identifier: MIT */
/*
 * Processes for scripts: fork, exec, wait, exit and uname(2), with the names
 * and results of the gems mruby-process, mruby-exec and mruby-uname.
 * Called by ruby.c; Context#fork in gem/mrblib stands on it.
 */
#include <errno.h>
#include <mruby.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "ruby.h"

/* Raise for errno, as Errno::X where mruby was built with it, else with the same text. */
static void fail(mrb_state *mrb, const char *what)
{
	int error = errno;

	if (mrb_class_defined(mrb, "SystemCallError"))
		mrb_sys_fail(mrb, what);
	mrb_raisef(mrb, E_RUNTIME_ERROR, "%s - %s", strerror(error), what);
}

/*
 * Process::Status
 */

/* Process::Status.new(pid, status): mruby's own IO.popen makes one for $?, too. */
static mrb_value status_initialize(mrb_state *mrb, mrb_value self)
{
	mrb_int pid, status;

	mrb_get_args(mrb, "ii", &pid, &status);
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "@pid"), mrb_fixnum_value(pid));
	mrb_iv_set(mrb, self, mrb_intern_lit(mrb, "@status"), mrb_fixnum_value(status));
	return self;
}

static mrb_value status_pid(mrb_state *mrb, mrb_value self)
{
	return mrb_iv_get(mrb, self, mrb_intern_lit(mrb, "@pid"));
}

static mrb_value status_to_i(mrb_state *mrb, mrb_value self)
{
	return mrb_iv_get(mrb, self, mrb_intern_lit(mrb, "@status"));
}

static int raw_status(mrb_state *mrb, mrb_value self)
{
	return (int)mrb_fixnum(status_to_i(mrb, self));
}

static mrb_value status_exited_p(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(WIFEXITED(raw_status(mrb, self)));
}

static mrb_value status_signaled_p(mrb_state *mrb, mrb_value self)
{
	return mrb_bool_value(WIFSIGNALED(raw_status(mrb, self)));
}

/* The exit status; nil where a signal ended the process. */
static mrb_value status_exitstatus(mrb_state *mrb, mrb_value self)
{
	int status = raw_status(mrb, self);

	return WIFEXITED(status) ? mrb_fixnum_value(WEXITSTATUS(status)) : mrb_nil_value();
}

/* The signal's number; nil where the process exited. */
static mrb_value status_termsig(mrb_state *mrb, mrb_value self)
{
	int status = raw_status(mrb, self);

	return WIFSIGNALED(status) ? mrb_fixnum_value(WTERMSIG(status)) : mrb_nil_value();
}

static mrb_value status_success_p(mrb_state *mrb, mrb_value self)
{
	int status = raw_status(mrb, self);

	return WIFEXITED(status) ? mrb_bool_value(WEXITSTATUS(status) == 0) : mrb_nil_value();
}

/* "pid 12 exit 1", "pid 12 SIGSYS (signal 31)" */
static mrb_value status_to_s(mrb_state *mrb, mrb_value self)
{
	int pid = (int)mrb_fixnum(status_pid(mrb, self));
	int status = raw_status(mrb, self);
	char text[80];

	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));

		snprintf(text, sizeof(text), "pid %d %s%s%s(signal %d)%s", pid, name ? "SIG" : "", name ? name : "",
			 name ? " " : "", WTERMSIG(status), WCOREDUMP(status) ? " (core dumped)" : "");
	} else {
		snprintf(text, sizeof(text), "pid %d exit %d", pid, WEXITSTATUS(status));
	}
	return mrb_str_new_cstr(mrb, text);
}

static mrb_value status_inspect(mrb_state *mrb, mrb_value self)
{
	return mrb_format(mrb, "#<%s: %v>", mrb_obj_classname(mrb, self), status_to_s(mrb, self));
}

/*
 * Process
 */

static mrb_value call_block(mrb_state *mrb, void *userdata)
{
	return mrb_yield_argv(mrb, *(mrb_value *)userdata, 0, NULL);
}

/*
 * call-seq:
 *   Process.fork          -> pid in the parent, nil in the child
 *   Process.fork { ... }  -> pid; the child exits after the block
 */
static mrb_value process_fork(mrb_state *mrb, mrb_value self)
{
	mrb_value block = mrb_nil_value();
	mrb_value exception;
	mrb_bool failed = FALSE;
	pid_t pid;

	mrb_get_args(mrb, "&", &block);

	/* Else both processes would write what is in the buffer. */
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fail(mrb, "fork");
	if (pid > 0)
		return mrb_fixnum_value(pid);
	if (mrb_nil_p(block))
		return mrb_nil_value();

	exception = mrb_protect_error(mrb, call_block, &block, &failed);
	if (failed)
		cli_report(mrb, exception);
	exit(failed);
}

/* Wait for `pid`, set $?, and return it; nil where WNOHANG found nobody. */
static mrb_value wait_status(mrb_state *mrb, mrb_int pid, mrb_int flags)
{
	struct RClass *class = mrb_class_get_under(mrb, mrb_module_get(mrb, "Process"), "Status");
	mrb_value args[2];
	mrb_value result = mrb_nil_value();
	int status = 0;
	pid_t done;

	do {
		done = waitpid((pid_t)pid, &status, (int)flags);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		fail(mrb, "waitpid");
	if (done > 0) {
		args[0] = mrb_fixnum_value(done);
		args[1] = mrb_fixnum_value(status);
		result = mrb_obj_new(mrb, class, 2, args);
	}
	mrb_gv_set(mrb, mrb_intern_lit(mrb, "$?"), result);
	return result;
}

/*
 * call-seq:
 *   Process.waitpid2(pid = -1, flags = 0) -> [pid, Process::Status]
 */
static mrb_value process_waitpid2(mrb_state *mrb, mrb_value self)
{
	mrb_int pid = -1, flags = 0;
	mrb_value status;

	mrb_get_args(mrb, "|ii", &pid, &flags);
	status = wait_status(mrb, pid, flags);
	if (mrb_nil_p(status))
		return status;
	return mrb_assoc_new(mrb, status_pid(mrb, status), status);
}

/*
 * call-seq:
 *   Process.waitpid(pid = -1, flags = 0) -> pid, and the status in $?
 */
static mrb_value process_waitpid(mrb_state *mrb, mrb_value self)
{
	mrb_int pid = -1, flags = 0;
	mrb_value status;

	mrb_get_args(mrb, "|ii", &pid, &flags);
	status = wait_status(mrb, pid, flags);
	return mrb_nil_p(status) ? status : status_pid(mrb, status);
}

static mrb_value process_pid(mrb_state *mrb, mrb_value self)
{
	return mrb_fixnum_value(getpid());
}

/*
 * Kernel
 */

/* What sends a command line to the shell rather than to a split at blanks. */
static const char shell_characters[] = "*?{}[]<>()~&|\\$;'`\"\n#=%";

/* exec_line() - replace the process by the program of a command line; returns only where that fails */
static void exec_line(mrb_state *mrb, char *line)
{
	char **argv = mrb_alloca(mrb, (strlen(line) / 2 + 2) * sizeof(*argv));
	size_t n = 0;

	if (strpbrk(line, shell_characters)) {
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		return;
	}
	for (char *rest = line, *word; (word = strtok_r(rest, " \t", &rest));)
		argv[n++] = word;
	argv[n] = NULL;
	errno = ENOENT;
	if (n)
		execvp(argv[0], argv);
}

/*
 * call-seq:
 *   exec(line)           replaces the process; by /bin/sh -c where the line has characters of the shell's
 *   exec(program, *args) replaces the process
 */
static mrb_value kernel_exec(mrb_state *mrb, mrb_value self)
{
	const mrb_value *words;
	mrb_int n;
	char **argv;

	mrb_get_args(mrb, "*", &words, &n);
	if (n == 0)
		mrb_raise(mrb, E_ARGUMENT_ERROR, "exec: which program?");

	argv = mrb_alloca(mrb, (n + 1) * sizeof(*argv));
	for (mrb_int i = 0; i < n; i++)
		/* A copy: the words are the caller's. */
		argv[i] = mrb_str_to_cstr(mrb, mrb_ensure_string_type(mrb, words[i]));
	argv[n] = NULL;

	fflush(stdout);
	if (n == 1)
		exec_line(mrb, argv[0]);
	else
		execvp(argv[0], argv);
	fail(mrb, mrb_string_cstr(mrb, words[0]));
	return mrb_nil_value();
}

/*
 * call-seq:
 *   exit(status = true)  ends the process with 0 for true, 1 for false, or the Integer
 */
static mrb_value kernel_exit(mrb_state *mrb, mrb_value self)
{
	mrb_value status = mrb_true_value();

	mrb_get_args(mrb, "|o", &status);
	if (mrb_integer_p(status))
		exit((int)mrb_integer(status));
	exit(!mrb_test(status));
}

/*
 * Uname
 */

static void get_uname(mrb_state *mrb, struct utsname *name)
{
	if (uname(name) != 0)
		mrb_raise(mrb, E_RUNTIME_ERROR, "uname failed");
}

static mrb_value uname_sysname(mrb_state *mrb, mrb_value self)
{
	struct utsname name;

	get_uname(mrb, &name);
	return mrb_str_new_cstr(mrb, name.sysname);
}

static mrb_value uname_nodename(mrb_state *mrb, mrb_value self)
{
	struct utsname name;

	get_uname(mrb, &name);
	return mrb_str_new_cstr(mrb, name.nodename);
}

static mrb_value uname_release(mrb_state *mrb, mrb_value self)
{
	struct utsname name;

	get_uname(mrb, &name);
	return mrb_str_new_cstr(mrb, name.release);
}

static mrb_value uname_version(mrb_state *mrb, mrb_value self)
{
	struct utsname name;

	get_uname(mrb, &name);
	return mrb_str_new_cstr(mrb, name.version);
}

static mrb_value uname_machine(mrb_state *mrb, mrb_value self)
{
	struct utsname name;

	get_uname(mrb, &name);
	return mrb_str_new_cstr(mrb, name.machine);
}

void cli_process_open(mrb_state *mrb)
{
	struct RClass *process = mrb_define_module(mrb, "Process");
	struct RClass *status = mrb_define_class_under(mrb, process, "Status", mrb->object_class);
	struct RClass *uname = mrb_define_module(mrb, "Uname");

	mrb_define_method(mrb, status, "initialize", status_initialize, MRB_ARGS_REQ(2));
	mrb_define_method(mrb, status, "pid", status_pid, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "to_i", status_to_i, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "exited?", status_exited_p, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "exitstatus", status_exitstatus, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "signaled?", status_signaled_p, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "termsig", status_termsig, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "success?", status_success_p, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "to_s", status_to_s, MRB_ARGS_NONE());
	mrb_define_method(mrb, status, "inspect", status_inspect, MRB_ARGS_NONE());

	mrb_define_const(mrb, process, "WNOHANG", mrb_fixnum_value(WNOHANG));
	mrb_define_module_function(mrb, process, "fork", process_fork, MRB_ARGS_BLOCK());
	mrb_define_module_function(mrb, process, "waitpid", process_waitpid, MRB_ARGS_OPT(2));
	mrb_define_module_function(mrb, process, "waitpid2", process_waitpid2, MRB_ARGS_OPT(2));
	mrb_define_module_function(mrb, process, "pid", process_pid, MRB_ARGS_NONE());

	mrb_define_method(mrb, mrb->kernel_module, "exec", kernel_exec, MRB_ARGS_ANY());
	mrb_define_method(mrb, mrb->kernel_module, "exit", kernel_exit, MRB_ARGS_OPT(1));

	mrb_define_module_function(mrb, uname, "sysname", uname_sysname, MRB_ARGS_NONE());
	mrb_define_module_function(mrb, uname, "nodename", uname_nodename, MRB_ARGS_NONE());
	mrb_define_module_function(mrb, uname, "release", uname_release, MRB_ARGS_NONE());
	mrb_define_module_function(mrb, uname, "version", uname_version, MRB_ARGS_NONE());
	mrb_define_module_function(mrb, uname, "machine", uname_machine, MRB_ARGS_NONE());
}
