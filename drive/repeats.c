/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/repeats.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct repeats_key {
	unsigned char bytes[crypto_generichash_KEYBYTES];
};

/* A hash of 256 bits: no two different values have the same hash. */
struct repeats_mark {
	unsigned char bytes[crypto_generichash_BYTES];
};

static int make_key(struct repeats *r)
{
	r->key = secret_new(sizeof(*r->key));
	if (!r->key)
		return -ENOMEM;
	randombytes_buf(r->key->bytes, sizeof(r->key->bytes));
	return 0;
}

static int make_room(struct repeats *r)
{
	const size_t room = r->room ? 2 * r->room : 16;
	struct repeats_mark *mark = reallocarray(r->mark, room, sizeof(*mark));

	if (!mark)
		return -ENOMEM;
	r->mark = mark;
	r->room = room;
	return 0;
}

int repeats_add(struct repeats *r, const void *value, size_t len)
{
	int e = r->key ? 0 : make_key(r);

	if (e == 0 && r->count == r->room)
		e = make_room(r);
	if (e < 0)
		return e;
	crypto_generichash(r->mark[r->count++].bytes, sizeof(r->mark->bytes), value, len,
		r->key->bytes, sizeof(r->key->bytes));
	return 0;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct repeats_mark));
}

size_t repeats_find(struct repeats *r)
{
	size_t i, found = 0;

	if (r->count > 1)
		qsort(r->mark, r->count, sizeof(*r->mark), compare);
	for (i = 1; i < r->count; i++)
		found += compare(r->mark + i - 1, r->mark + i) == 0;
	return found;
}

void repeats_clear(struct repeats *r)
{
	secret_free(r->key);
	free(r->mark);
	*r = (struct repeats){ 0 };
}
