/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_FOUND_H
#define GUEST_FOUND_H

#include "guest/device.h"

/* One seed, however many drives carry it. */
struct found {
	struct drive *drive;
	size_t index; /* of the drive among all */
	struct record rec;
	bool trusted; /* on each of its paths, only this machine's hypervisor can have attached it */
	bool stock;   /* not a record: Nova's random_seed */
	bool buried;  /* a tombstone: there is no seed any more */
	bool several; /* there are seeds that differ */
	bool spent;   /* a tombstone elsewhere has its id */
};

/** found_take - make a seed of what a probe brought; 0, or -errno for which record_why() has words. */
int found_take(struct drives *d, size_t index, struct found *ret);

/**
 * found_same - is the last of @n a seed that stands before it? Then that one is as far to be trusted as
 * the worse of both. The same id in front of another seed is another one.
 */
bool found_same(struct found *found, size_t n);

/** found_compare - once all are there: fill in what each is by the others. */
void found_compare(struct found *found, size_t n);

#endif
