/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_READER_H
#define SEED_SOURCE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seed/source/source.h"

/*
 * A device, opened and read in a child process, which holds no descriptor of ours but the pipe that it
 * writes to. A driver that never returns holds up that child, and nobody else: at the deadline it is
 * killed and left to whoever inherits it.
 */
struct reader {
	pid_t pid; /* 0: none */
	int fd;    /* what the child says */
	int go;    /* written to, or closed, to set it off, or to send it home */
	unsigned patience_ms;
	int64_t deadline_ms; /* of clock_ms(), from reader_go() on */
	size_t left;         /* of the piece that is being read */
	const int *stop;     /* see reader_set_stop(); NULL: none */
};

/**
 * reader_want - how many bytes to read, asked in the child once the device is open
 * @h:   what it is worth is settled
 * @ctx: memory of the parent as it was at reader_start()
 * Returns: bytes; 0: none, nothing is read.
 */
typedef uint64_t reader_want(const struct source_handle *h, const void *ctx);

/**
 * reader_start - a child for @spec, which waits for reader_go()
 * @r:           the caller's storage; needs reader_end() in the end, also after an error
 * @deadline_ms: how long it may take from then on, opening and reading
 *
 * Called where no secret is in memory, or only such as secret_new() gave: a child does not see that. The
 * child ends with the thread that called. Returns: 0 or -errno; -EBUSY while too many that were sent away
 * hang in their drivers.
 */
int reader_start(struct reader *r, const struct source_spec *spec, unsigned deadline_ms,
	reader_want *want, const void *ctx);

/**
 * reader_set_stop - whoever waits for this reader gives up, with -ECANCELED, once the descriptor *@stop is readable
 * @stop: must outlive the reader. For a thread that another one has to be able to end.
 */
void reader_set_stop(struct reader *r, const int *stop);

/** reader_go - open and read now, beside whatever the caller does. */
void reader_go(struct reader *r);

/**
 * reader_open - wait until the device is open
 * @ret: what it is worth, and which it is; no descriptor
 * Returns: 0, or -errno: the source's own, or -ETIMEDOUT.
 */
int reader_open(struct reader *r, struct source_handle *ret);

/** reader_read - the next @len bytes, all of them, or -errno: the source's own, or -ETIMEDOUT. */
int reader_read(struct reader *r, uint8_t *raw, size_t len);

/** reader_end - of a zeroed one as well; a child that still runs is killed. */
void reader_end(struct reader *r);

/** reader_reap - children that were sent away and have gone since leave no zombie; for who lives long. */
void reader_reap(void);

/** reader_live - started, and not ended? */
static inline bool reader_live(const struct reader *r)
{
	return r->pid > 0;
}

#endif
