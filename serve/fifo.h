/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_FIFO_H
#define SERVE_FIFO_H

#include "serve/listener.h"
#include "serve/streams.h"

#define FIFO_PATH    "/run/seedrive/rng"
#define FIFO_MAX     16
#define FIFO_SIZE    4096 /* bytes that lie in it at most, where the kernel lets us say so */
#define FIFO_LOOK_MS 1000

struct fifo;

/*
 * FIFOs from which guests read by QEMU's rng-random. Another holds each of them open, so that no reader ever meets its
 * end: systemd, by seedrived-fifo.socket. We open the path for ourselves, to read and write, and never make, remove or
 * replace it; where it is not there, or is another one than before, it is opened within FIFO_LOOK_MS.
 *
 * What lies in a FIFO is read once, by whoever comes first. Where the rate is limited, it is written in pieces of
 * STREAM_PIECE bytes, so that no reader takes away more than that before the others are awake.
 */
struct fifos {
	struct event_base *base;
	struct streams *streams;
	struct fifo *fifo[FIFO_MAX];
	size_t count;
	struct event *look;
};

/**
 * fifos_init - fill those of @o that are FIFOs from now on
 * @o: @count of them; they and @ss must outlive @fs
 * Needs fifos_clear() in the end, also after an error. Returns: 0 or -ENOMEM.
 */
int fifos_init(struct fifos *fs, struct event_base *base, struct streams *ss,
	const struct listen_options *o, size_t count);

/** fifos_update - fill those of @o from now on; what lies in one that stays is kept. */
void fifos_update(struct fifos *fs, const struct listen_options *o, size_t count);

/** fifos_drop - take away what lies in them: another machine may have the same bytes. */
void fifos_drop(struct fifos *fs);

/** fifos_clear - close our ends, and write nothing any more. */
void fifos_clear(struct fifos *fs);

#endif
