/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RESERVOIR_H
#define SERVE_RESERVOIR_H

#include <stddef.h>

#include "util/wire/broker.h"

#define RESERVOIR_MAX 4096

/*
 * The stock of blocks, in secret memory. Each block is handed out once, and is then wiped. All functions may be called
 * from any thread.
 */
struct reservoir;

/**
 * reservoir_new - make an empty stock. @target: how many blocks to keep, 1 to RESERVOIR_MAX.
 * Returns: NULL: no memory.
 */
struct reservoir *reservoir_new(size_t target);

/** reservoir_wipe - wipe all blocks. Returns: how many there were. */
size_t reservoir_wipe(struct reservoir *r);

/** reservoir_free - wipe and free the stock. Accepts NULL. */
void reservoir_free(struct reservoir *r);

/* What is in stock; @weak: blocks with less than RECORD_BLOCK_BITS from hardware. */
struct reservoir_level {
	size_t target, blocks, weak;
};

struct reservoir_level reservoir_level(struct reservoir *r);

/**
 * reservoir_put - copy blocks into the stock; the caller wipes its own copy
 * @sources: a bit for each source whose bytes went into the blocks
 * If the stock is full, a new block replaces a block that has fewer bits from hardware. If there is none, the new block
 * is dropped. Returns: how many blocks were kept.
 */
size_t reservoir_put(
	struct reservoir *r, const struct broker_block *block, size_t blocks, uint32_t sources);

/** reservoir_drop - wipe all blocks that used any of these sources. Returns: how many were wiped. */
size_t reservoir_drop(struct reservoir *r, uint32_t sources);

/**
 * reservoir_take - take the blocks with the most bits from hardware; if several have as many, the oldest of them
 * @out: room for @blocks blocks; secret, the caller wipes it
 *
 * When a block is taken, it is hashed with fresh bytes of the kernel's generator and with the moment (seed/moment.h).
 * So two copies of this process, such as those in a machine and in its restored snapshot, do not hand out the same
 * blocks. The hash has 512 bits like every other step, so the assessed bits stay the same. The blocks of both copies
 * still come from the same samples.
 * Returns: 0; -EAGAIN if there are fewer than @blocks blocks; -EIO if the kernel's generator fails. After an error
 * nothing is taken.
 */
int reservoir_take(struct reservoir *r, struct broker_block *out, size_t blocks);

#endif
