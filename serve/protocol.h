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
 * A protocol between the daemon and its clients; each is a row of the table in protocol.c. The row of a protocol of
 * packets turns bytes into requests to the desk, and the desk's decisions into bytes. It never decides who gets how
 * much.
 */
struct protocol {
	const char *name;
	/* The type of the listener's socket. SOCK_SEQPACKET: each answer is one packet, and the members from @input_max
	 * on describe the protocol. With the other types these members are unused. SOCK_STREAM: the protocol is HTTP
	 * (serve/web.h) if there is a @site, otherwise a stream of bytes (serve/streams.h). 0: a FIFO (serve/fifo.h),
	 * which has no socket. */
	int socket_type;
	const struct web_site *site; /* the pages, if the protocol is HTTP; else NULL */
	/* How many bytes to read of a packet: one more than the longest valid packet, at most PROTOCOL_INPUT_MAX. */
	size_t input_max;
	size_t answer_max; /* the longest answer */
	int64_t ask_ms;    /* how long a new client may be silent */

	/**
	 * input - process a packet from a client
	 * @len: 1 to @input_max; a longer packet was cut to @input_max
	 * It calls client_ask() or client_refuse(), or sets the client's state.
	 */
	void (*input)(
		struct client *c, struct desk *d, const uint8_t *raw, size_t len, int64_t now_ms);

	/**
	 * answer - write an answer with the desk's decision for the client, and set the client's new state
	 * @block: with DESK_GIVEN, the blocks of the request
	 * @out:   @answer_max bytes, secret
	 * Returns: how many bytes of @out to send.
	 */
	size_t (*answer)(struct client *c, enum desk_result result,
		const struct broker_block *block, uint8_t *out, int64_t now_ms);
};

extern const struct protocol broker_protocol, egd_protocol, fifo_protocol, http_protocol,
	metrics_protocol;

/** protocol_find - the protocol called @name; NULL: there is none. */
const struct protocol *protocol_find(const char *name);

/** protocol_answer_max - the longest answer of any protocol, in bytes. */
size_t protocol_answer_max(void);

#endif
