/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_RESTART_H
#define SEED_ESTIMATE_RESTART_H

#include <stdbool.h>

#include "seed/estimate/sample.h"
#include "seed/estimate/estimate.h"

#define RESTARTS        1000
#define RESTART_SAMPLES 1000 /* samples that are taken after each restart */

/*
 * The restart tests of SP 800-90B, 3.1.4. They find out whether a source repeats itself after restarts. They use a
 * matrix: each row has the first samples after one restart. Here, to restart a source means to close and open it again;
 * its power is not switched off.
 */
struct restart {
	bool done;         /* the tests were asked for */
	int err;           /* negative errno: the source did not deliver after a restart */
	unsigned restarts; /* number of restarts after which it delivered */
	double assessed;   /* bits a byte that the results must support; 0: nothing is judged */
	unsigned row_max, column_max; /* highest count of one value in a row, and in a column */
	unsigned cutoff;              /* a count this high, or higher, fails (3.1.4.3) */
	bool estimated; /* @rows and @columns are set; they are not set if the counts failed */
	/* The lowest estimate of the matrix read by rows, and that of the matrix read by columns (3.1.4.2). */
	double rows, columns;
};

/**
 * restart_expect - called after the first restart. @all_ms: the time that all restarts will take if each takes as long.
 */
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

/** restart_passed - true if the source delivered and passed both tests, or if the tests were not asked for. */
bool restart_passed(const struct restart *r);

/** restart_why - why a source did not pass, as the end of a sentence. */
const char *restart_why(const struct restart *r, char *out, size_t size);

/**
 * restart_cutoff - the lowest count of one value in a row or column of RESTART_SAMPLES samples that makes the test fail
 * @assessed: bits a value
 * If 2^@assessed values are equally frequent, the probability that a count in any of the 2 * RESTARTS rows and columns
 * reaches the cutoff is at most 0.01, by the union bound over the values.
 */
unsigned restart_cutoff(double assessed);

#endif
