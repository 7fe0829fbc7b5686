/* SPDX-License-Identifier: MIT */
/*
 * Names and numbers of system calls and errnos, and Seccomp's methods on them.
 * Numbers come from libseccomp at run time; where the running kernel is newer
 * than it, from the library's own table (gem/data).
 */
#include "gem.h"

#include <errno.h>
#include <mruby/array.h>
#include <mruby/string.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errnos.h"
#include "families.h"
#include "syscalls.h"

/* Numbers above the last one known are cheap to try: a look-up is an array access. */
enum { NR_END = 1024, ERRNO_END = 134, WORD_MAX = 40 };

int scmp_resolve_syscall(const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr >= 0)
		return nr;
	if (nr != __NR_SCMP_ERROR)
		return -2; /* libseccomp's negative numbers: of another architecture */
	for (nr = 0; nr < NR_END; nr++) {
		const struct scmp_syscall *syscall = scmp_syscall_by_number(nr);

		if (syscall && strcmp(syscall->name, name) == 0)
			return nr;
	}
	return -1;
}

/*
 * Damerau-Levenshtein, the optimal string alignment variant: an insertion, a
 * deletion, a substitution or a swap of neighbours counts one, a letter's case nothing.
 */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static unsigned distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), i, j;
	unsigned char d[3][WORD_MAX + 1];

	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= m; j++)
		d[0][j] = (unsigned char)j;
	for (i = 1; i <= n; i++) {
		unsigned char *row = d[i % 3], *up = d[(i - 1) % 3], *up2 = d[(i + 1) % 3];

		row[0] = (unsigned char)i;
		for (j = 1; j <= m; j++) {
			unsigned best = up[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));

			if (up[j] + 1u < best)
				best = up[j] + 1u;
			if (row[j - 1] + 1u < best)
				best = row[j - 1] + 1u;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1u < best)
				best = up2[j - 2] + 1u;
			row[j] = (unsigned char)best;
		}
	}
	return d[n % 3][m];
}

/* A near word is one with about a third of its letters wrong, at most. */
struct nearest {
	const char *word;
	unsigned distance;
};

static void consider(struct nearest *nearest, const char *word, const char *candidate)
{
	unsigned d = distance(word, candidate);

	if (d <= (strlen(word) + 1) / 3 && (!nearest->word || d < nearest->distance)) {
		nearest->word = candidate;
		nearest->distance = d;
	}
}

const char *scmp_suggest(const char *word, const char *const *words, size_t n)
{
	struct nearest nearest = {0};
	size_t i;

	for (i = 0; i < n; i++)
		consider(&nearest, word, words[i]);
	return nearest.word;
}

/*
 * What libc, other systems and other tools call these, and what they become here. Distance alone misleads: umount is
 * nearest to mount. What is more than one call is its family.
 */
