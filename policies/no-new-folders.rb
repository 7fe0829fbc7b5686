# SPDX-License-Identifier: MIT
#
# No new folders.
#
# Stays possible: everything else, as making files in the folders that exist,
# and moving, renaming and removing folders.
# Refused with EPERM: mkdir and mkdirat (mknod never makes a folder). io_uring does
# not exist (ENOSYS): it can make folders too.
#
# Not covered: subvolumes of btrfs, which are made by an ioctl; the work folders that
# the kernel makes when root mounts an overlay; other processes that run without this
# policy and can be asked, or forced, to make a folder.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EPERM, family(:mkdir), why: "no new folders"
  rule.include "no-io_uring.rb"
end.load
