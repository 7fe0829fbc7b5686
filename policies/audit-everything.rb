# SPDX-License-Identifier: MIT
#
# Every system call of the program and its children has a line in the kernel's audit log.
#
# Stays possible: everything; nothing is refused.
# Logged: process, program and the number of the call (ausyscall NUMBER, or
# Seccomp.syscall_to_name, has its name), as
#   type=1326 audit(...): ... pid=4711 comm="cat" exe="/usr/bin/cat" ... syscall=257 ... code=0x7ffc0000
# no arguments, and no result. The lines are in /var/log/audit/audit.log where auditd
# runs (ausearch -m SECCOMP); else in the kernel's own log (dmesg, journalctl -k), which
# takes ten of them in five seconds and counts the others. "log" must be in
# /proc/sys/kernel/seccomp/actions_logged, as it is unless somebody took it out.
# It costs some 2 microseconds a call. `rule.trap` and `log: true` have records of ours.
#
# Not covered: calls that the vDSO answers, which do not enter the kernel; what is asked
# through io_uring's rings.

Seccomp.new(default: :log).load
