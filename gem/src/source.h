/* SPDX-License-Identifier: MIT */
/*
 * The texts of a policy: the file itself and those that it includes. They are
 * run from here, quoted in messages, and looked into for what Ruby does not say.
 */
#pragma once

#include <mruby.h>
#include <stdbool.h>
#include <stddef.h>

#include "place.h"

struct scmp_policy_context;

/* How files are read: the gem itself knows none. */
struct scmp_reader {
	long (*read)(const char *path, char **text); /* text: malloc'ed. Return: its length, or -errno */
	const char *folder; /* of ready-made policies */
	const char *names; /* theirs, with blanks between */
};

/* scmp_source_read_by() - from now on `rule.include` works; @reader: must live as long as the process */
void scmp_source_read_by(const struct scmp_reader *reader);

/*
 * scmp_source_run() - run a text as a policy; what is wrong with it is noted as faults
 * Exceptions that it raises are left to the caller.
 * @name: what it is called in messages
 * @path: from where its relative includes go
 * @text: kept, not copied
 */
void scmp_source_run(mrb_state *mrb, const char *name, const char *path, const char *text, size_t length);

/*
 * scmp_source_include() - run another policy's text in the middle of one
 * @name: of a ready-made policy; or a path, relative to the file that includes it
 * @exception: set to what the policy has raised, which is left to the caller; or nil
 * Return: whether it was run; not where a fault was noted, and not a second time for the same context.
 */
bool scmp_source_include(mrb_state *mrb, const char *name, const struct scmp_policy_context *context,
			 const struct scmp_place *place, mrb_value *exception);

/*
 * scmp_source_missing() - what to say of a ready-made policy that is not there: what was meant, or what to do
 * @text: room for it; begins with ": "
 */
const char *scmp_source_missing(const struct scmp_reader *reader, const char *name, char *text, size_t room);

/* scmp_source_is_known() - whether a file is one of the policy's texts */
bool scmp_source_is_known(const char *file);

/* scmp_source_first_line() - of the statement that goes over this line; the line itself where the text is not known */
int scmp_source_first_line(const char *file, int line);

/* scmp_source_statement() - the lines of a statement, from its first on; NULL where the text is not known */
const char *scmp_source_statement(const char *file, int first_line, size_t *length);

/* scmp_source_line_of() - the line of a statement on which a word stands; 0 where it does not, or not by itself */
int scmp_source_line_of(const char *file, int first_line, const char *word);

/*
 * scmp_source_quote() - a line, with carets under its word: two more lines for a message
 * @text: room for them; nothing is written where line or word are not known
 * Return: their length; they begin with a line feed and four blanks each, and end without one.
 */
size_t scmp_source_quote(const char *file, int line, const char *word, char *text, size_t room);
