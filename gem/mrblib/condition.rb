# SPDX-License-Identifier: MIT
#
# Conditions on arguments by their names: what may stand behind `flags:`.
#
#   fd: 3                            this value
#   domain: [:AF_UNIX, :AF_INET]     one of these; each may be anything on this list
#   fd: 3..9                         a Range, of the argument's own sign
#   flags: any(:O_CREAT, :O_TRUNC)   at least one of these bits is set
#   prot: all(:PROT_WRITE, :PROT_EXEC)
#   flags: none(:MAP_FIXED)          none of them is
#   flags: only(:MSG_NOSIGNAL)       no other bit is set
#   flags: mask(0x3, 0x1)            (flags & 0x3) == 0x1
#   flags: accmode(:O_WRONLY)        open's way of access, which is no set of bits
#   domain: not_in(:AF_UNIX, 3..9)   none of these values
#   flags: any(:O_CREAT) & none(:O_EXCL)
#
# The words are methods of the policy's main object, and of nothing else.
module Seccomp
  class Test
    def initialize(op, values)
      @op = op
      @values = values
    end

    # call-seq: test & test -> Test
    #
    # Both must hold.
    def &(other)
      Seccomp.__made(Test.new(:and, [self, other]))
    end

    # `!any(:A)` and `not any(:A)` would be false, and no condition.
    def !
      Seccomp.__fault("! and not turn no condition round: the opposite of any is none, of a value not_in", @op.to_s)
      Test.new(:broken, [self])
    end

    # `any(:A) && none(:B)` is Ruby's own, and would be the second alone.
    def self.__word(op, values, block)
      if block
        Seccomp.__fault("#{op} takes no block: `trap(...) { }` with parentheses gives it to the rule", op.to_s)
        return new(:broken, [])
      end
      Seccomp.__made(new(op, values))
    end
  end
end

class << self
  # call-seq: any(*bits) -> Seccomp::Test
  def any(*bits, &block)
    Seccomp::Test.__word(:any, bits, block)
  end

  # call-seq: all(*bits) -> Seccomp::Test
  def all(*bits, &block)
    Seccomp::Test.__word(:all, bits, block)
  end

  # call-seq: none(*bits) -> Seccomp::Test
  def none(*bits, &block)
    Seccomp::Test.__word(:none, bits, block)
  end

  # call-seq: only(*bits) -> Seccomp::Test
  def only(*bits, &block)
    Seccomp::Test.__word(:only, bits, block)
  end

  # call-seq: mask(mask, value) -> Seccomp::Test
  #
  # Each a number, a constant, or an Array of them that is ORed.
  def mask(*values, &block)
    Seccomp::Test.__word(:mask, values, block)
  end

  # call-seq: not_in(*values) -> Seccomp::Test
  def not_in(*values, &block)
    Seccomp::Test.__word(:not_in, values, block)
  end

  # call-seq: accmode(*modes) -> Seccomp::Test
  def accmode(*modes, &block)
    Seccomp::Test.__word(:accmode, modes, block)
  end
end
