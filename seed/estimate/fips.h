/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_FIPS_H
#define SEED_ESTIMATE_FIPS_H

#include <stddef.h>
#include <stdint.h>

#define FIPS_BLOCK 2500 /* bytes: the 20000 bits of one round of tests */

/*
 * The statistical tests of FIPS 140-2 (change notice 1) and the continuous run test, as rngtest(1)
 * counts them: the first four bytes only start the continuous test, a rest shorter than a block is
 * left. Some 8 of 10000 blocks of good data fail one of them.
 */
struct fips {
	unsigned blocks, passed;                                 /* passed: all five */
	unsigned monobit, poker, runs, long_run, continuous_run; /* blocks that failed it */
};

/** fips_count - pure; @raw is secret. */
void fips_count(const uint8_t *raw, size_t len, struct fips *ret);

#endif
