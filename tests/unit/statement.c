/* SPDX-License-Identifier: MIT */
/* Where statements begin, and what Ruby swallows in them. */
#include "statement.h"

#include <string.h>

#include "check.h"

enum { LINES_MAX = 32 };

/* @expected: for each line of the text the first line of its statement */
static void lines(const char *text, const char *expected)
{
	int first[LINES_MAX + 1] = {0}, n = 1;
	char is[2 * LINES_MAX + 1] = "";

	for (const char *p = text; *p; p++)
		n += *p == '\n';
	check(n <= LINES_MAX);
	scmp_statement_lines(text, strlen(text), first, n);
	for (int line = 1; line <= n; line++)
		snprintf(is + strlen(is), sizeof(is) - strlen(is), "%x", (unsigned)first[line]);
	if (strcmp(is, expected) != 0)
		fprintf(stderr, "of\n%s\nthe statements begin on %s and not on %s\n", text, is, expected);
	check(strcmp(is, expected) == 0);
}

static void statements(void)
{
	behaviour("a statement is a line");
	lines("a 1\nb 2\n", "123");
	lines("", "1");
	behaviour("it goes on behind a comma, an operator, an open bracket, a backslash");
	lines("a 1,\n  2,\n  3\nb", "1114");
	lines("a = 1 +\n 2\nb", "113");
	lines("a = x &&\n y\nb", "113");
	lines("a(\n 1,\n b: [\n 2\n ]\n)\nb", "1111117");
	lines("a = {\n b: 1\n}\nc", "1114");
	lines("a 1 \\\n , 2\nb", "113");
	behaviour("it goes on before a dot, and over comments and empty lines");
	lines("a 1\n  .b\nc", "113");
	lines("a 1, # one\n  # two\n\n  2\nb", "11115");
	behaviour("a block begins anew");
	lines("a do |x|\n b 1,\n  2\nend\nc", "12215");
	lines("a 1,\n  2 do |x|\n b do\n  if c\n   d\n  end\n end\nend.load\ne", "113456319");
	lines("a do\n b; end\nc", "123");
	lines("if a\n b\nend\nend", "1234");
	lines("a(1) { |x|\n b 1,\n  2\n}\nc", "12245");
	lines("a(1) { |x|\n b 1\n}.load\nc", "1234");
	lines("a(1,\n 2) do |x|\n b\nend", "1131");
	behaviour("what is quoted is no code");
	lines("a \"x,\ny\"\nb", "113");
	lines("a \"(\"\nb", "12");
	lines("a 'it\\'s ('\nb", "12");
	lines("a :\"(\", %w(( \n) ), 2\nb", "113");
	lines("a <<~END, 1\n (\nEND\nb", "1234");
	lines("=begin\n(\n=end\na 1,\n 2", "12344");
	lines("a # (\nb", "12");
	behaviour("text that is no Ruby ends");
	lines("a((((\n", "11");
	lines("))))\n\"", "12");
	lines("a |\n", "11");
}

static void assigned(const char *text, const char *expected)
{
	const char *word;
	size_t length;
	bool is = scmp_statement_assigned(text, strlen(text), &word, &length);

	check_equal(is, expected != NULL);
	if (expected)
		check(length == strlen(expected) && memcmp(word, expected, length) == 0);
}

static void swallowed(const char *text, enum scmp_swallowed expected, const char *expected_word)
{
	const char *word;
	size_t length;
	enum scmp_swallowed is = scmp_statement_swallowed(text, strlen(text), &word, &length);

	if (is != expected)
		fprintf(stderr, "in: %s\n", text);
	check_equal(is, expected);
	if (expected_word)
		check(length == strlen(expected_word) && memcmp(word, expected_word, length) == 0);
}

static void keywords(void)
{
	behaviour("a keyword that is given twice is found, in its own brackets");
	swallowed("r.kill :a, fd: 1, flags: 2, fd: 3", SCMP_SWALLOWED_KEYWORD, "fd");
	swallowed("r.kill(:a, fd: 1,\n fd: 3)", SCMP_SWALLOWED_KEYWORD, "fd");
	swallowed("r.kill :a, fd: 1, flags: { fd: 3 }", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, fd: 1 ; r.kill :b, fd: 1", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill(:a, fd: 1) if x(fd: 1)", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, fd: x ? 1 : 2, flags: Seccomp::ARG(:==, 2)", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, why: \"fd: 1 fd: 2\", fd: 3", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, fd: 1 # fd: 2", SCMP_SWALLOWED_NOTHING, NULL);

	behaviour("an operator of Ruby's behind a helper is found");
	swallowed("r.kill :a, flags: any(:A) && none(:B)", SCMP_SWALLOWED_OPERATOR, "&&");
	swallowed("r.kill :a, flags: any(:A, [1]) || any(:B)", SCMP_SWALLOWED_OPERATOR, "||");
	swallowed("r.kill :a, flags: any(:A) or none(:B)", SCMP_SWALLOWED_OPERATOR, "or");
	swallowed("r.kill :a, flags: any(:A) & none(:B)", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, flags: debug && any(:A)", SCMP_SWALLOWED_NOTHING, NULL);
	swallowed("r.kill :a, fd: many(:A) && 3", SCMP_SWALLOWED_NOTHING, NULL);
}

static void assignments(void)
{
	behaviour("an assignment among what a rule is given is found, and no other");
	assigned("r.kill :a, fd = 3", "fd");
	assigned("r.kill(:a,\n flags = any(:A))", "flags");
	assigned("x = r.kill :a, 3", NULL);
	assigned("r.kill :a, fd => 3", NULL);
	assigned("r.kill :a, fd == 3, why: \"x, y = 1\"", NULL);
}

int main(void)
{
	statements();
	keywords();
	assignments();
	return 0;
}
