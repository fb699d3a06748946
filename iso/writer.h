/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_WRITER_H
#define ISO_WRITER_H

#include <pthread.h>
#include <stdbool.h>

/*
 * libisofs generates an image in a thread that it creates, and hands it over through a buffer. If the buffer is large enough
 * for all that it generates, the calling thread can do that as well: it need not start a thread, wait for a CPU that may be
 * busy, or be woken.
 */

/** writer_defer - while @on, a pthread_create() by the calling thread only notes what the new thread has to do. */
void writer_defer(bool on);

/**
 * writer_begin - do what was noted
 * @here: in the calling thread, before this returns; else in a thread of its own
 *
 * Does nothing if libisofs is a shared library, as it has created its thread then. Returns: 0, or -errno; the work is then
 * done by pthread_join(), which libisofs calls when it is cancelled.
 */
int writer_begin(bool here);

/* ld's --wrap=NAME fixes these names: it turns calls of NAME into __wrap_NAME, and __real_NAME is the original. */

int __wrap_pthread_create(
	pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg);
int __wrap_pthread_join(pthread_t thread, void **ret);

int __real_pthread_create(
	pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg);
int __real_pthread_join(pthread_t thread, void **ret);

#endif
