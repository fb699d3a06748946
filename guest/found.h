/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_FOUND_H
#define GUEST_FOUND_H

#include "guest/device.h"

/* One seed, which several drives may have. */
struct found {
	struct drive *drive;
	size_t index; /* of the drive in struct drives */
	struct record rec;
	bool trusted; /* only this machine's hypervisor can have attached any of the devices that have it */
	bool stock;   /* Nova's random_seed, not a record */
	bool buried;  /* a tombstone: the seed is gone */
	bool several; /* there is another, different seed */
	bool spent;   /* another drive has a tombstone with its id */
};

/** found_take - parse what a probe has read; 0, or -errno that record_why() explains. */
int found_take(struct drives *d, size_t index, struct found *ret);

/**
 * found_same - is the last of the @n seeds equal to an earlier one, byte for byte? Then the earlier one stays trusted only
 * if both are. A different seed with the same id is not equal.
 */
bool found_same(struct found *found, size_t n);

/** found_compare - after the last seed: set @several and @spent of each. */
void found_compare(struct found *found, size_t n);

#endif
