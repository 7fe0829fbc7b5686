# SPDX-License-Identifier: MIT
#
# The tree of files stays as it is: nothing in it is made, written, renamed, removed.
#
# Stays possible: reading files; writing to what is open already (a terminal, a pipe,
# a redirection of the shell that started it); programs, threads, memory; sockets
# that connect.
# Refused:
#   EROFS    opening for writing, and what makes, changes, renames, links, truncates
#            or removes a file or folder, its owner, mode, times or attributes; as on
#            a disk that is read-only, so that programs say "Read-only file system".
#   EPERM    mounts and swap.
#   ENOSYS   openat2, whose flags are behind a pointer (libc asks openat then), and
#            io_uring, by whose rings files are opened too.
#
# Of a path the filter sees no more than its address, so
#   - `>/dev/null` and /dev/tty fail like any file. git, which opens /dev/null for
#     writing as it starts, does not run; nor do scripts that want it, here-documents
#     that are longer than a pipe, and whatever makes temporary files.
#   - bind fails whatever it binds to: of a Unix socket it makes a file. To let
#     servers be put this first:   rule.allow :bind
#
# Not covered: other processes that run without this policy and can be asked, or
# forced (no-ptrace.rb), or hand over what they have opened; what the kernel writes
# by itself: times of access, core files (ulimit -c 0), and the terminal in /dev/pts
# that opening /dev/ptmx makes; ioctls that a single file system has of its own, except
# those of btrfs, ext4 (its version) and FAT.

Seccomp.new(default: :allow) do |rule|
  rule.errno :ENOSYS, :openat2, why: "its flags are behind a pointer"
  rule.errno :EROFS, family(:change_files), why: "files stay as they are"

  # Attributes by ioctl want no file that is open for writing.
  attributes = %i[FS_IOC_SETFLAGS FS_IOC_FSSETXATTR FS_IOC_SETVERSION FS_IOC_SETFSLABEL FS_IOC_ENABLE_VERITY
                  FS_IOC_SET_ENCRYPTION_POLICY FAT_IOCTL_SET_ATTRIBUTES]
  ext4_setversion = 0x40086604 # EXT4_IOC_SETVERSION
  btrfs = mask(0xff00, 0x9400) # snapshots and subvolumes; the letter of its ioctls
  rule.errno :EROFS, :ioctl, cmd: [*attributes, ext4_setversion, btrfs], why: "files stay as they are"

  # What else makes a file, or opens one.
  rule.errno :EROFS, :bind, why: "a Unix socket is a file"
  rule.errno :EROFS, :mq_open, oflag: any(:O_CREAT), why: "queues are files"
  rule.errno :EROFS, :mq_unlink, why: "queues are files"
  rule.errno :EROFS, :bpf, cmd: :BPF_OBJ_PIN, why: "a pinned object is a file"
  rule.errno :EROFS, :acct, why: "the kernel would write to the file"
  rule.errno :EROFS, :fanotify_init, event_f_flags: any(:O_WRONLY, :O_RDWR), why: "it opens what it tells of"

  rule.errno :EPERM, family(:mount), :umount2, :pivot_root, why: "the tree stays as it is"
  rule.errno :EPERM, family(:swap), why: "swap overwrites a file"
  rule.include "no-io_uring.rb"
end.load
