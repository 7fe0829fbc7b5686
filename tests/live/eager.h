/* SPDX-License-Identifier: MIT */
/* What eager-library.c saw in its constructor: 0, or -errno. */
#pragma once

struct eager_report {
	int signal; /* of signal(2) */
	int thread; /* of making the thread */
	int in_constructor, in_thread; /* of uname(2) there */
};

/* eager_report() - waits for the thread */
const struct eager_report *eager_report(void);
