/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

#include "serve/desk.h"
#include "serve/handout.h"
#include "serve/protocol.h"

/*
 * One client of the daemon that asks for blocks. It connects the client's protocol with the desk. It has no socket and
 * no clock, and it reports nothing: serve/connections.c does that.
 */
enum client_state {
	CLIENT_ASKS,   /* the client has sent nothing yet */
	CLIENT_WAITS,  /* its request is at the desk */
	CLIENT_SERVED, /* it has its blocks, and may still send a note */
	CLIENT_DONE,   /* the caller should close it */
};

struct client {
	struct desk_request request; /* first, so that a pointer to it is a pointer to the client */
	const struct protocol *protocol;
	unsigned version; /* the version of the protocol in which to answer */
	enum client_state state;
	int64_t until_ms; /* latest time at which the state ends */
	struct handout handout;
};

/**
 * client_open - begin with a new client
 * @account:    charged for its blocks; must outlive the client
 * @uid, @pid:  as the kernel states them
 */
void client_open(struct client *c, const struct protocol *protocol, struct account *account,
	uid_t uid, pid_t pid, int64_t now_ms);

/** client_input - process one whole packet that the client sent; @c->state is then its new state. */
void client_input(struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms);

/**
 * client_answer - write the next answer that is due, for any client of the desk
 * @out: protocol_answer_max() bytes; secret, the caller wipes them
 * Returns: the client to send it to, already in its new state; NULL: no answer is due now.
 */
struct client *client_answer(struct desk *d, uint8_t *out, size_t *ret_len, int64_t now_ms);

/** client_expire - the time of the client's state is up; the caller may call this a little before @c->until_ms. */
void client_expire(struct client *c, struct desk *d, int64_t now_ms);

/** client_close - withdraw a request that waits, and clear @c->handout. The caller reads @c->handout before. */
void client_close(struct client *c, struct desk *d, int64_t now_ms);

/* Called by the protocols: */

/** client_ask - ask the desk for @blocks blocks; the client is answered by @until_ms at the latest. */
void client_ask(
	struct client *c, struct desk *d, uint32_t blocks, int64_t until_ms, int64_t now_ms);

/**
 * client_refuse - the client sent an invalid request: withdraw its waiting request, and make the desk answer
 * DESK_REFUSED
 */
void client_refuse(struct client *c, struct desk *d, int64_t now_ms);

#endif
