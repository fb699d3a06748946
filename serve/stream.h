/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_STREAM_H
#define SERVE_STREAM_H

#include <sys/uio.h>

#include "serve/egd.h"
#include "serve/streams.h"

#define STREAM_PIECE 64 /* bytes for which a throttled client waits, if it wants as many */

struct stream;

/* What is different for a connection and for a FIFO. */
struct stream_kind {
	size_t least; /* bytes of a piece: fewer are not sent, unless fewer are owed */
	ssize_t (*send)(struct stream *s, struct iovec part[2]); /* or -1 and errno */
	void (*owe)(struct stream *s);  /* once all that was owed is sent; NULL: nothing */
	void (*over)(struct stream *s); /* it is over: close it, and forget it */
};

/* One client of serve/streams.h, or a FIFO of serve/fifo.h. Its owner sets the first part, and all else is zero. */
struct stream {
	struct round_place place; /* first, so that round_visit() leads to its stream */
	const struct stream_kind *kind;
	struct streams *all;
	struct account *account; /* of a connection */
	const struct listen_options *options;
	struct allowance_rule rule;
	int64_t uid, pid; /* -1: not known */
	int fd;
	/* serve/streams.c's: */
	TAILQ_ENTRY(stream) entry, account_entry;
	/* serve/stream.c's, and serve/stream_send.c's: */
	struct round *round; /* in which it wants to be visited; NULL: none yet */
	struct tally *tally;
	uint64_t bytes; /* that it was sent */
	struct egd_client egd;
	struct allowance allowance;
	bool ended;                                /* nothing more is read from it */
	bool blocked;                              /* until its socket takes more */
	bool waits;                                /* until it is allowed more */
	struct event *readable, *writable, *later; /* the last two when first needed */
	uint8_t *rest;                             /* of its input, read and not taken in */
	size_t rest_len;
};

/** stream_start - from now on read what it asks for. Returns: 0; -ENOMEM, and @s->fd is the caller's still. */
int stream_start(struct stream *s);

/** stream_end - close it; the caller frees it. */
void stream_end(struct stream *s);

/** stream_count - it counts as a client of its listener, and what it is sent with it. */
void stream_count(struct stream *s);

/** stream_input - what it asks for, as far as that goes in. Returns: whether there may be more. */
bool stream_input(struct stream *s);

/** stream_take_in_rest - the same with what did not go in, of which there is some. */
void stream_take_in_rest(struct stream *s);

/** stream_wake - let its turn come, if it waits for nothing else. */
void stream_wake(struct stream *s);

/** stream_round - the round in which it belongs now. */
struct round *stream_round(struct stream *s);

/** stream_move - it wants a visit in that one. */
void stream_move(struct stream *s);

/** stream_serve - send what it may be sent in this visit. Returns: 1 if it wants another; 0; -errno if that is its end. */
int stream_serve(struct stream *s, int64_t now_ms);

/** stream_set_rule - from now on it is served by @rule. */
void stream_set_rule(struct stream *s, const struct allowance_rule *rule);

/** streams_ask - ask the policy about a client; streams_ask_again - about all of whom nothing holds any more. */
void streams_ask(struct stream *s);
void streams_ask_again(struct streams *ss);

/** streams_policy_result - what is known of the clients of an account: a policy_result. */
void streams_policy_result(void *streams, account_id id, const struct policy_answer *answer);

/** stream_is_over - whether all that was asked for before it ended has been sent. */
bool stream_is_over(const struct stream *s);

#endif
