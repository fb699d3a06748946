/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/moment.h"
#include "seed/source/cpu.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static_assert(sizeof(struct moment) == (MOMENT_WORDS + 4) * sizeof(uint64_t), "no padding");

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void moment_now(struct moment *ret)
{
	static _Atomic uint64_t turn;

	(void)cpu_words(ret->word, MOMENT_WORDS);
	ret->realtime_ns = clock_ns(CLOCK_REALTIME);
	ret->monotonic_ns = clock_ns(CLOCK_MONOTONIC);
	ret->pid = (uint64_t)getpid();
	ret->turn = atomic_fetch_add(&turn, 1);
}
