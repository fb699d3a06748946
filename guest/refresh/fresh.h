/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_FRESH_H
#define GUEST_REFRESH_FRESH_H

#include "guest/decide.h"

/**
 * fresh_why_not - is this record meant for this machine, and has it not expired?
 * @id:   the seed id that came with the record
 * @here: clock and UUID of this machine; without a UUID, a record for any machine is accepted
 *
 * Pure. The number of bits that the record claims does not matter, because nothing is credited. A clock that is behind
 * does not cause a refusal, because the clock of a restored machine is behind until it is set.
 * Returns: NULL: yes; else the reason why not, as the end of a sentence.
 */
const char *fresh_why_not(
	const struct record *rec, const uint8_t id[RECORD_ID_SIZE], const struct situation *here);

#endif
