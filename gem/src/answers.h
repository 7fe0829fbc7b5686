/* SPDX-License-Identifier: MIT */
/*
 * What a refused call can answer. Most calls fail with an errno; a few never
 * fail, so that their callers take -1 for a result (kill(getpid(), s) becomes
 * kill(-1, s)), and a few must always run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rule.h"

enum scmp_answer {
	SCMP_ANSWER_FITS,
	SCMP_ANSWER_NEVER_REFUSED, /* the process cannot do without it */
	SCMP_ANSWER_CANNOT_FAIL, /* an errno would be taken for a result */
};

/* scmp_answer_fit() - judge a rule's verdict on its syscall, and set what the call answers where no block chooses */
enum scmp_answer scmp_answer_fit(struct scmp_rule *rule);

/* scmp_answer_needs_block() - is the rule's own answer only for want of a better one? */
bool scmp_answer_needs_block(const struct scmp_rule *rule);

/* scmp_answer_odd() - the calls, numbered from 0, to which -EPERM is no answer; -1 after the last */
int scmp_answer_odd(size_t i);

/*
 * scmp_answer_fit_unnamed() - as scmp_answer_fit(), for a call that its policy
 * refuses by not naming it: what cannot be an error becomes an answer.
 * Return: false where the default's own answer is as good as any (an id or a
 *         mask of all ones: nobody, and nothing permitted).
 */
bool scmp_answer_fit_unnamed(struct scmp_rule *rule);
