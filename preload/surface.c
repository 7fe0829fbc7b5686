/* SPDX-License-Identifier: MIT */
/*
 * The policy's surface in C; its other half is surface.rb. Blocks run inside
 * the SIGSYS handler, so nothing here uses stdio, locale, time zones or any lock
 * of the host.
 */
#include "surface.h"

#include <errno.h>
#include <fcntl.h>
#include <mruby/array.h>
#include <mruby/class.h>
#include <mruby/error.h>
#include <mruby/hash.h>
#include <mruby/irep.h>
#include <mruby/string.h>
#include <mruby/variable.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "arena.h"
#include "errnos.h"
#include "exceptions.h"
#include "failure.h"
#include "gem.h"
#include "json.h"
#include "log.h"
#include "sys.h"

extern const uint8_t scmp_surface[];

static const struct scmp_log *message_log;
static char **environment;

enum { FILE_MAX = 1 << 20, JOIN_DEPTH_MAX = 1000 };

void scmp_surface_log(const struct scmp_log *log)
{
	message_log = log;
}

/* Of a pipe that somebody has still to write to, as of a shell's <(...), it waits; not for ever. */
static long read_some(long fd, char *to, size_t room)
{
	struct pollfd poll = {.fd = (int)fd, .events = POLLIN};
	struct timespec patience = {.tv_sec = 10};
	long n;

	do {
		n = scmp_sys(__NR_read, fd, (long)to, (long)room, 0, 0, 0);
		if (n == -EAGAIN && scmp_sys(__NR_ppoll, (long)&poll, 1, (long)&patience, 0, 0, 0) > 0)
			n = -EINTR;
	} while (n == -EINTR);
	return n;
}

/* A FIFO that nobody writes to is empty: opening one would wait for ever, in a child too. */
long scmp_read_file(const char *path, char **textp)
{
	long fd = scmp_sys(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0, 0, 0);
	size_t length = 0, room = 4096;
	char *text, *larger;
	long n;

	if (fd < 0)
		return fd;
	text = scmp_arena_allocate(room);
	for (;;) {
		if (!text) {
			n = -ENOMEM;
			break;
		}
		n = read_some(fd, text + length, room - length);
		if (n <= 0)
			break;
		length += (size_t)n;
		if (length < room)
			continue;
		if (room >= FILE_MAX) {
			n = -EFBIG;
			break;
		}
		larger = scmp_arena_allocate(2 * room);
		if (larger)
			memcpy(larger, text, length);
		scmp_arena_release(text);
		text = larger;
		room *= 2;
	}
	scmp_sys(__NR_close, fd, 0, 0, 0, 0, 0);
	if (n < 0) {
		scmp_arena_release(text);
		return n;
	}
	*textp = text;
	return (long)length;
}

/* Errno::ENOENT and so on: "No such file" is for people, the class is for programs. */
static void raise_errno(mrb_state *mrb, long error, const char *what)
{
	const char *name = scmp_errno_name((int)error);
	mrb_value module = mrb_obj_value(mrb_module_get(mrb, "Errno"));
	mrb_value class =
		mrb_funcall(mrb, module, "__of", 1, mrb_symbol_value(mrb_intern_cstr(mrb, name ? name : "EIO")));

	mrb_exc_raise(mrb,
		      mrb_funcall(mrb, class, "new", 1, mrb_format(mrb, "%s - %s", scmp_error_text((int)error), what)));
}

static mrb_value message_object(mrb_state *mrb, mrb_value text)
{
	size_t length = (size_t)RSTRING_LEN(text), room;
	mrb_value object;
	char *end;

	if (length && RSTRING_PTR(text)[length - 1] == '\n')
		length--;
	room = length * SCMP_JSON_BYTE + SCMP_JSON_ROOM;
	object = mrb_str_new(mrb, NULL, room);
	end = scmp_json_message(RSTRING_PTR(object), RSTRING_PTR(object) + room, 0, NULL, RSTRING_PTR(text), length);
	return mrb_str_resize(mrb, object, end - RSTRING_PTR(object));
}

/* Log.__write(text): one message, one write. */
static mrb_value log_write(mrb_state *mrb, mrb_value self)
{
	mrb_value text;

	mrb_get_args(mrb, "S", &text);
	if (message_log && message_log->json)
		text = message_object(mrb, text);
	if (message_log)
		scmp_log_write(message_log, RSTRING_PTR(text), (size_t)RSTRING_LEN(text));
	return mrb_nil_value();
}

/* mruby's own join goes down into nested Arrays without looking how deep. */
static void check_depth(mrb_state *mrb, mrb_value array, int depth)
{
	mrb_int i;

	if (depth > JOIN_DEPTH_MAX)
		mrb_raise(mrb, mrb_class_get(mrb, "SystemStackError"), "stack level too deep");
	for (i = 0; i < RARRAY_LEN(array); i++)
		if (mrb_array_p(RARRAY_PTR(array)[i]))
			check_depth(mrb, RARRAY_PTR(array)[i], depth + 1);
}

