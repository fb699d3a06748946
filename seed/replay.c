/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/replay.h"
#include "seed/health.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define LEAST_ROOM 1024

/* --- the set --- */

void windows_init(struct windows *w, const uint8_t seed[REPLAY_SEED])
{
	memset(w, 0, sizeof(*w));
	memcpy(w->seed, seed, REPLAY_SEED);
}

static void drop_table(struct window_table *t)
{
	if (t->lent)
		explicit_bzero(t->slot, t->room * sizeof(*t->slot));
	else
		secret_free(t->slot);
	*t = (struct window_table){ 0 };
}

static void empty_table(struct window_table *t)
{
	if (t->slot)
		memset(t->slot, 0, t->room * sizeof(*t->slot));
	t->used = 0;
}

void windows_forget(struct windows *w)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		empty_table(&w->kind[i].young);
		drop_table(&w->kind[i].old);
	}
	memset(w->begins, 0, sizeof(w->begins));
}

void windows_clear(struct windows *w)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		drop_table(&w->kind[i].young);
		drop_table(&w->kind[i].old);
	}
	explicit_bzero(w, sizeof(*w));
}

static size_t words_of(size_t len)
{
	return (len + 3) / 4;
}

bool windows_lengthen(struct windows *w, size_t len)
{
	if (len <= w->len)
		return false;
	windows_forget(w);
	w->len = len;
	randombytes_buf_deterministic(w->key, (1 + words_of(len)) * sizeof(*w->key), w->seed);
	return true;
}

/* At most seven eighths full, so that a search stays short. */
static size_t room_for(size_t windows)
{
	return windows + windows / 7 + 1;
}

size_t windows_room(uint64_t bytes, size_t len)
{
	return room_for((size_t)(bytes / len));
}

void windows_lend(struct windows *w, struct window_slot *slot, size_t room)
{
	memset(slot, 0, room * sizeof(*slot));
	w->kind[WINDOWS_ABUNDANT].young =
		(struct window_table){ .slot = slot, .room = room, .lent = true };
}

/* A fingerprint's place, its high bits being as good as random. */
static size_t place_of(const struct window_table *t, uint64_t high)
{
	return (size_t)((unsigned __int128)high * t->room >> 64);
}

static bool same_print(const struct window_slot *a, const struct window_slot *b)
{
	return a->high == b->high && a->low >> 32 == b->low >> 32;
}

/* Where it is, or would be. */
static struct window_slot *find(const struct window_table *t, const struct window_slot *print)
{
	size_t i = place_of(t, print->high);

	while (t->slot[i].low != 0 && !same_print(t->slot + i, print))
		i = i + 1 < t->room ? i + 1 : 0;
	return t->slot + i;
}

/* Doubled, so that growth stays cheap. */
static int grow(struct window_table *t)
{
	struct window_table larger = { .used = t->used };
	size_t i;

	larger.room = t->room ? 2 * t->room : LEAST_ROOM;
	larger.slot = secret_new(larger.room * sizeof(*larger.slot));
	if (!larger.slot)
		return -ENOMEM;
	memset(larger.slot, 0, larger.room * sizeof(*larger.slot));
	for (i = 0; i < t->room; i++)
		if (t->slot[i].low != 0)
			*find(&larger, t->slot + i) = t->slot[i];
	drop_table(t);
	*t = larger;
	return 0;
}

/* So that a place is free when a window is to be stored. */
static int make_room(struct window_table *t)
{
	return room_for(t->used + 1) > t->room ? grow(t) : 0;
}

void windows_age(struct windows *w, size_t most)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		struct window_kind *k = w->kind + i;

		if (k->young.used <= most || k->young.lent)
			continue;
		drop_table(&k->old);
		k->old = k->young;
		k->young = (struct window_table){ 0 };
	}
}

/* --- a stream --- */

/* So many windows are looked up side by side: a table that is larger than a cache answers late. */
#define ABREAST 32

struct lookup {
	struct windows *w;
	struct window_slot print[ABREAST];
	bool store[ABREAST];
	size_t count;
	struct replay_mode mode;
	unsigned found_source;
};

static uint32_t load_word(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

static struct window_slot fingerprint(const struct windows *w, const uint8_t *raw, unsigned source)
{
	const unsigned __int128 *key = w->key;
	unsigned __int128 sum = *key++;
	uint32_t rest = 0;
	size_t i;

	for (i = 0; i + 4 <= w->len; i += 4)
		sum += *key++ * load_word(raw + i);
	if (i < w->len) {
		memcpy(&rest, raw + i, w->len - i);
		sum += *key * rest;
	}
	return (struct window_slot){ (uint64_t)(sum >> 64),
		(uint64_t)sum >> 32 << 32 | (source + 1) };
}

/* Who stored it in another table than @t? -1: nobody. */
static int find_elsewhere(
	const struct windows *w, const struct window_table *t, const struct window_slot *print)
{
	size_t i, j;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		const struct window_table *const both[] = { &w->kind[i].young, &w->kind[i].old };

		for (j = 0; j < 2; j++) {
			const struct window_slot *slot =
				both[j] != t && both[j]->used ? find(both[j], print) : NULL;

			if (slot && slot->low != 0)
				return (int)(uint32_t)slot->low - 1;
		}
	}
	return -1;
}

