/* SPDX-License-Identifier: MIT */
/* The log: whatever the host does to its file descriptor, the host goes on and is not written to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"
#include "little.h"
#include "log.h"

static int log_fd;

/* A trap with a record; the host must survive it with its errno. */
static void trap(void)
{
	struct utsname name;

	check_equal(uname(&name), -1);
	check_equal(errno, EPERM);
}

static void check_log_is(const char *should_be, int fd)
{
	char expected[1000];
	const char *text = little_log_text(fd);
	size_t length = (size_t)snprintf(expected, sizeof(expected), "scmp[%d] %s", getpid(), should_be);

	if (strncmp(text, expected, length) != 0) {
		fprintf(stderr, "%s: failed:\n%sand not\n%s\n", behaviour_name, text, expected);
		exit(1);
	}
}

static void plain_records(void)
{
	little_start(log_fd);
	behaviour("a trap writes its record, and nothing else");
	trap();
	check_log_is("little: uname(0x", log_fd);
	check(strstr(little_log_text(log_fd), ") = -1 EPERM  trap p.rb:2  from libc.so"));
	check(strchr(little_log_text(log_fd), '\n')[1] == '\0');
}

static void host_takes_the_number(void)
{
	int mine = dup(log_fd);
	int other = little_log();

	little_start(log_fd);
	behaviour("where the host has put its own file under the log's number nothing is written");
	check_equal(dup2(other, log_fd), log_fd);
	for (int i = 0; i < 3; i++)
		trap();
	check_equal(strlen(little_log_text(other)), 0);

	behaviour("nor where it has closed it");
	close(log_fd);
	trap();

	behaviour("what is lost is counted, and the next record says so");
	check_equal(dup2(mine, log_fd), log_fd);
	trap();
	trap();
	check_log_is("4 records lost\nscmp[", log_fd);
	check(!strstr(strchr(little_log_text(log_fd), '\n'), "lost"));
}

static void file_is_full(void)
{
	const struct rlimit limit = {100, 100};
	sigset_t pending;
	int fd;
	char path[] = "/tmp/scmp-test-XXXXXX";

	fd = mkstemp(path);
	check(fd >= 0);
	unlink(path);
	little_start(fd);
	check_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	behaviour("a full log does not send SIGXFSZ to the host");
	for (int i = 0; i < 5; i++)
		trap();
	check_equal(sigpending(&pending), 0);
	check(!sigismember(&pending, SIGXFSZ));
	check_equal(strlen(little_log_text(fd)), 100);
}

static void pipe_is_closed(void)
{
	sigset_t pending;
	int ends[2];

	check_equal(pipe(ends), 0);
	little_start(ends[1]);
	trap();
	close(ends[0]);
	behaviour("a log whose reader has gone does not send SIGPIPE to the host");
	trap();
	check_equal(sigpending(&pending), 0);
	check(!sigismember(&pending, SIGPIPE));
}

static void pipe_is_full(void)
{
	int ends[2];
	char text[65536];

	check_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], text, sizeof(text)) > 0)
		;
	little_start(ends[1]);
	behaviour("a full pipe that does not block loses records, not the host");
	trap();
}

static void no_log(void)
{
	little_start(-1);
	behaviour("without a log nothing is written");
	trap();
}

static void before_the_gate(void)
{
	struct scmp_log log = {.fd = log_fd, .id = scmp_log_id(log_fd)};

	behaviour("ordinary code writes to the log while there is no gate");
	scmp_log_write(&log, "puts\n", 5);
	check(strcmp(little_log_text(log_fd), "puts\n") == 0);
}

static void run(void (*test)(void))
{
	check_equal(ftruncate(log_fd, 0), 0);
	check_equal(little_run(test), 0);
}

int main(void)
{
	log_fd = little_log();
	run(plain_records);
	run(host_takes_the_number);
	run(file_is_full);
	run(pipe_is_closed);
	run(pipe_is_full);
	run(no_log);
	run(before_the_gate);
	return 0;
}
