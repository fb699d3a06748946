/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/broker.h"
#include "serve/client.h"

#include <sys/socket.h>

static void input(struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms)
{
	struct broker_request request;

	if (c->state == CLIENT_ASKS && broker_request_parse(raw, len, &request) == 0) {
		c->version = request.version;
		client_ask(c, d, request.blocks, now_ms + BROKER_WAIT_MS, now_ms);
	} else if (c->state == CLIENT_SERVED) {
		c->handout.noted = broker_note_parse(raw, len, &c->handout.note) == 0;
		c->state = CLIENT_DONE;
	} else if (c->state != CLIENT_DONE) {
		client_refuse(c, d, now_ms);
	}
}

static size_t answer(struct client *c, enum desk_result result, const struct broker_block *block,
	uint8_t *out, int64_t now_ms)
{
	static const enum broker_status refusal[] = {
		[DESK_EMPTY] = BROKER_EMPTY,
		[DESK_LIMITED] = BROKER_LIMITED,
		[DESK_REFUSED] = BROKER_REFUSED,
	};

	if (result != DESK_GIVEN) {
		c->state = CLIENT_DONE;
		return broker_answer_encode(out, c->version, refusal[result], NULL, 0);
	}
	c->state = CLIENT_SERVED;
	c->until_ms = now_ms + BROKER_NOTE_MS;
	return broker_answer_encode(out, c->version, BROKER_GIVEN, block, c->request.blocks);
}

const struct protocol broker_protocol = {
	.name = "broker",
	.socket_type = SOCK_SEQPACKET,
	.input_max = BROKER_NOTE_SIZE + 1,
	.answer_max = BROKER_ANSWER_MAX,
	.ask_ms = BROKER_ASK_MS,
	.input = input,
	.answer = answer,
};
