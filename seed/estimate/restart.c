/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/restart.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALL (RESTARTS * RESTART_SAMPLES)

/* Returns: P(Bin(n, 2^-h) >= c). It is summed from the largest count down, so that the smallest terms are added
 * first. */
static double tail(unsigned n, double h, unsigned c)
{
	const double p = exp2(-h);
	double sum = 0;
	unsigned i;

	if (p >= 1)
		return 1;
	for (i = n + 1; i-- > c;)
		sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(p) +
			(n - i) * log1p(-p));
	return sum;
}

unsigned restart_cutoff(double assessed)
{
	const double alpha = -expm1(log(0.99) / (2 * RESTARTS));
	unsigned low = 1, high = RESTART_SAMPLES + 1;

	while (low < high) {
		const unsigned middle = (low + high) / 2;

		if (exp2(assessed) * tail(RESTART_SAMPLES, assessed, middle) <= alpha)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static unsigned count_most_frequent(const uint8_t *raw)
{
	unsigned count[256] = { 0 }, most = 0;
	size_t i;

	for (i = 0; i < RESTART_SAMPLES; i++)
		count[raw[i]]++;
	for (i = 0; i < 256; i++)
		most = count[i] > most ? count[i] : most;
	return most;
}

static unsigned most_of_rows(const uint8_t *matrix)
{
	unsigned most = 0, count;
	size_t i;

	for (i = 0; i < RESTARTS; i++) {
		count = count_most_frequent(matrix + i * RESTART_SAMPLES);
		most = count > most ? count : most;
	}
	return most;
}

static void transpose(uint8_t *to, const uint8_t *matrix)
{
	size_t i, j;

	for (i = 0; i < RESTARTS; i++)
		for (j = 0; j < RESTART_SAMPLES; j++)
			to[j * RESTARTS + i] = matrix[i * RESTART_SAMPLES + j];
}

static void restart_all(struct restart *r, uint8_t *matrix, const struct source_spec *spec,
	unsigned timeout_ms, restart_expect *expect, sample_progress show, void *arg)
{
	const int64_t began = clock_ms();

	while (r->restarts < RESTARTS && r->err == 0) {
		r->err = sample_once(
			spec, matrix + r->restarts * RESTART_SAMPLES, RESTART_SAMPLES, timeout_ms);
		if (r->err < 0)
			break;
		if (r->restarts++ == 0)
			expect(arg, (clock_ms() - began) * RESTARTS);
		show(arg, r->restarts, RESTARTS);
	}
}

static bool counts_fail(const struct restart *r)
{
	return r->row_max >= r->cutoff || r->column_max >= r->cutoff;
}

/* If the counts have failed, the estimates are left out: they take long, and cannot change the verdict. */
static int judge(struct restart *r, uint8_t *matrix, uint8_t *turned)
{
	struct estimate e;
	int err = 0;

	transpose(turned, matrix);
	r->row_max = most_of_rows(matrix);
	r->column_max = most_of_rows(turned);
	r->cutoff = restart_cutoff(r->assessed);
	if (r->assessed > 0 && counts_fail(r))
		return 0;
	err = estimate_make(matrix, ALL, NULL, NULL, &e);
	r->estimated = true;
	r->rows = e.assessed;
	if (err == 0)
		err = estimate_make(turned, ALL, NULL, NULL, &e);
	r->columns = e.assessed;
	return err;
}

int restart_make(struct restart *r, const struct source_spec *spec, double assessed,
	unsigned timeout_ms, restart_expect *expect, sample_progress show, void *arg)
{
	uint8_t *matrix = secret_new(2 * (size_t)ALL);
	int err = 0;

	*r = (struct restart){ .done = true, .assessed = assessed };
	if (!matrix)
		return -ENOMEM;
	restart_all(r, matrix, spec, timeout_ms, expect, show, arg);
	if (r->err == 0)
		err = judge(r, matrix, matrix + ALL);
	secret_free(matrix);
	secret_wipe_stack();
	return err;
}

static bool estimates_fail(const struct restart *r)
{
	return fmin(r->rows, r->columns) < r->assessed / 2;
}

bool restart_passed(const struct restart *r)
{
	return !r->done ||
		(r->err == 0 && (r->assessed <= 0 || (!counts_fail(r) && !estimates_fail(r))));
}

const char *restart_why(const struct restart *r, char *out, size_t size)
{
	if (r->err < 0)
		snprintf(out, size, "%s, after %u of %d restarts", strerror(-r->err), r->restarts,
			RESTARTS);
	else if (counts_fail(r))
		snprintf(out, size,
			"restarts: one value %u times in the %d samples after one restart, %u times at one position after all restarts, cutoff %u",
			r->row_max, RESTARTS, r->column_max, r->cutoff);
	else
		snprintf(out, size,
			"restarts: estimated at %.3f bits a byte, less than half of the %.4g assessed",
			fmin(r->rows, r->columns), r->assessed);
	return out;
}
