/* SPDX-License-Identifier: MIT */
/* The line that would let a refused call run. */
#include "allow.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "log.h"
#include "made_up.h"

static void check_allow(struct scmp_call call, const char *should_be)
{
	char text[SCMP_TRAP_RECORD_MAX];

	check_text(text, scmp_print_allow(text, text + sizeof(text), &call, -EPERM), should_be);
}

int main(void)
{
	struct scmp_call call = CALL(socket, AF_INET, SOCK_STREAM, 0);
	char text[100];

	behaviour("the line says what a call asks for, in the words of a policy");
	check_allow(call, "rule.allow :socket, domain: :AF_INET");
	check_allow(CALL(socket, 99, 1, 0), "rule.allow :socket, domain: 99");
	check_allow(CALL(uname, 0x1000), "rule.allow :uname");
	check_allow(CALL(connect, 3, 0x1000, 16), "rule.allow :connect");
	check_allow(CALL(openat, -100, 0x1000, O_RDONLY | O_CLOEXEC),
		    "rule.allow :openat, flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC)");
	check_allow(CALL(openat, -100, 0x1000, O_WRONLY | O_CREAT | O_TRUNC),
		    "rule.allow :openat, flags: accmode(:O_WRONLY)");
	check_allow(CALL(openat, -100, 0x1000, O_RDWR | O_CREAT),
		    "rule.allow :openat, flags: accmode(:O_RDWR) & none(:O_TRUNC)");
	check_allow(CALL(openat, -100, 0x1000, 3 | O_TRUNC), "rule.allow :openat, flags: accmode(3) & none(:O_CREAT)");
	check_allow(CALL(pipe2, 0x1000, O_CLOEXEC), "rule.allow :pipe2");
	check_allow(CALL(ioctl, 0, 0xffffffff00000000 | TIOCSTI, 1), "rule.allow :ioctl, cmd: :TIOCSTI");
	check_allow(CALL(ioctl, 0, 0xdeadbeef, 1), "rule.allow :ioctl, cmd: 0xdeadbeef");
	check_allow(CALL(fcntl, 0, F_SETFL, 1), "rule.allow :fcntl, cmd: :F_SETFL");
	check_allow(CALL(kill, -1, SIGTERM), "rule.allow :kill, sig: :SIGTERM");
	check_allow(CALL(kill, 1, 0), "rule.allow :kill, sig: 0");
	check_allow(CALL(rt_sigaction, SIGINT, 0, 0, 8), "rule.allow :rt_sigaction");
	check_allow(CALL(mprotect, 0x1000, 1, 7),
		    "rule.allow :mprotect, prot: only(:PROT_READ, :PROT_WRITE, :PROT_EXEC)");
	check_allow(CALL(mmap, 0, 1, 0x43, 2, -1, 0), "rule.allow :mmap, prot: only(:PROT_READ, :PROT_WRITE, 0x40)");
	check_allow(CALL(mmap, 0, 1, 0, 2, -1, 0), "rule.allow :mmap, prot: :PROT_NONE");
	check_allow(CALL(mmap, 0, 1, UINT64_MAX, 2, -1, 0), "rule.allow :mmap, prot: -1");
	check_allow(CALL(mprotect, 0, 1, UINT64_MAX), "");
	check_allow(CALL(personality, 0xffffffff), "rule.allow :personality, persona: -1");
	check_allow(CALL(personality, 0), "rule.allow :personality, persona: 0");
	check_allow(CALL(unshare, CLONE_NEWUSER | CLONE_NEWNS),
		    "rule.allow :unshare, flags: only(:CLONE_NEWNS, :CLONE_NEWUSER)");
	check_allow(CALL(setsockopt, 3, IPPROTO_TCP, 1), "rule.allow :setsockopt, level: :IPPROTO_TCP, optname: 1");

	behaviour("a line that does not fit is left out");
	check_text(text, scmp_print_allow(text, text + 36, &call, -EPERM), "");
	check_text(text, scmp_print_allow(text, text + 37, &call, -EPERM), "rule.allow :socket, domain: :AF_INET");

	behaviour("what was not refused, or by a choice, needs no line");
	check_text(text, scmp_print_allow(text, text + 100, &call, 0), "");
	check_text(text, scmp_print_allow(text, text + 100, &call, -4096), "");
	call.decided = true;
	check_allow(call, "");
	call.decided = false;
	rule.refuses = false;
	check_allow(call, "");
	rule.refuses = true;
	call.kill = true;
	check_text(text, scmp_print_allow(text, text + 100, &call, 0), "rule.allow :socket, domain: :AF_INET");

	behaviour("a line that takes all of a rule's calls cannot stand before it");
	rule.named = true;
	check_allow(call, "rule.allow :socket, domain: :AF_INET");
	check_allow(CALL(uname, 0x1000), "");
	rule.fixed[0] = UINT32_MAX;
	check_allow(call, "");
	rule.fixed[0] = UINT32_MAX >> 1;
	check_allow(call, "rule.allow :socket, domain: :AF_INET");
	rule.fixed[0] = 0;
	rule.fixed[2] = 3;
	check_allow(CALL(openat, -100, 0x1000, O_RDWR | O_CREAT | O_TRUNC), "");
	check_allow(CALL(openat, -100, 0x1000, O_RDWR | O_CREAT),
		    "rule.allow :openat, flags: accmode(:O_RDWR) & none(:O_TRUNC)");
	return 0;
}
