# SPDX-License-Identifier: MIT
#
# No memory is both written and executed, and none becomes executable: code is what
# was mapped as code from a file.
#
# Stays possible: programs, and libraries that are linked or loaded later (dlopen), as
# ld.so maps their code executable and read-only from the start.
# Refused with EACCES, as by SELinux:
#   - mmap that is written and executed, or executed and of no file;
#   - mprotect and pkey_mprotect that add, or keep, PROT_EXEC: this includes libraries
#     with text relocations, and those that want an executable stack;
#   - shmat with SHM_EXEC, and personality with READ_IMPLIES_EXEC.
# Refused with EPERM: userfaultfd, which fills memory that cannot be written.
# Compilers that run what they make do not work: `git grep -P` says that it could not JIT;
# node ends at once with a failed check of V8's, but runs with --jitless.
#
# Not covered: files, also those of memfd_create, that are written first and mapped as
# code, or executed, then (readonly-files.rb, no-exec.rb); /proc/self/mem and ptrace,
# which write to any memory (no-ptrace.rb); programs whose file asks for an executable
# stack, which the kernel gives them.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EACCES, family(:write_exec), why: "no memory is written and executed"
  rule.errno :EACCES, :mmap, prot: any(:PROT_EXEC), flags: any(:MAP_ANONYMOUS), why: "code comes from files"
  # With all bits set it asks, and sets nothing.
  rule.errno :EACCES, :personality, persona: any(:READ_IMPLIES_EXEC) & not_in(0xffffffff),
                                    why: "what is read is not executed"
  # As a call, and of /dev/userfaultfd: USERFAULTFD_IOC_NEW.
  rule.errno :EPERM, :userfaultfd, why: "it fills memory that cannot be written"
  rule.errno :EPERM, :ioctl, cmd: 0xaa00, why: "it fills memory that cannot be written"
end.load
