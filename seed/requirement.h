/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REQUIREMENT_H
#define SEED_REQUIREMENT_H

#include "seed/draw.h"
#include "util/fault.h"
#include "util/warning.h"

/* What the user requires of a seed: its sources, its strength, and what it must rest on. */
struct seed_requirement {
	struct source_list sources;
	/* Names of sources that must pass, and `hardware`, separated by commas; NULL: none. */
	const char *require;
	uint32_t bits; /* strength to claim, 1..RECORD_BITS_MAX */
	/* If the requirement is not met, warn and claim less instead of refusing: claim only the hardware bits if
	 * `hardware` is not met, and nothing if a required source failed. */
	bool claim_less;
};

/**
 * requirement_begin - start the draw of a seed, as seed_draw_begin() does
 * The caller calls seed_clear() in the end, also after an error.
 * Returns: 0 or -errno with @f.
 */
int requirement_begin(struct seed *s, const struct seed_requirement *rq, struct fault *f);

/**
 * requirement_end - wait for the seed, and decide whether it meets the requirement
 * @w: gets a warning for each source that failed although the others suffice; if @rq->claim_less is set, also for each
 *     part of the requirement that is not met
 *
 * Returns: 0; -ENODATA: a required source failed, or less was assessed than asked for: @f has the message and the exit
 * status EXIT_REFUSED. If @rq->claim_less is set, -ENODATA means that no source passed: @w got the message, @f is
 * empty.
 */
int requirement_end(struct seed *s, const struct seed_requirement *rq, const struct warning_sink *w,
	struct fault *f);

/** requirement_draw - requirement_begin() and requirement_end() in one. */
int requirement_draw(struct seed *s, const struct seed_requirement *rq,
	const struct warning_sink *w, struct fault *f);

/**
 * requirement_draw_with - requirement_draw() for @blocks blocks, with the memory of earlier draws; see
 * seed_draw_with().
 */
int requirement_draw_with(struct seed *s, const struct seed_requirement *rq, size_t blocks,
	struct draw_memory *memory, const struct warning_sink *w, struct fault *f);

#endif
