/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_FIFO_H
#define SERVE_FIFO_H

#include "serve/listener.h"
#include "serve/streams.h"

#define FIFO_PATH    "/run/seedrive/rng"
#define FIFO_MAX     16
#define FIFO_SIZE    4096 /* most bytes in a FIFO, if the kernel lets us set its size */
#define FIFO_LOOK_MS 1000 /* how often the paths are checked */

struct fifo;

/*
 * FIFOs from which guests read through QEMU's rng-random. systemd keeps each FIFO open (seedrived-fifo.socket), so that
 * no reader ever sees an end of file. The daemon opens the path too, for reading and writing. It never creates, removes
 * or replaces a FIFO. If the path appears, or leads to another file, the daemon opens it within FIFO_LOOK_MS.
 *
 * Each byte in a FIFO is read once, by the reader that comes first. If the rate is limited, the daemon writes pieces of
 * STREAM_PIECE bytes, so that no reader can take more than one piece before the other readers wake up.
 */
struct fifos {
	struct event_base *base;
	struct streams *streams;
	struct fifo *fifo[FIFO_MAX];
	size_t count;
	struct event *look;
};

/**
 * fifos_init - from now on keep full the FIFOs that are among the listeners @o
 * @o: an array of @count listeners of all protocols; it and @ss must outlive @fs
 * fifos_clear() must be called in the end, also after an error. Returns: 0 or -ENOMEM.
 */
int fifos_init(struct fifos *fs, struct event_base *base, struct streams *ss,
	const struct listen_options *o, size_t count);

/** fifos_update - replace the listeners by @o; a FIFO that is in the old and in the new listeners keeps its bytes. */
void fifos_update(struct fifos *fs, const struct listen_options *o, size_t count);

/** fifos_drop - read and discard the bytes in all FIFOs, because another machine may have the same bytes. */
void fifos_drop(struct fifos *fs);

/** fifos_clear - stop writing, and close the daemon's descriptors. */
void fifos_clear(struct fifos *fs);

#endif
