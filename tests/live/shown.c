/* SPDX-License-Identifier: MIT */
/*
 * A host that makes calls whose arguments are worth showing, between two of
 * uname(2). None of them has an effect, refused or not.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static const char gone[] = "/nonexistent/\"quoted\" \\ \xc3\xa9\n\001\0012";

static void files(void)
{
	syscall(SYS_openat, AT_FDCWD, gone, O_RDONLY | O_CLOEXEC);
	syscall(SYS_openat, AT_FDCWD, "/nonexistent/x", O_WRONLY | O_CREAT | O_TRUNC, 0640);
	syscall(SYS_openat, -1, "x", O_RDWR | O_APPEND | 0x40000000, 0640);
	syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY);
	syscall(SYS_openat, AT_FDCWD, 8, O_RDONLY);
	syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/a/path/of/which/strace/shows/everything/however/long/it/is", 0755);
	syscall(SYS_unlinkat, AT_FDCWD, "/nonexistent/x", AT_REMOVEDIR);
	syscall(SYS_unlinkat, 77, "", 0);
	syscall(SYS_fchmodat, AT_FDCWD, "/nonexistent/x", 0);
	syscall(SYS_fchownat, AT_FDCWD, "/nonexistent/x", 1000, -1, AT_SYMLINK_NOFOLLOW);
	syscall(SYS_renameat2, AT_FDCWD, "/nonexistent/x", 5, "y", 1);
	syscall(SYS_symlinkat, "to", AT_FDCWD, "/nonexistent/x");
	syscall(SYS_lseek, -1, -5L, SEEK_END);
	syscall(SYS_ftruncate, -1, 5L << 32);
	syscall(SYS_flock, -1, LOCK_EX | LOCK_NB);
	syscall(SYS_fcntl, -1, F_DUPFD_CLOEXEC, 5);
	syscall(SYS_write, -1, "hello\0world\n\0337", 14);
	syscall(SYS_write, -1, "more than thirty-two bytes of a buffer", 38);
	syscall(SYS_write, -1, NULL, 3);
	syscall(SYS_write, -1, "x", 0);
}

static void sockets(void)
{
	struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 inet6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(443), .sin6_flowinfo = htonl(7), .sin6_scope_id = 3};
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/run/nonexistent"};

	inet_pton(AF_INET6, "2001:db8::1:0:0:2", &inet6.sin6_addr);
	syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_UDP);
	syscall(SYS_socket, AF_INET6, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_NONE);
	syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 1000);
	syscall(SYS_connect, -1, &inet, sizeof(inet));
	syscall(SYS_connect, -1, &inet6, sizeof(inet6));
	syscall(SYS_connect, -1, &name, sizeof(name));
	name.sun_path[0] = '\0';
	syscall(SYS_bind, -1, &name, offsetof(struct sockaddr_un, sun_path) + 7);
	syscall(SYS_connect, -1, NULL, 16);
	syscall(SYS_sendto, -1, "datagram", 8, MSG_DONTWAIT | MSG_NOSIGNAL, &inet, sizeof(inet));
	syscall(SYS_setsockopt, -1, SOL_SOCKET, SO_REUSEADDR, NULL, 4);
	syscall(SYS_shutdown, -1, SHUT_WR);
}

static void processes(void)
{
	const char *const few[] = {"ls", "-l", "a \"b\"", NULL};

	syscall(SYS_execve, "/nonexistent/x", few, NULL);
	syscall(SYS_execve, NULL, NULL, NULL);
	syscall(SYS_mmap, NULL, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	syscall(SYS_mmap, NULL, 0, PROT_NONE, MAP_SHARED | MAP_NORESERVE, 77, 0);
	syscall(SYS_mprotect, 4096, 0, PROT_READ | PROT_EXEC);
	syscall(SYS_munmap, NULL, 0);
	syscall(SYS_madvise, NULL, 0, MADV_DONTNEED);
	syscall(SYS_kill, 0x7fffffff, SIGTERM);
	syscall(SYS_kill, 0x7fffffff, 0);
	syscall(SYS_prlimit64, 0x7fffffff, RLIMIT_NOFILE, NULL, NULL);
	syscall(SYS_memfd_create, "a name that has some thirty-two bytes and more", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int main(void)
{
	syscall(SYS_uname, NULL);
	files();
	sockets();
	processes();
	syscall(SYS_uname, NULL);
	return 0;
}
