/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_NOTE_H
#define UTIL_WIRE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/broker.h"

/*
 * seedrive.json, the file next to the record, says what tenants may know about the seed. It is JSON, padded with spaces
 * to RECORD_NOTE_SIZE bytes, so that a new note can be written over the old one in place. The journal gets the same
 * object, but always complete: it has no such limit. Pure.
 */
struct note_source {
	const char *label; /* bytes above 127 become '?': the note is ASCII */
	uint64_t bytes, assessed_bits;
	/* For each block: the bytes that went into it, and their assessed bits. */
	const uint32_t *block_bytes, *block_bits;
	const struct broker_block
		*given; /* for the source "broker": its blocks, with their sources; else NULL */
};

struct note {
	uint8_t seed_id[RECORD_ID_SIZE];
	uint32_t credit_bits;
	bool hardware; /* does any of the bits come from hardware? */
	const struct note_source
		*source; /* in the order they were drawn; NULL: the note lists no sources */
	size_t sources;
	/* The totals; they are written only together with the sources. */
	uint32_t asked_bits, hardware_bits;
	const char *counted; /* see claim_counted_word() */
	size_t blocks;
};

/* Says which parts of a note were written. */
struct note_written {
	size_t left_out; /* number of sources that were left out; they are the last ones */
	bool account; /* the figures of each block were written; always false if a source was left out */
};

/**
 * note_encode - write the whole file
 * If the note does not fit, the figures of each block are left out. If it still does not fit, the last sources are left
 * out too, and the file says how many.
 */
struct note_written note_encode(char out[RECORD_NOTE_SIZE], const struct note *note);

/**
 * note_text - the JSON of the note, complete, without padding. Returns: a string that the caller frees; NULL: no memory.
 */
char *note_text(const struct note *note);

/**
 * note_handout_text - describe blocks that the broker gave out, in the form in which a seed's note describes them
 * @asked_bits: the bits that the client claimed; if they are not known, the most that the blocks can be worth
 * Returns: as note_text().
 */
char *note_handout_text(const struct broker_block *given, size_t blocks, uint32_t asked_bits,
	uint32_t hardware_bits);

/**
 * note_has_seed_id - is @text, of RECORD_NOTE_SIZE bytes, a JSON object with exactly one member seed_id, equal to
 * @seed_id?
 */
bool note_has_seed_id(const char *text, const uint8_t seed_id[RECORD_ID_SIZE]);

#endif
