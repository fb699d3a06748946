/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is what a client sends to the daemon by EGD. Its first byte decides in which pieces the rest arrives, and how
 * many bytes the daemon sends before any request; its second byte decides how much the client may have at once. A
 * reference implementation that sees the whole input determines which answer must be sent and which bytes were offered.
 * The daemon's code must give the same result, in whatever order it reads and answers.
 *
 * FUZZ_WITH: util/wire/egd.c serve/egd.c
 */
#include "serve/egd.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BITS   0x01020304
#define PID    4711
#define RANDOM 0x100 /* stands for one random byte of an answer */
#define MAX    (1u << 20)

struct text {
	uint16_t *sent;
	size_t len, offers;
	uint64_t hash; /* of the offered bytes */
};

static void put(struct text *t, unsigned symbol, size_t times)
{
	assert(t->len + times <= MAX);
	while (times-- > 0)
		t->sent[t->len++] = (uint16_t)symbol;
}

static void offer(void *to, const uint8_t *bytes, size_t len)
{
	struct text *t = to;

	assert(len > 0);
	for (; len > 0; len--, t->offers++)
		t->hash = t->hash * 1099511628211u + *bytes++ + 1;
}

/* The reference implementation, written from the comment in util/wire/egd.h alone. */
static void referee(struct text *t, const uint8_t *p, size_t len, unsigned most)
{
	const uint8_t *end = p + len;

	while (p < end && *p <= 4) {
		if (*p == 0) {
			put(t, 1, 1), put(t, 2, 1), put(t, 3, 1), put(t, 4, 1);
			p += 1;
		} else if (*p == 4) {
			put(t, 4, 1), put(t, '4', 1), put(t, '7', 1), put(t, '1', 2);
			p += 1;
		} else if (end - p < 2) {
			return;
		} else if (*p == 1) {
			put(t, p[1] < most ? p[1] : most, 1);
			put(t, RANDOM, p[1] < most ? p[1] : most);
			p += 2;
		} else if (*p == 2) {
			put(t, RANDOM, p[1]);
			p += 2;
		} else {
			const size_t n = end - p < 4 ? 0 : (size_t)(end - p - 4);

			if (end - p <= 4 || p[3] == 0) {
				p += end - p < 4 ? end - p : 4;
				continue;
			}
			offer(t, p + 4, n < p[3] ? n : p[3]);
			p += 4 + (n < p[3] ? n : p[3]);
		}
	}
}

/* Sends a part of the answer: as much as a socket that has room for @room bytes would accept. */
static void answer(struct egd_client *c, struct text *t, unsigned most, size_t room)
{
	const struct egd_now now = { BITS, PID, most };
	size_t head, i, n;
	bool idle;

	while (room > 0) {
		idle = egd_is_idle(c);
		assert(egd_next(c, &now) == !idle);
		if (idle)
			break;
		assert(c->head_sent <= c->head_len && c->head_len <= sizeof(c->head));
		head = c->head_len - c->head_sent;
		n = head + c->owed < room ? head + (size_t)c->owed : room;
		for (i = 0; i < n && i < head; i++)
			put(t, c->head[c->head_sent + i], 1);
		put(t, RANDOM, n > head ? n - head : 0);
		egd_sent(c, n);
		room -= n;
		if (n == 0)
			break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint16_t have_sent[MAX], want_sent[MAX];
	struct text have = { have_sent, 0, 0, 0 }, want = { want_sent, 0, 0, 0 };
	struct egd_client c = { 0 };
	size_t at = 0, piece, ahead, most, used, n, turn = 0;
	int r = 0;

	if (size < 2)
		return 0;
	piece = 1 + data[0] % 64;
	ahead = data[0] / 64 * 100u;
	most = data[1];
	data += 2;
	size -= 2;
	egd_add_ahead(&c, (uint32_t)ahead);
	assert(egd_is_idle(&c) == (ahead == 0));
	while (at < size && r == 0) {
		n = size - at < piece ? size - at : piece;
		/* In a buffer of just its size, so that ASan finds a read beyond it. */
		uint8_t *copy = malloc(n);

		assert(copy);
		memcpy(copy, data + at, n);
		r = egd_input(&c, copy, n, &used, offer, &have);
		free(copy);
		assert(used <= n && (used == n || r < 0 || egd_is_full(&c)));
		at += used;
		if (used == 0 || turn++ % 3 == 0)
			answer(&c, &have, (unsigned)most, turn % 5 * 100 + 50);
	}
	answer(&c, &have, (unsigned)most, SIZE_MAX);
	assert(egd_is_idle(&c));
	put(&want, RANDOM, ahead);
	referee(&want, data, size, (unsigned)most);
	assert(have.len == want.len && have.offers == want.offers && have.hash == want.hash);
	assert(memcmp(have_sent, want_sent, want.len * sizeof(*want_sent)) == 0);
	return 0;
}
