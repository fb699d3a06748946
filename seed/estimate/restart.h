/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_RESTART_H
#define SEED_ESTIMATE_RESTART_H

#include <stdbool.h>

#include "seed/estimate/sample.h"
#include "seed/estimate/estimate.h"

#define RESTARTS        1000
#define RESTART_SAMPLES 1000 /* after each */

/*
 * The restart tests of SP 800-90B, 3.1.4. They take a matrix with the first samples after each restart as a row, and find
 * out whether a source repeats itself after restarts. A restart here means to close and open the source; no power is cut.
 */
struct restart {
	bool done;         /* the tests were asked for */
	int err;           /* negative errno: the source did not deliver after a restart */
	unsigned restarts; /* restarts after which it delivered */
	double assessed;   /* bits a byte that the results must support; 0: nothing is judged */
	unsigned row_max, column_max; /* highest count of one value in a row, and in a column */
	unsigned cutoff;              /* a count this high, or higher, fails (3.1.4.3) */
	bool estimated; /* @rows and @columns are set; they are not if the counts failed */
	/* Least estimate of the matrix read by rows, and by columns (3.1.4.2). */
	double rows, columns;
};

/** restart_expect - called after the first restart, with the time that all restarts will take at that rate. */
typedef void restart_expect(void *arg, int64_t all_ms);

/**
 * restart_make - restart a source RESTARTS times, and judge the samples
 * @assessed:     bits a byte, for @r->assessed
 * @timeout_ms:   see sample_once()
 * @expect, @show: called with @arg
 * Returns: 0, also if the source failed: see @r->err; -ENOMEM.
 */
int restart_make(struct restart *r, const struct source_spec *spec, double assessed,
	unsigned timeout_ms, restart_expect *expect, sample_progress show, void *arg);

/** restart_passed - the source delivered, and neither test failed; or the tests were not asked for. */
bool restart_passed(const struct restart *r);

/** restart_why - why a source did not pass, as the end of a sentence. */
const char *restart_why(const struct restart *r, char *out, size_t size);

/**
 * restart_cutoff - the lowest count of one value, in a row or column of RESTART_SAMPLES, that fails
 * @assessed: bits a value
 * If 2^@assessed values are equally frequent, the probability that any of 2 * RESTARTS rows and columns reaches the
 * cutoff is at most 0.01, by the union bound over the values.
 */
unsigned restart_cutoff(double assessed);

#endif
