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

# The kernel puts it first in the line; signals are for this process only.
pid = File.read("/proc/self/stat").to_i

namespaces = %i[CLONE_NEWNS CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER CLONE_NEWPID CLONE_NEWNET]

Seccomp.new(default: [:errno, :ENOSYS]) do |rule|
  # Open files
  rule.allow family(:read)
  rule.allow family(:write)
  rule.allow :close, family(:dup), :lseek, :fadvise64
  rule.allow family(:poll)
  rule.allow :fstat
  rule.allow :newfstatat, flags: :AT_EMPTY_PATH # and no other flag
  # Not F_SETOWN, which is a way to send signals.
  rule.allow :fcntl, cmd: %i[F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL]
  rule.errno :EPERM, :fcntl, why: "no locks, no signals by way of a file"
  rule.allow :ioctl, cmd: %i[TCGETS TIOCGWINSZ FIONREAD]
  rule.errno :ENOTTY, :ioctl, why: "no devices"

  # Memory
  rule.allow :brk, :munmap, :mremap, :madvise
  rule.allow :mmap, :mprotect, prot: none(:PROT_EXEC)
  rule.errno :EPERM, :mmap, :mprotect, why: "no executable memory"

  # Threads
  rule.allow :clone, flags: all(:CLONE_THREAD, :CLONE_VM) & none(*namespaces)
  rule.allow :exit, :futex, :set_robust_list, :set_tid_address, :rseq, :sched_yield, :sched_getaffinity, :getcpu

  # Signals, to itself
  rule.allow :rt_sigaction, :rt_sigprocmask, :rt_sigpending, :rt_sigsuspend, :rt_sigtimedwait, :sigaltstack
  rule.allow :getitimer, :setitimer, on_arch(:x86_64, :alarm, :pause)
  rule.allow :kill, pid: pid
  rule.allow :tgkill, tgid: pid
  rule.errno :EPERM, family(:kill), why: "no signals to others"

  # Clocks, and what a process may know of itself
  rule.allow :clock_gettime, :clock_getres, :clock_nanosleep, :gettimeofday, :nanosleep, :times
  rule.allow :getpid, :gettid, :getppid, :getpgid, :getsid, :umask, on_arch(:x86_64, :getpgrp, :time)
  rule.allow :getuid, :geteuid, :getgid, :getegid, :getresuid, :getresgid, :getgroups
  rule.allow :getrandom, :getrlimit, :getrusage, :sysinfo, :uname
  rule.allow :prlimit64, pid: 0, new_rlim: 0 # of itself, and sets none
  rule.errno :EPERM, :prlimit64, :setrlimit, why: "no new limits"

  # Not yet invented: libc falls back to the calls below
  rule.errno :ENOSYS, :clone3, :openat2, :statx, :faccessat2, :fchmodat2, why: "the older calls do"

  # No files
  reading = { flags: accmode(:O_RDONLY) & none(:O_CREAT, :O_TRUNC) }
  rule.errno :ENOENT, :openat, on_arch(:x86_64, :open), **reading, why: "no files"
  rule.errno :ENOENT, family(:stat), family(:access), family(:readlink), :chdir, :statfs, why: "no files"
  rule.errno :EPERM, family(:open), family(:truncate), :fallocate, why: "no writing but to what is open"
  rule.errno :EPERM, family(:mkdir), family(:mknod), family(:unlink), why: "no changes to files"
  rule.errno :EPERM, family(:rename), family(:link), family(:symlink), why: "no changes to files"
  rule.errno :EPERM, family(:chmod), family(:chown), family(:utime), why: "no changes to files"

  # No others
  rule.errno :EPERM, family(:exec), why: "no other program"
  rule.errno :EPERM, family(:fork), family(:ptrace), why: "no other process"
  rule.errno :EPERM, family(:socket), :connect, :bind, :listen, why: "no network"
end.load
