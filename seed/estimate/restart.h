/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_RESTART_H
#define SEED_ESTIMATE_RESTART_H

#include <stdbool.h>

#include "seed/estimate/sample.h"
#include "seed/estimate/estimate.h"

#define RESTARTS        1000
#define RESTART_SAMPLES 1000 /* after each */

/*
 * The restart tests of SP 800-90B, 3.1.4, on a matrix with a row for each restart: do the first samples after a
 * restart repeat what came after another one? A restart here is closing and opening again; no power is cut.
 */
struct restart {
	bool done;
	int err;           /* negative errno: a restart did not deliver */
	unsigned restarts; /* that did */
	double assessed;   /* bits a byte, against which the others are held; 0: against nothing */
	unsigned row_max, column_max; /* the count of the most frequent value, */
	unsigned cutoff;              /* which fails from here on (3.1.4.3) */
	bool estimated;       /* the following are there: the counts have not failed already */
	double rows, columns; /* the least estimates of the matrix read either way (3.1.4.2) */
};

/** restart_expect - how long all of it takes, by the time of one; for who has to wait. */
typedef void restart_expect(void *arg, int64_t all_ms);

/**
 * restart_make - restart a source, and judge
 * @assessed: bits a byte
 * Returns: 0, also where the source failed, see @r->err; -ENOMEM.
 */
int restart_make(struct restart *r, const struct source_spec *spec, double assessed,
	unsigned timeout_ms, restart_expect *expect, sample_progress show, void *arg);

/** restart_passed - it delivered, and neither test failed; also where it was not asked for. */
bool restart_passed(const struct restart *r);

/** restart_why - what is wrong with one that did not pass, as the end of a sentence. */
const char *restart_why(const struct restart *r, char *out, size_t size);

/**
 * restart_cutoff - the least count of the most frequent of RESTART_SAMPLES values that fails
 * @assessed: bits a value
 * Such a count comes up in one of 2 * RESTARTS rows and columns with a probability of 0.01 at most, by the union
 * over 2^@assessed equally frequent values.
 */
unsigned restart_cutoff(double assessed);

#endif
