/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/windows.h"
#include "seed/window_table.h"

#include <sodium.h>
#include <string.h>

void windows_init(struct windows *w, const uint8_t seed[WINDOWS_SEED])
{
	memset(w, 0, sizeof(*w));
	memcpy(w->seed, seed, WINDOWS_SEED);
	w->begins = w->few;
	w->begins_log = WINDOWS_FEW;
}

void windows_lend_filter(struct windows *w, uint64_t *begins)
{
	w->begins = begins;
	w->begins_log = WINDOWS_MANY;
	memset(begins, 0, WINDOWS_FILTER(WINDOWS_MANY) * sizeof(*begins));
}

void windows_forget(struct windows *w)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		window_table_empty(&w->kind[i].young);
		window_table_drop(&w->kind[i].old);
	}
	memset(w->begins, 0, WINDOWS_FILTER(w->begins_log) * sizeof(*w->begins));
}

void windows_clear(struct windows *w)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		window_table_drop(&w->kind[i].young);
		window_table_drop(&w->kind[i].old);
	}
	if (w->begins)
		explicit_bzero(w->begins, WINDOWS_FILTER(w->begins_log) * sizeof(*w->begins));
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

size_t windows_room(uint64_t bytes, size_t len)
{
	return window_table_room((size_t)(bytes / len));
}

void windows_lend(struct windows *w, bool abundant, struct window_slot *slot, size_t room)
{
	memset(slot, 0, room * sizeof(*slot));
	w->kind[abundant ? WINDOWS_ABUNDANT : WINDOWS_SCARCE].young =
		(struct window_table){ .slot = slot, .room = room, .lent = true };
}

/* In a word of the filter: the bits of the first kind's young generation. The bit of the old one follows each of them, and
 * then those of the next kind. */
#define YOUNG UINT64_C(0x1111111111111111)

/* In the filter, the windows of the young generation become old, and those of the old one are forgotten. */
static void age_filter(struct windows *w, size_t kind)
{
	const uint64_t young = YOUNG << 2 * kind, old = young << 1;
	size_t i;

	for (i = 0; i < WINDOWS_FILTER(w->begins_log); i++)
		w->begins[i] = (w->begins[i] & ~(young | old)) | (w->begins[i] & young) << 1;
}

void windows_age(struct windows *w, size_t most)
{
	size_t i;

	for (i = 0; i < WINDOWS_KINDS; i++) {
		struct window_kind *k = w->kind + i;

		if (k->young.used <= most || k->young.lent)
			continue;
		window_table_drop(&k->old);
		k->old = k->young;
		k->young = (struct window_table){ 0 };
		age_filter(w, i);
	}
}
