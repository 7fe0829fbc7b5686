# SPDX-License-Identifier: MIT
#
# Seccomp::Context: each misuse is named; several come out together. The rules
# themselves are tried on the kernel in forked children.

def fault(&block)
  context = Seccomp.new(default: :allow, &block)
  context.load
  nil
rescue Seccomp::PolicyError => e
  e.message.split("\n").map { |line| line.split(": ", 2)[1] }
end

assert('a fault names the file and the line') do
  begin
    Seccomp.new(default: :allow) { |rule| rule.trap :opne }.load
  rescue Seccomp::PolicyError => e
    message = e.message
  end
  assert_equal "#{__FILE__}:#{__LINE__ - 4}: unknown syscall :opne (did you mean :open?)", message
end

assert('several faults come out together') do
  messages = fault do |rule|
    rule.trap :opne
    rule.errno :EPRM, :mkdir
  end
  assert_equal ["unknown syscall :opne (did you mean :open?)", "unknown errno :EPRM (did you mean :EPERM?)"], messages
end

MISUSES = {
  "errno 0 is out of range: 1 to 4095 (a faked success is `return 0`)" => ->(r) { r.errno 0, :mkdir },
  "errno 4096 is out of range: 1 to 4095" => ->(r) { r.errno 4096, :mkdir },
  "errno takes the error first: errno :EPERM, :mkdir" => ->(r) { r.errno :mkdir, :rmdir },
  "an errno is a name such as :EPERM or 1 to 4095, not nil" => ->(r) { r.errno nil, :mkdir },
  "a syscall is named by a Symbol, a String or its number, not nil" => ->(r) { r.kill nil },
  "a syscall is named by a Symbol, a String or its number, not 1.5" => ->(r) { r.kill 1.5 },
  "kill names no syscall" => ->(r) { r.kill },
  "unknown operator :===: use :==, :!=, :<, :<=, :>, :>= or :=~" => ->(r) { r.kill :mkdir, Seccomp::ARG(:===, 1) },
  "ARG(:=~, mask, value) takes a mask and a value" => ->(r) { r.kill :mkdir, Seccomp::ARG(:=~, 1) },
  "ARG(:==, value) takes one value; only :=~ takes two" => ->(r) { r.kill :mkdir, Seccomp::ARG(:==, 1, 2) },
  "mkdir has 2 arguments; you tested argument 2 (the first is 0)" =>
    ->(r) { r.kill :mkdir, *3.times.map { Seccomp::ARG(:==, 1) } },
  "too many ARGs: a syscall has at most 6 arguments" => ->(r) { r.kill :mmap, *8.times.map { Seccomp::ARG(:>, 0) } },
  "kill :mkdir can never match: its conditions contradict themselves" => ->(r) { r.kill :mkdir, Seccomp::ARG(:<, 0) },
  "(argument 1 & 0x3) == 0x4 can never be true: 0x4 is outside the mask" =>
    ->(r) { r.kill :chmod, Seccomp::ARG(:>=, 0), Seccomp::ARG(:=~, 3, 4) },
  "a mask of 0 takes every value of argument 0: ARG(:>=, 0) passes it over" =>
    ->(r) { r.kill :getpriority, Seccomp::ARG(:=~, "0xffffffff00000000", 0) },
  "unknown action :kil (did you mean :kill?)" => ->(r) { r.add_rule :kil, :mkdir },
  "action :notify is not supported: use intercept, whose block decides in the process" =>
    ->(r) { r.add_rule :notify, :mkdir },
  "action :trap takes no operand" => ->(r) { r.add_rule Seccomp::SCMP_ACT_TRAP | 7, :mkdir },
  "errno 0 is out of range: 1 to 4095 (a faked success is `return 0`) " =>
    ->(r) { r.add_rule Seccomp.SCMP_ACT_ERRNO(0), :mkdir },
  "mkdir has no argument wy: (did you mean why:?)" => ->(r) { r.kill :mkdir, wy: "x" },
  "limit: takes the number of records a second, 1 to 1000000, not 0" => ->(r) { r.trap :mkdir, limit: 0 },
  "limit: takes the number of records a second, 1 to 1000000, not \"9\"" => ->(r) { r.trap :mkdir, limit: "9" },
  "limit: is about records, and this rule writes none: it goes with trap, intercept or log: true" =>
    ->(r) { r.errno 1, :mkdir, limit: 5 },
  "why: takes a String, not 7" => ->(r) { r.kill :mkdir, why: 7 },
  "log: takes true or false, not 1" => ->(r) { r.kill :mkdir, log: 1 },
  "allow cannot be recorded: log: true goes with errno, return, kill, trap and intercept" => ->(r) { r.allow :mkdir, log: true },
  "kill takes no block: only trap and intercept ask one" => ->(r) { r.kill(:mkdir) {} },
  "exit_group cannot be refused: without it a process cannot end, or come back from a signal" =>
    ->(r) { r.errno 1, :exit_group },
  "getuid cannot fail, its callers take the error for a result: choose one with `return n, :getuid`" =>
    ->(r) { r.errno 1, :getuid },
  "return takes a result: 0 or more, or -1 to -4095 for an errno, not -5000" => ->(r) { r.return(-5000, :mkdir) },
  "trace takes the tracer's number, 0 to 65535, not 70000" => ->(r) { r.trace :mkdir, 70_000 },
  "\"18446744073709551616\" is not an argument's value: 64 bits as an Integer, or a String such as " \
  "\"0xffffffff00000000\"" => ->(r) { r.kill :mkdir, Seccomp::ARG(:==, "18446744073709551616") },
}

