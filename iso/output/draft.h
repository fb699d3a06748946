/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_DRAFT_H
#define ISO_OUTPUT_DRAFT_H

#include <stddef.h>
#include <stdint.h>

/*
 * A file that exists only in memory. If an output cannot be undone, the image is first made in such a file, until it is
 * complete. The image may contain secrets: the memory is locked as far as the limits allow, excluded from core dumps,
 * and wiped in the end.
 */
struct draft {
	int fd; /* the descriptor to which the content is written, from offset 0 on */
	uint8_t *bytes;
	size_t len;
};

/**
 * draft_open - allocate @len bytes, all zeros
 * @d: the caller's storage; the caller calls draft_clear() in the end, also after an error
 * Returns: 0 or -errno; -ENOMEM if @len is more than three quarters of the available memory.
 */
int draft_open(struct draft *d, uint64_t len);

/** draft_clear - wipe and free the memory. */
void draft_clear(struct draft *d);

#endif
