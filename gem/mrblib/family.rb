# SPDX-License-Identifier: MIT
#
# Families: a thing under all its names, as `rule.errno :EPERM, family(:unlink)`.
# Members that this machine's architecture lacks are left out. The plain ones are
# listed in gem/data/families.def; those here have conditions of their own, to
# which a rule's own are added.
module Seccomp
  class Family
    attr_reader :entries

    # name: as the policy writes it; entries: [syscalls, conditions or nil] each, or
    # nil where a fault was noted; values: of the policy's, what it was made from
    def initialize(name, entries, values = nil)
      @name = name
      @entries = entries
      @values = values
    end

    # Opening for writing, whichever way, and what makes a file by opening it. The
    # flags of openat2 are behind a pointer: it belongs to it whole.
    def self.open_write
      write = Test.new(:any, %i[O_WRONLY O_RDWR O_CREAT O_TRUNC])
      [[%i[open openat open_by_handle_at], { flags: write }], [%i[creat openat2], nil]]
    end

    # What changes the tree of files: names, contents by path, owners, modes, times.
    def self.change_files
      plain = %i[mkdir mknod unlink rename link symlink chmod chown utime truncate setxattr removexattr]
      open_write + [[plain.map { |name| Seccomp.__family(name, []) }.flatten, nil], [%i[file_setattr fallocate], nil]]
    end

    # Memory that is both written and executed, and memory that becomes executable.
    def self.write_exec
      both = Test.new(:all, %i[PROT_WRITE PROT_EXEC])
      exec = Test.new(:any, %i[PROT_EXEC])
      [[%i[mmap], { prot: both }], [%i[mprotect pkey_mprotect], { prot: exec }],
       [%i[shmat], { shmflg: Test.new(:any, %i[SHM_EXEC]) }]]
    end

    # New namespaces, and entering those of others. clone3's flags are behind a pointer.
    def self.namespace
      flags = %i[CLONE_NEWNS CLONE_NEWCGROUP CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWUSER CLONE_NEWPID CLONE_NEWNET]
      [[%i[clone], { clone_flags: Test.new(:any, flags) }],
       [%i[unshare], { unshare_flags: Test.new(:any, flags + %i[CLONE_NEWTIME]) }],
       [%i[setns clone3], nil]]
    end

    # The entries of syscalls and families, in lists of any depth.
    def self.__join(syscalls)
      families, names = syscalls.flatten.partition { |one| one.is_a?(Family) }
      return nil if families.any? { |family| family.entries.nil? }
      families.inject([[names, nil]]) { |all, family| all + family.entries }
    end

    CONDITIONAL = %i[open_write change_files write_exec namespace]

    # The entries of one name, or nil and a fault.
    def self.__entries(name)
      return __send__(name) if CONDITIONAL.include?(name)
      members = Seccomp.__family(name, CONDITIONAL)
      members && [[members, nil]]
    end
  end
end

class << self
  # call-seq: family(*names) -> Seccomp::Family
  #
  # All calls that do what the name says.
  def family(*names, &block)
    called = "family(#{names.map { |name| name.inspect }.join(', ')})"
    if block
      Seccomp.__fault("family takes no block: `trap(family(...)) { }` with parentheses gives it to the rule", "family")
      return Seccomp::Family.new(called, nil)
    end
    Seccomp.__fault("family() names none: it takes a name, as family(:unlink)", "family") if names.empty?
    entries = names.map { |name| Seccomp::Family.__entries(name) }
    broken = names.empty? || entries.include?(nil)
    return Seccomp::Family.new(called, nil) if broken
    Seccomp.__made(Seccomp::Family.new(called, entries.inject([]) { |all, some| all + some }))
  end

  # call-seq: on_arch(arch) { ... } -> the block's value, or nil
  #           on_arch(arch, *syscalls) -> Seccomp::Family
  #
  # What is said for :x86_64 or :aarch64 only: the block runs there, the syscalls
  # (or families) exist there.
  def on_arch(arch, *syscalls, &block)
    called = "on_arch(#{arch.inspect}, ...)"
    here = Seccomp.__arch?(arch)
    if syscalls.empty?
      return here && block.call if block
      Seccomp.__fault("#{called} names nothing: it takes syscalls, or a block that is run there", "on_arch")
    elsif block
      Seccomp.__fault("on_arch with syscalls takes no block: `trap(on_arch(...)) { }` with parentheses gives it to the rule",
                      "on_arch")
    elsif !here.nil? && Seccomp.__known?(arch, syscalls)
      return Seccomp.__made(Seccomp::Family.new(called, here ? Seccomp::Family.__join(syscalls) : [], syscalls))
    end
    Seccomp::Family.new(called, nil)
  end
end
