/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_BESIDE_H
#define UTIL_BESIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A thread for work of a few milliseconds, which the caller could also do itself. */
struct beside {
	pthread_t thread;
	void *(*run)(void *arg);
	void *arg;
	atomic_bool arrived; /* the thread has started to run */
};

/**
 * beside_start - start a thread, on another CPU than the caller's if there is one
 * @b: the caller's storage, valid until beside_join()
 *
 * The thread blocks all signals. Returns: false if no thread could be started.
 */
bool beside_start(struct beside *b, void *(*run)(void *arg), void *arg);

/** beside_join - wait for the end of the thread. If it has not started to run yet, it is moved to the caller's CPU. */
void beside_join(struct beside *b);

#endif
