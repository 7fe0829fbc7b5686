/* SPDX-License-Identifier: MIT */
/* Where statements begin, and what Ruby swallows in them. */
#include "statement.h"

#include <string.h>

#include "check.h"
#include "swallowed.h"

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
	behaviour("and not behind a range without an end");
	lines("a 1..\nb 1...\nc", "123");
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

/* @expected: what is found, with blanks between: a keyword, `**` and a keyword, an operator */
static void swallowed(const char *text, const char *expected)
{
	struct scmp_swallowed found[8];
	char is[128] = "";

	for (size_t i = 0, n = scmp_swallowed_find(text, strlen(text), found, 8); i < n; i++)
		snprintf(is + strlen(is), sizeof(is) - strlen(is), "%s%s%.*s", i ? " " : "",
			 found[i].kind == SCMP_SWALLOWED_SPLAT ? "**" : "", (int)found[i].length, found[i].word);
	if (strcmp(is, expected) != 0)
		fprintf(stderr, "in\n%s\nis swallowed `%s` and not `%s`\n", text, is, expected);
	check(strcmp(is, expected) == 0);
}

static void nested(const char *begin, int times, const char *within, const char *behind)
{
	static char text[16384];

	text[0] = '\0';
	for (int i = 0; i < times; i++)
		strcat(text, begin);
	strcat(text, within);
	for (int i = 1; i < times && behind[0]; i++)
		strcat(text, "]");
	swallowed(strcat(text, behind), "a");
}

static void mended(const char *text, const char *expected)
{
	char is[256] = "";
	size_t length = scmp_swallowed_mend(text, strlen(text), NULL);

	check(length < sizeof(is));
	check_equal(scmp_swallowed_mend(text, strlen(text), is), length);
	if (strcmp(is, expected) != 0)
		fprintf(stderr, "of\n%s\nwas made\n%s\n", text, is);
	check(strcmp(is, expected) == 0);
}

