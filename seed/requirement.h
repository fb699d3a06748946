/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REQUIREMENT_H
#define SEED_REQUIREMENT_H

#include "seed/draw.h"
#include "util/fault.h"
#include "util/warning.h"

/* What is asked of a seed: from where, how strong, and what it must rest on. */
struct seed_requirement {
	struct source_list sources;
	const char
		*require; /* names of sources, and `hardware`, separated by commas; NULL: nothing */
	uint32_t bits;    /* strength to claim, 1..RECORD_BITS_MAX */
	/* Where less is to be had, that is claimed, and a warning says so: of what @require asks `hardware` leaves the
	 * hardware's bits, and a source that has not passed leaves none. */
	bool claim_less;
};

/**
 * requirement_begin - start to draw a seed; seed_draw_begin() by what is asked
 * Needs seed_clear() in the end, also after an error.
 * Returns: 0 or -errno with @f.
 */
int requirement_begin(struct seed *s, const struct seed_requirement *rq, struct fault *f);

/**
 * requirement_end - wait for the seed, and judge whether it is what was asked for
 * @w: hears of each source that failed where the rest suffices; with @rq->claim_less of all that is short
 *
 * Returns: 0; -ENODATA with @f, exit status EXIT_REFUSED, where a required source failed or less was assessed
 * than asked for; with @rq->claim_less only where no source gave anything (@w has heard why, and @f is empty).
 */
int requirement_end(struct seed *s, const struct seed_requirement *rq, const struct warning_sink *w,
	struct fault *f);

/** requirement_draw - both in one. */
int requirement_draw(struct seed *s, const struct seed_requirement *rq,
	const struct warning_sink *w, struct fault *f);

/** requirement_draw_with - both in one, of @blocks, with a memory of earlier draws; see seed_draw_with(). */
int requirement_draw_with(struct seed *s, const struct seed_requirement *rq, size_t blocks,
	struct draw_memory *memory, const struct warning_sink *w, struct fault *f);

#endif
