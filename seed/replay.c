/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/replay.h"
#include "seed/health.h"
#include "seed/window_table.h"

#include <errno.h>
#include <string.h>

/* Windows are looked up in batches of this size. While a batch is collected, its slots are prefetched: a table that
 * does not fit into the cache answers late. */
#define ABREAST 32

struct lookup {
	struct windows *w;
	struct window_table *mine; /* the table in which this source's windows are stored */
	struct window_slot print[ABREAST];
	bool store[ABREAST]; /* must the window be stored? */
	bool fresh[ABREAST]; /* has the filter shown that no table has the window? */
	size_t count, stores;
	unsigned source, found_source;
	bool abundant;
};

static uint32_t load_word(const uint8_t *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

#define TERM(i) (key[1 + (i)] * load_word(raw + 4 * (i)))

/* Sums for the two most common lengths of a window: 16 bytes (sources with 5 bits a byte or more), and 20 bytes (4
 * bits). */
static inline unsigned __int128 sum_four(const unsigned __int128 *key, const uint8_t *raw)
{
	return key[0] + TERM(0) + TERM(1) + TERM(2) + TERM(3);
}

static inline unsigned __int128 sum_five(const unsigned __int128 *key, const uint8_t *raw)
{
	return sum_four(key, raw) + TERM(4);
}

/* Sums up @words whole words, and the @rest bytes after them. */
static unsigned __int128 sum_any(
	const unsigned __int128 *key, const uint8_t *raw, size_t words, size_t rest)
{
	unsigned __int128 sum = key[0];
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < words; i++)
		sum += TERM(i);
	memcpy(&last, raw + 4 * words, rest);
	return rest ? sum + key[1 + words] * last : sum;
}

#undef TERM

static struct window_slot fingerprint(const struct windows *w, const uint8_t *raw, unsigned source)
{
	const unsigned __int128 sum = w->len == 20 ? sum_five(w->key, raw) :
		w->len == 16                       ? sum_four(w->key, raw) :
						     sum_any(w->key, raw, w->len / 4, w->len % 4);

	return (struct window_slot){ (uint64_t)(sum >> 64),
		(uint64_t)sum >> 32 << 32 | (source + 1) };
}

#define TABLES (2 * WINDOWS_KINDS)

/* Lists the table that stores this source's windows, then all other tables that are not empty. Returns: how many. */
static size_t list_tables(const struct lookup *l, const struct window_table *ret[TABLES])
{
	size_t i, j, n = 0;

	ret[n++] = l->mine;
	for (i = 0; i < WINDOWS_KINDS; i++) {
		const struct window_kind *k = l->w->kind + i;
		const struct window_table *const both[] = { &k->young, &k->old };

		for (j = 0; j < 2; j++)
			if (both[j] != l->mine && both[j]->used > 0)
				ret[n++] = both[j];
	}
	return n;
}

/* Looks up one window of the batch; if it is not known and must be stored, stores it. Returns: 1: it was known; 0: it
 * was not. */
static int look_up(
	struct lookup *l, size_t print, const struct window_table *const *table, size_t tables)
{
	struct window_slot *mine = window_table_find(table[0], l->print + print), *slot = mine;
	size_t i;

	for (i = 1; i < tables && slot->low == 0 && !l->fresh[print]; i++)
		slot = window_table_find(table[i], l->print + print);
	if (slot->low != 0) {
		l->found_source = (unsigned)(uint32_t)slot->low - 1;
		return 1;
	}
	if (l->store[print]) {
		*mine = l->print[print];
		l->mine->used++;
	}
	return 0;
}

static int flush(struct lookup *l)
{
	const struct window_table *table[TABLES];
	size_t i, tables;
	int r = l->count > 0 ? window_table_grow(l->mine, l->stores) : 0;

	tables = list_tables(l, table);
	for (i = 0; i < l->count && r == 0; i++)
		r = look_up(l, i, table, tables);
	l->count = l->stores = 0;
	return r;
}

static int add(struct lookup *l, const uint8_t *window, bool to_store, bool fresh)
{
	struct window_slot *print = l->print + l->count;

	*print = fingerprint(l->w, window, l->source);
	if (l->mine->room)
		__builtin_prefetch(l->mine->slot + window_table_place(l->mine, print->high), 1);
	l->fresh[l->count] = fresh;
	l->store[l->count++] = to_store;
	l->stores += to_store;
	return l->count == ABREAST ? flush(l) : 0;
}

