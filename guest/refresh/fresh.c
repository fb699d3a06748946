/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/fresh.h"

#include <string.h>

const char *fresh_why_not(
	const struct record *rec, const uint8_t id[RECORD_ID_SIZE], const struct situation *here)
{
	if (memcmp(rec->seed_id, id, RECORD_ID_SIZE) != 0)
		return "not the one that seed_id names";
	if (record_bound(rec) && here->has_uuid && !uuid_same(rec->uuid, here->uuid))
		return "for another machine";
	/* This subtracts, because an addition could overflow: issued_at and ttl come from the network. */
	if (rec->ttl > 0 && here->now > rec->issued_at && here->now - rec->issued_at >= rec->ttl)
		return "expired";
	return NULL;
}
