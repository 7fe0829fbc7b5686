/* SPDX-License-Identifier: MIT */
/* What is wrong with the policy, as far as it is known; fault.h. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

/* Of each context: in a loop of the policy's each of very many calls may be wrong. */
enum { ERRORS_MAX = 256 };

static struct scmp_policy_fault *faults, *latest;
static size_t untold;
static bool out_of_memory;

void scmp_policy_forget_faults(void)
{
	faults = latest = NULL;
	untold = 0;
	out_of_memory = false;
}

void scmp_policy_out_of_memory(void)
{
	out_of_memory = true;
}

/* In the order of the file's lines: some faults show only when all rules are known. */
static void put_in_order(struct scmp_policy_fault *fault)
{
	struct scmp_policy_fault **at;

	for (at = &faults; *at && !((*at)->file == fault->file && (*at)->line > fault->line); at = &(*at)->next)
		;
	fault->next = *at;
	*at = fault;
}

/* In a loop of the policy's the same is wrong each time. @errors: set to how many its context has */
static bool is_noted(const struct scmp_policy_fault *fault, size_t *errors)
{
	const struct scmp_policy_fault *other;

	*errors = 0;
	for (other = faults; other; other = other->next) {
		if (other->context != fault->context)
			continue;
		if (other->file == fault->file && other->noted == fault->noted && other->warning == fault->warning &&
		    strcmp(other->text, fault->text) == 0)
			return true;
		*errors += !other->warning;
	}
	return false;
}

/* What a policy has named is no line of its own in a message. */
static void defuse(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\177')
			*text = '?';
}

void scmp_policy_fault(const struct scmp_policy_context *context, const char *file, int line, enum scmp_warning warning,
		       const char *format, ...)
{
	struct scmp_policy_fault *fault = calloc(1, sizeof(*fault));
	va_list arguments;
	size_t errors;

	if (!fault) {
		out_of_memory = true;
		return;
	}
	fault->context = context;
	fault->file = file;
	fault->line = fault->noted = line;
	fault->warning = warning;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	defuse(fault->text);
	latest = NULL;
	if (is_noted(fault, &errors)) {
		free(fault);
		return;
	}
	if (!warning && errors == ERRORS_MAX) {
		untold++;
		free(fault);
		return;
	}
	put_in_order(fault);
	latest = fault;
}

void scmp_policy_point(const char *token)
{
	struct scmp_policy_fault *fault = latest, **at;
	int line = fault && fault->file ? scmp_source_line_of(fault->file, fault->line, token) : 0;

	if (line == 0)
		return;
	snprintf(fault->token, sizeof(fault->token), "%s", token);
	if (line == fault->line)
		return;
	for (at = &faults; *at != fault; at = &(*at)->next)
		;
	*at = fault->next;
	fault->line = line;
	put_in_order(fault);
}

const struct scmp_policy_fault *scmp_policy_faults(void)
{
	return faults;
}

size_t scmp_policy_untold(void)
{
	return untold;
}

bool scmp_policy_broken(const struct scmp_policy_context *context)
{
	const struct scmp_policy_fault *fault;

	for (fault = faults; fault; fault = fault->next)
		if (!fault->warning && (!context || fault->context == context))
			return true;
	return out_of_memory;
}

static void take_off(struct scmp_policy_fault **at)
{
	struct scmp_policy_fault *fault = *at;

	latest = NULL;
	*at = fault->next;
	free(fault);
}

void scmp_policy_forget(const struct scmp_policy_context *context)
{
	struct scmp_policy_fault **at = &faults;

	while (*at)
		if ((*at)->context == context)
			take_off(at);
		else
			at = &(*at)->next;
}

void scmp_policy_drop(bool (*unwanted)(const struct scmp_policy_fault *fault))
{
	struct scmp_policy_fault **at = &faults;

	while (*at)
		if (unwanted(*at))
			take_off(at);
		else
			at = &(*at)->next;
}
