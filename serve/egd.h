/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_EGD_H
#define SERVE_EGD_H

#include <stdbool.h>

#include "util/wire/egd.h"

#define EGD_ITEMS 8

/* Requests of one kind, one after another, and not begun to be answered. */
struct egd_item {
	uint8_t command, bytes; /* of EGD_TRY: asked for by each */
	uint64_t count;         /* requests; of EGD_READ all their bytes */
};

/*
 * One client that speaks EGD (util/wire/egd.h): what it has asked for and has not been sent. No socket, no clock.
 *
 * All that is asked by EGD_READ, as QEMU's rng-egd does, is one number, so that such a client is read from for ever,
 * however long it waits. Of other requests EGD_ITEMS may be mixed; then the client is not read from until some are
 * answered.
 */
struct egd_client {
	struct egd_parser parser;
	struct egd_item item[EGD_ITEMS];
	uint8_t first, items;
	uint8_t head_len, head_sent; /* of the answer that is being sent: fixed bytes, ... */
	uint8_t head[EGD_PID_MAX];
	uint64_t owed; /* ... then so many random ones */
};

/* What an answer depends on. */
struct egd_now {
	uint32_t bits; /* at hand */
	unsigned pid;
	uint64_t allowed; /* random bytes that the client may have now */
};

/** egd_offered - bytes that a client offers; they are worth nothing. */
typedef void egd_offered(void *to, const uint8_t *bytes, size_t len);

/**
 * egd_input - what a client has sent
 * @ret_used: bytes that are done with; fewer than @len if egd_is_full() then, or after an error
 * Returns: 0; -EBADMSG: the rest is no request, and the client is to be closed once its requests are answered.
 */
int egd_input(struct egd_client *c, const uint8_t *raw, size_t len, size_t *ret_used,
	egd_offered *offered, void *to);

/** egd_add_ahead - owe it @bytes for which it has not asked; @c is idle. */
void egd_add_ahead(struct egd_client *c, uint32_t bytes);

/** egd_is_full - no more of it can be read now. */
bool egd_is_full(const struct egd_client *c);

/**
 * egd_next - begin the next answer, if none is being sent
 * Afterwards @c->head and @c->owed are what is to be sent. Returns: whether that is anything.
 */
bool egd_next(struct egd_client *c, const struct egd_now *now);

/** egd_sent - @len bytes of that have been. */
void egd_sent(struct egd_client *c, size_t len);

/** egd_is_idle - all that was asked for is sent. */
bool egd_is_idle(const struct egd_client *c);

#endif
