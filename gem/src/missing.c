/* SPDX-License-Identifier: MIT */
/*
 * Words that are not there; missing.h. mruby says "undefined method 'erno'" and
 * no more; here the word is looked up among those that it may have been meant
 * for. A rule with an unknown verb is noted, so that what is wrong behind it
 * comes out too; all else raises, as nobody knows what to go on with.
 */
#include "missing.h"

#include <ctype.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/string.h>
#include <stdio.h>
#include <string.h>

#include "constants.h"
#include "exceptions.h"
#include "gem.h"
#include "place.h"
#include "policy.h"
#include "source.h"
#include "syscalls.h"
#include "wish.h"

enum { WORD_ROOM = 48, TEXT_ROOM = 64, WORDS_MAX = 32 };

static const char *const rule_words[] = {"allow",	"errno", "return", "kill",    "kill_process",
					 "kill_thread", "log",	 "trace",  "trap",    "add_rule",
					 "include",	"load",	 "reset",  "silence", "intercept"};
static const char *const call_words[] = {"return",    "errno",	 "kill",   "continue", "syscall", "number",
					 "nth",	      "process", "thread", "arch",     "ip",	  "caller",
					 "arguments", "read",	 "write",  "string",   "flag?"};
static const char *const main_words[] = {"any",	    "all",    "none",	 "only", "mask",   "not_in",
					 "accmode", "family", "on_arch", "puts", "print",  "p",
					 "raise",   "loop",   "lambda",	 "proc", "format", "sprintf"};
static const char *const module_words[] = {
	"new", "ARG", "on_trap", "syscall_to_name", "syscall_to_i", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"};
static const char *const module_constants[] = {
	"SCMP_ACT_ALLOW", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
	"SCMP_ACT_TRAP",  "SCMP_CMP_NE",   "SCMP_CMP_LT",	    "SCMP_CMP_LE",	    "SCMP_CMP_EQ",
	"SCMP_CMP_GE",	  "SCMP_CMP_GT",   "SCMP_CMP_MASKED_EQ",    "LIBSECCOMP_VERSION",   "VERSION",
	"Context",	  "PolicyError"};
static const char *const main_constants[] = {"Seccomp", "File", "Errno",  "Time",  "Integer", "String",
					     "Array",	"Hash", "Struct", "Range", "Symbol",  "Comparable"};

#define COUNT(words) (sizeof(words) / sizeof((words)[0]))

/* What other tools, and people, say for it. */
static const char *const other_verbs[][2] = {
	{"deny", "errno"},     {"block", "errno"},    {"reject", "errno"},	  {"refuse", "errno"},
	{"forbid", "errno"},   {"disallow", "errno"}, {"ban", "errno"},		  {"blacklist", "errno"},
	{"fail", "errno"},     {"error", "errno"},    {"denylist", "errno"},	  {"permit", "allow"},
	{"accept", "allow"},   {"pass", "allow"},     {"whitelist", "allow"},	  {"allowlist", "allow"},
	{"grant", "allow"},    {"terminate", "kill"}, {"abort", "kill"},	  {"die", "kill"},
	{"audit", "log"},      {"fake", "return"},    {"succeed", "return"},	  {"result", "return"},
	{"catch", "trap"},     {"hook", "trap"},      {"notify", "intercept"},	  {"user_notif", "intercept"},
	{"add", "add_rule"},   {"rule", "add_rule"},  {"load_policy", "include"}, {"require", "include"},
	{"import", "include"},
};

static const char *const other_helpers[][2] = {
	{"any_of", "any"},    {"some", "any"},	   {"one_of", "any"},	   {"all_of", "all"},
	{"every", "all"},     {"both", "all"},	   {"none_of", "none"},	   {"exactly", "only"},
	{"masked", "mask"},   {"bits", "mask"},	   {"in", "any"},	   {"outside", "not_in"},
	{"except", "not_in"}, {"group", "family"}, {"families", "family"}, {"arch", "on_arch"},
};

/* What Ruby has, and a policy in somebody's host has not: and what it may do instead. */
static const char *const foreign[][2] = {
	{"exit", "a policy does not end the host: raise \"why\" refuses to start it"},
	{"exit!", "a policy does not end the host: raise \"why\" refuses to start it"},
	{"abort", "a policy does not end the host: raise \"why\" refuses to start it"},
	{"at_exit", "a policy is at its end before the host begins: nothing of it runs at the host's end"},
	{"fork", "a policy starts no processes"},
	{"system", "a policy runs no commands"},
	{"exec", "a policy runs no commands"},
	{"spawn", "a policy runs no commands"},
	{"eval", "a policy evaluates no text"},
	{"binding", "a policy evaluates no text"},
	{"require", "another policy's rules are taken by rule.include \"name\", and Ruby's libraries are not there"},
	{"require_relative", "another policy's rules are taken by rule.include \"file.rb\""},
	{"load", "a context is loaded by `end.load`, and another policy's rules are taken by rule.include \"file.rb\""},
	{"open", "a file is read by File.read(path)"},
	{"gets", "a policy has no input: a file is read by File.read(path), a variable by ENV[\"NAME\"]"},
	{"readline", "a policy has no input: a file is read by File.read(path), a variable by ENV[\"NAME\"]"},
	{"warn", "a policy writes to the log by puts"},
	{"printf", "a policy writes to the log by puts, puts format(...)"},
	{"putc", "a policy writes to the log by puts"},
	{"sleep", "a policy does not wait: the host waits for it"},
	{"rand", "a policy has no random numbers: a block may go by call.nth"},
	{"srand", "a policy has no random numbers: a block may go by call.nth"},
	{"throw", "a policy has no catch and throw: raise \"why\" refuses to start the host"},
	{"catch", "a policy has no catch and throw: raise \"why\" refuses to start the host"},
	{"method", "a block is written where it is used, trap(...) { |call| ... }, or handed on as &a_lambda"},
	{"syscall", "a policy makes no system calls"},
};

static const char *look_up(const char *const table[][2], size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(table[i][0], word) == 0)
			return table[i][1];
	return NULL;
}

