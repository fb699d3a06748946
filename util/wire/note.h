/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_NOTE_H
#define UTIL_WIRE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/broker.h"

/*
 * seedrive.json, the file beside the record: what tenants may know of the seed. JSON, padded with spaces to
 * RECORD_NOTE_SIZE bytes, so that a fresh one is written over the old one in place. The journal gets the same object,
 * whole. Pure.
 */
struct note_source {
	const char *label; /* bytes above 127 become '?': the note is ASCII */
	uint64_t bytes, assessed_bits;
	const uint32_t *block_bytes,
		*block_bits; /* of each block: what went in, and what it was assessed at */
	const struct broker_block *given; /* of the broker: what it says of each block; else NULL */
};

struct note {
	uint8_t seed_id[RECORD_ID_SIZE];
	uint32_t credit_bits;
	bool hardware;                    /* does any of the bits come from hardware? */
	const struct note_source *source; /* in the order drawn; NULL: tenants are not told */
	size_t sources;
	/* the rest of the sum, told with the sources */
	uint32_t asked_bits, hardware_bits;
	const char *counted; /* see claim_counted_word() */
	size_t blocks;
};

/* What of a note was told. */
struct note_told {
	size_t left_out; /* sources that were not, from the end */
	bool account;    /* the figures of each block were; never where a source is left out */
};

/**
 * note_encode - the whole file
 * Where not all of it fits the figures of each block are left out, and then sources from the end, which are counted in the
 * file.
 */
struct note_told note_encode(char out[RECORD_NOTE_SIZE], const struct note *note);

/** note_text - the same without its spaces, and with all that is told, however long. NULL: no memory; else the caller's to free. */
char *note_text(const struct note *note);

/**
 * note_handout_text - blocks of the broker's, as the seed that was made of them would tell of them
 * @asked_bits: that were claimed; or, where that is not known, all that they can hold
 * Returns: as note_text().
 */
char *note_handout_text(const struct broker_block *given, size_t blocks, uint32_t asked_bits,
	uint32_t hardware_bits);

/** note_names - is @text, RECORD_NOTE_SIZE bytes, a JSON object with one member seed_id, which is @seed_id? */
bool note_names(const char *text, const uint8_t seed_id[RECORD_ID_SIZE]);

#endif
