/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

#include "serve/desk.h"
#include "serve/handout.h"
#include "serve/protocol.h"

/*
 * One client of the daemon that asks for blocks. It connects the client's protocol with the desk, and has no socket, no
 * clock and no message: those are in serve/connections.c.
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
	unsigned version; /* the version of the protocol to answer in */
	enum client_state state;
	int64_t until_ms; /* when the state ends at the latest */
	struct handout handout;
};

/**
 * client_open - a new client
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

/** client_expire - the client's time is up, even if @now_ms is a little before its deadline. */
void client_expire(struct client *c, struct desk *d, int64_t now_ms);

/** client_close - withdraw a request that waits, and clear @c->handout; read that before. */
void client_close(struct client *c, struct desk *d, int64_t now_ms);

/* Called by the protocols: */

/** client_ask - ask the desk for @blocks; the answer comes by @until_ms at the latest. */
void client_ask(
	struct client *c, struct desk *d, uint32_t blocks, int64_t until_ms, int64_t now_ms);

/** client_refuse - the client sent no valid request: withdraw one that waits, and have the desk answer DESK_REFUSED. */
void client_refuse(struct client *c, struct desk *d, int64_t now_ms);

#endif
