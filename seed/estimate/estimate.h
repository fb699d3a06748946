/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_ESTIMATE_H
#define SEED_ESTIMATE_ESTIMATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The ten estimators for data that are not independent and identically distributed: NIST
 * SP 800-90B 6.3.1 to 6.3.10. Pure but for working memory, which is wiped. An estimate says at
 * most how much entropy there may be, to an observer who knows nothing but these ten tricks;
 * bytes that were hashed before look full to all of them. Nothing is ever decided by one.
 */
enum estimator {
	ESTIMATE_MCV,         /* 6.3.1 */
	ESTIMATE_COLLISION,   /* 6.3.2; of two symbols only, as the next two */
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

#define ESTIMATE_NONE    (-1.0)  /* does not apply, or too few samples for it */
#define ESTIMATE_SAMPLES 1000000 /* what SP 800-90B 3.1.1 asks for; fewer give less than is there */
#define ESTIMATE_MAX     16777216 /* bytes at a time: of memory some 80 each, and 150 MB for all */

/*
 * Of bytes as they are, and of their bits in a row, the highest of a byte first. Where there are only
 * two symbols they are the bits, and are judged once, as @symbols.
 */
struct estimate {
	double symbols[ESTIMATORS]; /* bits of min-entropy a byte */
	double bits[ESTIMATORS];    /* bits of min-entropy a bit */
	double assessed;            /* min(8, symbols, 8 * bits), over all that apply */
	unsigned alphabet;          /* different symbols seen */
};

typedef void (*estimate_progress)(void *arg, uint64_t done, uint64_t total);

/**
 * estimate_make - all estimates of one sample
 * @raw:  secret
 * @len:  2..ESTIMATE_MAX
 * @show: called now and then, or NULL
 *
 * Time and memory grow as @len does, or as @len * log(@len).
 * Returns: 0; -EINVAL for @len; -ENOMEM.
 */
int estimate_make(
	const uint8_t *raw, size_t len, estimate_progress show, void *arg, struct estimate *ret);

/** estimate_name - as SP 800-90B names it. */
const char *estimate_name(enum estimator e);

#endif
