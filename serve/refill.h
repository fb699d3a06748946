/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_REFILL_H
#define SERVE_REFILL_H

#include <stdbool.h>

#include "seed/source/source.h"
#include "serve/reservoir.h"
#include "serve/verdict.h"

/*
 * The thread that draws, tests and conditions, so that nobody else has to wait for a source. It keeps the
 * reservoir at its target, in batches that grow while the sources are quick and shrink while they are slow.
 *
 * A source that fails is reported in the journal once, and once more when it is back. Meanwhile it is tried
 * less and less often, so that one that hangs until its deadline does not slow down every batch. Blocks in the
 * reservoir that rest on a source which fails a health test are dropped; after one failure that is sure, or
 * three that may be chance, the source is kept out.
 */
struct refill;

/**
 * refill_start - start the thread, with a small batch, so that the first blocks are there soon
 * @sources:   copied
 * @reservoir: must outlive it
 * @wake:      an eventfd, written to after each batch, also after one that failed
 * Returns: 0 or -errno.
 */
int refill_start(struct refill **ret, const struct source_list *sources,
	struct reservoir *reservoir, int wake);

/** refill_forgive - the operator has seen to the sources: those that are kept out are tried again. */
void refill_forgive(struct refill *r);

/** refill_kick - blocks were taken from the reservoir: refill it now. */
void refill_kick(struct refill *r);

/**
 * refill_restart - this machine may go on from a state that another one has too: forget the stock
 * Also the batch that is being drawn, as its samples may be older than that. Returns: how many blocks there were.
 */
size_t refill_restart(struct refill *r);

/** refill_source - number @i; false behind the last. */
bool refill_source(struct refill *r, size_t i, struct refill_source *ret);

#define REFILL_LATE_MS 120000 /* for what needs no device, on a machine with no CPU to spare */

/**
 * refill_is_late - whether the thread has not come round for REFILL_LATE_MS longer than any source may take
 * Nothing lets that happen but a fault of this program or the kernel; a new process is what helps.
 */
bool refill_is_late(struct refill *r, int64_t now_ms);

/**
 * refill_end - stop, and free; NULL is fine
 * Returns: false if it did not end within @ms: it may hang in a source, so what it uses must not be freed.
 */
bool refill_end(struct refill *r, unsigned ms);

#endif
