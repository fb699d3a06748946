/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_FRESH_H
#define GUEST_REFRESH_FRESH_H

#include "guest/decide.h"

/**
 * fresh_why_not - is this a record for this machine, and a fresh one?
 * @id:   the number that came beside it
 * @here: its clock and its UUID; without a UUID, a record for any machine is taken
 *
 * Pure. What it claims to be worth is not looked at, as it is credited with nothing. A clock that is behind refuses
 * nothing: that of a restored machine is, until it is set.
 * Returns: NULL for yes, else why not, as the end of a sentence.
 */
const char *fresh_why_not(
	const struct record *rec, const uint8_t id[RECORD_ID_SIZE], const struct situation *here);

#endif