/* What is missing, and of what. */
struct missing {
	mrb_state *mrb;
	mrb_value self;
	const char *word; /* as it is written */
	char plain[WORD_ROOM]; /* without = ! ? behind it */
	const mrb_value *arguments;
	mrb_int n_arguments;
};

#define RAISE(missing, class, ...) scmp_exception_raise((missing)->mrb, class, (missing)->plain, __VA_ARGS__)

/* The nearest of those words that self really has; in `text` as a question, or nothing. */
static const char *did_you_mean(const struct missing *missing, const char *const *words, size_t n,
				const char *const others[][2], size_t n_others, char *text, size_t room)
{
	const char *there[WORDS_MAX], *near = n_others ? look_up(others, n_others, missing->plain) : NULL;
	mrb_state *mrb = missing->mrb;
	size_t n_there = 0, i;

	for (i = 0; i < n && i < WORDS_MAX; i++)
		if (mrb_respond_to(mrb, missing->self, mrb_intern_cstr(mrb, words[i])))
			there[n_there++] = words[i];
	if (!near)
		near = scmp_suggest(missing->plain, there, n_there);
	text[0] = '\0';
	if (near)
		snprintf(text, room, " (did you mean %s?)", near);
	return near;
}

/*
 * rule.erno
 */

static void note_rule_word(const struct missing *missing)
{
	char near[TEXT_ROOM];

	if (missing->word[strlen(missing->word) - 1] == '=')
		scmp_note_fault(missing->mrb, missing->plain, "%s takes its calls without =, as `rule.kill :mkdir`",
				missing->plain);
	else if (scmp_resolve_syscall(missing->word) >= 0)
		scmp_note_fault(missing->mrb, missing->plain,
				"a rule begins with its verb, and names its calls behind it: `rule.kill :%s`",
				missing->word);
	else if (did_you_mean(missing, rule_words, COUNT(rule_words), other_verbs, COUNT(other_verbs), near,
			      sizeof(near)))
		scmp_note_fault(missing->mrb, missing->plain, "rule has no word %s%s", missing->word, near);
	else if (mrb_respond_to(missing->mrb, mrb_top_self(missing->mrb), mrb_intern_cstr(missing->mrb, missing->word)))
		scmp_note_fault(missing->mrb, missing->plain, "%s(...) is written without rule before it",
				missing->word);
	else
		scmp_note_fault(missing->mrb, missing->plain,
				"rule has no word %s: its verbs are allow, errno, kill, kill_thread, log, return, "
				"trace and trap",
				missing->word);
}

