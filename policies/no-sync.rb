# SPDX-License-Identifier: MIT
#
# Nothing waits for the disk: tests of a database run at the speed of memory.
#
# Stays possible: everything; what was written is read back as ever, by all processes.
# Answered with success, and not done: fsync, fdatasync, sync, syncfs, sync_file_range,
# and msync with MS_SYNC. Nothing of them is checked, not even that the file is open.
#
# A promise is broken by this policy: after a power cut, or a crash of the kernel, what
# the program believed to be safe may be gone or half there. For data that may be lost.
#
# Not covered: files opened with O_SYNC, O_DSYNC or O_DIRECT, pwritev2 with RWF_SYNC or
# RWF_DSYNC: their writes wait. Syncs by io_submit, and by io_uring (no-io_uring.rb).

Seccomp.new(default: :allow) do |rule|
  rule.allow :msync, flags: none(:MS_SYNC), why: "it writes nothing: it is asked whether memory is there"
  rule.return 0, family(:sync), why: "nothing waits for the disk"
end.load
