# SPDX-License-Identifier: MIT
#
# family() and on_arch(): what they name, what they refuse, and what a family is
# beside other rules. (Which calls belong to which: tests/unit/families.c.)

def fault(&block)
  Seccomp.new(default: :allow, &block).load
  nil
rescue Seccomp::PolicyError => e
  e.message.split("\n").map { |line| line.split(": ", 2)[1] }
end

# What a block finds in a child under a context: true where it ended with 0.
def child(context, &block)
  Process.waitpid2(Process.fork do
    context.load
    exit(block.call ? 0 : 1)
  end)[1].success?
end

assert('a family takes each of its calls, and others may stand beside it') do
  [-> { family(:fork) }, -> { family(:mkdir, :fork) }, -> { [:getcwd, family(:fork)] }].each do |calls|
    context = Seccomp.new(default: :allow) { |rule| rule.errno :EBUSY, calls.call }
    assert_true(child(context) do
      begin
        Process.fork {}
        false
      rescue StandardError
        true
      end
    end)
  end
end

assert('a family of which something is left may follow, one of which nothing is may not') do
  messages = fault do |rule|
    rule.errno :EPERM, family(:unlink)
    rule.kill family(:unlink), :rmdir
  end
  assert_equal ["kill family(:unlink), :rmdir can never take effect: line #{__LINE__ - 3} (errno) takes all of its " \
                "calls, and the first match wins"], messages
end

{
  "unknown family :unlnk (did you mean :unlink?)" => -> { family(:unlnk) },
  "there is no family(:uname): uname stands for itself" => -> { family(:uname) },
  "unknown family :zzzzzzzz" => -> { family(:zzzzzzzz) },
  "a family is named by a Symbol: family(:unlink)" => -> { family(3) },
  "family() names none: it takes a name, as family(:unlink)" => -> { family },
  "family takes no block: `trap(family(...)) { }` with parentheses gives it to the rule" => -> { family(:unlink) {} },
  "unknown architecture :arm: it is :x86_64 or :aarch64" => -> { on_arch(:arm, :uname) },
  "unknown syscall :opne (did you mean :open?)" => -> { on_arch(:aarch64, :opne) },
  "aarch64 has no syscall :open" => -> { on_arch(:aarch64, :open) },
  "on_arch(:aarch64, ...) names nothing: it takes syscalls, or a block that is run there" => -> { on_arch(:aarch64) },
  "on_arch with syscalls takes no block: `trap(on_arch(...)) { }` with parentheses gives it to the rule" =>
    -> { on_arch(:aarch64, :uname) {} },
}.each do |message, misuse|
  assert("misuse is named: #{message}") { assert_equal message, assert_raise_message(ArgumentError, &misuse) }
end

assert('on_arch runs its block on that architecture only, and names syscalls that exist there only') do
  here = []
  %i[x86_64 aarch64].each { |arch| on_arch(arch) { here << arch } }
  assert_equal 1, here.size
  other = here[0] == :x86_64 ? :aarch64 : :x86_64
  context = Seccomp.new(default: :allow) { |rule| rule.errno :EPERM, on_arch(other, :uname), :sync }
  assert_true(child(context) { Uname.nodename.size > 0 })
  context = Seccomp.new(default: :allow) { |rule| rule.errno :EPERM, on_arch(here[0], :uname, family(:mkdir)) }
  assert_true(child(context) do
    begin
      Uname.nodename
      false
    rescue RuntimeError
      true
    end
  end)
end

assert('the words are the main object\'s and nobody else\'s') do
  %i[family on_arch any all none only mask not_in accmode].each do |word|
    assert_true respond_to?(word)
    assert_equal false, Object.new.respond_to?(word)
  end
end
