/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of verdicts: tests that decide whether a source passes, and figures that are only reported. */
#include "cli/check/check.h"
#include "seed/draw.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* 8 of 10000 blocks of good data fail FIPS 140-2. A source may have as many failed blocks as that predicts, plus five standard
 * deviations, plus one block. */
#define FIPS_CHANCE 0.0008

/* Why the source did not deliver, and how many bytes came before that. */
static const char *delivery_why(const struct checked *c, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s", source_why(&c->spec, c->sample.err));

	if (c->sample.len > 0)
		snprintf(out + n, size - n, ", after %zu of %zu bytes", c->sample.len,
			c->sample.asked);
	return out;
}

const char *check_why(const struct checked *c, char *out, size_t size)
{
	const struct sample *s = &c->sample;
	if (sample_passed(s))
		return restart_why(&c->restart, out, size);
	if (s->first.failed == HEALTH_PASS)
		return delivery_why(c, out, size);
	if (s->first.failed == HEALTH_REPLAY && s->copy)
		snprintf(out, size, "%zu bytes that %s delivered as well", s->first.cutoff.replay,
			s->copy);
	else
		health_why(&s->first, out, size);
	return out;
}

/* Begins a row that decides whether the source passes. */
static void decide(struct check_row *row, const char *what, enum verdict v)
{
	*row = (struct check_row){ .what = what, .verdict = v, .decides = true };
}

/* Begins a row that is only reported. */
static void inform(struct check_row *row, const char *what, enum verdict v)
{
	*row = (struct check_row){ .what = what, .verdict = v };
}

static enum verdict passed(bool ok)
{
	return ok ? VERDICT_PASSED : VERDICT_FAILED;
}

static enum verdict within(bool ok)
{
	return ok ? VERDICT_WITHIN : VERDICT_BEYOND;
}

static void row_delivery(const struct checked *c, struct check_row *row)
{
	const struct sample *s = &c->sample;
	char rate[32], retries[32];

	decide(row, "delivery", passed(s->err == 0));
	if (s->err == 0 && c->spec.src->kind == SOURCE_CPU)
		snprintf(row->figure, CHECK_TEXT, "%zu bytes, %s, %s", s->len,
			check_rate(s, rate, sizeof(rate)),
			check_number(s->retries, "retry", "retries", retries, sizeof(retries)));
	else if (s->err == 0)
		snprintf(row->figure, CHECK_TEXT, "%zu bytes, %s", s->len,
			check_rate(s, rate, sizeof(rate)));
	else
		delivery_why(c, row->figure, CHECK_TEXT);
	snprintf(row->bound, CHECK_TEXT, "all of %zu", s->asked);
}

static void row_startup(const struct sample *s, struct check_row *row)
{
	decide(row, "start-up tests",
		s->len < HEALTH_STARTUP ? VERDICT_NONE : passed(s->startup_failures == 0));
	snprintf(row->figure, CHECK_TEXT, "failures in the first %d samples: %u", HEALTH_STARTUP,
		s->startup_failures);
	snprintf(row->bound, CHECK_TEXT, "none");
}

static void row_rct(const struct checked *c, struct check_row *row)
{
	const struct sample *s = &c->sample;
	const uint64_t longest = c->counted ? c->stats.run_longest : s->highest.run_max;

	decide(row, "repetition count", passed(s->failures[HEALTH_RCT] == 0));
	snprintf(row->figure, CHECK_TEXT, "longest run %" PRIu64 ", failures: %u", longest,
		s->failures[HEALTH_RCT]);
	snprintf(row->bound, CHECK_TEXT, "below %u", s->highest.cutoff.rct);
}

/* Were all windows tested to their end? A window in which another test fails is cut short: its counts are too low. */
static bool windows_whole(const struct sample *s)
{
	return !s->failures[HEALTH_RCT] && !s->failures[HEALTH_WORDS] && !s->failures[HEALTH_STUCK];
}

static void row_apt(const struct sample *s, struct check_row *row)
{
	const unsigned failures = s->failures[HEALTH_APT];

	decide(row, "adaptive proportion",
		failures == 0 && !windows_whole(s) ? VERDICT_NONE : passed(failures == 0));
	snprintf(row->figure, CHECK_TEXT, "highest count %u in %d, failures: %u",
		s->highest.count_max, HEALTH_WINDOW_SAMPLES, failures);
	snprintf(row->bound, CHECK_TEXT, "below %u", s->highest.cutoff.count);
}

static void row_lag(
	const struct sample *s, const char *what, enum health_test test, struct check_row *row)
{
	const unsigned failures = s->failures[test];
	const unsigned at = test == HEALTH_LAG ? s->highest.lag_at :
		test == HEALTH_STEP            ? s->highest.step_at :
						 s->highest.frame_at;

	decide(row, what,
		failures == 0 && !windows_whole(s) ? VERDICT_NONE : passed(failures == 0));
	snprintf(row->figure, CHECK_TEXT, "at most %u in %d, at lag %u, failures: %u",
		health_figure(&s->highest, test), HEALTH_WINDOW_SAMPLES, at, failures);
	snprintf(row->bound, CHECK_TEXT, "below %u", s->highest.cutoff.lag);
}

static void row_words(const struct sample *s, struct check_row *row)
{
	decide(row, "equal or stuck words",
		passed(!s->failures[HEALTH_WORDS] && !s->failures[HEALTH_STUCK]));
	snprintf(row->figure, CHECK_TEXT, "%u equal in a row, %u stuck", s->failures[HEALTH_WORDS],
		s->failures[HEALTH_STUCK]);
	snprintf(row->bound, CHECK_TEXT, "none");
}

