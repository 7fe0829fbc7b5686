/* SPDX-License-Identifier: MIT */
/* What a record shows of a call's arguments. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "check.h"
#include "constants.h"
#include "decode.h"
#include "json.h"
#include "log.h"
#include "made_up.h"
#include "memory.h"
#include "print.h"
#include "syscalls.h"

enum { PAGE = 4096, ROUNDS = 300 };

/* Two pages, of which the second is not to be read. */
static char *page;

static struct scmp_trap_config config = {.program = "host"};

/* Text at the very end of what can be read. */
static uint64_t at_end(const char *text, size_t n)
{
	return (uint64_t)memcpy(page + PAGE - n, text, n);
}

/* The call's arguments, as a record has them. */
static void check_arguments(struct scmp_call call, const char *should_be)
{
	const struct scmp_syscall *known = scmp_syscall_by_number(call.data.nr);
	const uint64_t *args = (const uint64_t *)call.data.args;
	char text[SCMP_TRAP_RECORD_MAX], *end = text + sizeof(text), *p = text;

	for (size_t i = 0; i < scmp_decode_count(known, args); i++) {
		p = scmp_print_text(p, end, i ? ", " : "");
		p = scmp_decode(p, end, known, args, i);
	}
	check_text(text, p, should_be);
}

static void numbers(void)
{
	behaviour("an argument is as wide and as signed as the kernel takes it");
	check_arguments(CALL(getpgid, 0xffffffffffff0005), "-65531");
	check_arguments(CALL(getpgid, 0x1ffffffff), "-1");
	check_arguments(CALL(getpgid, 0x7fffffff00000007), "7");
	check_arguments(CALL(lseek, 3, (uint64_t)-4096, 2), "3, -4096, SEEK_END");
	check_arguments(CALL(ftruncate, UINT64_MAX, 1ull << 40), "-1, 1099511627776");
	check_arguments(CALL(read, 0xffffffff, 0x7ffc00001000, 65536), "-1, 0x7ffc00001000, 65536");
	check_arguments(CALL(getcwd, 0, UINT64_MAX), "NULL, 0xffffffffffffffff");
	check_arguments(CALL(fchown, 3, 1000, 0xffffffff), "3, 1000, -1");
	check_arguments(CALL(munmap, 0x7f0000000000, 8192), "0x7f0000000000, 8192");
	check_arguments(CALL(brk, 0), "NULL");
	check_arguments(CALL(ioctl, 1, 0xabcd0000deadbeef, 3), "1, 0xdeadbeef, 3");

	behaviour("permission bits are octal");
	check_arguments(CALL(fchmod, 3, 0644), "3, 0644");
	check_arguments(CALL(fchmod, 3, 0), "3, 000");
	check_arguments(CALL(fchmod, 3, 7), "3, 007");
	check_arguments(CALL(fchmod, 3, 0xffff0000 | 04755), "3, 04755");
	check_arguments(CALL(umask, 022), "022");

	behaviour("a call that is not known has six registers");
	check_equal(scmp_decode_count(NULL, (const uint64_t[6]){0}), 6);
}

