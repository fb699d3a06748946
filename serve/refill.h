/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_REFILL_H
#define SERVE_REFILL_H

#include <stdbool.h>

#include "seed/source/source.h"
#include "serve/reservoir.h"
#include "serve/verdict.h"

/*
 * The thread that draws, tests and conditions, so that no other thread waits for a source. It keeps the reservoir at
 * its target. It draws in batches. These become larger if the sources are fast, and smaller if they are slow.
 *
 * The failure of a source is reported in the journal once, and so is its recovery. In between, the source is tried less
 * and less often, so that a source that hangs until its deadline does not slow down every batch. If a source fails a
 * health test, the blocks in the reservoir that used it are dropped. After one sure failure, or after three failures
 * each of which may be chance, the source is kept out.
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

/** refill_kick - refill the reservoir now, because blocks were taken from it. */
void refill_kick(struct refill *r);

/**
 * refill_restart - empty the reservoir, because another machine may have the same blocks after a restore or a copy
 * The batch that is being drawn is thrown away too, because its samples may be older than the restore.
 * Returns: how many blocks the reservoir had.
 */
size_t refill_restart(struct refill *r);

/**
 * refill_source - write the state of source number @i to @ret
 * Returns: false if there is no source with this number.
 */
bool refill_source(struct refill *r, size_t i, struct refill_source *ret);

/* Time allowed for the work of a batch that needs no device, if the machine is overloaded. */
#define REFILL_LATE_MS 120000

/**
 * refill_is_late - whether a batch takes longer than the longest deadline of a source plus REFILL_LATE_MS
 * Only a bug in this program or in the kernel can cause that, and only a new process helps.
 */
bool refill_is_late(struct refill *r, int64_t now_ms);

/**
 * refill_end - stop the thread, and free it. Accepts NULL
 * Returns: whether the thread ended within @ms. If not, it may hang in a source: the caller must then not free anything
 * that the thread uses.
 */
bool refill_end(struct refill *r, unsigned ms);

#endif
