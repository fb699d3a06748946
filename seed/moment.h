/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_MOMENT_H
#define SEED_MOMENT_H

#include <stdint.h>

#define MOMENT_WORDS 4

/*
 * Values that differ between two copies of one process; a fork makes such copies, and so does a snapshot of the
 * machine. The values are hashed into all output of the generator, so that two copies do not give the same bytes. Words
 * of the CPU's generator alone ensure that. On a CPU without such a generator, the clocks differ unless both copies run
 * at the same nanosecond. No entropy is claimed for these values. The struct has no padding, so that it can be hashed
 * as a whole.
 */
struct moment {
	uint64_t word[MOMENT_WORDS]; /* from the CPU's generator; zeros if it has none */
	int64_t realtime_ns, monotonic_ns;
	uint64_t pid;
	uint64_t turn; /* number of earlier calls in this process */
};

/** moment_now - read the values. Threads may call it at the same time, except for the first call: see cpu_words(). */
void moment_now(struct moment *ret);

#endif
