/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/writer.h"

#include <stddef.h>

/* The work of the one thread that was not created. libisofs gets, as the id of this thread, the id of the calling
 * thread. That is unambiguous, because no thread can be joined by itself. */
static _Thread_local struct {
	bool deferring;
	void *(*run)(void *arg); /* NULL: nothing was noted, or it is done, or a thread does it */
	void *arg;
	bool started;
	pthread_t thread; /* the thread that does the work, if @started */
} work;

void writer_defer(bool on)
{
	work.deferring = on && !work.started && !work.run;
}

static void do_it(void)
{
	void *(*run)(void *arg) = work.run;

	work.run = NULL;
	(void)run(work.arg);
}

int writer_begin(bool here)
{
	int err;

	if (!work.run)
		return 0;
	if (here) {
		do_it();
		return 0;
	}
	err = __real_pthread_create(&work.thread, NULL, work.run, work.arg);
	if (err != 0)
		return -err;
	work.started = true;
	work.run = NULL;
	return 0;
}

int __wrap_pthread_create(
	pthread_t *ret, const pthread_attr_t *attr, void *(*run)(void *arg), void *arg)
{
	if (!work.deferring)
		return __real_pthread_create(ret, attr, run, arg);
	work.deferring = false;
	work.run = run;
	work.arg = arg;
	*ret = pthread_self();
	return 0;
}

int __wrap_pthread_join(pthread_t thread, void **ret)
{
	if (!pthread_equal(thread, pthread_self()))
		return __real_pthread_join(thread, ret);
	if (work.run)
		do_it();
	if (!work.started)
		return 0;
	work.started = false;
	return __real_pthread_join(work.thread, ret);
}
