# SPDX-License-Identifier: MIT
#
# No other program: the process stays the one that was started.
#
# Stays possible: threads and forks of this program, files, network.
# Refused with EPERM: execve and execveat, so all of exec*, posix_spawn, system
# and popen. io_uring does not exist (ENOSYS): a kernel to come may start programs
# by its rings.
#
# Not covered: code that the program itself maps and jumps to (no-wx.rb); other
# processes that run without this policy and can be asked, or forced, to start something.

Seccomp.new(default: :allow) do |rule|
  rule.errno :EPERM, family(:exec), why: "no other program"
  rule.include "no-io_uring.rb"
end.load
