/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_WEB_CLIENT_H
#define SERVE_WEB_CLIENT_H

#include <event2/event_struct.h>

#include "serve/web.h"

enum web_state {
	WEB_BUSY,    /* a request is incomplete, or the first request has not begun */
	WEB_IDLE,    /* between two requests */
	WEB_DUE,     /* a request is complete, and not answered yet */
	WEB_SENDING, /* the answer did not fit into the socket at once */
	WEB_LINGERS, /* it was refused; what the client still sends is thrown away */
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
	int64_t until_ms;                             /* latest time at which the state ends */
	TAILQ_ENTRY(web_client) entry, account_entry; /* in the lists of its state */
	struct event readable;
	struct web_request request;
	uint8_t *rest; /* input that belongs to the next request */
	size_t rest_len;
	struct event *writable;         /* used in the state WEB_SENDING */
	uint8_t *pending;               /* the answer, if it did not fit into the socket; secret */
	size_t pending_len, pending_at; /* its length, and how many bytes of it are sent */
};

/** web_client_list - put a new client, whose state and account are set, into the lists of that state. */
void web_client_list(struct web_client *c);

/** web_client_move - change the state; the new state ends at @until_ms at the latest. */
void web_client_move(struct web_client *c, enum web_state state, int64_t until_ms);

/** web_client_close - close the connection, and free @c. */
void web_client_close(struct web_client *c);

/** web_client_read - read and parse what the client has sent. Returns: whether @c still exists. */
bool web_client_read(struct web_client *c, int64_t now_ms);

/** web_client_watch - wait for more input. Returns: whether @c still exists. */
bool web_client_watch(struct web_client *c);

/** web_client_reply - answer the request, which is complete. After this, @c may not exist any more. */
void web_client_reply(struct web_client *c, int64_t now_ms);

/** web_client_keeps - whether the connection stays open after the answer to this request. */
bool web_client_keeps(const struct web_client *c);

/**
 * web_client_next - the answer was sent: go on with the next request, or close the connection. After this, @c may not
 * exist any more.
 */
void web_client_next(struct web_client *c, int64_t now_ms);

#endif