/*
 * fd > 2, kill :mkdir, exit
 */

static bool is_argument(const char *word)
{
	const struct scmp_syscall *call;
	unsigned a;
	size_t i;

	for (i = 0; (call = scmp_syscall_at(i)); i++)
		for (a = 0; a < call->n_args; a++)
			if (strcmp(scmp_syscall_word(call->args[a].word), word) == 0 ||
			    strcmp(scmp_syscall_word(call->args[a].other_word), word) == 0)
				return true;
	return false;
}

static bool is_in(const char *word, const char *const *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* The statement is nothing but this word and what it is given: it is no name among a rule's. */
static bool begins_statement(const struct missing *missing)
{
	struct scmp_place place = scmp_place_now(missing->mrb);
	size_t length, n = strlen(missing->word);
	const char *text = scmp_source_statement(place.file, place.line, &length);

	for (; text && length && isspace((unsigned char)*text); text++)
		length--;
	return text && length >= n && memcmp(text, missing->word, n) == 0;
}

static void raise_main_word(const struct missing *missing)
{
	const char *instead = look_up(foreign, COUNT(foreign), missing->word), *word = missing->word;
	char near[TEXT_ROOM];

	if (instead && begins_statement(missing))
		RAISE(missing, "NoMethodError", "there is no %s here: %s", word, instead);
	if (strcmp(word, "rule") == 0 || strcmp(word, "context") == 0)
		RAISE(missing, "NameError",
		      "there is no %s here: the block of Seccomp.new takes it, `Seccomp.new(default: :allow) { |%s| "
		      "... }`",
		      word, word);
	if (is_in(word, rule_words, COUNT(rule_words)) && strcmp(word, "load") != 0)
		RAISE(missing, "NoMethodError", "%s is a word of a rule: `rule.%s ...`, in the block of Seccomp.new",
		      word, word);
	if (strcmp(word, "ARG") == 0 || strncmp(word, "SCMP_", 5) == 0 || strcmp(word, "on_trap") == 0)
		RAISE(missing, "NoMethodError", "%s is in module Seccomp: Seccomp%s%s(...)", word,
		      isupper((unsigned char)word[0]) ? "::" : ".", word);
	if (strcmp(missing->plain, "Seccomp") == 0 || strcmp(word, "seccomp") == 0)
		RAISE(missing, "NoMethodError", "a context is made by Seccomp.new(default: :allow) { |rule| ... }");
	if (missing->n_arguments == 0 && scmp_resolve_syscall(word) >= 0)
		RAISE(missing, "NameError", "a syscall is named by a Symbol: :%s", word);
	if (missing->n_arguments == 0 && is_argument(word))
		RAISE(missing, "NameError",
		      "there is no variable %s: a condition on an argument is written `%s: 3`, "
		      "without an operator",
		      word, word);
	if (instead)
		RAISE(missing, "NoMethodError", "there is no %s here: %s", word, instead);
	if (strncmp(word, "\xef\xbb\xbf", 3) == 0)
		RAISE(missing, "NameError", "an invisible byte order mark stands before %s: take it out", word + 3);
	did_you_mean(missing, main_words, COUNT(main_words), other_helpers, COUNT(other_helpers), near, sizeof(near));
	RAISE(missing, "NameError", "there is no %s %s%s", missing->n_arguments ? "method" : "variable or method", word,
	      near);
}

/*
 * call.deny, :A | :B, File.write
 */

static void raise_call_word(const struct missing *missing)
{
	char near[TEXT_ROOM];

	if (missing->n_arguments == 0 && is_argument(missing->word))
		RAISE(missing, "NoMethodError", "an argument of a call is call[:%s], not call.%s", missing->word,
		      missing->word);
	if (strcmp(missing->word, "allow") == 0 || strcmp(missing->word, "continue") == 0 ||
	    strcmp(missing->word, "run") == 0)
		RAISE(missing, "NoMethodError",
		      "a trapped call never runs: what may run is allowed by a rule before the trap");
	did_you_mean(missing, call_words, COUNT(call_words), other_verbs, COUNT(other_verbs), near, sizeof(near));
	RAISE(missing, "NoMethodError", "call has no word %s%s", missing->word, near);
}

static void raise_symbol_word(const struct missing *missing)
{
	char a[TEXT_ROOM], b[TEXT_ROOM];
	bool joins = missing->n_arguments == 1 && strlen(missing->word) == 1 && strchr("|+&^-", missing->word[0]);

	scmp_inspect(missing->mrb, missing->self, a, sizeof(a));
	if (joins && mrb_symbol_p(missing->arguments[0]))
		RAISE(missing, "NoMethodError",
		      "Symbols are not joined by %s: any(%s, %s) is true of either bit, all(%s, %s) of both",
		      missing->word, a, scmp_inspect(missing->mrb, missing->arguments[0], b, sizeof(b)), a, b);
	if (strcmp(missing->word, "~") == 0)
		RAISE(missing, "NoMethodError",
		      "a Symbol is not turned round by ~: none(%s) is true where the bit is not set", a);
	RAISE(missing, "NoMethodError", "%s has no method %s", a, missing->word);
}

static void raise_class_word(const struct missing *missing)
{
	const char *class = mrb_class_name(missing->mrb, mrb_class_ptr(missing->self));
	char near[TEXT_ROOM];

	if (strcmp(class, "File") == 0)
		RAISE(missing, "NoMethodError",
		      "there is no File.%s here: a policy only reads, by File.read, "
		      "File.readlines and File.exist?",
		      missing->word);
	if (strcmp(class, "Seccomp") == 0 && strcmp(missing->word, "load") == 0)
		RAISE(missing, "NoMethodError", "a context is loaded: Seccomp.new(...) { |rule| ... }.load");
	if (strcmp(class, "Seccomp") == 0 && is_in(missing->word, main_words, COUNT(main_words)))
		RAISE(missing, "NoMethodError", "%s(...) is written without Seccomp before it", missing->word);
	if (strcmp(class, "Seccomp") == 0 && strcmp(missing->word, "Context") == 0)
		RAISE(missing, "NoMethodError", "a context is made by Seccomp.new(default: :allow) { |rule| ... }");
	did_you_mean(missing, module_words, COUNT(module_words), NULL, 0, near, sizeof(near));
	RAISE(missing, "NoMethodError", "%s has no method %s%s", class, missing->word, near);
}

static bool is_of(const struct missing *missing, const char *name)
{
	struct RClass *module = mrb_module_get(missing->mrb, "Seccomp");

	return mrb_obj_is_kind_of(missing->mrb, missing->self, mrb_class_get_under(missing->mrb, module, name));
}

static void raise_word(const struct missing *missing)
{
	mrb_state *mrb = missing->mrb;
	char text[TEXT_ROOM];

	if (mrb_obj_equal(mrb, missing->self, mrb_top_self(mrb)))
		raise_main_word(missing);
	if (is_of(missing, "Call"))
		raise_call_word(missing);
	if (mrb_nil_p(missing->self))
		RAISE(missing, "NoMethodError",
		      "nil has no %s: what stands before it is not there, as ENV[...] of a variable that is not set",
		      missing->word);
	if (mrb_symbol_p(missing->self))
		raise_symbol_word(missing);
	if (strcmp(missing->word, "rule") == 0)
		RAISE(missing, "NameError", "there is no rule here: a method is given it as its argument");
	if (mrb_class_p(missing->self) || mrb_module_p(missing->self))
		raise_class_word(missing);
	if (is_of(missing, "Test") && !isalpha((unsigned char)missing->word[0]))
		RAISE(missing, "NoMethodError",
		      "conditions are not joined by %s: [any(...), none(...)] is either, any(...) & none(...) both",
		      missing->word);
	if (is_of(missing, "Test") || is_of(missing, "Family"))
		RAISE(missing, "NoMethodError", "%s has no method %s: it is for a rule to take",
		      is_of(missing, "Test") ? "a condition" : "a family", missing->word);
	if (mrb_integer_p(missing->self) && is_in(missing->word, call_words, COUNT(call_words)))
		RAISE(missing, "NoMethodError",
		      "a number has no %s: on_trap's block is given the number first, { |syscall, call| ... "
		      "}",
		      missing->word);
	scmp_inspect(mrb, missing->self, text, sizeof(text));
	if (strcmp(text, "ENV") == 0)
		RAISE(missing, "NoMethodError",
		      "ENV has no %s: a policy reads it by ENV[\"NAME\"], ENV.fetch, ENV.key? and ENV.to_h, and cannot "
		      "change it",
		      missing->word);
	RAISE(missing, "NoMethodError", "%s has no method %s", mrb_obj_classname(mrb, missing->self), missing->word);
}

static mrb_value method_missing(mrb_state *mrb, mrb_value self)
{
	struct missing missing = {mrb, self};
	char word[WORD_ROOM];
	mrb_sym name;
	size_t n;

	mrb_get_args(mrb, "n*", &name, &missing.arguments, &missing.n_arguments);
	/* mruby has one buffer for the names of all short symbols. */
	snprintf(word, sizeof(word), "%s", mrb_sym_name(mrb, name));
	missing.word = word;
	n = strlen(word);
	if (n > 1 && strchr("=!?", word[n - 1]) && isalnum((unsigned char)word[n - 2]))
		n--;
	snprintf(missing.plain, sizeof(missing.plain), "%.*s", (int)n, word);
	if (!is_of(&missing, "Context"))
		raise_word(&missing);
	note_rule_word(&missing);
	return mrb_int_value(mrb, 0);
}

/*
 * Constants
 */

static bool is_constant(const char *word)
{
	unsigned set;

	for (set = 0; set <= SCMP_SETS; set++)
		if (scmp_constant_by_name(set < SCMP_SETS ? set : SCMP_MEANS_DIRFD, word))
			return true;
	return false;
}

/* Socket::AF_INET: what stands behind the class that is missing. */
static void word_behind(mrb_state *mrb, const char *class, char *word, size_t room)
{
	struct scmp_place place = scmp_place_now(mrb);
	size_t length, n = strlen(class), i, at = 0;
	const char *text = scmp_source_statement(place.file, place.line, &length);

	word[0] = '\0';
	for (i = 0; text && i + n + 2 < length; i++)
		if (memcmp(text + i, class, n) == 0 && text[i + n] == ':' && text[i + n + 1] == ':')
			break;
	if (!text || i + n + 2 >= length)
		return;
	for (i += n + 2; i < length && at + 1 < room && (isalnum((unsigned char)text[i]) || text[i] == '_'); i++)
		word[at++] = text[i];
	word[at] = '\0';
}

#define NAME_ERROR(...) scmp_exception_raise(mrb, "NameError", word, __VA_ARGS__)

static void raise_constant(mrb_state *mrb, const char *module, const char *word)
{
	const char *near;
	char other[WORD_ROOM + 2];

	snprintf(other, sizeof(other), "O_%s", word);
	if (is_constant(word))
		NAME_ERROR("a constant is written as a Symbol: :%s", word);
	if ((strcmp(module, "File") == 0 || strcmp(module, "IO") == 0) && is_constant(other))
		NAME_ERROR("a constant is written as a Symbol: :%s", other);
	if (strcmp(module, "Errno") == 0) {
		near = scmp_suggest_errno(word);
		NAME_ERROR("there is no errno %s%s%s%s", word, near ? " (did you mean " : "", near ? near : "",
			   near ? "?)" : "");
	}
	if (scmp_resolve_errno(word))
		NAME_ERROR("an errno is written as a Symbol: :%s", word);
	if (strcmp(word, "ARG") == 0)
		NAME_ERROR("a test of an argument is written Seccomp::ARG(:==, 3)");
	if (strcmp(module, "Seccomp") == 0) {
		near = scmp_suggest(word, module_constants, COUNT(module_constants));
		NAME_ERROR("Seccomp has no %s%s%s%s", word, near ? " (did you mean Seccomp::" : "", near ? near : "",
			   near ? "?)" : "");
	}
	if (is_in(word, module_constants, COUNT(module_constants)))
		NAME_ERROR("%s is in module Seccomp: Seccomp::%s", word, word);
	if (strcmp(word, "Regexp") == 0)
		NAME_ERROR("a policy has no regular expressions: text.include?(\"part\"), text.start_with?(\"/etc/\")");
	snprintf(other, sizeof(other), "O_");
	word_behind(mrb, word, other + 2, sizeof(other) - 2);
	if (is_constant(other + 2))
		NAME_ERROR("there is no %s here, and a constant is written as a Symbol: :%s", word, other + 2);
	if (is_constant(other))
		NAME_ERROR("there is no %s here, and a constant is written as a Symbol: :%s", word, other);
	near = scmp_suggest(word, main_constants, COUNT(main_constants));
	if (near)
		NAME_ERROR("there is no constant %s (did you mean %s?)", word, near);
	NAME_ERROR("there is no %s here: a policy has Ruby's core classes, ENV and File to read, Errno and Time", word);
}

static mrb_value const_missing(mrb_state *mrb, mrb_value self)
{
	char word[WORD_ROOM], module[WORD_ROOM];
	mrb_sym name;

	mrb_get_args(mrb, "n", &name);
	snprintf(word, sizeof(word), "%s", mrb_sym_name(mrb, name));
	snprintf(module, sizeof(module), "%s", mrb_class_name(mrb, mrb_class_ptr(self)));
	raise_constant(mrb, module, word);
	return mrb_nil_value();
}

void scmp_missing_init(mrb_state *mrb, struct RClass *module)
{
	static const char *const classes[] = {"Context", "Call", "Test", "Family"};
	size_t i;

	for (i = 0; i < COUNT(classes); i++)
		mrb_define_method(mrb, mrb_class_get_under(mrb, module, classes[i]), "method_missing", method_missing,
				  MRB_ARGS_ANY());
	mrb_define_class_method(mrb, module, "method_missing", method_missing, MRB_ARGS_ANY());
	mrb_define_class_method(mrb, module, "const_missing", const_missing, MRB_ARGS_REQ(1));
}

void scmp_missing_everywhere(mrb_state *mrb)
{
	mrb_define_method(mrb, mrb->object_class, "method_missing", method_missing, MRB_ARGS_ANY());
	mrb_define_method(mrb, mrb->module_class, "const_missing", const_missing, MRB_ARGS_REQ(1));
}