/* Returns 1 where it was there. */
static int look_up(struct lookup *l, const struct window_slot *print, bool to_store)
{
	struct window_table *mine =
		&l->w->kind[l->mode.abundant ? WINDOWS_ABUNDANT : WINDOWS_SCARCE].young;
	struct window_slot *slot;
	int source, r = make_room(mine);

	if (r < 0)
		return r;
	slot = find(mine, print);
	source = slot->low != 0 ? (int)(uint32_t)slot->low - 1 : find_elsewhere(l->w, mine, print);
	if (source >= 0) {
		l->found_source = (unsigned)source;
		return 1;
	}
	if (to_store) {
		*slot = *print;
		mine->used++;
	}
	return 0;
}

static int flush(struct lookup *l)
{
	size_t i;
	int r = 0;

	for (i = 0; i < l->count && r == 0; i++)
		r = look_up(l, l->print + i, l->store[i]);
	l->count = 0;
	return r;
}

/* The place of how it begins among the bits, and whether a window that began so was stored. */
static size_t begin_of(const struct windows *w, const uint8_t *window)
{
	uint64_t x;

	memcpy(&x, window, sizeof(x));
	return (size_t)((x ^ (uint64_t)w->key[0]) * 0x9e3779b97f4a7c15 >> 48);
}

static bool may_be_stored(const struct windows *w, size_t begin)
{
	return w->begins[begin / 64] >> begin % 64 & 1;
}

static int add(struct lookup *l, const uint8_t *window, bool to_store)
{
	const size_t begin = begin_of(l->w, window);
	const struct window_table *t;
	struct window_slot *print = l->print + l->count;

	if (!to_store && !may_be_stored(l->w, begin))
		return 0;
	if (to_store)
		l->w->begins[begin / 64] |= 1ull << begin % 64;
	*print = fingerprint(l->w, window, l->mode.source);
	t = &l->w->kind[l->mode.abundant ? WINDOWS_ABUNDANT : WINDOWS_SCARCE].young;
	if (t->room)
		__builtin_prefetch(t->slot + place_of(t, print->high), 1);
	l->store[l->count++] = to_store;
	return l->count == ABREAST ? flush(l) : 0;
}

/* Of an abundant source: the next window that is stored, or the next ones that may be looked up. */
static uint64_t next_of_interest(uint64_t i, uint64_t stored)
{
	const uint64_t counted = i + HEALTH_WINDOW_SAMPLES - i % HEALTH_WINDOW_SAMPLES;

	return stored < counted ? stored : counted;
}

/* The windows in @raw, of which the first begins at @at in the stream; in @at is left which comes next. */
static int scan(struct lookup *l, const uint8_t *raw, size_t len, uint64_t *at)
{
	const uint64_t begin = *at, step = l->w->len;
	uint64_t i = begin, stored = begin + (step - begin % step) % step;
	int r = 0;

	while (r == 0 && i - begin + step <= len) {
		if (i == stored) {
			r = add(l, raw + (i - begin), true);
			stored += step;
			i++;
		} else if (!l->mode.abundant || health_is_sampled(i)) {
			r = add(l, raw + (i - begin), false);
			i++;
		} else {
			i = next_of_interest(i, stored);
		}
	}
	*at = i - begin < len ? i : begin + len;
	return r == 0 ? flush(l) : r;
}

int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source)
{
	struct lookup l = { .w = w, .mode = *mode };
	uint8_t joint[2 * HEALTH_REPLAY_MOST];
	const uint64_t begin = r->at + r->kept, end = begin + len;
	const size_t head = len < w->len ? len : w->len - 1;
	int err;

	if (w->len == 0 || len == 0)
		return 0;
	/* Those that begin before @raw; where that is short, all there are. */
	memcpy(joint, r->tail, r->kept);
	memcpy(joint + r->kept, raw, head);
	err = scan(&l, joint, r->kept + head, &r->at);
	if (err == 0 && r->at >= begin)
		err = scan(&l, raw + (r->at - begin), (size_t)(end - r->at), &r->at);
	if (err != 0)
		r->at = end; /* nothing more of these bytes */
	if (r->at < begin)
		memmove(r->tail, joint + (r->kept + head - (end - r->at)), (size_t)(end - r->at));
	else
		memcpy(r->tail, raw + (r->at - begin), (size_t)(end - r->at));
	r->kept = (size_t)(end - r->at);
	if (err == 1)
		*ret_source = l.found_source;
	explicit_bzero(joint, sizeof(joint));
	explicit_bzero(&l, sizeof(l));
	return err;
}
