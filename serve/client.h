/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

#include "serve/desk.h"
#include "serve/handout.h"
#include "serve/protocol.h"

/*
 * One peer of the daemon: between the protocol it speaks and the desk. No socket, no clock, no message: those
 * are serve/connections.c's.
 */
enum client_state {
	CLIENT_ASKS,   /* nothing has come from it yet */
	CLIENT_WAITS,  /* its request is at the desk */
	CLIENT_SERVED, /* it has its blocks, and may still send a note */
	CLIENT_DONE,   /* to be closed */
};

struct client {
	struct desk_request request; /* first, so that the desk's answer leads to its client */
	const struct protocol *protocol;
	unsigned version; /* of the protocol, in which it is answered */
	enum client_state state;
	int64_t until_ms; /* the state ends by then */
	struct handout handout;
};

/** client_open - a new peer, @uid and @pid by the kernel's word; @account: charged, must outlive it. */
void client_open(struct client *c, const struct protocol *protocol, struct account *account,
	uid_t uid, pid_t pid, int64_t now_ms);

/** client_input - bytes that it sent, a packet whole; @c->state then shows what came of them. */
void client_input(struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms);

/**
 * client_answer - the next answer that is due, to whichever client
 * @out: protocol_answer_max() bytes, secret, wiped by the caller
 * Returns: the client that it goes to, in its new state; NULL: none is due now.
 */
struct client *client_answer(struct desk *d, uint8_t *out, size_t *ret_len, int64_t now_ms);

/** client_expire - it may wait no longer, even if @now_ms is a little before its deadline. */
void client_expire(struct client *c, struct desk *d, int64_t now_ms);

/** client_close - it has gone: a request that waits is withdrawn. Look at @c->handout before. */
void client_close(struct client *c, struct desk *d, int64_t now_ms);

/* For protocols: */

/** client_ask - ask the desk for @blocks, and wait until @until_ms at the latest. */
void client_ask(
	struct client *c, struct desk *d, uint32_t blocks, int64_t until_ms, int64_t now_ms);

/** client_refuse - what came is no valid request; this is answered, and a request that waits is withdrawn. */
void client_refuse(struct client *c, struct desk *d, int64_t now_ms);

#endif
