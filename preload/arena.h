/* SPDX-License-Identifier: MIT */
/*
 * The library's own memory: one reserved range from which mruby and libseccomp
 * take all of theirs, so that a trap in the middle of the host's malloc is
 * harmless and the host's heap is as it would be without us. The linker's --wrap
 * sends their malloc, calloc, realloc, free, strdup and abort to malloc.c.
 *
 * One user at a time: the constructor, later whoever holds the VM's lock. Not
 * one system call but in open() and populate().
 */
#pragma once

#include <stddef.h>

/* scmp_arena_open() - reserve a range, from which all comes from now on; ends the start where it cannot */
void scmp_arena_open(void);

/* scmp_arena_populate() - have the first pages made at once: Ruby is about to be opened */
void scmp_arena_populate(void);

/* scmp_arena_settle() - the start is over: from now on "no memory" is NULL, until now it ends the start */
void scmp_arena_settle(void);

/* scmp_arena_allocate() - 16-byte aligned memory, or NULL; scmp_arena_release() takes it back, or NULL */
void *scmp_arena_allocate(size_t size);
void scmp_arena_release(void *memory);

/* scmp_arena_room() - how much may be stored there: what was asked for, or more */
size_t scmp_arena_room(const void *memory);
