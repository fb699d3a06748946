/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_MOMENT_H
#define SEED_MOMENT_H

#include <stdint.h>

#define MOMENT_WORDS 4

/*
 * What two copies of one process have apart, as a fork or a snapshot of its machine makes them: hashed into whatever
 * leaves the process, it keeps them from giving the same bytes. The CPU's words alone are enough for that; where
 * there are none, the clocks differ unless both copies run on at the same nanosecond. Nothing is claimed for it.
 * Without padding, so that it can be hashed as it is.
 */
struct moment {
	uint64_t word[MOMENT_WORDS]; /* of the CPU's generator; zero where it has none */
	int64_t realtime_ns, monotonic_ns;
	uint64_t pid;
	uint64_t turn; /* how often this process has asked */
};

/** moment_now - see cpu_words() for the first call of a process. From any thread after that. */
void moment_now(struct moment *ret);

#endif
