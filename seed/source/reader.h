/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_READER_H
#define SEED_SOURCE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seed/source/source.h"

/*
 * A device that a child process opens and reads. Of our descriptors, the child keeps only the pipe and the eventfd that
 * connect it to us. If a driver never returns, it blocks only the child: at the deadline the parent kills the child,
 * and does not wait until it has ended.
 */
struct reader {
	pid_t pid;           /* 0: no child */
	int fd;              /* pipe from the child */
	int go;              /* eventfd: the child starts to read when the parent writes to it */
	unsigned timeout_ms; /* how long the child may take, counted from reader_go() */
	int64_t deadline_ms; /* on the clock of clock_ms(); set by reader_go() */
	size_t left;         /* bytes still to read of the current piece */
	const int *stop;     /* see reader_set_stop(); NULL: none */
};

/**
 * reader_want - decide how many bytes to read; called in the child once the device is open
 * @h:   open, with its final assessment
 * @ctx: the context given to reader_start(), in the child's copy of the parent's memory at that time
 * Returns: the number of bytes; 0: read nothing.
 */
typedef uint64_t reader_want(const struct source_handle *h, const void *ctx);

/**
 * reader_start - fork a child for @spec, which waits for reader_go()
 * @r:           the caller's storage; the caller calls reader_end() in the end, also after an error
 * @timeout_ms:  how long opening and reading may take together, counted from reader_go()
 *
 * When this is called, every secret must be in memory from secret_new(), which the kernel does not copy to a child.
 * The kernel kills the child when the calling thread ends.
 * Returns: 0 or -errno; -EBUSY while too many killed children still hang in their drivers.
 */
int reader_start(struct reader *r, const struct source_spec *spec, unsigned timeout_ms,
	reader_want *want, const void *ctx);

/**
 * reader_set_stop - make reader_open() and reader_read() return -ECANCELED once the descriptor *@stop is readable
 * @stop: must outlive the reader
 *
 * So one thread can end the wait of another thread for a device.
 */
void reader_set_stop(struct reader *r, const int *stop);

/** reader_go - make the child open and read the device now; returns at once. */
void reader_go(struct reader *r);

/**
 * reader_open - wait until the child has opened the device
 * @ret: gets the assessment, the device and the remark; it has no descriptor
 * Returns: 0; the -errno that the source's open returned in the child; or -ETIMEDOUT.
 */
int reader_open(struct reader *r, struct source_handle *ret);

/** reader_read - read all of the next @len bytes. Returns: 0; the -errno of the source's fill; or -ETIMEDOUT. */
int reader_read(struct reader *r, uint8_t *raw, size_t len);

/** reader_end - kill the child if it still runs, and close the pipe. Accepts a zeroed @r. */
void reader_end(struct reader *r);

/** reader_reap - collect killed children that have ended since, else they stay zombies; for processes that run long. */
void reader_reap(void);

/** reader_live - was the reader started, and not ended yet? */
static inline bool reader_live(const struct reader *r)
{
	return r->pid > 0;
}

#endif
