/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/egd.h"
#include "serve/protocol.h"

#include <assert.h>
#include <sys/socket.h>

bool egd_is_full(const struct egd_client *c)
{
	return c->items == EGD_ITEMS;
}

bool egd_is_idle(const struct egd_client *c)
{
	return c->items == 0 && c->head_sent == c->head_len && c->owed == 0;
}

static struct egd_item *last(struct egd_client *c)
{
	return c->items > 0 ? c->item + (c->first + c->items - 1u) % EGD_ITEMS : NULL;
}

/* Appends a request to the waiting requests. If the last of these is of the same kind, only its count grows. */
static void add(struct egd_client *c, const struct egd_request *q)
{
	const uint8_t bytes = q->command == EGD_TRY ? q->bytes : 0;
	const uint64_t count = q->command == EGD_READ ? q->bytes : 1;
	struct egd_item *item = last(c);

	if (count == 0)
		return;
	if (item && item->command == q->command && item->bytes == bytes) {
		item->count += count;
		return;
	}
	item = c->item + (c->first + c->items++) % EGD_ITEMS;
	*item = (struct egd_item){ (uint8_t)q->command, bytes, count };
}

int egd_input(struct egd_client *c, const uint8_t *raw, size_t len, size_t *ret_used,
	egd_offered *offered, void *to)
{
	struct egd_request q;
	size_t used, at = 0;
	int r = 0;

	while (at < len && r >= 0 && !egd_is_full(c)) {
		r = egd_parse(&c->parser, raw + at, len - at, &used, &q);
		at += used;
		if (r > 0 && q.command == EGD_OFFER)
			offered(to, q.data, q.bytes);
		else if (r > 0)
			add(c, &q);
	}
	*ret_used = at;
	return r < 0 ? r : 0;
}

void egd_add_ahead(struct egd_client *c, uint32_t bytes)
{
	assert(egd_is_idle(c));
	c->owed = bytes;
}

static void begin(
	struct egd_client *c, enum egd_command command, uint8_t bytes, const struct egd_now *now)
{
	switch (command) {
	case EGD_BITS:
		egd_bits_encode(c->head, now->bits);
		c->head_len = EGD_BITS_SIZE;
		break;
	case EGD_TRY:
		c->owed = bytes < now->allowed ? bytes : now->allowed;
		c->head[0] = (uint8_t)c->owed;
		c->head_len = 1;
		break;
	default:
		c->head_len = (uint8_t)egd_pid_encode(c->head, now->pid);
	}
}

bool egd_next(struct egd_client *c, const struct egd_now *now)
{
	struct egd_item *item = c->item + c->first;
	uint64_t done = 1;

	if (c->head_sent < c->head_len || c->owed > 0)
		return true;
	if (c->items == 0)
		return false;
	c->head_len = c->head_sent = 0;
	if (item->command == EGD_READ)
		c->owed = done = item->count;
	else
		begin(c, (enum egd_command)item->command, item->bytes, now);
	item->count -= done;
	if (item->count == 0) {
		c->first = (uint8_t)((c->first + 1) % EGD_ITEMS);
		c->items--;
	}
	return true;
}

void egd_sent(struct egd_client *c, size_t len)
{
	const size_t head = c->head_len - c->head_sent;
	const size_t n = len < head ? len : head;

	assert(len - n <= c->owed);
	c->head_sent = (uint8_t)(c->head_sent + n);
	c->owed -= len - n;
}

const struct protocol egd_protocol = {
	.name = "egd",
	.socket_type = SOCK_STREAM,
};
