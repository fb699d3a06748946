/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REPLAY_H
#define SEED_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"
#include "seed/windows.h"

/*
 * The replay test: finds bytes that the same source, or another one, delivered before. The stream of a source is cut
 * into windows of equal length, and the fingerprint of each is stored. The window that begins at each single byte is
 * looked up. So a copy that is at least two windows long is found at any distance and any offset.
 */
#define REPLAY_SOURCES 255

/* The state of one source's stream between two reads. Secret. All zeros at the beginning of the stream. */
struct replay {
	uint64_t at;                      /* offset in the stream of the next window to look at */
	size_t kept;                      /* number of bytes that were delivered from there on, */
	uint8_t tail[HEALTH_REPLAY_MOST]; /* and these bytes: fewer than a window */
	uint8_t joint[2 *
		HEALTH_REPLAY_MOST]; /* scratch space: the tail, and the first of the next bytes */
};

/* How a source's windows are handled. */
struct replay_mode {
	unsigned source; /* number of the source, below REPLAY_SOURCES */
	/* The source has many bytes and few bits (WINDOWS_ABUNDANT). Windows are then looked up at every byte only in the
	 * parts that health_is_sampled() chooses. */
	bool abundant;
};

/**
 * replay_update - look up the windows of the next bytes, and store those that begin at a multiple of their length
 * @ret_source: written only if 1 is returned: the source that had delivered the window before
 *
 * The result does not depend on how the stream is divided into calls.
 * Returns: 0; 1: a window was delivered before, and the bytes after it were not looked at; -ENOMEM.
 */
int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source);

#endif
