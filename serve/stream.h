/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_STREAM_H
#define SERVE_STREAM_H

#include <sys/uio.h>

#include "serve/egd.h"
#include "serve/streams.h"

/* A throttled client waits until this many bytes may be sent to it, or all bytes that it wants, if those are fewer. */
#define STREAM_PIECE 64
#define STREAM_INPUT 4096 /* bytes read at once */

struct stream;

/* The differences between a connection and a FIFO. */
struct stream_kind {
	size_t least; /* the fewest bytes to send at once, unless fewer are owed */
	/* Returns: how many bytes were sent, or -1 with errno. */
	ssize_t (*send)(struct stream *s, struct iovec part[2]);
	void (*owe)(
		struct stream *s); /* called when everything owed is sent; NULL: nothing to do */
	void (*over)(struct stream *s); /* close the stream and remove it */
};

/* A client of serve/streams.h, or a FIFO of serve/fifo.h. Its owner sets the first part and zeroes the rest. */
struct stream {
	struct round_place place; /* first, so that a pointer to it is a pointer to the stream */
	const struct stream_kind *kind;
	struct streams *all;
	struct account *account; /* NULL for a FIFO */
	const struct listen_options *options;
	struct allowance_rule rule;
	int64_t uid, pid; /* -1: unknown */
	int fd;
	/* Owned by serve/streams.c: */
	TAILQ_ENTRY(stream) entry, account_entry;
	/* Owned by serve/stream.c and serve/stream_send.c: */
	struct round *round; /* the round that contains @place; NULL: none yet */
	struct tally *tally;
	uint64_t bytes; /* sent so far */
	struct egd_client egd;
	struct allowance allowance;
	bool ended;   /* nothing more will be read from it */
	bool blocked; /* its socket accepts no more bytes for now */
	bool waits;   /* its allowance is used up for now */
	/* @writable and @later are created when first needed. */
	struct event *readable, *writable, *later;
	uint8_t *rest; /* input that was read but not parsed yet */
	size_t rest_len;
};

/** stream_start - begin to read requests. Returns: 0; -ENOMEM, and the caller still owns @s->fd. */
int stream_start(struct stream *s);

/** stream_end - close the stream; the caller frees @s. */
void stream_end(struct stream *s);

/** stream_count - count the stream, and the bytes sent to it, in the tally of the listener that it belongs to now. */
void stream_count(struct stream *s);

/** stream_input - read requests once, and parse as many as fit. Returns: whether there may be more to read. */
bool stream_input(struct stream *s);

/** stream_take_in_rest - parse the input that did not fit before; @s->rest must not be NULL. */
void stream_take_in_rest(struct stream *s);

/** stream_wake - queue the stream for a visit if it has requests, and if it is neither blocked nor throttled. */
void stream_wake(struct stream *s);

/** stream_round - the round that the stream belongs to now. */
struct round *stream_round(struct stream *s);

/** stream_move - queue the stream for a visit in its round, see stream_round(). */
void stream_move(struct stream *s);

/**
 * stream_serve - send what may be sent in this visit
 * Returns: 1: the stream wants another visit; 0: it does not; -errno: close it.
 */
int stream_serve(struct stream *s, int64_t now_ms);

/** stream_set_rule - from now on serve the stream by @rule. */
void stream_set_rule(struct stream *s, const struct allowance_rule *rule);

/** streams_ask - ask the policy about a client; streams_ask_again - ask about all clients whose answer has expired. */
void streams_ask(struct stream *s);
void streams_ask_again(struct streams *ss);

/** streams_policy_result - apply the policy's answer to all clients of an account; has the type policy_result. */
void streams_policy_result(void *streams, account_id id, const struct policy_answer *answer);

/** stream_is_over - whether the stream has ended, and everything that was requested before is sent. */
bool stream_is_over(const struct stream *s);

#endif
