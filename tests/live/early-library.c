/* SPDX-License-Identifier: MIT */
/*
 * Preloaded behind libscmp and linked with -z initfirst too, this library's
 * constructor is before libscmp's (ld.so lets one library be first, and that is the
 * last one loaded). It starts a thread that tells at exit how uname(2) ended for it
 * once the constructors were over.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/utsname.h>

static pthread_t thread;
static sem_t go;
static int result;

static void *run(void *unused)
{
	struct utsname name;

	while (sem_wait(&go) < 0)
		;
	result = uname(&name) < 0 ? -errno : 0;
	return unused;
}

__attribute__((constructor)) static void start(void)
{
	sem_init(&go, 0, 0);
	if (pthread_create(&thread, NULL, run, NULL))
		result = -1000;
}

__attribute__((destructor)) static void finish(void)
{
	if (result == 0) {
		sem_post(&go);
		pthread_join(thread, NULL);
	}
	printf("early: %d\n", result);
}
