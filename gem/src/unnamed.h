/* SPDX-License-Identifier: MIT */
/*
 * What a default action does to calls that it does not suit. A policy that
 * refuses all it does not name refuses calls that have no way to fail, too.
 */
#pragma once

#include "policy.h"

/* scmp_unnamed_mend() - add rules to a context, behind its own, that give such calls an answer */
void scmp_unnamed_mend(struct scmp_policy_context *context);
