/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_SAMPLE_H
#define SEED_ESTIMATE_SAMPLE_H

#include "seed/health.h"
#include "seed/replay.h"
#include "seed/source/source.h"

#define SAMPLE_POINTS 64 /* points in the plot of the rate over time */
/* The length of a sample is a multiple of this many bytes, so that it has only whole words of a CPU source. */
#define SAMPLE_MULTIPLE 16
#define SAMPLE_PIECE    512 /* bytes of a piece; at most one replay is counted in each piece */

/* After @ns nanoseconds of reading, the source had delivered @bytes bytes. The time of the tests does not count. */
struct sample_point {
	int64_t ns;
	uint64_t bytes;
};

/* The bytes that one source delivered, and the results of its tests. A test that failed is started again after the
 * failure. */
struct sample {
	const struct source_spec *spec;
	uint8_t *raw;      /* secret; the @len bytes that were read before a read failed */
	size_t asked, len; /* bytes asked for, and delivered */
	int err;           /* negative errno: the source is absent, or did not deliver */
	unsigned assessed_bits, per_bytes; /* its assessment; it is final once the source is open */
	bool opened;
	char remark[SOURCE_REMARK_MAX]; /* why it is assessed lower than usual, or empty */
	uint64_t retries;
	unsigned test_mbit; /* min-entropy that the tests assume, see struct source_handle */
	struct health_figures highest;        /* the highest figures over the whole sample */
	unsigned failures[HEALTH_REPLAY + 1]; /* number of failures of each test */
	unsigned startup_failures;   /* failures of any test in the first HEALTH_STARTUP samples */
	struct health_figures first; /* the figures of the first failure */
	/* After a replay: the label of the source that delivered the bytes later; NULL: this source. */
	const char *copy;
	struct sample_point point[SAMPLE_POINTS + 1];
	size_t points;
};

/* For the replay test: the windows of all sources that one check tests. */
struct sample_windows {
	struct windows *all;
	unsigned source; /* number of this source */
	/* Set to the number of another source if this source repeats bytes of that source; else untouched. */
	unsigned *ret_copied;
};

typedef void (*sample_progress)(void *arg, uint64_t done, uint64_t total);

/**
 * sample_take - open a source, read bytes from it, and test them
 * @s:           the caller calls sample_clear() in the end, also after an error
 * @spec:        not copied
 * @asked:       bytes, a multiple of SAMPLE_MULTIPLE
 * @timeout_ms:  limit for opening, and for each single read of a device; not for all reads together
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

/** sample_passed - true if the source delivered all bytes that were asked for, and passed its tests. */
bool sample_passed(const struct sample *s);

/** sample_clear - wipe and free the bytes; the figures remain. */
void sample_clear(struct sample *s);

#endif
