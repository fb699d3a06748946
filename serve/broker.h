/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BROKER_H
#define SERVE_BROKER_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "util/wire/broker.h"
#include "serve/limit.h"
#include "serve/reservoir.h"

/*
 * The desk at which blocks are asked for: packets in, packets out, in the words of util/wire/broker.h. No
 * socket, no clock, no message: those are the caller's.
 *
 * A client asks once. What he asked for he gets whole, or a word why not; then he may note what became
 * of it, and that was all. A request that finds too few blocks waits for a while. Of those who wait, who has
 * had least of late comes first, and nobody waits for somebody whose turn it is but whose blocks are
 * not there.
 */
#define BROKER_ASK_MS  5000   /* for the request to come */
#define BROKER_WAIT_MS 500    /* for blocks to be drawn */
#define BROKER_NOTE_MS 120000 /* for the note, while a drive is being made */

enum broker_state {
	BROKER_ASKS,    /* nothing has come from him yet */
	BROKER_WAITS,   /* his request has no answer yet */
	BROKER_REFUSES, /* his answer is due, and will be no */
	BROKER_HAS,     /* he has his blocks, and may still say what for */
	BROKER_DONE,    /* to be closed */
};

#define BROKER_SOURCES (4 * BROKER_PROVENANCE)

/* What somebody was given, for the journal. */
struct broker_given {
	uid_t uid;
	pid_t pid;
	uint32_t blocks; /* 0: nothing */
	uint32_t hardware_bits;
	char sources[BROKER_SOURCES]; /* the provenance of each, those that are alike once */
	bool noted;                   /* he has said: */
	struct broker_note note;
};

struct broker_client {
	enum broker_state state;
	enum broker_status why; /* of BROKER_REFUSES */
	uint32_t blocks;        /* asked for */
	int64_t until_ms;       /* what he has to do is to be done by then */
	struct broker_given given;
	TAILQ_ENTRY(broker_client) entry; /* of those who wait, in the order in which they came */
};

struct broker {
	struct reservoir *reservoir;
	struct limit limit;
	TAILQ_HEAD(broker_queue, broker_client) queue;
	struct broker_block *block; /* secret; on its way from the reservoir into an answer */
	/* For the caller to tell of, and to set back: requests that found nothing, requests of those who
	 * had had their share, and who was the last of them. */
	unsigned empty, limited;
	uid_t limited_uid;
};

/** broker_init - needs broker_clear() in the end, also after an error. 0 or -ENOMEM. */
int broker_init(struct broker *b, struct reservoir *reservoir, uint32_t rate, uint32_t burst);
void broker_clear(struct broker *b);

/** broker_open - somebody new is there. */
void broker_open(struct broker_client *c, uid_t uid, pid_t pid, int64_t now_ms);

/** broker_packet - what he says, whole; whether it makes sense is seen by his state. */
void broker_packet(
	struct broker *b, struct broker_client *c, const uint8_t *raw, size_t len, int64_t now_ms);

/**
 * broker_answer - the next answer that is due
 * @out: BROKER_ANSWER_MAX bytes, secret, wiped by the caller
 * Returns: whom it goes to, with his new state; NULL: nobody's is due now.
 */
struct broker_client *broker_answer(
	struct broker *b, uint8_t *out, size_t *ret_len, int64_t now_ms);

/** broker_close - he is gone: what he still waits for is nobody's. Look at @c->given before. */
void broker_close(struct broker *b, struct broker_client *c, int64_t now_ms);

#endif
