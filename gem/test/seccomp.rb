# SPDX-License-Identifier: MIT
#
# Module Seccomp: names, numbers, constants, and what becomes of misuse.

def policy_error(&block)
  block.call
  nil
rescue Seccomp::PolicyError => e
  e.message
end

assert('Seccomp.syscall_to_i knows numbers by Symbol and String') do
  assert_equal 63, Seccomp.syscall_to_i(:uname)
  assert_equal 63, Seccomp.syscall_to_i("uname")
  assert_equal 63, Seccomp.name_to_syscall(:uname)
  assert_nil Seccomp.syscall_to_i(:opne)
end

assert('Seccomp.syscall_to_name knows names, also of calls newer than 2016') do
  assert_equal "uname", Seccomp.syscall_to_name(63)
  assert_equal "statx", Seccomp.syscall_to_name(Seccomp.syscall_to_i(:statx))
  assert_equal "io_uring_setup", Seccomp.syscall_to_name(425)
  assert_nil Seccomp.syscall_to_name(99_999)
  assert_nil Seccomp.syscall_to_name(-1)
end

assert('Seccomp.syscall_to_tupple pairs name and number') do
  assert_equal ["uname", 63], Seccomp.syscall_to_tupple(63)
  assert_nil Seccomp.syscall_to_tupple(99_999)
end

assert('Seccomp.to_syscall lets numbers pass and suggests a name for an unknown one') do
  assert_equal 7, Seccomp.to_syscall(7)
  assert_equal 83, Seccomp.to_syscall(:mkdir)
  message = assert_raise_message(ArgumentError) { Seccomp.to_syscall(:opne) }
  assert_equal "unknown syscall :opne (did you mean :open?)", message
end

assert('libc and foreign names are suggested before near ones') do
  assert_equal "this architecture has no syscall :umount (did you mean :umount2?)",
               policy_error { Seccomp.new(default: :allow) { |rule| rule.errno 1, :umount }.load }.split(": ", 2)[1]
  assert_include policy_error { Seccomp.new(default: :allow) { |rule| rule.errno 1, :pread }.load }, ":pread64"
end

assert('constants are those of libseccomp') do
  assert_equal 0x7fff0000, Seccomp::SCMP_ACT_ALLOW
  assert_equal 0x00030000, Seccomp::SCMP_ACT_TRAP
  assert_equal 0x80000000, Seccomp::SCMP_ACT_KILL_PROCESS
  assert_equal 0x00050001, Seccomp.SCMP_ACT_ERRNO(1)
  assert_equal 0x7ff00007, Seccomp.SCMP_ACT_TRACE(7)
  assert_equal 7, Seccomp::SCMP_CMP_MASKED_EQ
  assert_equal 3, Seccomp::LIBSECCOMP_VERSION.split(".").size
  assert_equal 3, Seccomp::VERSION.split(".").size
end

assert('Seccomp.new wants a default, and yields the context') do
  assert_equal "a context needs a default action: Seccomp.new(default: :allow) { |rule| ... }",
               assert_raise_message(ArgumentError) { Seccomp.new }
  yielded = nil
  context = Seccomp.new(default: :allow) { |rule| yielded = rule }
  assert_true context.equal?(yielded)
  assert_kind_of Seccomp::Context, context
end

assert('every form of a default action is taken') do
  [:allow, :trap, :kill, :kill_process, :kill_thread, :log, :errno, :trace, :SCMP_ACT_ALLOW,
   [:errno, 1], [:errno, :ENOSYS], [:trace, 7], [:return, 0], Seccomp::SCMP_ACT_KILL,
   Seccomp.SCMP_ACT_ERRNO(38)].each { |action| assert_kind_of Seccomp::Context, Seccomp.new(default: action) }
end

assert('a default takes log: and why:, as a rule does') do
  assert_kind_of Seccomp::Context, Seccomp.new(default: :kill, log: true, why: "not listed")
  assert_include policy_error { Seccomp.new(default: :kill, wy: "x").load }, "Seccomp.new has no option wy: (did you mean why:?)"
  assert_include policy_error { Seccomp.new(default: :kill, flags: 1).load }, "a default has no conditions: its options are"
  assert_include policy_error { Seccomp.new(default: :allow, log: true).load }, "allow cannot be recorded"
end

assert('on_trap wants a block') do
  assert_raise_message(ArgumentError) { Seccomp.on_trap }
end
