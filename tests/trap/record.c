/* SPDX-License-Identifier: MIT */
/* The record of a trapped call, letter by letter, and where it says the call came from. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "little.h"
#include "log.h"
#include "modules.h"

static struct scmp_trap_rule rule = {.verb = "trap", .file = "p.rb", .line = 2};
static struct scmp_trap_config config = {.program = "uname"};

/* The record of a call, against a text in which "scmp[PID] " is left out. */
static void check_record(const struct scmp_call *call, int64_t result, const char *should_be)
{
	char text[SCMP_TRAP_RECORD_MAX + 1];
	char expected[SCMP_TRAP_RECORD_MAX];

	snprintf(expected, sizeof(expected), "scmp[%d] %s\n", getpid(), should_be);
	*scmp_record_text(text, &config, call, result) = '\0';
	if (strcmp(text, expected) != 0) {
		fprintf(stderr, "%s: failed:\n%sand not\n%s", behaviour_name, text, expected);
		exit(1);
	}
}

static void texts(void)
{
	struct scmp_call call = {.data = {.nr = SYS_uname, .args = {0x7ffc1234}, .instruction_pointer = 0x1000},
				 .rule = &rule};

	behaviour("a record names call, arguments, result, rule and place");
	check_record(&call, -EPERM, "uname: uname(0x7ffc1234) = -1 EPERM  trap p.rb:2  from 0x1000");

	behaviour("as many arguments are shown as the call has");
	call.data.nr = SYS_getppid;
	check_record(&call, 1, "uname: getppid() = 1  trap p.rb:2  from 0x1000");
	call.data.nr = SYS_openat;
	call.data.args[0] = (uint32_t)-100;
	call.data.args[1] = 0x55d0deadbeef;
	call.data.args[2] = 01000;
	call.data.args[3] = 0644;
	call.data.args[4] = 99;
	check_record(&call, 3,
		     "uname: openat(AT_FDCWD, 0x55d0deadbeef, O_RDONLY|O_TRUNC) = 3  trap p.rb:2  from 0x1000");

	behaviour("an unknown call shows its number and six arguments");
	call.data.nr = 0x1f4;
	check_record(
		&call, -ENOSYS,
		"uname: syscall_0x1f4(-100, 0x55d0deadbeef, 512, 420, 99, 0) = -1 ENOSYS  trap p.rb:2  from 0x1000");
	call.data.nr = -1;
	check_record(&call, -ENOSYS,
		     "uname: syscall_0xffffffff(-100, 0x55d0deadbeef, 512, 420, 99, 0) = -1 ENOSYS  trap p.rb:2  from "
		     "0x1000");

	behaviour("a kill has no result");
	call.data.nr = SYS_sync;
	call.kill = true;
	check_record(&call, 0, "uname: sync() = ? killed  trap p.rb:2  from 0x1000");
	call.kill = false;

	behaviour("a reason is quoted, and nothing in it can end the line");
	rule.why = "no \"sync\"\nhere";
	check_record(&call, 0, "uname: sync() = 0  trap p.rb:2 \"no \\\"sync\\\"\\nhere\"  from 0x1000");
	rule.why = NULL;

	behaviour("neither can the program's name or the policy's");
	config.program = "a\nb";
	rule.file = "c\nd";
	check_record(&call, 0, "a\\nb: sync() = 0  trap c\\nd:2  from 0x1000");
	config.program = "uname";
	rule.file = "p.rb";
}

static void truncation(void)
{
	struct scmp_call call = {.data = {.nr = SYS_uname}, .rule = &rule};
	char text[SCMP_TRAP_RECORD_MAX + 1];
	char why[2 * SCMP_TRAP_RECORD_MAX], *end;

	behaviour("of a record that is too long arguments are cut first, then names and reason; the rest is all there");
	memset(why, 'y', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	memset(text, '#', sizeof(text));
	rule.why = rule.file = config.program = why;
	rule.line = INT32_MIN;
	rule.refuses = true;
	call.data.nr = SYS_openat;
	call.data.args[0] = (uint64_t)AT_FDCWD;
	call.data.args[1] = (uint64_t)why;
	call.data.args[2] = UINT32_MAX & ~(uint32_t)O_CREAT;
	call.data.instruction_pointer = UINT64_MAX;
	end = scmp_record_text(text, &config, &call, -ENOTRECOVERABLE);
	check(end <= text + SCMP_TRAP_RECORD_MAX);
	check_equal(end[-1], '\n');
	check(!memchr(text, '#', (size_t)(end - text)));
	check_equal(text[SCMP_TRAP_RECORD_MAX], '#');
	*end = '\0';
	check(strstr(text, "yy: openat(AT_FDCWD, \"yyy"));
	check(strstr(text, "...) = -1 ENOTRECOVERABLE  trap yyy"));
	check(strstr(text, "yyy:-2147483648 \"yyy"));
	check(strstr(text,
		     "yyy\"  from 0xffffffffffffffff  add: rule.allow :openat, flags: accmode(3) & none(:O_CREAT)\n"));
	rule.why = NULL;
	rule.file = "p.rb";
	rule.line = 2;
	rule.refuses = false;
	config.program = "uname";
}

static void check_place(uint64_t address, const char *should_be)
{
	char text[SCMP_TRAP_RECORD_MAX];

	*scmp_print_place(text, text + sizeof(text) - 1, address, "little") = '\0';
	if (strcmp(text, should_be) != 0) {
		fprintf(stderr, "%s: failed: %s and not %s\n", behaviour_name, text, should_be);
		exit(1);
	}
}

static void places(void)
{
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	char expected[200];
	Dl_info info;
	int on_stack;

	behaviour("without a snapshot an address is an address");
	check_place(0x1234, "0x1234");
	scmp_modules_snapshot(NULL);
	check_place((uintptr_t)places, (snprintf(expected, sizeof(expected), "%p", (void *)places), expected));

	scmp_modules_snapshot(little_auxv());

	behaviour("an address in the program has its name and the offset in its file");
	check(dladdr((void *)places, &info));
	snprintf(expected, sizeof(expected), "little+0x%zx", (uintptr_t)places - (uintptr_t)info.dli_fbase);
	check_place((uintptr_t)places, expected);

	behaviour("an address in a library has the library's");
	check(dladdr((void *)getppid, &info));
	snprintf(expected, sizeof(expected), "%s+0x%zx", strrchr(info.dli_fname, '/') + 1,
		 (uintptr_t)getppid - (uintptr_t)info.dli_fbase);
	check(strncmp(expected, "libc.so", 7) == 0);
	check_place((uintptr_t)getppid, expected);

	/* Where the kernel gives none, there is nothing to show. */
	if (vdso) {
		behaviour("so has one in the vDSO, whose place the kernel chooses");
		check_place(vdso + 0x700, "linux-vdso.so.1+0x700");
	}

	behaviour("data is in no module");
	snprintf(expected, sizeof(expected), "%p", (void *)&on_stack);
	check_place((uintptr_t)&on_stack, expected);
}

int main(void)
{
	texts();
	truncation();
	places();
	return 0;
}
