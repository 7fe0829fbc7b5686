# SPDX-License-Identifier: MIT
#
# No process looks into another, or changes it, by the calls of debuggers.
#
# Stays possible: everything else; signals, and /proc as far as it is readable.
# Refused with EPERM: ptrace in both directions (gdb and strace cannot work under
# this policy), memory of other processes (process_vm_readv, process_vm_writev,
# process_madvise), their open files (pidfd_getfd), and comparing with them (kcmp).
#
# Not covered: /proc/PID/mem, which is opened like any file: sysctl
# kernel.yama.ptrace_scope >= 2 closes it.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EPERM, family(:ptrace), why: "other processes are their own"
end.load