/* call-seq: array.join(separator = "") -> String */
static mrb_value array_join(mrb_state *mrb, mrb_value self)
{
	mrb_value separator = mrb_nil_value();

	mrb_get_args(mrb, "|S!", &separator);
	check_depth(mrb, self, 0);
	return mrb_ary_join(mrb, self, separator);
}

/*
 * call-seq: File.read(path) -> String
 *
 * The whole file, up to 1 MiB. Raises an Errno class.
 */
static mrb_value file_read(mrb_state *mrb, mrb_value self)
{
	mrb_value string;
	const char *path;
	char *text;
	long length;

	mrb_get_args(mrb, "z", &path);
	length = scmp_read_file(path, &text);
	if (length < 0)
		raise_errno(mrb, -length, path);
	string = mrb_str_new(mrb, text, (size_t)length);
	scmp_arena_release(text);
	return string;
}

/* call-seq: File.exist?(path) -> true or false */
static mrb_value file_exist(mrb_state *mrb, mrb_value self)
{
	const char *path;

	mrb_get_args(mrb, "z", &path);
	return mrb_bool_value(scmp_sys(__NR_faccessat, AT_FDCWD, (long)path, 0, 0, 0, 0) == 0);
}

/* call-seq: ENV[name] -> String or nil */
static mrb_value env_get(mrb_state *mrb, mrb_value self)
{
	const char *name;
	mrb_value key;
	size_t length;
	char **entry;

	mrb_get_args(mrb, "o", &key);
	if (!mrb_string_p(key))
		scmp_exception_raise(mrb, "TypeError", "ENV", "ENV takes a String, as ENV[\"HOME\"]");
	name = mrb_string_cstr(mrb, key);
	length = strlen(name);
	for (entry = environment; *entry; entry++)
		if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
			return mrb_str_new_cstr(mrb, *entry + length + 1);
	return mrb_nil_value();
}

/* call-seq: ENV.to_h -> Hash of String to String */
static mrb_value env_to_h(mrb_state *mrb, mrb_value self)
{
	mrb_value hash = mrb_hash_new(mrb);
	char **entry;

	for (entry = environment; *entry; entry++) {
		const char *value = strchr(*entry, '=');

		if (value)
			mrb_hash_set(mrb, hash, mrb_str_new(mrb, *entry, (size_t)(value - *entry)),
				     mrb_str_new_cstr(mrb, value + 1));
	}
	return hash;
}

/* Time.__clock: seconds and nanoseconds since 1970. */
static mrb_value time_clock(mrb_state *mrb, mrb_value self)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return mrb_assoc_new(mrb, mrb_int_value(mrb, now.tv_sec), mrb_int_value(mrb, now.tv_nsec));
}

/* Errno.__number(name) -> Integer, 0 where there is no such error */
static mrb_value errno_number(mrb_state *mrb, mrb_value self)
{
	mrb_sym name;

	mrb_get_args(mrb, "n", &name);
	return mrb_int_value(mrb, scmp_resolve_errno(mrb_sym_name(mrb, name)));
}

void scmp_surface_open(mrb_state *mrb, char **variables)
{
	struct RClass *file = mrb_define_class(mrb, "File", mrb->object_class);
	struct RClass *time = mrb_define_class(mrb, "Time", mrb->object_class);
	struct RClass *error = mrb_define_module(mrb, "Errno");
	mrb_value env = mrb_obj_new(mrb, mrb->object_class, 0, NULL);

	environment = variables;
	mrb_define_method(mrb, mrb->kernel_module, "__write", log_write, MRB_ARGS_REQ(1));
	mrb_define_method(mrb, mrb->array_class, "join", array_join, MRB_ARGS_OPT(1));
	mrb_undef_class_method(mrb, file, "new");
	mrb_define_class_method(mrb, file, "read", file_read, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, file, "exist?", file_exist, MRB_ARGS_REQ(1));
	mrb_define_class_method(mrb, time, "__clock", time_clock, MRB_ARGS_NONE());
	mrb_define_module_function(mrb, error, "__number", errno_number, MRB_ARGS_REQ(1));
	mrb_define_global_const(mrb, "ENV", env);
	mrb_define_singleton_method(mrb, mrb_obj_ptr(env), "[]", env_get, MRB_ARGS_REQ(1));
	mrb_define_singleton_method(mrb, mrb_obj_ptr(env), "to_h", env_to_h, MRB_ARGS_NONE());
	mrb_load_irep(mrb, scmp_surface);
	if (mrb->exc)
		mrb_exc_raise(mrb, mrb_obj_value(mrb->exc));
}
