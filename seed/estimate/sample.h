/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_SAMPLE_H
#define SEED_ESTIMATE_SAMPLE_H

#include "seed/health.h"
#include "seed/replay.h"
#include "seed/source/source.h"

#define SAMPLE_POINTS   64  /* of the rate over time */
#define SAMPLE_MULTIPLE 16  /* bytes: whole words of a CPU source */
#define SAMPLE_PIECE    512 /* bytes in which a replay is counted once */

/* So many bytes had come after so long a time in the source; that of the tests is not counted. */
struct sample_point {
	int64_t ns;
	uint64_t bytes;
};

/* What one source delivered, and how it fared. A test that failed begins anew behind that sample. */
struct sample {
	const struct source_spec *spec;
	uint8_t *raw; /* secret; @len bytes, all before the read that failed */
	size_t asked, len;
	int err;                           /* negative errno: absent, or it failed to deliver */
	unsigned assessed_bits, per_bytes; /* as settled when it was opened */
	bool opened;
	char remark[SOURCE_REMARK_MAX]; /* why it is worth less than usual, or empty */
	uint64_t retries;
	unsigned test_mbit;                   /* at which it was tested */
	struct health_figures highest;        /* the figures of all of it */
	unsigned failures[HEALTH_REPLAY + 1]; /* windows in which each test failed */
	unsigned startup_failures;            /* of any, in the first HEALTH_STARTUP samples */
	struct health_figures first;          /* those of the first failure */
	const char *copy; /* of a replay: who delivered its bytes later; NULL: itself */
	struct sample_point point[SAMPLE_POINTS + 1];
	size_t points;
};

/* The windows of all sources of a run, and which of these this one is. */
struct sample_windows {
	struct windows *all;
	unsigned source;
	unsigned *ret_copied; /* whose bytes came again, where this one's were; else untouched */
};

typedef void (*sample_progress)(void *arg, uint64_t done, uint64_t total);

/**
 * sample_take - open a source, take bytes from it, and test them as they come
 * @s:       needs sample_clear() in the end, also after an error
 * @spec:    not copied
 * @asked:   bytes, a multiple of SAMPLE_MULTIPLE
 * @patience_ms: for the opening, and for each few bytes of a device, not for all of them
 *
 * A device is read in a child, see seed/source/reader.h; no secret may be in memory but what secret_new() gave.
 * Returns: 0, also where the source failed, see @s->err; -ENOMEM.
 */
int sample_take(struct sample *s, const struct source_spec *spec, size_t asked,
	unsigned patience_ms, const struct sample_windows *windows, sample_progress show,
	void *arg);

/**
 * sample_once - open a source, take @len bytes, close it; nothing is tested
 * @raw: secret, from secret_new()
 * @len: a multiple of 8
 * Returns: 0 or -errno.
 */
int sample_once(const struct source_spec *spec, uint8_t *raw, size_t len, unsigned patience_ms);

/** sample_passed - it delivered all that was asked for, and passed its tests. */
bool sample_passed(const struct sample *s);

/** sample_clear - wipe and free the bytes; the figures stay. */
void sample_clear(struct sample *s);

#endif
