/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/decide.h"

#include <string.h>

bool uuid_same(const uint8_t a[UUID_SIZE], const uint8_t b[UUID_SIZE])
{
	static const uint8_t swapped[UUID_SIZE] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13,
		14, 15 };
	int i;

	if (memcmp(a, b, UUID_SIZE) == 0)
		return true;
	for (i = 0; i < UUID_SIZE; i++)
		if (a[i] != b[swapped[i]])
			return false;
	return true;
}

static const char *decide_time(const struct situation *s, const struct record *rec)
{
	if (rec->ttl == 0)
		return NULL;
	if (s->now < s->built)
		return "no-clock";
	if (rec->issued_at > s->now + CLOCK_SKEW_S)
		return "from-the-future";
	/* This subtracts, because an addition could overflow: issued_at and ttl come from the drive. */
	if (s->now > rec->issued_at && s->now - rec->issued_at >= rec->ttl)
		return "expired";
	return NULL;
}

const char *decide(const struct situation *s, const struct record *rec)
{
	if (s->mix_only)
		return "mix-only";
	if (s->several_drives)
		return "two-drives";
	if (s->stock_refused)
		return "stock-seed";
	if (rec->credit_bits == 0)
		return "nothing-claimed";
	if (!s->hypervisor && !s->trust_device)
		return "bare-metal";
	if (s->confidential)
		return "confidential";
	if (s->untrusted_device && !s->trust_device)
		return "untrusted-device";
	if (s->must_be_bound && !record_bound(rec))
		return "unbound";
	if (record_bound(rec) && !(s->has_uuid && uuid_same(rec->uuid, s->uuid)))
		return "other-uuid";
	return decide_time(s, rec);
}
