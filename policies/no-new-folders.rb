# SPDX-License-Identifier: MIT
#
# No new folders.
#
# Stays possible: everything else, as making files in the folders that exist,
# and moving, renaming and removing folders.
# Refused with EPERM: mkdir and mkdirat (mknod never makes a folder). io_uring does
# not exist (ENOSYS): it can make folders too, and what is asked through its
# rings passes no filter.
#
# Not covered: other processes that run without this policy and can be asked, or
# forced, to make a folder.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EPERM, :mkdir, :mkdirat, why: "no new folders"
  rule.errno :ENOSYS, :io_uring_setup, :io_uring_enter, :io_uring_register, why: "rings pass no filter"
end.load
