/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_PROTOCOL_H
#define SERVE_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "serve/desk.h"

struct client;
struct web_site;

#define PROTOCOL_INPUT_MAX 4096

/*
 * How clients of one kind ask and are answered; one row of protocol.c's table each. A row turns bytes into
 * requests to the desk and its decisions into bytes, and never decides itself who gets what.
 */
struct protocol {
	const char *name;
	/* Of its listeners. SOCK_SEQPACKET: an answer is one packet, sent whole or not at all, and the rest of this
	 * row says how. SOCK_STREAM: see serve/web.h if there is a site, else serve/streams.h; 0: it has no
	 * socket, see serve/fifo.h. The rest is empty then. */
	int socket_type;
	const struct web_site *site; /* what is there for a client that speaks HTTP */
	size_t input_max; /* at most PROTOCOL_INPUT_MAX: what is read at once; one byte more than the longest packet */
	size_t answer_max; /* the longest answer */
	int64_t ask_ms;    /* how long a new client may be silent */

	/**
	 * input - what a client has sent
	 * @len: 1 to @input_max; a longer packet comes cut to @input_max
	 * It calls client_ask() or client_refuse(), or sets the client's state.
	 */
	void (*input)(
		struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms);

	/**
	 * answer - put the desk's decision on the client's request into words, and set its new state
	 * @block: with DESK_GIVEN the blocks of the request
	 * @out:   @answer_max bytes, secret
	 * Returns: how many of them are to be sent.
	 */
	size_t (*answer)(struct client *c, enum desk_result result,
		const struct broker_block *block, uint8_t *out, int64_t now_ms);
};

extern const struct protocol broker_protocol, egd_protocol, fifo_protocol, http_protocol,
	metrics_protocol;

/** protocol_find - by name; NULL: there is none. */
const struct protocol *protocol_find(const char *name);

/** protocol_answer_max - the longest answer of any protocol, in bytes. */
size_t protocol_answer_max(void);

#endif
