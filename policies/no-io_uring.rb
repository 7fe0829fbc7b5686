# SPDX-License-Identifier: MIT
#
# No io_uring: what is asked through its rings passes no filter.
#
# Stays possible: everything else, the older asynchronous calls (io_submit) too.
# Refused with ENOSYS: io_uring_setup, io_uring_enter, io_uring_register, as by a
# kernel without them; programs fall back to threads or epoll.
#
# Policies here that files, programs or the network matter to include this one.
#
# Not covered: rings that the program inherits or is handed with their memory
# mapped already and a kernel thread that polls them (IORING_SETUP_SQPOLL).

Seccomp.new(default: :allow) do |rule|
  rule.errno :ENOSYS, family(:io_uring), why: "rings pass no filter"
end.load