static void keywords(void)
{
	behaviour("a keyword that is given twice is found, in its own brackets");
	swallowed("r.kill :a, fd: 1, flags: 2, fd: 3", "fd");
	swallowed("r.kill(:a, fd: 1,\n fd: 3)", "fd");
	swallowed("r.kill :a, fd: 1, flags: { fd: 3 }", "");
	swallowed("r.kill :a, fd: 1 ; r.kill :b, fd: 1", "");
	swallowed("r.kill :a, fd: 1\nr.kill :b, fd: 1\n", "");
	swallowed("r.kill(:a, fd: 1) if x(fd: 1)", "");
	swallowed("r.kill :a, fd: x ? 1 : 2, flags: Seccomp::ARG(:==, 2)", "");
	swallowed("r.kill :a, why: \"fd: 1 fd: 2\", fd: 3", "");
	swallowed("r.kill :a, fd: 1 # fd: 2", "");
	swallowed("deny r, :a, fd: x, fd: y\nr.kill :b, fd: 1\n", "fd");
	swallowed("Seccomp.new(default: :kill, unknown: 1, unknown: 2) { |r|\n r.kill :a, why: 1, why: 2\n}",
		  "unknown why");
	swallowed("x = { a: 1, b: [{ c: 1 }, { c: 2 }], a: 2 }", "a");

	behaviour("in whichever way it is written");
	swallowed("r.kill :a, :fd => 1, fd: 2", "fd");
	swallowed("r.kill :a, \"fd\": 1, fd: 2", "fd");
	swallowed("r.kill :a, :fd => 1, :\"fd\" => 2", "fd");
	swallowed("r.kill :a, 'fd': :fd, :b => :fd", "");
	swallowed("x = { 'fd' => 1, fd: 2 }", "");
	swallowed("x = { \"a#{n}\": 1, \"a#{n}\": 2 }", "");
	swallowed("r.kill :a, why: \"#{'\"'} x\", fd: 1, fd: 2", "fd");
	swallowed("r.kill :a, why: \"#{x.map { |y| \"}\" }} fd: 1 \", fd: 2", "");
	swallowed("r.kill :a, why: %(#{')'}), fd: 1, fd: 2", "fd");
	swallowed("r.kill :a, why: '#{\"', fd: 1, fd: 2", "fd");

	behaviour("where another call or statement begins it is another's");
	swallowed("r.kill :a, fd: 3..\nr.kill :a, fd: 2\nr.kill :a, fd: 3...\nr.kill :a, fd: 2", "");
	swallowed("if x then r.errno :E, :a, fd: 1 else r.errno :E, :a, fd: 2 end", "");
	swallowed("if x then r.kill :a, fd: 1 elsif y then r.kill :a, fd: 2 end", "");
	swallowed("case x when 1 then r.kill :a, fd: 1 when 2 then r.kill :a, fd: 2 end", "");
	swallowed("r.kill :a, fd: 1 if any? fd: 2", "");
	swallowed("r.kill :a, fd: 1 unless any? fd: 2", "");
	swallowed("begin r.kill :a, fd: 1 rescue r.kill :a, fd: 2 ensure f fd: 3 end", "");
	swallowed("r.kill :a, fd: 1 and r.kill :b, fd: 2 or f fd: 3", "");
	swallowed("while f x: 1 do f x: 2 end; until f(x: 1) do f x: 2 end", "");
	swallowed("for x in f a: 1 do f a: 2 end\nf a: 3", "");
	swallowed("f a: 1 do |x| f a: 2 do f a: 3 end end", "");
	swallowed("f a: 1, b: lambda { |x| f a: 2 }, c: ->(a: 1) { f a: 2 }, a: 4", "a");
	swallowed("f(a: 1, b: x.map do |y| g a: 1 end, a: 2)", "a");
	swallowed("f(a: begin g b: 1\n g b: 2 end, b: 2, a: 3)", "a");
	swallowed("f a: if x then g b: 1 else g b: 2 end, b: 3, a: 4", "a");
	swallowed("{ a: 1 }.merge(a: 2)\nf({ a: 1 }.merge(a: 2), a: 3)", "");
	swallowed("x ? f(a: 1) : f(a: 2)\nx ? a: b\nf(x ? a: 1, y ? a: 2)", "");
	swallowed("f(x ? \"a\":\"b\", y ? \"a\":\"b\")", "");
	swallowed("x = (\n f a: 1\n f a: 2\n)", "");
	swallowed("def m(r, a:, b: 1)\n f a: a\n  f a: b\nend\nm r, a: 1", "");
	swallowed("f a: 1 do\n x.end\n x.class\n f a: 2\nend\nf a: 3", "");
	swallowed("f a: 1,\n  # a\n  b: 2\n    .c(a: 1)\nf a: 1", "");

	behaviour("what is quoted is no code");
	swallowed("puts <<~'X', <<-y\n a: 1, a: 2\nX\n a: 1, a: 2\ny\n", "");
	swallowed("x == ?\" ? 1 : 2\nf ' a: 1, a: 2 '", "");
	swallowed("f [?', ?\\\"], a: 1, a: 2", "a");
	swallowed("f %i[a: a:], %w(a: a:), `a: 1, a: 2`", "");
	swallowed("\"#{\"#{\"#{'", "");
	swallowed("puts <<\"END\"\ndon't\nEND\nf a: 1, a: 2", "a");
	swallowed("puts <<END\ndon't\n END\nf a: 1, a: 2\nEND\nf b: 1, b: 2", "b");
	swallowed("puts %(it's on)\nx = %s(it's)\nx = %x(it's)\nf a: 1, a: 2", "a");
	swallowed("x = $'\nx = $\"\nf a: 1, a: 2", "a");
	swallowed("p ?'\np(x ?\"a\" : \"b\")\nf a: 1, a: 2", "a");

	behaviour("and what is not quoted is code");
	swallowed("f count: (1<<BITS)..\nf a: 1, a: 2\nBITS\n", "a");
	swallowed("x = 1<<BITS\nf a: 1, a: 2\nBITS\n", "a");
	swallowed("x = 1 <<BITS\nf a: 1, a: 2\nBITS\n", "a");
	swallowed("x = (1) <<BITS\nx = X<<BITS\nx = x << BITS\nf a: 1, a: 2\nBITS\n", "a");
	swallowed("list <<MORE\nlist << \"x\"\nlist <<\"x\"\nf a: 1, a: 2", "a");

	behaviour("a method without an end opens nothing");
	swallowed("def m(x) = f x, a: 1\nf a: 2, a: 3\ndef o.m = 3\ndef x=(y)\n f y, a: 1\nend\n", "a");

	behaviour("what is nested as deep as mruby allows is read");
	nested("def m(x) = x\n", 600, "f a: 1, a: 2", "");
	nested("[", 250, "f a: 1, a: 2", "");
	nested("[", 250, "", "]\nf a: 1, a: 2");

	behaviour("a condition beside ** may take the place of one that ** brings");
	swallowed("r.kill :a, **b, fd: 1", "**fd");
	swallowed("r.kill :a, fd: 1, log: true, **b", "**fd");
	swallowed("r.kill :a, **b, why: 'x', log: true", "");
	swallowed("r.kill :a, **b.merge(fd: 1)", "");
	swallowed("r.kill :a, **b if f fd: 1\nr.kill fd: 1", "");
	swallowed("x = { **b, fd: 1 }", "");

	behaviour("and a second ** of a rule's the first's");
	swallowed("r.kill :a, **b, why: 'x', log: true, **c", "**");
	swallowed("r.kill(:a, **{ fd: 3 }, **{ fd: 4 })\nr.log :a, **A,\n  **B", "** **");
	swallowed("r.kill :a, **b\nr.kill :a, **b.merge(c)\nr.kill(:a, **b); r.kill(:a, **{ **b, **c })", "");
	swallowed("r.kill(:a, **b) if f(**c)\nf r, **b, **c\nr.kill :a, fd: 2**2**2", "");

	behaviour("those of a method's own are its parameters");
	swallowed("def m(r, a = {}, *b, fd: 1, **c) f(**c) end", "");
	swallowed("def m r, fd: 1, **c\n f(**c)\nend", "");
	swallowed("f(->(fd: 1, **c) { }, fd: 2 ** 3)", "");
}

