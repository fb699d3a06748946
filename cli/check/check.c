/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check/check.h"
#include "cli/check/rate.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "util/io.h"

#include <inttypes.h>

static int count_all(struct checked *c)
{
	const struct sample *s = &c->sample;
	char what[64];
	struct progress p;
	int r;

	stats_make(s->raw, s->len, &c->stats);
	fips_count(s->raw, s->len, &c->fips);
	snprintf(what, sizeof(what), "%s: estimating", c->spec.src->name);
	progress_init(&p, what, false);
	r = estimate_make(s->raw, s->len, progress_show, &p, &c->estimate);
	progress_end(&p);
	c->counted = r == 0;
	return r;
}

int check_source(struct checked *c, size_t asked, unsigned timeout_ms,
	const struct sample_windows *windows, int raw_fd)
{
	char what[64];
	struct progress p;
	int r;

	snprintf(what, sizeof(what), "%s: sampling", c->spec.src->name);
	progress_init(&p, what, false);
	r = sample_take(&c->sample, &c->spec, asked, timeout_ms, windows, progress_show, &p);
	progress_end(&p);
	if (r == 0 && raw_fd >= 0)
		r = io_write(raw_fd, c->sample.raw, c->sample.len);
	if (r == 0 && c->sample.len >= CHECK_LEAST)
		r = count_all(c);
	sample_clear(&c->sample);
	return r;
}

static double assessed_of(const struct checked *c)
{
	return c->sample.per_bytes ? (double)c->sample.assessed_bits / c->sample.per_bytes : 0;
}

struct restarting {
	const struct checked *checked;
	struct progress progress;
};

#define PATIENCE_S 10 /* if the restarts will take longer, a warning says how long */

static void expect(void *arg, int64_t all_ms)
{
	const struct restarting *r = arg;

	if (all_ms > PATIENCE_S * 1000)
		report_warning("%s: restarting the source %d times takes about %" PRId64 " seconds",
			r->checked->label, RESTARTS, all_ms / 1000);
}

static void show(void *arg, uint64_t done, uint64_t total)
{
	progress_show(&((struct restarting *)arg)->progress, done, total);
}

int check_restart(struct checked *c, unsigned timeout_ms)
{
	struct restarting state = { .checked = c };
	char what[64];
	int r;

	snprintf(what, sizeof(what), "%s: restarting", c->spec.src->name);
	progress_init(&state.progress, what, false);
	r = restart_make(&c->restart, &c->spec, assessed_of(c), timeout_ms, expect, show, &state);
	progress_end(&state.progress);
	return r;
}

bool check_below(const struct checked *c)
{
	return c->counted && c->sample.assessed_bits > 0 && c->estimate.assessed < assessed_of(c);
}

bool check_too_low(const struct check *all, const struct checked *c, char *out, size_t size)
{
	if (!c->counted || 1000 * c->estimate.assessed >= all->min_mbit)
		return false;
	snprintf(out, size, "estimated at %.3f bits a byte, --min-estimate %g",
		c->estimate.assessed, all->min_mbit / 1000.0);
	return true;
}

/* Small values, such as RDRAND's, have four decimals, all others only as many as they need. */
const char *check_assessed(const struct sample *s, char *out, size_t size)
{
	const double bits = s->assessed_bits ? (double)s->assessed_bits / s->per_bytes : 0;

	if (bits > 0)
		snprintf(out, size, bits < 0.1 ? "%.4f" : "%.4g", bits);
	else
		snprintf(out, size, "-");
	return out;
}

const char *check_number(uint64_t n, const char *one, const char *many, char *out, size_t size)
{
	snprintf(out, size, "%" PRIu64 " %s", n, n == 1 ? one : many);
	return out;
}

const char *check_verdict(const struct checked *c, char *out, size_t size)
{
	const char *word = verdict_word(check_passed(c) ? VERDICT_PASSED : VERDICT_FAILED);
	char assessed[32];

	if (check_passed(c) && check_below(c))
		snprintf(out, size,
			"%s its tests, but is estimated at %.3f bits a byte, below the %s assessed",
			word, c->estimate.assessed,
			check_assessed(&c->sample, assessed, sizeof(assessed)));
	else
		snprintf(out, size, "%s", word);
	return out;
}

bool check_passed(const struct checked *c)
{
	return sample_passed(&c->sample) && restart_passed(&c->restart);
}

const char *verdict_word(enum verdict v)
{
	static const char *const words[] = { "passed", "failed", "within", "beyond", "not judged" };

	return words[v];
}

const char *check_rate(const struct sample *s, char *out, size_t size)
{
	const struct sample_point *last = s->point + (s->points ? s->points - 1 : 0);

	if (s->points < 2 || last->ns <= 0) {
		snprintf(out, size, "-");
		return out;
	}
	return rate_text((double)last->bytes * 1e9 / (double)last->ns, out, size);
}

const char *check_least(const struct estimate *e, char *out, size_t size)
{
	size_t i;

	snprintf(out, size, "one symbol");
	for (i = 0; i < ESTIMATORS && e->alphabet > 1; i++) {
		if (e->symbols[i] >= 0 && e->symbols[i] <= e->assessed)
			snprintf(out, size, "%s, of bytes", estimate_name((enum estimator)i));
		else if (e->bits[i] >= 0 && 8 * e->bits[i] <= e->assessed)
			snprintf(out, size, "%s, of bits", estimate_name((enum estimator)i));
	}
	return out;
}