static const char *const other_names[][2] = {
	{"umount", ":umount2"},
	{"pread", ":pread64"},
	{"pwrite", ":pwrite64"},
	{"newuname", ":uname"},
	{"fstatat", ":newfstatat"},
	{"fstatat64", ":newfstatat"},
	{"newstat", ":stat"},
	{"newlstat", ":lstat"},
	{"newfstat", ":fstat"},
	{"stat64", ":stat"},
	{"lstat64", ":lstat"},
	{"fstat64", ":fstat"},
	{"sigaction", ":rt_sigaction"},
	{"sigprocmask", ":rt_sigprocmask"},
	{"sigreturn", ":rt_sigreturn"},
	{"sigsuspend", ":rt_sigsuspend"},
	{"sigpending", ":rt_sigpending"},
	{"sigqueue", ":rt_sigqueueinfo"},
	{"signal", ":rt_sigaction"},
	{"raise", "family(:kill)"},
	{"abort", "family(:kill)"},
	{"prlimit", ":prlimit64"},
	{"sendfile64", ":sendfile"},
	{"fadvise", ":fadvise64"},
	{"posix_fadvise", ":fadvise64"},
	{"posix_fallocate", ":fallocate"},
	{"exec", "family(:exec)"},
	{"execv", ":execve"},
	{"execvp", ":execve"},
	{"execl", ":execve"},
	{"execlp", ":execve"},
	{"fexecve", ":execveat"},
	{"posix_spawn", "family(:exec)"},
	{"system", "family(:exec)"},
	{"popen", "family(:exec)"},
	{"pthread_create", "family(:fork)"},
	{"thrd_create", "family(:fork)"},
	{"waitpid", ":wait4"},
	{"wait", ":wait4"},
	{"wait3", ":wait4"},
	{"send", ":sendto"},
	{"recv", ":recvfrom"},
	{"socketcall", "family(:socket)"},
	{"getaddrinfo", "family(:socket)"},
	{"sleep", ":clock_nanosleep"},
	{"usleep", ":clock_nanosleep"},
	{"_exit", ":exit_group"},
	{"pselect", ":pselect6"},
	{"_newselect", ":select"},
	{"select6", ":pselect6"},
	{"gethostname", ":uname"},
	{"_llseek", ":lseek"},
	{"llseek", ":lseek"},
	{"mmap2", ":mmap"},
	{"mmap64", ":mmap"},
	{"malloc", ":mmap"},
	{"shm_open", "family(:open)"},
	{"io_uring", "family(:io_uring)"},
	{"fopen", "family(:open)"},
	{"open64", "family(:open)"},
	{"opendir", "family(:open)"},
	{"mkstemp", "family(:open)"},
	{"readdir", ":getdents64"},
	{"remove", "family(:unlink)"},
	{"fwrite", "family(:write)"},
	{"printf", "family(:write)"},
	{"puts", "family(:write)"},
	{"fread", "family(:read)"},
	{"dlopen", "family(:open)"},
	{"umask2", ":umask"},
	{"lockf", ":fcntl"},
	{"eventfd0", ":eventfd"},
	{"ipc", ":shmget"},
	{"ugetrlimit", ":getrlimit"},
};

/* The kernel's own prefixes, and those of its headers. */
static const char *without_prefix(const char *name)
{
	static const char *const prefixes[] = {"__NR_", "SYS_", "sys_", "__x64_sys_", "__arm64_sys_", "SCMP_SYS_"};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	return NULL;
}

const char *scmp_suggest_syscall(const char *name, char text[SCMP_SUGGESTION])
{
	const char *bare = without_prefix(name);
	const struct scmp_syscall *syscall;
	struct nearest nearest = {0};
	size_t i;

	for (i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++)
		if (strcmp(other_names[i][0], name) == 0)
			return other_names[i][1];
	for (i = 0; i < scmp_n_families; i++)
		if (strcmp(scmp_families[i].name, name) == 0) {
			snprintf(text, SCMP_SUGGESTION, "family(:%s)", name);
			return text;
		}
	if (bare && scmp_resolve_syscall(bare) >= 0) {
		snprintf(text, SCMP_SUGGESTION, ":%s", bare);
		return text;
	}
	/* A name of another architecture is spelled right: what is near it is something else. */
	if (scmp_resolve_syscall(name) != -1)
		return NULL;
	for (i = 0; (syscall = scmp_syscall_at(i)); i++)
		if (syscall->numbers[SCMP_ARCH_HERE] >= 0)
			consider(&nearest, name, syscall->name);
	if (!nearest.word)
		return NULL;
	snprintf(text, SCMP_SUGGESTION, ":%s", nearest.word);
	return text;
}

int scmp_resolve_errno(const char *name)
{
	int number;

	for (number = 1; number < ERRNO_END; number++) {
		const char *candidate = scmp_errno_name(number);

		if (candidate && strcmp(candidate, name) == 0)
			return number;
	}
	/* The two names that share a number with another. */
	return strcmp(name, "EWOULDBLOCK") == 0 ? EAGAIN
	       : strcmp(name, "ENOTSUP") == 0	? EOPNOTSUPP
	       : strcmp(name, "EDEADLOCK") == 0 ? EDEADLK
						: 0;
}

const char *scmp_suggest_errno(const char *name)
{
	struct nearest nearest = {0};
	int number;

	for (number = 1; number < ERRNO_END; number++) {
		const char *candidate = scmp_errno_name(number);

		if (candidate)
			consider(&nearest, name, candidate);
	}
	return nearest.word;
}

/* The name of `nr` as a String, or nil. */
static mrb_value name_of(mrb_state *mrb, mrb_int nr)
{
	mrb_value result = mrb_nil_value();
	const struct scmp_syscall *syscall;
	char *name = NULL;

	if (nr >= 0 && nr <= INT32_MAX)
		name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);
	if (name) {
		result = mrb_str_new_cstr(mrb, name);
		free(name);
		return result;
	}
	syscall = nr >= 0 && nr < NR_END ? scmp_syscall_by_number((int)nr) : NULL;
	return syscall ? mrb_str_new_cstr(mrb, syscall->name) : result;
}

