# SPDX-License-Identifier: MIT
#
# Only what is open already: a filter from stdin to stdout, as cat, sort and grep
# are. The program is the one that is preloaded; it starts no other.
#
# Stays possible: reading and writing open files, memory, threads, clocks,
# signals to itself.
# Refused:
#   ENOENT   opening or looking at files, for reading. To the program there are
#            none; programs and libc take an optional file that is not there (a
#            locale, a message catalogue) in silence, one that is forbidden not always.
#            So it runs in the C locale whatever LANG says: text is bytes.
#   EPERM    opening for writing and changing files, processes, programs, sockets,
#            signals to others, executable memory.
#   ENOTTY   ioctl, but for what asks whether a file is a terminal.
#   ENOSYS   everything else: it does not exist. For clone3, statx, openat2,
#            faccessat2, close_range, futex_waitv and what the libc of tomorrow
#            tries first this is the answer on which it falls back to the calls
#            above; io_uring, whose rings pass no filter, is among them.
#
# Limits: sort needs memory for all of its input, as it can have no temporary
# file. fstat(fd) is newfstatat(fd, "", ...) to the kernel, so the size and times of
# a file whose name the program knows can be asked.

skip = Seccomp::ARG(:>=, 0)

# Ints: the upper half of their register is no part of them.
int = ->(value) { Seccomp::ARG(:=~, 0xffffffff, value) }

# The kernel puts it first in the line; signals are for this process only.
pid = File.read("/proc/self/stat").to_i

reading = Seccomp::ARG(:=~, 0o1103, 0) # none of O_WRONLY O_RDWR O_CREAT O_TRUNC
no_exec = Seccomp::ARG(:=~, 4, 0) # not PROT_EXEC

# clone flags: CLONE_THREAD and CLONE_VM, and no new namespace
thread = Seccomp::ARG(:=~, 0x7e030100, 0x00010100)

Seccomp.new(default: [:errno, :ENOSYS]) do |rule|
  # Open files
  rule.allow :read, :readv, :pread64, :preadv, :preadv2
  rule.allow :write, :writev, :pwrite64, :pwritev, :pwritev2
  rule.allow :close, :dup, :dup2, :dup3, :lseek, :fadvise64
  rule.allow :poll, :ppoll, :select, :pselect6
  rule.allow :fstat
  rule.allow :newfstatat, skip, skip, skip, int[0x1000] # AT_EMPTY_PATH alone
  # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC; not F_SETOWN, which is a way to send signals
  [0, 1, 2, 3, 4, 1030].each { |command| rule.allow :fcntl, skip, int[command] }
  rule.errno :EPERM, :fcntl, why: "no locks, no signals by way of a file"
  # TCGETS TIOCGWINSZ FIONREAD
  [0x5401, 0x5413, 0x541b].each { |command| rule.allow :ioctl, skip, int[command] }
  rule.errno :ENOTTY, :ioctl, why: "no devices"

  # Memory
  rule.allow :brk, :munmap, :mremap, :madvise
  rule.allow :mmap, :mprotect, skip, skip, no_exec
  rule.errno :EPERM, :mmap, :mprotect, why: "no executable memory"

  # Threads
  rule.allow :clone, thread
  rule.allow :exit, :futex, :set_robust_list, :set_tid_address, :rseq, :sched_yield, :sched_getaffinity, :getcpu

  # Signals, to itself
  rule.allow :rt_sigaction, :rt_sigprocmask, :rt_sigpending, :rt_sigsuspend, :rt_sigtimedwait, :sigaltstack, :pause
  rule.allow :alarm, :getitimer, :setitimer
  rule.allow :kill, :tgkill, int[pid]
  rule.errno :EPERM, :kill, :tgkill, :tkill, :pidfd_send_signal, why: "no signals to others"
  rule.errno :EPERM, :rt_sigqueueinfo, :rt_tgsigqueueinfo, why: "no signals to others"

  # Clocks, and what a process may know of itself
  rule.allow :clock_gettime, :clock_getres, :clock_nanosleep, :gettimeofday, :nanosleep, :time, :times
  rule.allow :getpid, :gettid, :getppid, :getpgrp, :getpgid, :getsid, :umask
  rule.allow :getuid, :geteuid, :getgid, :getegid, :getresuid, :getresgid, :getgroups
  rule.allow :getrandom, :getrlimit, :getrusage, :sysinfo, :uname
  rule.allow :prlimit64, int[0], skip, Seccomp::ARG(:==, 0) # of itself, and sets none
  rule.errno :EPERM, :prlimit64, :setrlimit, why: "no new limits"

  # No files
  rule.errno :ENOENT, :open, skip, reading, why: "no files"
  rule.errno :ENOENT, :openat, skip, skip, reading, why: "no files"
  rule.errno :ENOENT, :stat, :lstat, :newfstatat, :access, :faccessat, :readlink, :readlinkat, why: "no files"
  rule.errno :ENOENT, :chdir, :statfs, why: "no files"
  rule.errno :EPERM, :open, :openat, :creat, :truncate, :ftruncate, :fallocate, why: "no writing but to what is open"
  rule.errno :EPERM, :mkdir, :mkdirat, :mknod, :mknodat, :rmdir, :unlink, :unlinkat, why: "no changes to files"
  rule.errno :EPERM, :rename, :renameat, :renameat2, :link, :linkat, :symlink, :symlinkat, why: "no changes to files"
  rule.errno :EPERM, :chmod, :fchmod, :fchmodat, :chown, :fchown, :lchown, :fchownat, why: "no changes to files"
  rule.errno :EPERM, :utime, :utimes, :futimesat, :utimensat, why: "no changes to files"

  # No others
  rule.errno :EPERM, :execve, :execveat, why: "no other program"
  rule.errno :EPERM, :fork, :vfork, :clone, why: "no other process"
  rule.errno :EPERM, :ptrace, :process_vm_readv, :process_vm_writev, :pidfd_getfd, why: "no other process"
  rule.errno :EPERM, :socket, :socketpair, :connect, :bind, :listen, why: "no network"
end.load
