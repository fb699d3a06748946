/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_MOMENT_H
#define SEED_MOMENT_H

#include <stdint.h>

#define MOMENT_WORDS 4

/*
 * Values that differ between two copies of one process, which a fork or a snapshot of its machine makes. They are hashed
 * into all output of the generator, so that two copies do not give the same bytes. Words of the CPU's generator alone
 * ensure that; on a CPU without one, the clocks differ unless both copies run at the same nanosecond. No entropy is
 * claimed for any of this. The struct has no padding, so that it can be hashed as a whole.
 */
struct moment {
	uint64_t word[MOMENT_WORDS]; /* from the CPU's generator; zeros if it has none */
	int64_t realtime_ns, monotonic_ns;
	uint64_t pid;
	uint64_t turn; /* number of earlier calls in this process */
};

/** moment_now - take the values; safe for threads, except for the first call of a process: see cpu_words(). */
void moment_now(struct moment *ret);

#endif
