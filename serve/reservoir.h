/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RESERVOIR_H
#define SERVE_RESERVOIR_H

#include <stddef.h>

#include "util/wire/broker.h"

#define RESERVOIR_MAX 4096

/*
 * The stock of blocks, in secret memory. Each block is handed out once, and wiped then. All functions are safe for
 * threads.
 */
struct reservoir;

/** reservoir_new - @target: how many blocks to keep, 1 to RESERVOIR_MAX. NULL: no memory. */
struct reservoir *reservoir_new(size_t target);

/** reservoir_wipe - wipe all blocks. Returns: how many there were. */
size_t reservoir_wipe(struct reservoir *r);

/** reservoir_free - wipe and free it; NULL is fine. */
void reservoir_free(struct reservoir *r);

/* What is in stock; @weak: blocks with less than RECORD_BLOCK_BITS from hardware. */
struct reservoir_level {
	size_t target, blocks, weak;
};

struct reservoir_level reservoir_level(struct reservoir *r);

/**
 * reservoir_put - copy blocks into the stock; the caller wipes its own copy
 * @sources: a bit for each source whose bytes went into the blocks
 * If the stock is full, a block replaces one with fewer bits from hardware; if there is none, it is dropped.
 * Returns: how many were kept.
 */
size_t reservoir_put(
	struct reservoir *r, const struct broker_block *block, size_t blocks, uint32_t sources);

/** reservoir_drop - wipe all blocks that used any of these sources. Returns: how many. */
size_t reservoir_drop(struct reservoir *r, uint32_t sources);

/**
 * reservoir_take - take the blocks with the most bits from hardware; of equal ones, the oldest
 * @out: room for @blocks; secret, the caller wipes it
 *
 * Each block is hashed with fresh bytes of the kernel's generator and with the moment (seed/moment.h) when it is taken,
 * so that two copies of this process, such as a restored snapshot of its machine, do not hand out the same blocks. The
 * hash has 512 bits like every other step, so the assessed bits stay the same. The blocks of both copies still come from
 * the same samples.
 * Returns: 0; -EAGAIN if there are fewer than @blocks; -EIO if the kernel's generator fails. After an error nothing is
 * taken.
 */
int reservoir_take(struct reservoir *r, struct broker_block *out, size_t blocks);

#endif
