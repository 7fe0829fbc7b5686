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
# (ENOSYS): its rings have sockets too.
#
# To let Unix sockets be, put these first:
#   rule.allow :socket, domain: :AF_UNIX
#   rule.allow :connect, :bind, :listen
#
# Not covered: sockets that the program inherits or is handed, and other processes
# that run without this policy and can be asked, or forced (no-ptrace.rb).

Seccomp.new(default: :allow) do |rule|
  rule.allow :socketpair, domain: :AF_UNIX, type: [:SOCK_STREAM, :SOCK_SEQPACKET]
  rule.errno :EPERM, family(:socket), why: "no network: no new sockets"
  rule.errno :EPERM, :connect, :bind, :listen, why: "no network: inherited sockets stay as they are"
  rule.include "no-io_uring.rb"
end.load
