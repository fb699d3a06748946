/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_FIPS_H
#define SEED_ESTIMATE_FIPS_H

#include <stddef.h>
#include <stdint.h>

#define FIPS_BLOCK 2500 /* bytes in one block: the standard's tests need 20000 bits */

/*
 * The statistical tests of FIPS 140-2 (change notice 1) and the continuous run test, counted as rngtest(1) counts them:
 * the first four bytes of the sample only start the continuous run test, and an incomplete block at the end is not
 * tested. About 8 of 10000 blocks of good data fail one of the tests.
 */
struct fips {
	unsigned blocks, passed; /* passed: blocks that passed all five tests */
	unsigned monobit, poker, runs, long_run, continuous_run; /* blocks that failed this test */
};

/** fips_count - run the tests on all blocks of a sample. Pure; @raw is secret. */
void fips_count(const uint8_t *raw, size_t len, struct fips *ret);

#endif
