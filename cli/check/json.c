/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of `check` as JSON. */
#include "cli/check/check.h"
#include "cli/check/health_json.h"
#include "util/json_build.h"

static void add_real(json_object *to, const char *key, double number)
{
	json_object_object_add(to, key, json_object_new_double(number));
}

static json_object *counts(const uint64_t *count, size_t n)
{
	json_object *out = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(out, json_object_new_int64((int64_t)count[i]));
	return out;
}

static json_object *test_json(const struct sample *s, enum health_test test)
{
	json_object *o =
		test <= HEALTH_FRAME ? health_json(&s->highest, test) : json_object_new_object();

	json_add_number(o, "failures", s->failures[test]);
	return o;
}

/* The tests that were run on this source. */
static json_object *tests_json(const struct checked *c)
{
	json_object *o = json_object_new_object();
	enum health_test t;

	json_add_number(o, "startup_samples", HEALTH_STARTUP);
	json_add_number(o, "startup_failures", c->sample.startup_failures);
	for (t = HEALTH_RCT; t <= HEALTH_REPLAY && c->sample.test_mbit > 0; t++) {
		const bool of_cpu = t == HEALTH_WORDS || t == HEALTH_STUCK;

		if (!of_cpu || c->spec.src->kind == SOURCE_CPU)
			json_object_object_add(o, health_key(t), test_json(&c->sample, t));
	}
	return o;
}

static json_object *fips_json(const struct fips *f)
{
	json_object *o = json_object_new_object();

	json_add_number(o, "blocks", f->blocks);
	json_add_number(o, "passed", f->passed);
	json_add_number(o, "monobit", f->monobit);
	json_add_number(o, "poker", f->poker);
	json_add_number(o, "runs", f->runs);
	json_add_number(o, "long_run", f->long_run);
	json_add_number(o, "continuous_run", f->continuous_run);
	return o;
}

static void add_stats(json_object *o, const struct stats *s)
{
	json_object *lags = json_object_new_array();
	size_t i;

	for (i = 0; i < STATS_LAGS; i++)
		json_object_array_add(lags, json_object_new_double(s->lag[i]));
	json_add_number(o, "ones", s->ones);
	json_object_object_add(o, "histogram", counts(s->count, 256));
	add_real(o, "chi_square", s->chi_square);
	add_real(o, "chi_square_p", s->chi_above);
	json_object_object_add(o, "autocorrelation", lags);
	add_real(o, "autocorrelation_bound", s->lag_bound);
	json_object_object_add(o, "runs", counts(s->run, STATS_RUNS));
	json_add_number(o, "longest_run", s->run_longest);
}

static json_object *estimate_value(double estimate)
{
	return estimate == ESTIMATE_NONE ? NULL : json_object_new_double(estimate);
}

static json_object *estimate_json(const struct estimate *e)
{
	json_object *o = json_object_new_object(), *all = json_object_new_array();
	size_t i;

	add_real(o, "bits_a_byte", e->assessed);
	json_add_number(o, "alphabet", e->alphabet);
	for (i = 0; i < ESTIMATORS; i++) {
		json_object *one = json_object_new_object();

		json_add_text(one, "estimator", estimate_name((enum estimator)i));
		json_object_object_add(one, "of_bytes", estimate_value(e->symbols[i]));
		json_object_object_add(one, "of_bits", estimate_value(e->bits[i]));
		json_object_array_add(all, one);
	}
	json_object_object_add(o, "estimators", all);
	return o;
}

static json_object *points_json(const struct sample *s)
{
	json_object *out = json_object_new_array();
	size_t i;

	for (i = 0; i < s->points; i++) {
		json_object *o = json_object_new_object();

		json_add_number(o, "ns", (uint64_t)s->point[i].ns);
		json_add_number(o, "bytes", s->point[i].bytes);
		json_object_array_add(out, o);
	}
	return out;
}

/* SP 800-90B, 3.1.4. A restart closed and opened the source; no power was cut. */
static json_object *restart_json(const struct restart *r)
{
	json_object *o = json_object_new_object();

	json_add_number(o, "restarts", r->restarts);
	json_object_object_add(o, "power_cut", json_object_new_boolean(false));
	if (r->err < 0)
		return o;
	json_add_number(o, "row_most_frequent", r->row_max);
	json_add_number(o, "column_most_frequent", r->column_max);
	json_add_number(o, "cutoff", r->cutoff);
	if (r->estimated) {
		add_real(o, "rows_bits_a_byte", r->rows);
		add_real(o, "columns_bits_a_byte", r->columns);
	}
	return o;
}

static json_object *source_json(const struct checked *c)
{
	json_object *o = json_object_new_object();
	const struct sample *s = &c->sample;
	char why[CHECK_TEXT];

	json_add_text(o, "source", c->label);
	json_add_text(o, "status", verdict_word(check_passed(c) ? VERDICT_PASSED : VERDICT_FAILED));
	if (c->counted && c->sample.assessed_bits > 0)
		json_object_object_add(
			o, "estimate_below_assessed", json_object_new_boolean(check_below(c)));
	if (!check_passed(c))
		json_add_text(o, "reason", check_why(c, why, sizeof(why)));
	json_add_number(o, "asked", s->asked);
	json_add_number(o, "bytes", s->len);
	if (c->spec.src->kind == SOURCE_CPU)
		json_add_number(o, "retries", s->retries);
	json_add_number(o, "rate_bits", s->assessed_bits);
	json_add_number(o, "rate_bytes", s->per_bytes);
	json_add_number(o, "test_mbit", s->test_mbit);
	if (s->remark[0])
		json_add_text(o, "remark", s->remark);
	if (s->len > 0) {
		json_object_object_add(o, "tests", tests_json(c));
		json_object_object_add(o, "delivered", points_json(s));
	}
	if (c->restart.done)
		json_object_object_add(o, "restart", restart_json(&c->restart));
	if (c->counted) {
		json_object_object_add(o, "fips_140_2", fips_json(&c->fips));
		add_stats(o, &c->stats);
		json_object_object_add(o, "estimate", estimate_json(&c->estimate));
	}
	return o;
}

json_object *check_json(const struct check *c)
{
	json_object *out = json_object_new_object(), *sources = json_object_new_array();
	size_t i;

	for (i = 0; i < c->count; i++)
		json_object_array_add(sources, source_json(c->source + i));
	json_object_object_add(out, "sources", sources);
	return out;
}
