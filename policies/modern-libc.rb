# SPDX-License-Identifier: MIT
#
# An old kernel: whatever is younger than Linux 4.11 does not exist. To see that a
# program, and the libc that it was built with, fall back to the older calls, as they
# must in sandboxes and containers that do not know the new ones.
#
# Stays possible: everything that the older calls do.
# Refused with ENOSYS: the calls below, by the kernel that brought them.
#
# Not covered: rseq (Linux 4.18), which libc has asked for before the filter is there, and
# then holds to be there for every thread; flags and commands that are new in old calls,
# files that are new in /proc; calls that are younger than this list.

Seccomp.new(default: :allow) do |rule|
  rule.errno :ENOSYS, :statx, why: "Linux 4.11"
  rule.errno :ENOSYS, :io_pgetevents, why: "Linux 4.18"
  rule.errno :ENOSYS, family(:io_uring), :pidfd_send_signal, why: "Linux 5.1"
  rule.errno :ENOSYS, :fsconfig, :fsmount, :fsopen, :fspick, :move_mount, :open_tree, why: "Linux 5.2"
  rule.errno :ENOSYS, :clone3, :pidfd_open, why: "Linux 5.3"
  rule.errno :ENOSYS, :openat2, :pidfd_getfd, why: "Linux 5.6"
  rule.errno :ENOSYS, :faccessat2, why: "Linux 5.8"
  rule.errno :ENOSYS, :close_range, why: "Linux 5.9"
  rule.errno :ENOSYS, :process_madvise, why: "Linux 5.10"
  rule.errno :ENOSYS, :epoll_pwait2, why: "Linux 5.11"
  rule.errno :ENOSYS, :mount_setattr, why: "Linux 5.12"
  rule.errno :ENOSYS, family(:landlock), why: "Linux 5.13"
  rule.errno :ENOSYS, :memfd_secret, :quotactl_fd, why: "Linux 5.14"
  rule.errno :ENOSYS, :process_mrelease, why: "Linux 5.15"
  rule.errno :ENOSYS, :futex_waitv, why: "Linux 5.16"
  rule.errno :ENOSYS, :set_mempolicy_home_node, why: "Linux 5.17"
  rule.errno :ENOSYS, :cachestat, why: "Linux 6.5"
  rule.errno :ENOSYS, :fchmodat2, :map_shadow_stack, why: "Linux 6.6"
  rule.errno :ENOSYS, :futex_requeue, :futex_wait, :futex_wake, why: "Linux 6.7"
  rule.errno :ENOSYS, :listmount, :statmount, why: "Linux 6.8"
  rule.errno :ENOSYS, :lsm_get_self_attr, :lsm_list_modules, :lsm_set_self_attr, why: "Linux 6.8"
  rule.errno :ENOSYS, :mseal, why: "Linux 6.10"
  rule.errno :ENOSYS, :getxattrat, :listxattrat, :removexattrat, :setxattrat, why: "Linux 6.13"
  rule.errno :ENOSYS, :open_tree_attr, why: "Linux 6.15"
  rule.errno :ENOSYS, :file_getattr, :file_setattr, why: "Linux 6.17"
  rule.errno :ENOSYS, :listns, why: "Linux 6.19"
  rule.errno :ENOSYS, :rseq_slice_yield, why: "Linux 7.0"
end.load
