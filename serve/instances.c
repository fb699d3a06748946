/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/instances.h"

#include <string.h>

#define FULL_MS ((int64_t)INSTANCES_BURST * INSTANCES_PERIOD_MS)

void instances_init(struct instances *is, const uint64_t secret[2])
{
	memset(is, 0, sizeof(*is));
	memcpy(is->secret, secret, sizeof(is->secret));
}

/* Hashes @a and @b: multiplies them, and combines the two halves of the product. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static struct instance *set_of(struct instances *is, const uint8_t uuid[UUID_SIZE], uint32_t kind)
{
	uint64_t half[2];

	memcpy(half, uuid, sizeof(half));
	half[0] = fold(half[0] ^ is->secret[0], half[1] ^ is->secret[1]);
	return is->set[fold(half[0] ^ kind, is->secret[0] | 1) % INSTANCES_SETS];
}

/* Returns: how much of its limit the instance has used up at @now_ms; 0 also for a free entry. */
static int64_t used_at(const struct instance *i, int64_t now_ms)
{
	const int64_t gone = now_ms > i->at_ms ? now_ms - i->at_ms : 0;

	return gone >= i->used_ms ? 0 : i->used_ms - gone;
}

static struct instance *find(
	struct instance *set, const uint8_t uuid[UUID_SIZE], uint32_t kind, int64_t now_ms)
{
	struct instance *least = set, *i;

	for (i = set; i < set + INSTANCES_WAYS; i++) {
		if (memcmp(i->uuid, uuid, UUID_SIZE) == 0 && i->kind == kind)
			return i;
		if (used_at(i, now_ms) < used_at(least, now_ms))
			least = i;
	}
	*least = (struct instance){ .kind = kind, .at_ms = now_ms };
	memcpy(least->uuid, uuid, UUID_SIZE);
	return least;
}

bool instances_take(
	struct instances *is, const uint8_t uuid[UUID_SIZE], uint32_t kind, int64_t now_ms)
{
	struct instance *i = find(set_of(is, uuid, kind), uuid, kind, now_ms);
	const int64_t used = used_at(i, now_ms);

	i->at_ms = now_ms;
	i->used_ms = (uint32_t)used;
	if (used + INSTANCES_PERIOD_MS > FULL_MS)
		return false;
	i->used_ms += INSTANCES_PERIOD_MS;
	return true;
}
