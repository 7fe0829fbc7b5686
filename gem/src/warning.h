/* SPDX-License-Identifier: MIT */
/*
 * The warnings: what is doubtful about a policy and does not keep it from being
 * loaded. Each has an id, by which a policy switches it off, with a reason.
 */
#pragma once

enum scmp_warning {
	SCMP_WARNING_NONE, /* it is an error */
	SCMP_WARNING_ALIAS_GAP,
	SCMP_WARNING_DANGEROUS_ALLOW,
	SCMP_WARNING_FLAGS_EQUAL,
	SCMP_WARNING_IO_URING_OPEN,
	SCMP_WARNING_KILL_THREAD,
	SCMP_WARNING_LOADER_CRITICAL,
	SCMP_WARNING_NEW_CALL_ERRNO,
	SCMP_WARNING_NO_EFFECT,
	SCMP_WARNING_NOT_LOADED,
	SCMP_WARNING_POINTER_VALUE,
	SCMP_WARNING_RUNTIME_GAP,
	SCMP_WARNING_TRACER_OPEN,
	SCMP_WARNING_UNKNOWN_NUMBER,
	SCMP_WARNING_UNUSED_SILENCE,
	SCMP_WARNING_VDSO,
	SCMP_WARNINGS,
};

/* scmp_warning_id() - "alias-gap" */
const char *scmp_warning_id(enum scmp_warning warning);

/* scmp_silence_apply() - drop the warnings that the closed policy silences; note those silences that silence nothing */
void scmp_silence_apply(void);