/* Returns: the number of the window's four bits in the filter: a hash of the first 8 bytes. */
static size_t begin_of(const struct windows *w, const uint8_t *window)
{
	uint64_t x;

	memcpy(&x, window, sizeof(x));
	return (size_t)((x ^ (uint64_t)w->key[0]) * 0x9e3779b97f4a7c15 >> (64 - w->begins_log));
}

/* Returns: the window's four bits in the filter. */
static unsigned bits_of(const struct windows *w, size_t begin)
{
	return w->begins[begin / 16] >> begin % 16 * 4 & 15;
}

static int store(struct lookup *l, const uint8_t *window)
{
	const size_t begin = begin_of(l->w, window);
	const bool fresh = bits_of(l->w, begin) == 0;

	l->w->begins[begin / 16] |= 1ull
		<< (begin % 16 * 4 + 2 * (l->abundant ? WINDOWS_ABUNDANT : WINDOWS_SCARCE));
	return add(l, window, true, fresh);
}

/* Looks up the @windows windows that begin at consecutive bytes, except those that the filter shows to be unknown. */
static int look(struct lookup *l, const uint8_t *raw, size_t windows)
{
	const struct windows *w = l->w;
	size_t i;
	int r = 0;

	for (i = 0; i < windows && r == 0; i++) {
		if (bits_of(w, begin_of(w, raw + i)) != 0)
			r = add(l, raw + i, false, false);
	}
	return r;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Stores each window that begins before @end at a multiple of the length. @next: the first of them; it is advanced. */
static int store_some(struct lookup *l, const uint8_t *raw, size_t end, size_t *next)
{
	int r = 0;

	for (; r == 0 && *next < end; *next += l->w->len)
		r = store(l, raw + *next);
	return r;
}

/* Does the same as store_some(), and also looks up all windows between these, from @i on. */
static int look_at_all(struct lookup *l, const uint8_t *raw, size_t i, size_t end, size_t *next)
{
	int r = 0;

	while (r == 0 && i < end) {
		const size_t until = least(*next, end);

		r = look(l, raw + i, until - i);
		if (r == 0)
			r = store_some(l, raw, least(until + 1, end), next);
		i = until + 1;
	}
	return r;
}

/* Handles all windows in @raw. @at: the offset in the stream at which @raw begins; it becomes the offset of the next
 * window. */
static int scan(struct lookup *l, const uint8_t *raw, size_t len, uint64_t *at)
{
	const uint64_t begin = *at;
	const size_t step = l->w->len, windows = len < step ? 0 : len - step + 1;
	size_t next = (size_t)((step - begin % step) % step), i = 0, until;
	int r = 0;

	for (; r == 0 && i < windows; i = until) {
		/* health_is_sampled() has the same answer for all bytes up to the end of this health window. */
		until = least(windows,
			i + HEALTH_WINDOW_SAMPLES - (size_t)((begin + i) % HEALTH_WINDOW_SAMPLES));
		r = !l->abundant || health_is_sampled(begin + i) ?
			look_at_all(l, raw, i, until, &next) :
			store_some(l, raw, until, &next);
	}
	*at = begin + windows;
	return r == 0 ? flush(l) : r;
}

int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source)
{
	struct lookup l = { .w = w,
		.mine = &w->kind[mode->abundant ? WINDOWS_ABUNDANT : WINDOWS_SCARCE].young,
		.source = mode->source,
		.abundant = mode->abundant };
	uint8_t *joint = r->joint;
	const uint64_t begin = r->at + r->kept, end = begin + len;
	const size_t head = len < w->len ? len : w->len - 1;
	int err;

	if (w->len == 0 || len == 0)
		return 0;
	/* First the windows that begin in the kept bytes, which come before @raw. If @raw is short, there are no
	 * others. */
	memcpy(joint, r->tail, r->kept);
	memcpy(joint + r->kept, raw, head);
	err = scan(&l, joint, r->kept + head, &r->at);
	if (err == 0 && r->at >= begin)
		err = scan(&l, raw + (r->at - begin), (size_t)(end - r->at), &r->at);
	if (err != 0)
		r->at = end; /* the rest of these bytes is skipped */
	if (r->at < begin)
		memmove(r->tail, joint + (r->kept + head - (end - r->at)), (size_t)(end - r->at));
	else
		memcpy(r->tail, raw + (r->at - begin), (size_t)(end - r->at));
	r->kept = (size_t)(end - r->at);
	if (err == 1)
		*ret_source = l.found_source;
	explicit_bzero(joint, sizeof(r->joint));
	explicit_bzero(&l, sizeof(l));
	return err;
}
