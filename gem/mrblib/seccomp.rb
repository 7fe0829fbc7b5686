# SPDX-License-Identifier: MIT
#
# Module Seccomp: how a context is made, and the words of mruby-seccomp that
# belong to no context.
module Seccomp
  # call-seq: Seccomp.new(default: action, unknown: error, log: true, why: text) { |rule| ... } -> Context
  #
  # A context: an ordered list of rules, and the default action for all calls that
  # no rule takes. The action is one of :allow :trap :intercept :kill :kill_process
  # :kill_thread :log :errno :trace, or with its operand [:errno, :ENOSYS],
  # [:errno, 1], [:trace, 7], [:return, 0]; log: and why: are what they are for
  # a rule. unknown: is the error of calls that are newer than this library, as
  # :ENOSYS, on which libc falls back to older ones; without it they get the default.
  # The block gets the context.
  def self.new(*wrong, default: nil, **options, &block)
    __fault("Seccomp.new takes its default by name: Seccomp.new(default: #{wrong[0].inspect})", "new") unless wrong.empty?
    context = Context.new(wrong.empty? ? default : :allow, options)
    if block && context.__block?(block)
      number = context.__begin
      yield context
      context.__end(number)
    end
    context
  end

  # call-seq: Seccomp::ARG(operator, value) -> Arg
  #           Seccomp::ARG(:=~, mask, value) -> Arg
  #
  # A test of one argument, positional: a rule's n-th ARG tests argument n. The
  # operators are :== :!= :< :<= :> :>= and :=~ (masked equal), or :eq :ne :lt
  # :le :gt :ge :masked_eq, or SCMP_CMP_EQ and so on. Values are compared
  # unsigned on the bits that the kernel reads; above 2**63-1 they are written as Strings.
  def self.ARG(operator = nil, a = nil, b = nil)
    __made(Arg.new(operator, a, b))
  end

  # call-seq: Seccomp.SCMP_ACT_ERRNO(number) -> Integer
  #           Seccomp.SCMP_ACT_TRACE(number) -> Integer
  #
  # Actions with their 16 bits, as libseccomp's macros make them.
  def self.SCMP_ACT_ERRNO(number)
    0x00050000 | (number & 0xffff)
  end

  def self.SCMP_ACT_TRACE(number)
    0x7ff00000 | (number & 0xffff)
  end

  class Arg
    attr_reader :op, :a, :b

    def initialize(op, a, b = nil)
      @op = op
      @a = a
      @b = b
    end
  end
end
