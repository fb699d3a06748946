/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_REFILL_H
#define SERVE_REFILL_H

#include <stdbool.h>

#include "seed/source/source.h"
#include "serve/reservoir.h"
#include "serve/verdict.h"

/*
 * The thread that draws, tests and conditions, so that no other thread waits for a source. It keeps the reservoir at its
 * target. It draws in batches, which become larger if the sources are fast, and smaller if they are slow.
 *
 * The failure of a source is reported in the journal once, and so is its recovery. In between, the source is tried less
 * and less often, so that a source that hangs until its deadline does not slow down every batch. If a source fails a
 * health test, the blocks in the reservoir that used it are dropped; after one sure failure, or three that may be chance,
 * the source is kept out.
 */
struct refill;

/**
 * refill_start - start the thread; its first batch is small, so that the first blocks come soon
 * @sources:   the thread copies them
 * @reservoir: must outlive the thread
 * @wake:      an eventfd; the thread writes to it after each batch, even if the batch failed
 * Returns: 0 or -errno.
 */
int refill_start(struct refill **ret, const struct source_list *sources,
	struct reservoir *reservoir, int wake);

/** refill_forgive - the operator has repaired the sources: try all of them again, also those that are kept out. */
void refill_forgive(struct refill *r);

/** refill_kick - blocks were taken from the reservoir: refill it now. */
void refill_kick(struct refill *r);

/**
 * refill_restart - empty the reservoir, because another machine may have the same blocks after a restore or a copy
 * The batch that is being drawn is thrown away too, because its samples may be older than the restore.
 * Returns: how many blocks the reservoir had.
 */
size_t refill_restart(struct refill *r);

/** refill_source - write the state of source number @i to @ret. Returns: false if there are not so many sources. */
bool refill_source(struct refill *r, size_t i, struct refill_source *ret);

/* Allowed for the work that needs no device, on an overloaded machine. */
#define REFILL_LATE_MS 120000

/**
 * refill_is_late - whether the thread took REFILL_LATE_MS longer for a batch than any source may take
 * Only a bug in this program or the kernel can cause that, and only a new process helps.
 */
bool refill_is_late(struct refill *r, int64_t now_ms);

/**
 * refill_end - stop the thread, and free it; NULL is fine
 * Returns: whether it ended within @ms. If not, it may hang in a source: the caller must not free what it uses.
 */
bool refill_end(struct refill *r, unsigned ms);

#endif