static void names(void)
{
	uint64_t text = at_end("/x", 3);

	behaviour("flags have names, what has none is a number");
	check_arguments(CALL(openat, 0xffffff9c, text, O_RDONLY), "AT_FDCWD, \"/x\", O_RDONLY");
	check_arguments(CALL(openat, 5, text, O_WRONLY | O_CLOEXEC, 0644), "5, \"/x\", O_WRONLY|O_CLOEXEC");
	check_arguments(CALL(openat, (uint64_t)-100, text, O_RDWR | O_CREAT | O_TRUNC, 0644),
			"AT_FDCWD, \"/x\", O_RDWR|O_CREAT|O_TRUNC, 0644");
	check_arguments(CALL(openat, 5, text, O_WRONLY | O_TMPFILE, 0600), "5, \"/x\", O_WRONLY|O_TMPFILE, 0600");
	check_arguments(CALL(openat, 5, text, O_WRONLY | O_DIRECTORY, 0600), "5, \"/x\", O_WRONLY|O_DIRECTORY");
	check_arguments(CALL(openat, 5, text, O_SYNC | 3), "5, \"/x\", O_SYNC|0x3");
	check_arguments(CALL(openat, 5, text, 0x80000000 | O_DSYNC), "5, \"/x\", O_RDONLY|O_DSYNC|0x80000000");
	check_arguments(CALL(mmap, 0, PAGE, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			"NULL, 4096, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0");
	check_arguments(CALL(mprotect, 0x1000, PAGE, (1ull << 40) | 5),
			"0x1000, 4096, PROT_READ|PROT_EXEC|0x10000000000");
	check_arguments(CALL(unlinkat, 5, text, 0), "5, \"/x\", 0");
	check_arguments(CALL(unlinkat, 5, text, 0x40), "5, \"/x\", 0x40");
	check_arguments(CALL(unlinkat, 5, text, AT_REMOVEDIR), "5, \"/x\", AT_REMOVEDIR");

	behaviour("values have names, the first where several mean the same");
	check_arguments(CALL(socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "AF_UNIX, SOCK_DGRAM|SOCK_CLOEXEC, 0");
	check_arguments(CALL(socket, AF_INET, SOCK_STREAM, 0), "AF_INET, SOCK_STREAM, IPPROTO_IP");
	check_arguments(CALL(socket, 99, 15, 255), "99, 0xf, 255");
	check_arguments(CALL(fcntl, 3, F_SETFD, 1), "3, F_SETFD, 1");
	check_arguments(CALL(ioctl, 3, 0xffffffff00000000 | TIOCSTI, 0x7fff00000000), "3, TIOCSTI, 0x7fff00000000");
	check_arguments(CALL(kill, (uint64_t)-1, SIGTERM), "-1, SIGTERM");
	check_arguments(CALL(kill, 1, 0), "1, 0");
	check_arguments(CALL(kill, 1, (uint64_t)-7), "1, -7");
	check_arguments(CALL(kill, 1, 40), "1, 40");
	check_arguments(CALL(prctl, PR_SET_NAME, 1, 2, 3, 4), "PR_SET_NAME, 1, 2, 3, 4");
	check_arguments(CALL(getrusage, 0xffffffff, 0), "RUSAGE_CHILDREN, NULL");
	check_arguments(CALL(ptrace, PTRACE_ATTACH, 1, 0, 0), "PTRACE_ATTACH, 1, NULL, 0");
	check_arguments(CALL(ptrace, (1ull << 32) | PTRACE_ATTACH, 1, 0, 0), "0x100000010, 1, NULL, 0");
	check_arguments(CALL(clone, CLONE_VM | SIGCHLD, 0, 0, 0, 0), "SIGCHLD|CLONE_VM, 0, NULL, NULL, 0");
	check_arguments(CALL(setsockopt, 3, SOL_SOCKET, SO_REUSEADDR, 0, 4), "3, SOL_SOCKET, SO_REUSEADDR, NULL, 4");
	check_arguments(CALL(setsockopt, 3, IPPROTO_TCP, 1, 0, 4), "3, IPPROTO_TCP, 1, NULL, 4");
}

static void strings(void)
{
	uint64_t text;
	char long_path[400];

	behaviour("text is quoted as strace does it");
	text = at_end("a\"b\\c\n\1\0012\377\0", 12);
	check_arguments(CALL(chdir, text), "\"a\\\"b\\\\c\\n\\1\\0012\\377\"");
	check_arguments(CALL(chdir, at_end("", 1)), "\"\"");

	behaviour("what cannot be read is a number");
	check_arguments(CALL(chdir, 0), "NULL");
	check_arguments(CALL(chdir, 8), "0x8");
	check_arguments(CALL(chdir, UINT64_MAX), "0xffffffffffffffff");
	check_arguments(CALL(chdir, 1ull << 63), "0x8000000000000000");
	text = at_end("no end", 6);
	check_arguments(CALL(chdir, text), (snprintf(long_path, 400, "0x%" PRIx64, text), long_path));

	behaviour("text is cut at 32 bytes, a path at 256");
	text = at_end("12345678901234567890123456789012", 33);
	check_arguments(CALL(memfd_create, text, 0), "\"12345678901234567890123456789012\", 0");
	text = at_end("123456789012345678901234567890123", 34);
	check_arguments(CALL(memfd_create, text, 0), "\"12345678901234567890123456789012\"..., 0");
	check_arguments(CALL(chdir, text), "\"123456789012345678901234567890123\"");
	memset(page + PAGE - 300, 'p', 299);
	page[PAGE - 1] = '\0';
	snprintf(long_path, sizeof(long_path), "\"%.256s\"...", page + PAGE - 300);
	check_arguments(CALL(chdir, (uint64_t)page + PAGE - 300), long_path);
	snprintf(long_path, sizeof(long_path), "\"%.256s\"", page + PAGE - 257);
	check_arguments(CALL(chdir, (uint64_t)page + PAGE - 257), long_path);

	behaviour("what is written is as long as the next argument says");
	text = at_end("hello\0world\n", 12);
	check_arguments(CALL(write, 1, text, 12), "1, \"hello\\0world\\n\", 12");
	check_arguments(CALL(write, 1, text, 2), "1, \"he\", 2");
	check_arguments(CALL(write, 1, text, 0), "1, \"\", 0");
	check_arguments(CALL(write, 1, 0, 5), "1, NULL, 5");
	check_arguments(CALL(write, 1, (uint64_t)page + PAGE, 5),
			(snprintf(long_path, 400, "1, %p, 5", (void *)(page + PAGE)), long_path));
	memset(page, 'w', 100);
	check_arguments(CALL(write, 1, (uint64_t)page, 33), "1, \"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"..., 33");
}

static void argument_lists(void)
{
	/* Room behind each of them: more is read than the text, to the end of the page. */
	static const char words[][64] = {"ls", "-l", "a \"b\"", "x"};
	const char *const list[] = {words[0], words[1], words[2], NULL};
	const char *many[20];
	const uint64_t *no_end = (const uint64_t *)(page + PAGE - 8);
	char expected[200];

	behaviour("a list of strings is shown, the first eight of them");
	check_arguments(CALL(execve, (uint64_t)list[0], (uint64_t)list, 0),
			"\"ls\", [\"ls\", \"-l\", \"a \\\"b\\\"\"], NULL");
	for (size_t i = 0; i < N_ELEMENTS(many); i++)
		many[i] = words[3];
	check_arguments(CALL(execve, 0, (uint64_t)many, 0),
			"NULL, [\"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", ...], NULL");
	many[0] = NULL;
	check_arguments(CALL(execve, 0, (uint64_t)many, 0), "NULL, [], NULL");

	behaviour("strings that cannot be read are numbers, a list that cannot is one");
	many[0] = (const char *)8;
	many[1] = NULL;
	check_arguments(CALL(execve, 0, (uint64_t)many, 0), "NULL, [0x8], NULL");
	memcpy(page + PAGE - 8, &list[0], 8);
	check_arguments(CALL(execve, 0, (uint64_t)no_end, 0), "NULL, [\"ls\", ...], NULL");
	snprintf(expected, sizeof(expected), "NULL, %p, NULL", (const void *)(page + PAGE));
	check_arguments(CALL(execve, 0, (uint64_t)page + PAGE, 0), expected);
	check_arguments(CALL(execve, 0, 0, 0), "NULL, NULL, NULL");
}

static void check_sockaddr(const void *address, size_t length, const char *should_be)
{
	char expected[400];

	snprintf(expected, sizeof(expected), "3, %s, %zu", should_be, length);
	check_arguments(CALL(connect, 3, at_end(address, length), length), expected);
}

static void check_ipv6(const char *text)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	char expected[300], again[INET6_ADDRSTRLEN];

	check(inet_pton(AF_INET6, text, &address.sin6_addr) == 1);
	inet_ntop(AF_INET6, &address.sin6_addr, again, sizeof(again));
	snprintf(expected, sizeof(expected),
		 "{sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"%s\", "
		 "&sin6_addr), sin6_scope_id=0}",
		 again);
	check_sockaddr(&address, sizeof(address), expected);
}

static void sockaddrs(void)
{
	static const char *const zeroes[] = {"::",
					     "::1",
					     "1::",
					     "fe80::1",
					     "1:2:3:4:5:6:7:8",
					     "1:0:0:4:0:0:7:8",
					     "1::4:0:0:0",
					     "::2:0",
					     "0:1::1:0",
					     "::1.2.3.4",
					     "::ffff:127.0.0.1",
					     "1:0:3:4:5:6:7:8",
					     "::fffe:1:2",
					     "2001:db8::ff00:42:8329"};
	struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/run/s"};
	uint16_t family = AF_NETLINK;
	uint64_t state = 42;
	char text[100];

	behaviour("an address of a socket is shown by its family");
	check_sockaddr(&inet, sizeof(inet),
		       "{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}");
	check_sockaddr(&name, sizeof(name), "{sa_family=AF_UNIX, sun_path=\"/run/s\"}");
	check_sockaddr(&name, 5, "{sa_family=AF_UNIX, sun_path=\"/ru\"}");
	check_sockaddr(&name, 2, "{sa_family=AF_UNIX}");
	memcpy(name.sun_path, "\0ab\0c", 5);
	check_sockaddr(&name, 2 + 5, "{sa_family=AF_UNIX, sun_path=@\"ab\\0c\"}");
	check_sockaddr(&family, 2, "{sa_family=AF_NETLINK}");
	family = 1234;
	check_sockaddr(&family, 2, "{sa_family=1234}");

	behaviour("an IPv6 address is the text that libc makes of it");
	for (size_t i = 0; i < N_ELEMENTS(zeroes); i++)
		check_ipv6(zeroes[i]);
	for (int i = 0; i < 1000; i++) {
		uint64_t which = draw(&state), value = draw(&state);

		snprintf(text, sizeof(text), "%x:%x:%x:%x:%x:%x:%x:%x", which & 1 ? 0 : (unsigned)(value & 0xffff),
			 which & 2 ? 0 : 0xa, which & 4 ? 0 : 0xb0, which & 8 ? 0 : (unsigned)(value >> 48),
			 which & 16 ? 0 : 0x123, which & 32 ? 0 : 0xffff, which & 64 ? 0 : 1, which & 128 ? 0 : 2);
		check_ipv6(text);
	}

	behaviour("one that is too short, or not there, is not guessed at");
	check_sockaddr(&inet, 15, "{sa_family=AF_INET}");
	check_arguments(CALL(connect, 3, 0x10, 16), "3, 0x10, 16");
	check_arguments(CALL(connect, 3, 0, 16), "3, NULL, 16");
	snprintf(text, sizeof(text), "3, %p, 1", (void *)page);
	check_arguments(CALL(connect, 3, (uint64_t)page, 1), text);
	snprintf(text, sizeof(text), "3, %p, 16", (void *)(page + PAGE - 8));
	check_arguments(CALL(connect, 3, (uint64_t)page + PAGE - 8, 16), text);
}

/* The value that a text of names and numbers stands for. */
static uint64_t value_of(unsigned meaning, char *text)
{
	uint64_t value = 0;

	for (char *word = strtok(text, "|"); word; word = strtok(NULL, "|")) {
		const struct scmp_constant *constant = scmp_constant_by_name(meaning, word);

		value |= constant ? constant->value : (uint64_t)strtoll(word, NULL, 0);
	}
	return value;
}

static void round_trip(void)
{
	uint64_t state = 7;
	char text[SCMP_TRAP_RECORD_MAX];

	behaviour("the names of every set mean the value that they were made of");
	for (unsigned set = 0; set < SCMP_SETS; set++) {
		struct scmp_constants all = scmp_constants_of(set);

		for (size_t i = 0; i < all.n + 200; i++) {
			uint64_t value = i < all.n ? all.first[i].value : (uint32_t)(draw(&state) & draw(&state));
			char *end = scmp_decode_constants(text, text + sizeof(text) - 1, set, value, "", "|");

			*end = '\0';
			check(i >= all.n || !value || !strstr(text, "0x"));
			check_equal((uint32_t)value_of(set, text), value);
		}
	}
}

/* As much of JSON as the records have: Strings, numbers, true, null, Arrays and one object. */
static const char *skip_value(const char *p);

static const char *skip_string(const char *p)
{
	check(*p++ == '"');
	for (; *p != '"'; p++) {
		check((unsigned char)*p >= ' ');
		if (*p == '\\') {
			p++;
			check(strchr("\"\\n", *p) || (*p == 'u' && strspn(p + 1, "0123456789abcdef") >= 4));
		}
	}
	return p + 1;
}

static const char *skip_list(const char *p, char close, bool keys)
{
	for (p++; *p != close; p++) {
		if (keys) {
			p = skip_string(p);
			check(*p++ == ':');
		}
		p = skip_value(p);
		if (*p == close)
			break;
		check(*p == ',');
	}
	return p + 1;
}

static const char *skip_value(const char *p)
{
	static const char digits[] = "-0123456789";

	switch (*p) {
	case '"':
		return skip_string(p);
	case '[':
		return skip_list(p, ']', false);
	case '{':
		return skip_list(p, '}', true);
	case 't':
	case 'n':
		check(strncmp(p, "true", 4) == 0 || strncmp(p, "null", 4) == 0);
		return p + 4;
	default:
		check(strspn(p, digits) > 0);
		return p + strspn(p, digits);
	}
}

static void check_record(const struct scmp_call *call, int64_t result)
{
	char text[SCMP_TRAP_RECORD_MAX + 1], *end;

	memset(text, '#', sizeof(text));
	end = scmp_record_text(text, &config, call, result);
	check(end <= text + SCMP_TRAP_RECORD_MAX && text[SCMP_TRAP_RECORD_MAX] == '#');
	check(memchr(text, '\n', sizeof(text)) == end - 1);
	for (const char *p = text; p < end - 1; p++)
		check(*p >= ' ' && *p <= '~');
	*end = '\0';
	check(strstr(text, ") = ") && strstr(text, "  from 0x"));

	memset(text, '#', sizeof(text));
	end = scmp_json_record(text, &config, call, result);
	check(end <= text + SCMP_TRAP_RECORD_MAX && text[SCMP_TRAP_RECORD_MAX] == '#');
	check(memchr(text, '\n', sizeof(text)) == end - 1);
	end[-1] = '\0';
	check(skip_value(text) == end - 1);
	check(strstr(text, ",\"decoded\":["));
}

/* A register: a small number, flags, anything, or an address of something. */
static uint64_t draw_register(uint64_t *state)
{
	uint64_t value = draw(state);

	switch (draw(state) % 6) {
	case 0:
		return value % 64;
	case 1:
		return value & draw(state) & draw(state) & INT32_MAX;
	case 2:
		return (uint64_t)page + value % (2 * PAGE);
	case 3:
		return (uint64_t)page + PAGE - value % 16;
	case 4:
		return (uint64_t)page + (value % 32) * 8;
	default:
		/* No address that happens to be mapped: a sanitizer would say that it is not for reading. */
		value >>= value % 64;
		return value > INT32_MAX ? value | 1ull << 63 : value;
	}
}

enum { NAME_SIZE = 400 };

static const char *any_length(const char *name, uint64_t *state)
{
	return name + draw(state) % NAME_SIZE;
}

static void all_lengths(void)
{
	struct scmp_call call = CALL(mount, 8, 8, 8, 0x3ffffff, 8);
	char why[NAME_SIZE] = "", long_name[NAME_SIZE];

	behaviour("a record is whole wherever the room for its line ends");
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	rule.why = why;
	rule.file = long_name;
	config.program = long_name;
	for (size_t i = 0; i + 1 < sizeof(why); i++) {
		check_record(&call, -EPERM);
		why[i] = 'y';
	}
	rule.why = NULL;
	rule.file = "p.rb";
	config.program = "host";
}

static void fuzz(void)
{
	static char name[NAME_SIZE];
	uint64_t state = 4711;

	for (size_t i = 0; i + 1 < sizeof(name); i++)
		name[i] = (char)(draw(&state) | 128);
	behaviour("whatever the registers and the memory, a record is one line, within its limit, and JSON is whole");
	for (int nr = -1; nr <= scmp_syscall_end(); nr++)
		for (int round = 0; round < ROUNDS; round++) {
			struct scmp_call call = {.data = {.nr = nr, .instruction_pointer = draw(&state)},
						 .rule = &rule};
			bool is_long = round % 4 == 0;

			for (unsigned i = 0; i < 6; i++)
				call.data.args[i] = draw_register(&state);
			/* Bytes, small ones too, and pointers to them. */
			for (unsigned i = 0; i < 8; i++)
				page[draw(&state) % PAGE] = (char)(draw(&state) >> draw(&state) % 64);
			for (unsigned i = 0; i < 4; i++) {
				uint64_t pointer = draw_register(&state);

				memcpy(page + draw(&state) % 32 * 8, &pointer, 8);
			}
			call.kill = draw(&state) % 4 == 0;
			config.program = is_long ? any_length(name, &state) : "host";
			rule.file = is_long ? any_length(name, &state) : draw(&state) % 8 ? "p.rb" : NULL;
			rule.why = is_long ? any_length(name, &state) : NULL;
			check_record(&call, draw(&state) % 2 ? -(int64_t)(draw(&state) % 4200) : (int64_t)draw(&state));
		}
}

/* For good: the last of this test. */
static void refuse_probes(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {N_ELEMENTS(filter), filter};

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void another_filter(void)
{
	uint64_t text = at_end("/x", 3);
	char expected[100];

	check_arguments(CALL(chdir, text), "\"/x\"");
	refuse_probes();
	behaviour("where another filter refuses to try the memory pointers are numbers");
	snprintf(expected, sizeof(expected), "0x%" PRIx64, text);
	check_arguments(CALL(chdir, text), expected);
	snprintf(expected, sizeof(expected), "NULL, 0x%" PRIx64 ", NULL", text);
	check_arguments(CALL(execve, 0, text, 0), expected);
	snprintf(expected, sizeof(expected), "3, 0x%" PRIx64 ", 16", text);
	check_arguments(CALL(connect, 3, text, 16), expected);
	snprintf(expected, sizeof(expected), "3, 0x%" PRIx64 ", 2", text);
	check_arguments(CALL(write, 3, text, 2), expected);
}

int main(void)
{
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED);
	check_equal(mprotect(page + PAGE, PAGE, PROT_NONE), 0);
	numbers();
	names();
	strings();
	argument_lists();
	sockaddrs();
	round_trip();
	all_lengths();
	fuzz();
	another_filter();
	return 0;
}
