/* SPDX-License-Identifier: MIT */
/* A preload library with nothing in it: what LD_PRELOAD alone costs. For tests/bench/run. */
extern const char nothing[];
const char nothing[] = "";
