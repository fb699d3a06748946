/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_WRITER_H
#define ISO_WRITER_H

#include <pthread.h>
#include <stdbool.h>

/*
 * libisofs generates an image in a thread that it creates, and passes it on through a buffer. If the buffer has room
 * for all that libisofs generates, the calling thread can do this work itself. That saves the time to start a thread,
 * to wait for a CPU that may be busy, and to be woken.
 */

/** writer_defer - if @on is set, the calling thread's next pthread_create() only notes the work of the new thread. */
void writer_defer(bool on);

/**
 * writer_begin - do the work that was noted
 * @here: do it in the calling thread, before this returns; if false, in a new thread
 *
 * Does nothing if libisofs is a shared library, because libisofs has then created its thread. Returns: 0, or -errno:
 * then pthread_join(), which libisofs calls when it is cancelled, does the work.
 */
int writer_begin(bool here);

/* ld's --wrap=NAME demands these names: it turns each call of NAME into a call of __wrap_NAME; __real_NAME is the
 * original. */

int __wrap_pthread_create(
	pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg);
int __wrap_pthread_join(pthread_t thread, void **ret);

int __real_pthread_create(
	pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg);
int __real_pthread_join(pthread_t thread, void **ret);

#endif
