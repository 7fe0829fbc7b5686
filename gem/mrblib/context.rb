# SPDX-License-Identifier: MIT
#
# The words of a policy. Each adds a rule for all the syscalls that it names (as
# Symbols, Strings, numbers, or Arrays of them); any Seccomp::ARG among them are
# conditions that must all hold. The first rule that matches a call decides it.
#
# Every word takes why: (a String for records and listings); errno, return, kill,
# kill_process, kill_thread, trap and intercept take log: (true: the verdict comes by way
# of a trap that writes a record; trap and intercept are recorded unless log: false).
#
# What is wrong with a rule is noted with its line and comes out with all other
# faults of the file as one Seccomp::PolicyError. Words return 0.
module Seccomp
  class Context
    # call-seq: rule.allow(*syscalls, *ARGs) -> 0
    #
    # The call runs.
    def allow(*what, **options, &block)
      __rule(:allow, self, what, options, block)
    end

    # call-seq: rule.errno(error, *syscalls, *ARGs) -> 0
    #
    # The call fails with the error: a Symbol (:EPERM) or 1 to 4095.
    def errno(error = nil, *what, **options, &block)
      __rule(:errno, error, what, options, block)
    end

    # call-seq: rule.return(result, *syscalls, *ARGs) -> 0
    #
    # The call does not run and returns result: 0 or more, or -1 to -4095 for an
    # errno. Above 0 it takes a trap, as the kernel cannot say it by itself.
    def return(result = nil, *what, **options, &block)
      __rule(:return, result, what, options, block)
    end

    # call-seq: rule.kill(*syscalls, *ARGs) -> 0
    #
    # The call ends the process with SIGSYS.
    def kill(*what, **options, &block)
      __rule(:kill, self, what, options, block)
    end

    # call-seq: rule.kill_process(*syscalls, *ARGs) -> 0
    #
    # The same as kill, in libseccomp's word.
    def kill_process(*what, **options, &block)
      __rule(:kill_process, self, what, options, block)
    end

    # call-seq: rule.kill_thread(*syscalls, *ARGs) -> 0
    #
    # The call ends the calling thread only; a process that waits for it hangs.
    def kill_thread(*what, **options, &block)
      __rule(:kill_thread, self, what, options, block)
    end

    # call-seq: rule.log(*syscalls, *ARGs) -> 0
    #
    # The call runs, and the kernel's audit log has a line of it.
    def log(*what, **options, &block)
      __rule(:log, self, what, options, block)
    end

    # call-seq: rule.trace(syscall, userdata, *ARGs) -> 0
    #
    # A ptrace(2) tracer is told, with userdata (0 to 65535); without one the call
    # fails with ENOSYS.
    def trace(syscall = nil, userdata = nil, *what, **options, &block)
      __rule(:trace, userdata, [syscall, *what], options, block)
    end

    # call-seq: rule.trap(*syscalls, *ARGs) { |call| ... } -> 0
    #
    # The call never runs. It is recorded, and the block (else Seccomp.on_trap's)
    # may choose what it returns; where none does it fails with EPERM.
    def trap(*what, **options, &block)
      __rule(:trap, self, what, options, block)
    end

    # call-seq: rule.intercept(*syscalls, *ARGs) { |call| ... } -> 0
    #
    # As trap, and the block (else Seccomp.on_trap's) may also let the call run, by
    # call.continue. No boundary against hostile code: it could make the call by the way that we do.
    def intercept(*what, **options, &block)
      __rule(:intercept, self, what, options, block)
    end

    # call-seq: rule.add_rule(action, *syscalls, *ARGs) -> 0
    #
    # The general form: action is a verb, [:errno, :EPERM], or a SCMP_ACT_ value.
    def add_rule(action = nil, *what, **options, &block)
      __rule(action, self, what, options, block)
    end

    # call-seq: rule.silence(*warnings, why: text) -> 0
    #
    # Switches warnings off by their ids (:alias_gap, :vdso ...), for the rules of this
    # context; in an included policy, for those of its own file.
    def silence(*warnings, **options)
      __silence(warnings, options)
    end

    # call-seq: context.load! -> 0
    def load!
      load
    end

    # call-seq: context.fork(wait = false) { ... } -> pid, or [pid, status] where it waits
    #
    # Forks a child that loads the context and runs the block. It needs
    # Process.fork, which a policy file of libscmp does not have.
    def fork(wait = false)
      pid = Process.fork do
        load
        yield
      end
      wait ? Process.waitpid2(pid) : pid
    end

    alias jailed_fork fork
  end
end
