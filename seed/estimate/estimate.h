/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_ESTIMATE_H
#define SEED_ESTIMATE_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The ten estimators of NIST SP 800-90B, 6.3.1 to 6.3.10, for data that need not be independent and identically
 * distributed. They are pure, except that they allocate memory, which is wiped. An estimate is only an upper bound on
 * the entropy, and only for an observer who knows nothing but these ten methods: bytes that were hashed look perfect to
 * all of them. So the assessment of a source never depends on an estimate.
 */
enum estimator {
	ESTIMATE_MCV,         /* 6.3.1 */
	ESTIMATE_COLLISION,   /* 6.3.2; only for two symbols, like the next two */
	ESTIMATE_MARKOV,      /* 6.3.3 */
	ESTIMATE_COMPRESSION, /* 6.3.4 */
	ESTIMATE_TUPLE,       /* 6.3.5 */
	ESTIMATE_LRS,         /* 6.3.6 */
	ESTIMATE_MCW,         /* 6.3.7 */
	ESTIMATE_LAG,         /* 6.3.8 */
	ESTIMATE_MMC,         /* 6.3.9 */
	ESTIMATE_LZ78Y,       /* 6.3.10 */
	ESTIMATORS,
};

#define ESTIMATE_NONE (-1.0) /* the estimator does not apply, or the sample is too short for it */
/* The number of samples that SP 800-90B 3.1.1 requires; with fewer samples, estimates come out too low. */
#define ESTIMATE_SAMPLES 1000000
/* The largest sample, in bytes. An estimate needs about 80 bytes of memory for each of them, and 150 MB besides. */
#define ESTIMATE_MAX 16777216

/*
 * Each estimator runs twice: for @symbols over the bytes, and for @bits over the bits of these bytes, the highest bit
 * of a byte first. If a sample has only two different byte values, these are treated as bits, and each estimator runs
 * once, for @symbols.
 */
struct estimate {
	double symbols[ESTIMATORS]; /* bits of min-entropy a byte */
	double bits[ESTIMATORS];    /* bits of min-entropy a bit */
	double assessed;            /* min(8, symbols, 8 * bits), over all estimators that apply */
	unsigned alphabet;          /* number of different byte values in the sample */
};

typedef void (*estimate_progress)(void *arg, uint64_t done, uint64_t total);

/**
 * estimate_make - run all estimators on one sample
 * @raw:  secret
 * @len:  2..ESTIMATE_MAX
 * @show: called after each estimator, with @arg; or NULL
 *
 * The time and the memory needed grow at most in proportion to @len * log(@len).
 * Returns: 0; -EINVAL for @len; -ENOMEM.
 */
int estimate_make(
	const uint8_t *raw, size_t len, estimate_progress show, void *arg, struct estimate *ret);

/** estimate_name - the name of the estimator in SP 800-90B. */
const char *estimate_name(enum estimator e);

#endif
