/* SPDX-License-Identifier: MIT */
/* [async-signal-safe] The end of the process, or of a thread, as seccomp(2) itself would have it. */
#pragma once

/* scmp_end_process() - end the process by SIGSYS */
__attribute__((noreturn)) void scmp_end_process(void);

/* scmp_end_thread() - end this thread; the last one takes the process with it, by SIGSYS */
__attribute__((noreturn)) void scmp_end_thread(void);
