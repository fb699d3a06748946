/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_SAMPLE_H
#define SEED_ESTIMATE_SAMPLE_H

#include "seed/health.h"
#include "seed/replay.h"
#include "seed/source/source.h"

#define SAMPLE_POINTS 64 /* points in the plot of the rate over time */
/* Bytes; a sample is a multiple of it, so that words of a CPU source are whole. */
#define SAMPLE_MULTIPLE 16
#define SAMPLE_PIECE    512 /* bytes in which at most one replay is counted */

/* How many bytes the source had delivered after so much time spent in it; the time of the tests does not count. */
struct sample_point {
	int64_t ns;
	uint64_t bytes;
};

/* What one source delivered, and the results of its tests. A test that failed starts again after the failure. */
struct sample {
	const struct source_spec *spec;
	uint8_t *raw;      /* secret; the @len bytes that came before a read failed */
	size_t asked, len; /* bytes asked for, and delivered */
	int err;           /* negative errno: the source is absent, or did not deliver */
	unsigned assessed_bits, per_bytes; /* its assessment, final once it is open */
	bool opened;
	char remark[SOURCE_REMARK_MAX]; /* why it is assessed lower than usual, or empty */
	uint64_t retries;
	unsigned test_mbit; /* min-entropy that the tests assume, see struct source_handle */
	struct health_figures highest;        /* the highest figures over the whole sample */
	unsigned failures[HEALTH_REPLAY + 1]; /* number of failures of each test */
	unsigned startup_failures;   /* failures of any test in the first HEALTH_STARTUP samples */
	struct health_figures first; /* the figures of the first failure */
	/* After a replay: label of the source that delivered the bytes later; NULL: this one. */
	const char *copy;
	struct sample_point point[SAMPLE_POINTS + 1];
	size_t points;
};

/* The windows of all sources of one check, for the replay test. */
struct sample_windows {
	struct windows *all;
	unsigned source; /* number of this source */
	/* If this source repeats bytes of another one, the number of that source; untouched otherwise. */
	unsigned *ret_copied;
};

typedef void (*sample_progress)(void *arg, uint64_t done, uint64_t total);

/**
 * sample_take - open a source, read bytes from it, and test them
 * @s:           the caller calls sample_clear() in the end, also after an error
 * @spec:        not copied
 * @asked:       bytes, a multiple of SAMPLE_MULTIPLE
 * @timeout_ms: limit for opening, and for each read of a device; not for all reads together
 * @show:        called with @arg after each read, or NULL
 *
 * A device is read in a child (seed/source/reader.h), so all secrets of the process must be in memory from secret_new().
 * Returns: 0, also if the source failed: see @s->err; -ENOMEM.
 */
int sample_take(struct sample *s, const struct source_spec *spec, size_t asked, unsigned timeout_ms,
	const struct sample_windows *windows, sample_progress show, void *arg);

/**
 * sample_once - open a source, read @len bytes, and close it, without any test
 * @raw: secret, from secret_new()
 * @len: a multiple of 8
 * @timeout_ms: see sample_take()
 * Returns: 0 or -errno.
 */
int sample_once(const struct source_spec *spec, uint8_t *raw, size_t len, unsigned timeout_ms);

/** sample_passed - the source delivered all bytes that were asked for, and passed its tests. */
bool sample_passed(const struct sample *s);

/** sample_clear - wipe and free the bytes; the figures remain. */
void sample_clear(struct sample *s);

#endif