static void operators(void)
{
	behaviour("an operator of Ruby's behind a test is found");
	swallowed("r.kill :a, flags: any(:A) && none(:B)", "&&");
	swallowed("r.kill :a, flags: any(:A, [1]) || any(:B)", "||");
	swallowed("r.kill :a, flags: any(:A) or none(:B)", "or");
	swallowed("r.kill :a, flags: (any(:A) and none(:B))", "and");
	swallowed("r.kill :a, flags: any(:A) & none(:B)", "");
	swallowed("r.kill :a, flags: debug && any(:A)", "");
	swallowed("r.kill :a, fd: many(:A) && 3", "");
	swallowed("deny r, mode: any(1) && none(2)", "&&");
	swallowed("r.kill :a, flags: (any 1) && (none 2)", "&&");
	swallowed("r.kill :a, flags: ((any(1) & any(2))) || none(2)", "||");
	swallowed("x = any(1) && none(2)\n", "&&");

	behaviour("and behind what else is always true");
	swallowed("r.kill :a, mode: [0o700] && not_in(5)", "&&");
	swallowed("r.kill :a, mode: 0o777 || 0o755", "||");
	swallowed("r.kill :a, mode: 3 or 4", "or");
	swallowed("r.kill :a, mode: :A && :B, fd: \"1\" || 2", "&& ||");
	swallowed("T = any(1)\nt = none(2)\nr.kill :a, b: T || 1, c: t && 1", "|| &&");

	swallowed("r.errno :E, family(:a) || family(:b)\nr.kill(on_arch(:x, :a) && :b)\nx = family(:a) || 1",
		  "|| && ||");
	swallowed("r.kill :a, Seccomp::ARG(:==, 2) || Seccomp::ARG(:==, 10)", "||");
	swallowed("r.kill :a, Seccomp::ARG(:==, 2) or Seccomp::ARG(:==, 10)", "or");
	swallowed("r.kill :a, (family(:a)) || (family(:b))\nr.kill family(:a) or family(:b)", "|| or");
	swallowed("r.kill :a || :b\nr.kill(:a && :b)\nr.kill :a or :b", "|| && or");
	swallowed("r.kill :a, fd: A || B, mode: [A_1 && B], b: (A or B)\nr.kill(:a, A || B)", "|| && or ||");
	swallowed("r.kill :a, fd: 1..3 || 5, b: (1..3) || 5, c: (1..) && 5, d: 1.5 || 2", "|| || && ||");
	swallowed("r.kill :a, fd: (3) || (4), b: ((3)) && 4, c: ([1]) || 2, d: (3) || x, e: (A) || B",
		  "|| && || || ||");

	swallowed("r.kill :a, b: -1 || 3, c: any(A || B)\nr.kill (family :a) || (family :b)", "|| || ||");
	swallowed("r.kill :a, fd: File::A || File::B, b: (Seccomp::ARG(:==, 2)) || 3, c: A::B::C && 3", "|| || &&");
	swallowed("r.kill :x, (family :a) || (family :b)", "||");

	behaviour("and no other");
	swallowed("r.kill :a, (family :a if x) || (family :b), b: x -1 || 3, c: m(family :a) || 3", "");
	swallowed("x = ENV['X'] || 'y'\nlist = [] || [3]\ndef h(a = 3 || 4, b = [] || 5, c: 3 || 4)\nend\ndef h a, c: "
		  "3 || 4\nend",
		  "");
	swallowed("r.kill :a, b: common || any(1), c: (x) || 3, d: (x == 3) || 4, e: a == (3) || 4", "");
	swallowed("r.kill :a, b: (f a, 3) || 4, c: (f 1..3) || 4, d: (1..3 if x) || 4, e: (x ? 1 : 3) || 4", "");
	swallowed("D = ENV['D']\nr.kill :a, b: D || 3, c: Foo || 3, d: x == A || B, e: A.b || 3, f: m(A) || 4", "");
	swallowed("r.kill :a, b: x == M::A || 3, c: f M::A || 3\nx = M::A || 3\nr.kill :a, b: M.x || 3", "");
	swallowed("x = A || B\nf A || B, a: A && B\nr.kill(:a) if A || B\nr.kill(:a, x.y { A && z })", "");
	swallowed("on_arch(:x) { 3 } || 4\non_arch(:x) do 3 end || 4\nx.family(:a) || 3\nfamily(:a).b || 3", "");
	swallowed("family(:a) and r.kill(:b)\nr.kill :a, fd: 3 or raise 'why'", "");
	swallowed("t = any(1) if x\nr.kill :a, b: t || 1\nt && r.kill(:a, b: t)", "");
	swallowed("x = any(1) and r.kill :a, b: x", "");
	swallowed("r.kill :a, b: (any(1) if x) || none(2), c: (x ? any(1) : nil) || 3", "");
	swallowed("f x.any(1) && y, [1].first && y, z[1] || 2, a == 1 && b, [1] == a || b", "");
	swallowed("check 3 or raise 'why'\ny = [1] and puts y\nh[:a] ||= 5\nX ||= any(1)", "");
	swallowed("r.kill :a, mode: (ENV['X'] || 5), fd: x == 3 && 4", "");
}

static void splats(void)
{
	behaviour("** is added to a Hash of the call's own");
	mended("r.kill :a, **b", "r.kill :a, **{}, **b");
	mended("f(**b, **c.d(**e)) { |x, **y| 2 **z }", "f(**{}, **b, **{}, **c.d(**{}, **e)) { |x, **y| 2 **z }");
	mended("def m(a, **b) [**b] end", "def m(a, **b) [**{}, **b] end");
	mended("def m a, **b\n f \"**c #{d(**e)}\", **f\nend", "def m a, **b\n f \"**c #{d(**e)}\", **{}, **f\nend");
	mended("->(a = (1), **b) { x ** 2 }", "->(a = (1), **b) { x ** 2 }");
	mended("# a, **b", "# a, **b");
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
	operators();
	splats();
	assignments();
	return 0;
}
