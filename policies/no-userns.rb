# SPDX-License-Identifier: MIT
#
# No user namespaces: no root of a world of its own, to whom much of the kernel is open
# that is closed to users.
#
# Stays possible: everything else; the other namespaces, for who may without.
# Refused:
#   EPERM    clone and unshare with CLONE_NEWUSER; setns into a user namespace, and
#            into whatever a descriptor is of (nstype 0), as that may be one.
#   ENOSYS   clone3, whose flags are behind a pointer: libc uses clone then.
# So unshare -U, bwrap, rootless podman, and the sandbox of browsers do not work.
#
# Not covered: the namespace that the program was started in; other processes that run
# without this policy and can be asked, or forced (no-ptrace.rb), to make one.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EPERM, :clone, :unshare, flags: any(:CLONE_NEWUSER), why: "no user namespaces"
  rule.errno :EPERM, :setns, nstype: [0, any(:CLONE_NEWUSER)], why: "no user namespaces"
  rule.errno :ENOSYS, :clone3, why: "its flags are behind a pointer"
end.load
