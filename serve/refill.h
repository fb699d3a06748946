/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_REFILL_H
#define SERVE_REFILL_H

#include <stdbool.h>

#include "seed/source/source.h"
#include "serve/reservoir.h"

/*
 * The thread that draws, tests and conditions, so that nobody else has to wait for a source. It keeps the
 * reservoir at its target, in batches that grow while the sources are quick and shrink while they are slow.
 *
 * A source that fails is told of in the journal once, and once when it is back. Meanwhile it is tried
 * now and then only: one that hangs to its deadline is not to slow down every batch. One that has failed a health
 * test takes with it what it had put into the reservoir; after one failure that is sure, or three that are
 * not, it is kept out.
 */
struct refill;

/**
 * refill_start - begin with a small batch, so that there soon is something
 * @sources:   copied
 * @reservoir: outlives it
 * @wake:      an eventfd, written to after each batch, whatever came of it
 * Returns: 0 or -errno.
 */
int refill_start(struct refill **ret, const struct source_list *sources,
	struct reservoir *reservoir, int wake);

/** refill_forgive - somebody has looked after the sources: those that are kept out are tried again. */
void refill_forgive(struct refill *r);

/** refill_kick - something was taken. */
void refill_kick(struct refill *r);

/**
 * refill_end - stop, and free; NULL is fine
 * Returns: false where it did not end within @ms: it may hang in a source, and what it uses has to stay.
 */
bool refill_end(struct refill *r, unsigned ms);

#endif