static void row_replay(const struct sample *s, struct check_row *row)
{
	decide(row, "replay", passed(s->failures[HEALTH_REPLAY] == 0));
	snprintf(row->figure, CHECK_TEXT, "pieces with bytes delivered before: %u",
		s->failures[HEALTH_REPLAY]);
	snprintf(row->bound, CHECK_TEXT, "none");
}

static void row_restart_counts(const struct restart *r, struct check_row *row)
{
	decide(row, "restart counts",
		r->err < 0 ? VERDICT_FAILED :
			r->assessed > 0 ?
			     passed(r->row_max < r->cutoff && r->column_max < r->cutoff) :
			     VERDICT_NONE);
	if (r->err < 0)
		restart_why(r, row->figure, CHECK_TEXT);
	else
		snprintf(row->figure, CHECK_TEXT, "highest count: %u in one row, %u in one column",
			r->row_max, r->column_max);
	snprintf(row->bound, CHECK_TEXT, r->assessed > 0 && r->err == 0 ? "below %u" : "-",
		r->cutoff);
}

static void row_restart_estimates(const struct restart *r, struct check_row *row)
{
	const double least = fmin(r->rows, r->columns);

	decide(row, "restart estimates",
		r->assessed > 0 ? passed(least >= r->assessed / 2) : VERDICT_NONE);
	snprintf(row->figure, CHECK_TEXT, "%.3f bits a byte by rows, %.3f by columns", r->rows,
		r->columns);
	if (r->assessed > 0)
		snprintf(row->bound, CHECK_TEXT,
			r->assessed < 0.2 ? "at least %.4f bits a byte" :
					    "at least %.4g bits a byte",
			r->assessed / 2);
	else
		snprintf(row->bound, CHECK_TEXT, "not assessed");
}

static size_t add_restart(const struct restart *r, struct check_row *rows)
{
	size_t n = 0;

	if (r->done)
		row_restart_counts(r, rows + n++);
	if (r->estimated)
		row_restart_estimates(r, rows + n++);
	return n;
}

static size_t add_tests(const struct checked *c, struct check_row *rows)
{
	const struct sample *s = &c->sample;
	size_t n = 0;

	if (s->test_mbit == 0)
		return 0;
	row_startup(s, rows + n++);
	row_rct(c, rows + n++);
	row_apt(s, rows + n++);
	row_lag(s, "equal bytes", HEALTH_LAG, rows + n++);
	row_lag(s, "equal steps", HEALTH_STEP, rows + n++);
	row_lag(s, "equal neighbours", HEALTH_FRAME, rows + n++);
	if (c->spec.src->kind == SOURCE_CPU)
		row_words(s, rows + n++);
	row_replay(s, rows + n++);
	return n;
}

static void row_fips(const struct fips *f, struct check_row *row)
{
	const double mean = FIPS_CHANCE * f->blocks;
	const unsigned most = (unsigned)(1 + mean + 5 * sqrt(mean)), failed = f->blocks - f->passed;
	char blocks[32];

	inform(row, "FIPS 140-2", f->blocks ? within(failed <= most) : VERDICT_NONE);
	snprintf(row->figure, CHECK_TEXT, "%u of %s failed", failed,
		check_number(f->blocks, "block", "blocks", blocks, sizeof(blocks)));
	snprintf(row->bound, CHECK_TEXT, "at most %u", most);
}

static void row_chi(const struct stats *s, size_t len, struct check_row *row)
{
	const bool ok = s->chi_above >= STATS_TAIL && s->chi_above <= 1 - STATS_TAIL;

	inform(row, "chi-square", stats_chi_judged(len) ? within(ok) : VERDICT_NONE);
	if (s->chi_above < 1e-99)
		snprintf(row->figure, CHECK_TEXT, "%.1f, p < 1e-99", s->chi_square);
	else
		snprintf(row->figure, CHECK_TEXT, "%.1f, p = %.3g", s->chi_square, s->chi_above);
	snprintf(row->bound, CHECK_TEXT, "p from %.6f to %.6f", STATS_TAIL, 1 - STATS_TAIL);
}

static void row_lags(const struct stats *s, struct check_row *row)
{
	const double worst = s->lag[s->lag_worst - 1];

	inform(row, "bit autocorrelation", within(fabs(worst) <= s->lag_bound));
	snprintf(row->figure, CHECK_TEXT, "%+.5f at lag %u", worst, s->lag_worst);
	snprintf(row->bound, CHECK_TEXT, "within %.5f", s->lag_bound);
}

static void row_estimate(const struct checked *c, struct check_row *row)
{
	const struct sample *s = &c->sample;
	char least[64], assessed[32];

	inform(row, "estimate", s->assessed_bits ? within(!check_below(c)) : VERDICT_NONE);
	snprintf(row->figure, CHECK_TEXT, "%.3f bits a byte (%s)", c->estimate.assessed,
		check_least(&c->estimate, least, sizeof(least)));
	if (s->assessed_bits)
		snprintf(row->bound, CHECK_TEXT, "assessed at %s bits a byte",
			check_assessed(s, assessed, sizeof(assessed)));
	else
		snprintf(row->bound, CHECK_TEXT, "not assessed");
}

size_t check_rows(const struct checked *c, struct check_row rows[CHECK_ROWS])
{
	const struct sample *s = &c->sample;
	size_t n = 0;

	row_delivery(c, rows + n++);
	if (s->len == 0)
		return n;
	n += add_tests(c, rows + n);
	n += add_restart(&c->restart, rows + n);
	if (!c->counted)
		return n;
	row_fips(&c->fips, rows + n++);
	row_chi(&c->stats, s->len, rows + n++);
	row_lags(&c->stats, rows + n++);
	row_estimate(c, rows + n++);
	return n;
}
