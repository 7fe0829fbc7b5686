# SPDX-License-Identifier: MIT
#
# No network: no new socket of any family, and none that is led anywhere else.
#
# Stays possible: files, programs, pipes; socketpair of the connected kinds, over
# which threads and children talk (event loops need it); reading, writing and
# accepting on sockets that the program inherits.
# Refused with EPERM: socket, connect, bind, listen; socketpair of datagrams, as
# such a socket can still be led to any Unix address. Unix sockets are refused
# like all others: behind them are daemons that have the network. Name look-ups
# fail, and those by way of nscd fall back to files. io_uring does not exist
# (ENOSYS): what is asked through its rings passes no filter.
#
# To let Unix sockets be, put these first:
#   rule.allow :socket, Seccomp::ARG(:=~, 0xffffffff, 1)
#   rule.allow :connect, :bind, :listen
#
# Not covered: sockets that the program inherits or is handed, and other processes
# that run without this policy and can be asked, or forced (no-ptrace.rb).

# socketpair(family, type): AF_UNIX; SOCK_STREAM or SOCK_SEQPACKET, with any flags.
# All are ints, of which the upper half of the register is no part.
unix = Seccomp::ARG(:=~, 0xffffffff, 1)
stream = Seccomp::ARG(:=~, 0xf, 1)
seqpacket = Seccomp::ARG(:=~, 0xf, 5)

Seccomp.new(default: :allow) do |rule|
  rule.allow :socketpair, unix, stream
  rule.allow :socketpair, unix, seqpacket
  rule.errno :EPERM, :socket, :socketpair, why: "no network: no new sockets"
  rule.errno :EPERM, :connect, :bind, :listen, why: "no network: inherited sockets stay as they are"
  rule.errno :ENOSYS, :io_uring_setup, :io_uring_enter, :io_uring_register, why: "rings pass no filter"
end.load
