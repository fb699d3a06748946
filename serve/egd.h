/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_EGD_H
#define SERVE_EGD_H

#include <stdbool.h>

#include "util/wire/egd.h"

#define EGD_ITEMS 8

/* Consecutive requests of the same kind that are still waiting. */
struct egd_item {
	uint8_t command;
	uint8_t bytes;  /* with EGD_TRY: how many bytes each of the requests asks for */
	uint64_t count; /* number of requests; with EGD_READ: the sum of their bytes */
};

/*
 * One client that speaks EGD (util/wire/egd.h): its requests that are not answered yet. It has no socket and no clock.
 *
 * QEMU's rng-egd uses only EGD_READ. All its requests are kept as one number, so the daemon can always read from such a
 * client, however long the client has to wait. Of other requests, up to EGD_ITEMS runs are kept. If there are more, the
 * daemon stops reading from the client until it has answered some of them.
 */
struct egd_client {
	struct egd_parser parser;
	struct egd_item item[EGD_ITEMS];
	uint8_t first, items;
	/* The answer that is being sent: @head_len fixed bytes, of which @head_sent are sent, then @owed random bytes. */
	uint8_t head_len, head_sent;
	uint8_t head[EGD_PID_MAX];
	uint64_t owed;
};

/* The values on which an answer depends. */
struct egd_now {
	uint32_t bits; /* the answer to EGD_BITS */
	unsigned pid;
	uint64_t allowed; /* random bytes that may be sent to the client now */
};

/** egd_offered - called with bytes that a client offers. They count as no entropy. */
typedef void egd_offered(void *to, const uint8_t *bytes, size_t len);

/**
 * egd_input - parse what a client has sent, and queue its requests
 * @ret_used: how many bytes were processed; fewer than @len if egd_is_full() has become true, or after an error
 * Returns: 0; -EBADMSG: the bytes that follow are not a request. The caller closes the client once all requests before
 * them are answered.
 */
int egd_input(struct egd_client *c, const uint8_t *raw, size_t len, size_t *ret_used,
	egd_offered *offered, void *to);

/** egd_add_ahead - queue @bytes bytes for sending that the client did not request; @c must be idle. */
void egd_add_ahead(struct egd_client *c, uint32_t bytes);

/** egd_is_full - whether no more input can be processed before a request is answered. */
bool egd_is_full(const struct egd_client *c);

/**
 * egd_next - begin the next answer, unless an answer is being sent already
 * After this, the caller sends @c->head, and then @c->owed random bytes. Returns: whether there is anything to send.
 */
bool egd_next(struct egd_client *c, const struct egd_now *now);

/** egd_sent - note that @len bytes of the answer were sent. */
void egd_sent(struct egd_client *c, size_t len);

/** egd_is_idle - whether all requests are answered and sent. */
bool egd_is_idle(const struct egd_client *c);

#endif
