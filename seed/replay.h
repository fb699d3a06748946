/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REPLAY_H
#define SEED_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"
#include "seed/windows.h"

/*
 * The replay test finds bytes that the same source, or another one, has delivered before. The stream of a source is cut
 * into windows of equal length, and the fingerprint of each window is stored. The windows that are looked up begin at
 * every byte. So a copy that is at least two windows long is found at any distance and any offset.
 */
#define REPLAY_SOURCES 255

/* The state of one source's stream between two reads. Secret. All zeros at the beginning of the stream. */
struct replay {
	uint64_t at;                      /* offset in the stream of the next window to look at */
	size_t kept;                      /* number of bytes kept: those that came from there on, */
	uint8_t tail[HEALTH_REPLAY_MOST]; /* and the kept bytes; they are fewer than a window */
	uint8_t joint[2 *
		HEALTH_REPLAY_MOST]; /* scratch space: the kept bytes, then the first new ones */
};

/* Says how a source's windows are handled. */
struct replay_mode {
	unsigned source; /* number of the source, below REPLAY_SOURCES */
	/* The source is abundant (WINDOWS_ABUNDANT): it has many bytes and few bits. A window that begins at every byte
	 * is then looked up only in the parts that health_is_sampled() chooses. */
	bool abundant;
};

/**
 * replay_update - look up the windows of the next bytes, and store those that begin at a multiple of their length
 * @ret_source: written only if 1 is returned: the source that delivered the window before
 *
 * The result does not depend on how the stream is divided into calls.
 * Returns: 0; 1: a window was delivered before, and the bytes after it were not looked up; -ENOMEM.
 */
int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source);

#endif
