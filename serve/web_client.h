/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_WEB_CLIENT_H
#define SERVE_WEB_CLIENT_H

#include <event2/event_struct.h>

#include "serve/web.h"

enum web_state {
	WEB_BUSY,    /* a request has begun, or the first one has to come */
	WEB_IDLE,    /* between two requests */
	WEB_DUE,     /* its request is whole, and not answered yet */
	WEB_SENDING, /* its answer did not go into the socket at once */
	WEB_LINGERS, /* it was refused, and what it still sends is thrown away */
};

/* One connection. */
struct web_client {
	int fd;
	bool watched; /* @readable is pending */
	uint8_t state;
	struct web *all;
	const struct listen_options *options;
	struct account *account;
	struct tally *tally;
	int64_t until_ms;                             /* the state ends by then */
	TAILQ_ENTRY(web_client) entry, account_entry; /* with all in the same state */
	struct event readable;
	struct web_request request;
	uint8_t *rest; /* of its input, which belongs to the next request */
	size_t rest_len;
	struct event *writable; /* while WEB_SENDING */
	uint8_t *pending;       /* of its answer; secret */
	size_t pending_len, pending_at;
};

/** web_client_move - into another state, which ends at @until_ms. */
void web_client_move(struct web_client *c, enum web_state state, int64_t until_ms);

/** web_client_close - close and free it. */
void web_client_close(struct web_client *c);

/** web_client_read - what it has sent. Returns: whether it still exists. */
bool web_client_read(struct web_client *c, int64_t now_ms);

/** web_client_watch - wait for more from it. Returns: whether it still exists. */
bool web_client_watch(struct web_client *c);

/** web_client_reply - answer its request, which is whole. It may not exist afterwards. */
void web_client_reply(struct web_client *c, int64_t now_ms);

/** web_client_keeps - whether its connection stays open after the answer to its request. */
bool web_client_keeps(const struct web_client *c);

/** web_client_next - its answer is sent: take up what follows, or close it. */
void web_client_next(struct web_client *c, int64_t now_ms);

#endif