/*
 * call-seq: Seccomp.syscall_to_name(number) -> String or nil
 *
 * The kernel's name of a system call of this machine.
 */
static mrb_value syscall_to_name(mrb_state *mrb, mrb_value self)
{
	mrb_int nr;

	mrb_get_args(mrb, "i", &nr);
	return name_of(mrb, nr);
}

/* The text of a Symbol or String; NULL for anything else. */
static const char *text_of(mrb_state *mrb, mrb_value value)
{
	if (mrb_symbol_p(value))
		return mrb_sym_name(mrb, mrb_symbol(value));
	if (mrb_string_p(value))
		return mrb_string_cstr(mrb, value);
	return NULL;
}

static mrb_value number_of(mrb_state *mrb, mrb_value name)
{
	const char *text = text_of(mrb, name);
	int nr;

	if (!text)
		mrb_raisef(mrb, mrb_class_get(mrb, "TypeError"), "a syscall is named by a Symbol or a String, not %v",
			   name);
	nr = scmp_resolve_syscall(text);
	return nr >= 0 ? mrb_int_value(mrb, nr) : mrb_nil_value();
}

/*
 * call-seq: Seccomp.syscall_to_i(name) -> Integer or nil
 *           Seccomp.name_to_syscall(name) -> Integer or nil
 *
 * The number of a system call on this machine.
 */
static mrb_value syscall_to_i(mrb_state *mrb, mrb_value self)
{
	mrb_value name;

	mrb_get_args(mrb, "o", &name);
	return number_of(mrb, name);
}

/*
 * call-seq: Seccomp.to_syscall(name_or_number) -> Integer
 *
 * Numbers pass through; an unknown name raises ArgumentError.
 */
static mrb_value to_syscall(mrb_state *mrb, mrb_value self)
{
	mrb_value name, number;
	char text[SCMP_SUGGESTION];
	const char *near;

	mrb_get_args(mrb, "o", &name);
	if (mrb_integer_p(name))
		return name;
	number = number_of(mrb, name);
	if (!mrb_nil_p(number))
		return number;
	near = scmp_suggest_syscall(text_of(mrb, name), text);
	if (near)
		mrb_raisef(mrb, E_ARGUMENT_ERROR, "unknown syscall :%s (did you mean %s?)", text_of(mrb, name), near);
	mrb_raisef(mrb, E_ARGUMENT_ERROR, "unknown syscall :%s", text_of(mrb, name));
	return mrb_nil_value();
}

/*
 * call-seq: Seccomp.syscall_to_tupple(number) -> [String, Integer] or nil
 *
 * mruby-seccomp's name and spelling.
 */
static mrb_value syscall_to_tupple(mrb_state *mrb, mrb_value self)
{
	mrb_value name;
	mrb_int nr;

	mrb_get_args(mrb, "i", &nr);
	name = name_of(mrb, nr);
	return mrb_nil_p(name) ? name : mrb_assoc_new(mrb, name, mrb_int_value(mrb, nr));
}

/* Seccomp.__family(name, others): the members as Symbols; nil, and a fault, where there is no such family nor another.
 */
static mrb_value family_members(mrb_state *mrb, mrb_value self)
{
	const char *words[128], *near, *word, *members;
	mrb_value name, others, result;
	char member[SCMP_FAMILY_NAME_ROOM];
	size_t i, n = 0;

	mrb_get_args(mrb, "oA", &name, &others);
	word = text_of(mrb, name);
	for (i = 0; i < scmp_n_families; i++) {
		words[n++] = scmp_families[i].name;
		if (!word || strcmp(scmp_families[i].name, word) != 0)
			continue;
		result = mrb_ary_new(mrb);
		for (members = scmp_families[i].members; (members = scmp_family_next(members, member));)
			mrb_ary_push(mrb, result, mrb_symbol_value(mrb_intern_cstr(mrb, member)));
		return result;
	}
	for (i = 0; i < (size_t)RARRAY_LEN(others) && n < sizeof(words) / sizeof(words[0]); i++)
		words[n++] = text_of(mrb, RARRAY_PTR(others)[i]);
	if (!word) {
		scmp_note_fault(mrb, "family", "a family is named by a Symbol: family(:unlink)");
		return mrb_nil_value();
	}
	near = scmp_suggest(word, words, n);
	if (scmp_resolve_syscall(word) >= 0)
		scmp_note_fault(mrb, word, "there is no family(:%s): %s stands for itself", word, word);
	else if (near)
		scmp_note_fault(mrb, word, "unknown family :%s (did you mean :%s?)", word, near);
	else
		scmp_note_fault(mrb, word, "unknown family :%s", word);
	return mrb_nil_value();
}