MISUSES.each do |message, misuse|
  assert("misuse is named: #{message}") do
    assert_equal [message.strip], fault { |rule| misuse.call(rule) }
  end
end

assert('a rule that earlier rules cover names the line that covers it') do
  messages = fault do |rule|
    rule.errno 1, :unlink
    rule.kill :unlink
  end
  assert_equal ["kill :unlink can never take effect: line #{__LINE__ - 3} (errno) takes all of its calls, " \
                "and the first match wins"], messages
end

assert('a context is neither copied nor made without initialize') do
  assert_raise_message(RuntimeError) { Seccomp.new(default: :allow).dup }
  assert_raise_message(ArgumentError) { Seccomp::Context.allocate.load }
end

assert('reset takes a symbol and forgets all rules') do
  context = Seccomp.new(default: :kill) { |rule| rule.trap :opne }
  assert_equal 0, context.reset(:allow)
end

# What a block finds in a child under a context: true where it ended with 0.
def child(context, &block)
  Process.waitpid2(Process.fork do
    context.load
    exit(block.call ? 0 : 1)
  end)[1]
end

assert('errno rules answer their error, and others pass') do
  context = Seccomp.new(default: :allow) { |rule| rule.errno :EBUSY, :uname }
  status = child(context) do
    begin
      Uname.nodename
      false
    rescue RuntimeError => e
      e.message == "uname failed"
    end
  end
  assert_true status.success?
end

assert('unknown: takes an errno') do
  { ENOSY: "unknown errno :ENOSY (did you mean :ENOSYS?)", nil => "an errno is a name such as :EPERM or 1 to 4095, not nil" }
    .each do |value, message|
    raised = assert_raise_message(Seccomp::PolicyError) { Seccomp.new(default: :kill, unknown: value).load }
    assert_include raised, message
  end
end

assert('return above 0 needs a handler and gives that result') do
  status = child(Seccomp.new(default: :allow) { |rule| rule.return 4711, :getpid }) do
    Seccomp.on_trap {}
    Process.pid == 4711
  end
  assert_true status.success?
end

assert('a block sees the call and chooses its result') do
  seen = nil
  context = Seccomp.new(default: :allow) { |rule| rule.trap(:getpid) { |call| call.return 1234 } }
  status = child(context) do
    Seccomp.on_trap { |number, call| seen = number }
    Process.pid == 1234 && seen.nil?
  end
  assert_true status.success?
end

