/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_ESTIMATE_H
#define SEED_ESTIMATE_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The ten estimators of NIST SP 800-90B, 6.3.1 to 6.3.10, for data that need not be independent and identically
 * distributed. Pure except for working memory, which is wiped. An estimate is at most an upper bound on the entropy, for
 * an observer who knows only these ten methods; bytes that were hashed look perfect to all of them. What a source is
 * assessed at never depends on an estimate.
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

#define ESTIMATE_NONE (-1.0) /* the estimator does not apply, or there are too few samples for it */
/* Required by SP 800-90B 3.1.1; with fewer, estimates come out too low. */
#define ESTIMATE_SAMPLES 1000000
/* Most bytes of a sample; each needs about 80 bytes of memory, besides 150 MB. */
#define ESTIMATE_MAX 16777216

/*
 * Each estimator runs twice: over the bytes as symbols, and over their bits, the highest bit of a byte first. If a
 * sample has only two different byte values, these are treated as bits, and the estimators run once, for @symbols.
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
 * Time and memory are at most proportional to @len * log(@len).
 * Returns: 0; -EINVAL for @len; -ENOMEM.
 */
int estimate_make(
	const uint8_t *raw, size_t len, estimate_progress show, void *arg, struct estimate *ret);

/** estimate_name - the name of the estimator in SP 800-90B. */
const char *estimate_name(enum estimator e);

#endif
