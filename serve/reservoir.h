/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RESERVOIR_H
#define SERVE_RESERVOIR_H

#include <stddef.h>

#include "util/wire/broker.h"

#define RESERVOIR_MAX 4096

/*
 * Blocks in stock, in secret memory. Each is given once, and wiped as it is. One thread puts, another
 * takes; every call may come from any.
 */
struct reservoir;

/** reservoir_new - @target: how many blocks to keep, 1 to RESERVOIR_MAX. NULL: no memory. */
struct reservoir *reservoir_new(size_t target);

/** reservoir_wipe - empty it. Returns: how many blocks there were. */
size_t reservoir_wipe(struct reservoir *r);

/** reservoir_free - wipe and give back; NULL is fine. */
void reservoir_free(struct reservoir *r);

/* What is in stock; @weak ones rest on less than RECORD_BLOCK_BITS of hardware. */
struct reservoir_level {
	size_t target, blocks, weak;
};

struct reservoir_level reservoir_level(struct reservoir *r);

/**
 * reservoir_put - copy blocks in; the caller wipes its own
 * @sources: a bit for each source that they rest on
 * If all places are taken, a block replaces one that is weaker; else it is dropped.
 * Returns: how many were kept.
 */
size_t reservoir_put(
	struct reservoir *r, const struct broker_block *block, size_t blocks, uint32_t sources);

/** reservoir_drop - wipe what rests on any of these sources. Returns: how many blocks that were. */
size_t reservoir_drop(struct reservoir *r, uint32_t sources);

/**
 * reservoir_take - the strongest, of those the oldest
 * @out: @blocks of them; secret, the caller wipes it
 *
 * As it leaves, each block is hashed with fresh bytes of the kernel's generator and the moment (seed/moment.h):
 * two copies of this process, as a snapshot of its machine makes them, do not give the same. A step of 512 bits,
 * like all others: the bits assessed stay what they were. Both copies' blocks rest on the same samples, though.
 * Returns: 0; -EAGAIN if there are fewer than @blocks; -EIO if the kernel gives no bytes. After an error nothing is
 * taken.
 */
int reservoir_take(struct reservoir *r, struct broker_block *out, size_t blocks);

#endif