assert('an intercepted call continues, and a second block sees its result') do
  results = []
  context = Seccomp.new(default: :allow) do |rule|
    rule.intercept(:getpid) { |call| call.continue { |result| results << result; 7 } }
    rule.intercept(:uname, :fork, :clone)
  end
  status = child(context) do
    Seccomp.on_trap { |number, call| call.continue }
    pid = Process.fork { exit(3) }
    Process.pid == 7 && results.size == 1 && results[0] > 0 && Uname.nodename != "" &&
      Process.waitpid2(pid)[1].exitstatus == 3
  end
  assert_true status.success?
end

assert('on_trap gets the number and the call') do
  seen = nil
  context = Seccomp.new(default: :allow) { |rule| rule.trap :getpid }
  status = child(context) do
    Seccomp.on_trap do |number, call|
      seen = [number, call.number, call.syscall, call.arguments]
      call.return 5
    end
    Process.pid == 5 && seen == [39, 39, :getpid, []]
  end
  assert_true status.success?
end

assert('a second decision raises, and the call fails with EPERM') do
  context = Seccomp.new(default: :allow) do |rule|
    rule.trap :uname do |call|
      call.return 0
      call.return 0
    end
  end
  status = child(context) do
    Seccomp.on_trap {}
    begin
      Uname.nodename
      false
    rescue RuntimeError
      true
    end
  end
  assert_true status.success?
end

assert('a trap without on_trap ends the process with SIGSYS') do
  status = child(Seccomp.new(default: :allow) { |rule| rule.trap :uname }) { Uname.nodename }
  assert_true status.signaled?
  assert_equal 31, status.termsig
end

assert('kill ends the process') do
  status = child(Seccomp.new(default: :allow) { |rule| rule.kill :uname }) { Uname.nodename }
  assert_equal 31, status.termsig
end

assert('a call tells of itself and its place') do
  seen = []
  context = Seccomp.new(default: :allow) { |rule| rule.trap :getpid }
  status = child(context) do
    Seccomp.on_trap do |number, call|
      seen << [call.nth, call.arch == :x86_64 || call.arch == :aarch64, call.process == call.thread, call.ip > 0,
               call.caller.include?("+0x") || call.caller.include?("0x"), call.inspect]
      call.return 5
    end
    Process.pid
    Process.pid
    seen == [1, 2].map { |nth| [nth, true, true, true, true, "#<Seccomp::Call getpid()>"] }
  end
  assert_true status.success?
end

assert('a call kept beyond its block raises, and says so when it is shown') do
  kept = nil
  context = Seccomp.new(default: :allow) { |rule| rule.trap(:getpid) { |call| kept = call } }
  status = child(context) do
    Seccomp.on_trap {}
    Process.pid
    begin
      kept.nth
      false
    rescue RuntimeError => e
      e.message.include?("is over") && kept.inspect == "#<Seccomp::Call, over>"
    end
  end
  assert_true status.success?
end

assert('a block reads and writes memory, and a bad pointer is an exception') do
  seen = []
  context = Seccomp.new(default: :allow) { |rule| rule.trap :uname }
  status = child(context) do
    Seccomp.on_trap do |number, call|
      seen << call.write(call[0], "Linux\0")
      seen << call.write(call[0] + 65, "made\xffup\0and more")
      seen << call.string(call[0]) << call.read(call[0], 7) << call.string(call[0], 3)
      [-> { call.read(0, 1) }, -> { call.write(-1, "x") }, -> { call.string(16) }, -> { call.read(call[0], -1) },
       -> { call.read(call[0], (1 << 20) + 1) }, -> { call[1] }].each do |misuse|
        begin
          misuse.call
        rescue StandardError => e
          seen << e.message
        end
      end
      call.return 0
    end
    name = Uname.nodename
    name == "made\xffup" &&
      seen[0, 5] == [6, 16, "Linux", "Linux\0\0", "Lin"] &&
      seen[5, 6] == ["no such memory at 0x0", "no such memory at 0xffffffffffffffff", "no such memory at 0x10",
                     "a length is 0 to 1048576, not -1", "a length is 0 to 1048576, not 1048577",
                     "no argument 1: the call has 1"]
  end
  assert_true status.success?
end
