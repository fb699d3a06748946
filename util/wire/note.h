/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_NOTE_H
#define UTIL_WIRE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * seedrive.json, the file beside the record: what tenants may know of the seed. JSON, padded with spaces to
 * RECORD_NOTE_SIZE bytes, so that a fresh one is written over the old one in place. Pure.
 */
struct note_source {
	const char *label; /* bytes above 127 become '?': the note is ASCII */
	uint64_t bytes, assessed_bits;
};

struct note {
	uint8_t seed_id[RECORD_ID_SIZE];
	uint32_t credit_bits;
	bool hardware;                    /* does any of the bits come from hardware? */
	const struct note_source *source; /* in the order drawn; NULL: tenants are not told */
	size_t sources;
};

/**
 * note_encode - the whole file
 * Sources that do not fit are left out from the end, and counted in the file.
 * Returns: how many are left out.
 */
size_t note_encode(char out[RECORD_NOTE_SIZE], const struct note *note);

/** note_names - is @text, RECORD_NOTE_SIZE bytes, a JSON object with one member seed_id, which is @seed_id? */
bool note_names(const char *text, const uint8_t seed_id[RECORD_ID_SIZE]);

#endif
