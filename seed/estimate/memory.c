/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/memory.h"
#include "seed/estimate/view.h"

#include <errno.h>
#include <sys/random.h>

/* An entry of the table; there are two kinds. With a @symbol: @count says how often that symbol followed the context.
 * With ANY: @best is the symbol that followed the context most often, and @count says how often. A slot with @count 0
 * is free. */
struct slot {
	uint64_t high, low; /* the context */
	uint32_t count;
	uint8_t best; /* with ANY: the symbol that followed most often */
	uint8_t depth;
	uint16_t symbol; /* or ANY */
};

#define ANY 256

#define PAIRS_ROOM ((size_t)2 << CONTEXT_MAX)

int memory_init(struct memory *m, unsigned k)
{
	*m = (struct memory){ .width = k == 2 ? 1 : 8 };
	if (k == 2) {
		m->pair = estimate_new(PAIRS_ROOM, sizeof(*m->pair));
		return m->pair ? 0 : -ENOMEM;
	}
	m->room = 1 << 16;
	/* If getrandom() fails, the key is not random: then a hostile source could make the search slow, but not change
	 * a result. That is accepted. */
	(void)!getrandom(m->key, sizeof(m->key), GRND_NONBLOCK);
	m->slot = estimate_new(m->room, sizeof(*m->slot));
	return m->slot ? 0 : -ENOMEM;
}

void memory_clear(struct memory *m)
{
	estimate_free(m->pair, PAIRS_ROOM, sizeof(*m->pair));
	estimate_free(m->slot, m->room, sizeof(*m->slot));
}

context memory_push(const struct memory *m, context c, uint8_t symbol)
{
	return c << m->width | symbol;
}

context memory_last(const struct memory *m, context c, unsigned depth)
{
	const unsigned bits = depth * m->width;

	return bits < 128 ? c & (((context)1 << bits) - 1) : c;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	const unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash has a random key, so that a hostile source cannot make all its contexts collide. */
static size_t hash(const struct memory *m, const struct slot *key)
{
	const uint64_t what = (uint64_t)key->depth << 32 | key->symbol;

	return (size_t)fold(
		fold(key->low ^ m->key[0], key->high ^ m->key[1]) ^ what, m->key[0] | 1);
}

/* Returns: the slot that has @key or, if none has it, the free slot where it belongs. */
static struct slot *look_up(
	const struct memory *m, struct slot *slot, size_t room, const struct slot *key)
{
	size_t i = hash(m, key) & (room - 1);

	while (slot[i].count > 0 &&
		(slot[i].symbol != key->symbol || slot[i].depth != key->depth ||
			slot[i].low != key->low || slot[i].high != key->high))
		i = (i + 1) & (room - 1);
	return slot + i;
}

static struct slot make_key(context c, unsigned depth, unsigned symbol)
{
	return (struct slot){ .high = (uint64_t)(c >> 64),
		.low = (uint64_t)c,
		.depth = (uint8_t)depth,
		.symbol = (uint16_t)symbol };
}

/* Doubles the table if it would be more than seven eighths full with two more entries. */
static int make_room(struct memory *m)
{
	const size_t room = 2 * m->room;
	struct slot *slot;
	size_t i;

	if (m->used + 2 <= m->room / 8 * 7)
		return 0;
	slot = estimate_new(room, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	for (i = 0; i < m->room; i++)
		if (m->slot[i].count > 0)
			*look_up(m, slot, room, m->slot + i) = m->slot[i];
	estimate_free(m->slot, m->room, sizeof(*m->slot));
	m->slot = slot;
	m->room = room;
	return 0;
}

/* The plain table holds first all contexts of the lowest depth, then all of the next depth, and so on. */
static uint32_t *pair_of(const struct memory *m, context c, unsigned depth)
{
	return m->pair[((size_t)1 << depth) + (size_t)c];
}

uint32_t memory_times(const struct memory *m, context c, unsigned depth, uint8_t symbol)
{
	const struct slot key = make_key(c, depth, symbol);

	return m->pair ? pair_of(m, c, depth)[symbol] : look_up(m, m->slot, m->room, &key)->count;
}

uint32_t memory_guess(const struct memory *m, context c, unsigned depth, uint8_t *ret_best)
{
	const struct slot key = make_key(c, depth, ANY);
	const struct slot *s;

	if (m->pair) {
		const uint32_t *pair = pair_of(m, c, depth);

		*ret_best = pair[1] >= pair[0];
		return pair[*ret_best];
	}
	s = look_up(m, m->slot, m->room, &key);
	*ret_best = s->best;
	return s->count;
}

int memory_learn(struct memory *m, context c, unsigned depth, uint8_t symbol)
{
	struct slot key = make_key(c, depth, symbol), *s;
	uint32_t count;

	if (m->pair) {
		pair_of(m, c, depth)[symbol]++;
		return 0;
	}
	if (make_room(m) < 0)
		return -ENOMEM;
	s = look_up(m, m->slot, m->room, &key);
	m->used += s->count == 0;
	count = key.count = s->count + 1;
	*s = key;
	key = make_key(c, depth, ANY);
	s = look_up(m, m->slot, m->room, &key);
	m->used += s->count == 0;
	if (count > s->count || (count == s->count && symbol > s->best)) {
		key.count = count;
		key.best = symbol;
		*s = key;
	}
	return 0;
}