static const char *const arches[] = {[SCMP_X86_64] = "x86_64", [SCMP_AARCH64] = "aarch64"};

static int arch_by_name(const char *name)
{
	int i;

	for (i = 0; name && i < SCMP_ARCHES; i++)
		if (strcmp(arches[i], name) == 0)
			return i;
	return -1;
}

/* Seccomp.__arch?(name): whether it is this machine's; nil, and a fault, where nobody knows it. */
static mrb_value is_arch(mrb_state *mrb, mrb_value self)
{
	mrb_value name;
	const char *word;
	int arch;

	mrb_get_args(mrb, "o", &name);
	word = text_of(mrb, name);
	arch = arch_by_name(word);
	if (arch >= 0)
		return mrb_bool_value(arch == SCMP_ARCH_HERE);
	scmp_note_fault(mrb, word ? word : "on_arch", "unknown architecture %s%s: it is :x86_64 or :aarch64",
			word ? ":" : "of no name", word ? word : "");
	return mrb_nil_value();
}

/* Of a machine that is not at hand the table alone knows the names; of this one libseccomp may know more. */
static bool is_known(mrb_state *mrb, int arch, const char *name)
{
	const struct scmp_syscall *syscall = scmp_syscall_by_name(name);
	char text[SCMP_SUGGESTION];
	const char *near;

	if ((syscall && syscall->numbers[arch] >= 0) || (arch == SCMP_ARCH_HERE && scmp_resolve_syscall(name) >= 0))
		return true;
	near = syscall ? NULL : scmp_suggest_syscall(name, text);
	if (syscall)
		scmp_note_fault(mrb, name, "%s has no syscall :%s", arches[arch], name);
	else
		scmp_note_fault(mrb, name, "unknown syscall :%s%s%s%s", name, near ? " (did you mean " : "",
				near ? near : "", near ? "?)" : "");
	return false;
}

/* Seccomp.__known?(arch, syscalls): false, and faults, where that architecture lacks one of them. */
static mrb_value are_known(mrb_state *mrb, mrb_value self)
{
	mrb_value name, list;
	bool known = true;
	mrb_int i;
	int arch;

	mrb_get_args(mrb, "oA", &name, &list);
	arch = arch_by_name(text_of(mrb, name));
	list = mrb_funcall(mrb, list, "flatten", 0);
	for (i = 0; arch >= 0 && i < RARRAY_LEN(list); i++) {
		char word[SCMP_SUGGESTION];

		if (!text_of(mrb, RARRAY_PTR(list)[i]))
			continue;
		snprintf(word, sizeof(word), "%s", text_of(mrb, RARRAY_PTR(list)[i]));
		known &= is_known(mrb, arch, word);
	}
	return mrb_bool_value(known);
}

void scmp_names_init(mrb_state *mrb, struct RClass *module)
{
	const struct scmp_version *version = seccomp_version();
	mrb_value text = mrb_nil_value();

	if (version)
		text = mrb_format(mrb, "%d.%d.%d", (int)version->major, (int)version->minor, (int)version->micro);
	mrb_define_const(mrb, module, "LIBSECCOMP_VERSION", text);
	mrb_define_module_function(mrb, module, "__family", family_members, MRB_ARGS_REQ(2));
	mrb_define_module_function(mrb, module, "__arch?", is_arch, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, module, "__known?", are_known, MRB_ARGS_REQ(2));
	mrb_define_module_function(mrb, module, "syscall_to_name", syscall_to_name, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, module, "syscall_to_i", syscall_to_i, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, module, "name_to_syscall", syscall_to_i, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, module, "syscall_to_tupple", syscall_to_tupple, MRB_ARGS_REQ(1));
	mrb_define_module_function(mrb, module, "to_syscall", to_syscall, MRB_ARGS_REQ(1));
}
