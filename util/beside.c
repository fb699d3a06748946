/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/beside.h"

#include <sched.h>
#include <signal.h>

/* Makes the thread start on another CPU than the caller's. Without this, the scheduler would leave the thread on the
 * caller's CPU, because it moves threads only at its ticks and this thread runs for less than that; the caller and the
 * thread would then run one after the other. If there is no other CPU, or if we cannot find out, the thread may run on
 * any CPU. */
static void avoid_this_cpu(pthread_attr_t *attr)
{
	cpu_set_t others;
	const int here = sched_getcpu();

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(others), &others) < 0)
		return;
	CPU_CLR((size_t)here, &others);
	if (CPU_COUNT(&others) > 0)
		(void)pthread_attr_setaffinity_np(attr, sizeof(others), &others);
}

static void *arrive(void *beside)
{
	struct beside *b = beside;

	b->arrived = true;
	return b->run(b->arg);
}

bool beside_start(struct beside *b, void *(*run)(void *arg), void *arg)
{
	sigset_t all, before;
	pthread_attr_t attr;
	bool started;

	b->run = run;
	b->arg = arg;
	b->arrived = false;
	if (pthread_attr_init(&attr) != 0)
		return false;
	avoid_this_cpu(&attr);
	/* The new thread blocks all signals, so that the caller's thread handles them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&b->thread, &attr, arrive, b) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

void beside_join(struct beside *b)
{
	const int here = b->arrived ? -1 : sched_getcpu();
	cpu_set_t cpus;

	if (here >= 0 && here < CPU_SETSIZE) {
		CPU_ZERO(&cpus);
		CPU_SET((size_t)here, &cpus);
		(void)pthread_setaffinity_np(b->thread, sizeof(cpus), &cpus);
	}
	pthread_join(b->thread, NULL);
}
