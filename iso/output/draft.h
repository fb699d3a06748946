/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_DRAFT_H
#define ISO_OUTPUT_DRAFT_H

#include <stddef.h>
#include <stdint.h>

/*
 * A file that is in memory alone, for what has to be whole before it goes where nothing can be taken back.
 * It may hold secrets: locked as far as the limits allow, in no core dump, wiped.
 */
struct draft {
	int fd; /* to be written to, from 0 on */
	uint8_t *bytes;
	size_t len;
};

/**
 * draft_open - room for @len bytes, all zeros
 * @d: the caller's storage; needs draft_clear() in the end, also after an error
 * Returns: 0 or -errno; -ENOMEM where that is more than three quarters of the memory that is available.
 */
int draft_open(struct draft *d, uint64_t len);

/** draft_clear - wipe and give back. */
void draft_clear(struct draft *d);

#endif
