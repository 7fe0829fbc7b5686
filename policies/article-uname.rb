# SPDX-License-Identifier: MIT
#
# The article's third program as a policy: uname(2) is trapped and reported.
#
# Stays possible: everything else.
# Refused: uname(2); it fails with EPERM.

context = Seccomp.new(default: :allow) do |rule|
  rule.trap(:uname)
end

Seccomp.on_trap do |syscall|
  puts "Trapped: syscall #{Seccomp.syscall_to_name(syscall)} = ##{syscall}"
end

context.load
