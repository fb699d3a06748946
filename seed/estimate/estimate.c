/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"
#include "util/secret.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One view of a sample, and the array for its ten results. */
struct job {
	struct view view;
	double *out;
	estimate_progress show;
	void *arg;
	/* Progress over all views, counted in samples: each estimator adds each sample once. */
	uint64_t done, total;
};

const char *estimate_name(enum estimator e)
{
	static const char *const names[ESTIMATORS] = { "Most Common Value", "Collision", "Markov",
		"Compression", "t-Tuple", "LRS", "MultiMCW", "Lag", "MultiMMC", "LZ78Y" };

	return names[e];
}

/* Progress counts samples and not estimators: the view of the bits has eight times as many samples, and takes eight
 * times as long. */
static void step(struct job *j)
{
	j->done += j->view.len;
	if (j->show)
		j->show(j->arg, j->done, j->total);
}

/* Runs the estimators that do not allocate memory, in the order of the standard. */
static void run_plain(struct job *j)
{
	static const struct {
		enum estimator e;
		bool binary; /* defined for two symbols only */
		double (*run)(const struct view *v);
	} plain[] = {
		{ ESTIMATE_MCV, false, estimate_mcv },
		{ ESTIMATE_COLLISION, true, estimate_collision },
		{ ESTIMATE_MARKOV, true, estimate_markov },
		{ ESTIMATE_COMPRESSION, true, estimate_compression },
		{ ESTIMATE_MCW, false, estimate_mcw },
		{ ESTIMATE_LAG, false, estimate_lag },
	};
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (!plain[i].binary || j->view.k == 2)
			j->out[plain[i].e] = plain[i].run(&j->view);
		step(j);
	}
}

static int run_all(struct job *j)
{
	int r;

	run_plain(j);
	r = estimate_tuples(&j->view, j->out + ESTIMATE_TUPLE, j->out + ESTIMATE_LRS);
	step(j);
	step(j);
	if (r == 0)
		r = estimate_mmc(&j->view, j->out + ESTIMATE_MMC);
	step(j);
	if (r == 0)
		r = estimate_lz78y(&j->view, j->out + ESTIMATE_LZ78Y);
	step(j);
	secret_wipe_stack();
	return r;
}

/* Renumbers the symbols of @raw into @out as 0, 1, ... without gaps. Returns: how many symbols there are. */
static unsigned renumber(const uint8_t *raw, size_t len, uint8_t *out)
{
	bool seen[256] = { false };
	uint8_t number[256] = { 0 };
	unsigned k = 0, c;
	size_t i;

	for (i = 0; i < len; i++)
		seen[raw[i]] = true;
	for (c = 0; c < 256; c++)
		if (seen[c])
			number[c] = (uint8_t)k++;
	for (i = 0; i < len; i++)
		out[i] = number[raw[i]];
	return k;
}

static void spell_bits(const uint8_t *raw, size_t len, uint8_t *out)
{
	size_t i;
	int bit;

	for (i = 0; i < len; i++)
		for (bit = 7; bit >= 0; bit--)
			*out++ = raw[i] >> bit & 1;
}

static int run_bits(struct job *j, const uint8_t *raw, size_t len)
{
	uint8_t *bits = estimate_new(8 * len, 1);
	int r = -ENOMEM;

	if (!bits)
		goto out;
	spell_bits(raw, len, bits);
	j->view = (struct view){ .s = bits, .len = 8 * len, .k = 2 };
	r = run_all(j);
out:
	estimate_free(bits, 8 * len, 1);
	return r;
}

/* Returns: the lowest of all estimates that apply, in bits a byte: SP 800-90B 6.3 and 3.1.3. */
static double least(const struct estimate *e)
{
	double min = ESTIMATE_NONE;
	size_t i;

	if (e->alphabet == 1)
		return 0.0;
	for (i = 0; i < ESTIMATORS; i++) {
		if (e->symbols[i] >= 0.0 && (min < 0.0 || e->symbols[i] < min))
			min = e->symbols[i];
		if (e->bits[i] >= 0.0 && (min < 0.0 || 8.0 * e->bits[i] < min))
			min = 8.0 * e->bits[i];
	}
	return fmin(min, 8.0);
}

int estimate_make(
	const uint8_t *raw, size_t len, estimate_progress show, void *arg, struct estimate *ret)
{
	struct estimate e = { .assessed = ESTIMATE_NONE };
	struct job j = { .out = e.symbols, .show = show, .arg = arg };
	uint8_t *symbols = NULL;
	int r = -EINVAL;
	size_t i;

	if (len < 2 || len > ESTIMATE_MAX)
		goto out;
	for (i = 0; i < ESTIMATORS; i++)
		e.symbols[i] = e.bits[i] = ESTIMATE_NONE;
	symbols = estimate_new(len, 1);
	r = -ENOMEM;
	if (!symbols)
		goto out;
	e.alphabet = renumber(raw, len, symbols);
	j.view = (struct view){ .s = symbols, .len = len, .k = e.alphabet };
	j.total = (e.alphabet > 2 ? 9 : 1) * (uint64_t)len * ESTIMATORS;
	/* A sample that has only one symbol has an entropy of 0, so no estimator needs to run. */
	r = e.alphabet < 2 ? 0 : run_all(&j);
	if (r == 0 && e.alphabet > 2) {
		j.out = e.bits;
		r = run_bits(&j, raw, len);
	}
	if (r < 0)
		goto out;
	e.assessed = least(&e);
	*ret = e;
out:
	estimate_free(symbols, len, 1);
	return r;
}
