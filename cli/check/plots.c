/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The four plots of a source: byte histogram, bit autocorrelation, run lengths, rate over time. */
#include "cli/check/page.h"
#include "cli/check/plot.h"

#include <inttypes.h>
#include <math.h>

#define BAND 5.0 /* standard deviations from the expected count to each bound */

static void begin_figure(FILE *to)
{
	fputs("<figure>\n", to);
}

static void end_figure(FILE *to, const char *caption)
{
	fprintf(to, "<figcaption>%s</figcaption>\n</figure>\n", caption);
}

static const char *plot_id(char id[32], const char *what, size_t number)
{
	snprintf(id, 32, "%s-%zu", what, number);
	return id;
}

void plot_histogram(const struct checked *c, size_t number, FILE *to)
{
	const double expected = (double)c->sample.len / 256;
	const double off = BAND * sqrt(expected * 255 / 256);
	char id[32], about[CHECK_TEXT], text[64];
	struct plot p = { .id = plot_id(id, "histogram", number),
		.title = "Byte histogram",
		.about = about,
		.x_label = "byte",
		.y_label = "times",
		.right = 256 };
	uint64_t least = UINT64_MAX, most = 0;
	unsigned i;

	for (i = 0; i < 256; i++) {
		const uint64_t n = c->stats.count[i];

		most = n > most ? n : most;
		least = n < least ? n : least;
	}
	snprintf(about, sizeof(about),
		"256 bars, from %" PRIu64 " to %" PRIu64 " times; %.1f are expected.", least, most,
		expected);
	p.top = plot_round_up(fmax((double)most, expected + off) * 1.04);
	begin_figure(to);
	plot_begin(&p, to);
	for (i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "0x%02x: %" PRIu64, i, c->stats.count[i]);
		plot_bar(&p, to, i, i + 1, 0, (double)c->stats.count[i],
			fabs((double)c->stats.count[i] - expected) > off ? "bar beyond" : "bar",
			text);
	}
	plot_across(&p, to, expected + off, "bound");
	if (expected > off)
		plot_across(&p, to, expected - off, "bound");
	for (i = 0; i < 256; i += i == 224 ? 31 : 32) {
		snprintf(text, sizeof(text), "%u", i);
		plot_tick(&p, to, i + 0.5, text);
	}
	plot_end(to);
	end_figure(to,
		"<b>Byte histogram.</b> Dashed: five standard deviations above and below the mean of uniform bytes.");
}

void plot_lags(const struct checked *c, size_t number, FILE *to)
{
	const struct stats *s = &c->stats;
	const double worst = fabs(s->lag[s->lag_worst - 1]);
	char id[32], about[CHECK_TEXT], text[64];
	struct plot p = { .id = plot_id(id, "lags", number),
		.title = "Bit autocorrelation",
		.about = about,
		.x_label = "lag, bits",
		.y_label = "correlation",
		.left = 0.25,
		.right = STATS_LAGS + 0.75 };
	unsigned lag;

	snprintf(about, sizeof(about),
		"%d bars; the furthest from 0 is %+.5f at lag %u, bound %.5f.", STATS_LAGS,
		s->lag[s->lag_worst - 1], s->lag_worst, s->lag_bound);
	p.top = fmin(1, plot_round_up(fmax(worst, s->lag_bound) * 1.15));
	p.bottom = -p.top;
	begin_figure(to);
	plot_begin(&p, to);
	for (lag = 1; lag <= STATS_LAGS; lag++) {
		const double r = s->lag[lag - 1];

		snprintf(text, sizeof(text), "lag %u: %+.5f", lag, r);
		plot_bar(&p, to, lag - 0.35, lag + 0.35, 0, r,
			fabs(r) > s->lag_bound ? "bar beyond" : "bar", text);
	}
	plot_dash(&p, to, p.left, p.right, 0, "axis");
	plot_across(&p, to, s->lag_bound, "bound");
	plot_across(&p, to, -s->lag_bound, "bound");
	for (lag = 8; lag <= STATS_LAGS; lag += 8) {
		snprintf(text, sizeof(text), "%u", lag);
		plot_tick(&p, to, lag, text);
	}
	plot_end(to);
	end_figure(to,
		"<b>Bit autocorrelation.</b> Dashed: five standard deviations of independent bits.");
}

/* The expected number of runs of @run bytes in @len independent, uniform bytes; the last bar also has longer runs. */
static double runs_expected(size_t len, unsigned run)
{
	const double ends = run < STATS_RUNS ? 255.0 / 256 : 1;

	return (double)len * (255.0 / 256) * ends * pow(256, 1.0 - run);
}

/* The cutoff of the repetition count test; 0: the source is not tested. */
static unsigned rct_cutoff(const struct checked *c)
{
	return c->sample.highest.cutoff.rct;
}

static void runs_bar(const struct plot *p, FILE *to, const struct checked *c, unsigned run)
{
	const uint64_t n = c->stats.run[run - 1];
	const double expected = runs_expected(c->sample.len, run);
	char text[64];

	snprintf(
		text, sizeof(text), "%u%s: %" PRIu64, run, run == STATS_RUNS ? " and more" : "", n);
	plot_bar(p, to, run - 0.4, run + 0.4, p->bottom, n ? (double)n : p->bottom,
		rct_cutoff(c) > 0 && run >= rct_cutoff(c) ? "bar beyond" : "bar", text);
	if (expected >= p->bottom)
		plot_dash(p, to, run - 0.48, run + 0.48, expected, "expected");
	snprintf(text, sizeof(text), "%u%s", run, run == STATS_RUNS ? "+" : "");
	plot_tick(p, to, run, text);
}

/* Writes the count above the bar and the line of the expected count. Called after all lines are drawn, so that no line
 * is drawn through the text. */
static void runs_note(const struct plot *p, FILE *to, const struct checked *c, unsigned run)
{
	const uint64_t n = c->stats.run[run - 1];
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	plot_note(p, to, run, fmax(p->bottom, fmax((double)n, runs_expected(c->sample.len, run))),
		text);
}

void plot_runs(const struct checked *c, size_t number, FILE *to)
{
	const struct stats *s = &c->stats;
	char id[32], about[CHECK_TEXT], cutoff[32];
	struct plot p = { .id = plot_id(id, "runs", number),
		.title = "Run lengths",
		.about = about,
		.x_label = "equal bytes in a row",
		.y_label = "runs (logarithmic)",
		.left = 0.4,
		.right = STATS_RUNS + 0.6,
		.bottom = 0.5,
		.log = true };
	uint64_t most = 1;
	unsigned run;

	for (run = 1; run <= STATS_RUNS; run++)
		most = s->run[run - 1] > most ? s->run[run - 1] : most;
	snprintf(about, sizeof(about),
		"%d bars; the longest run is of %" PRIu64
		" bytes, the cutoff of the repetition count test %u.",
		STATS_RUNS, s->run_longest, rct_cutoff(c));
	p.top = pow(10, floor(log10(fmax((double)most, runs_expected(c->sample.len, 1)))) + 1);
	snprintf(cutoff, sizeof(cutoff), "cutoff %u", rct_cutoff(c));
	begin_figure(to);
	plot_begin(&p, to);
	for (run = 1; run <= STATS_RUNS; run++)
		runs_bar(&p, to, c, run);
	if (rct_cutoff(c) > 0 && rct_cutoff(c) <= STATS_RUNS)
		plot_upright(&p, to, rct_cutoff(c) - 0.5, "bound", cutoff);
	for (run = 1; run <= STATS_RUNS; run++)
		runs_note(&p, to, c, run);
	plot_end(to);
	end_figure(to,
		"<b>Run lengths against the cutoff.</b> Short lines: numbers expected of uniform bytes.");
}

/* Chooses the largest unit in which @largest is still at least 1. Returns: the factor to multiply numbers by. */
static double unit_of(double largest, const char *const units[], size_t n, const char **ret_unit)
{
	double factor = 1;
	size_t i = 0;

	for (; largest * factor < 1 && i + 1 < n; i++)
		factor *= 1000;
	*ret_unit = units[i];
	return factor;
}

void plot_rate(const struct checked *c, size_t number, FILE *to)
{
	static const char *const times[] = { "s", "ms", "\302\265s" };
	static const char *const rates[] = { "GB/s", "MB/s", "kB/s", "B/s" };
	const struct sample *s = &c->sample;
	char id[32], about[CHECK_TEXT], mean[32], points[32], x_label[32];
	const char *unit;
	double rate[SAMPLE_POINTS + 1] = { 0 }, most = 0, x_factor, y_factor;
	struct plot p = { .id = plot_id(id, "rate", number),
		.title = "Rate over time",
		.about = about,
		.x_label = x_label };
	size_t i;

	for (i = 1; i < s->points; i++) {
		const double ns = fmax(1, (double)(s->point[i].ns - s->point[i - 1].ns));

		rate[i] = (double)(s->point[i].bytes - s->point[i - 1].bytes) / ns;
		most = fmax(most, rate[i]);
	}
	if (s->points < 2)
		return;
	snprintf(about, sizeof(about), "%s; %s on average.",
		check_number(s->points - 1, "point", "points", points, sizeof(points)),
		check_rate(s, mean, sizeof(mean)));
	x_factor = unit_of((double)s->point[s->points - 1].ns / 1e9, times, 3, &unit) / 1e9;
	snprintf(x_label, sizeof(x_label), "time in the source, %s", unit);
	y_factor = unit_of(most, rates, 4, &p.y_label);
	p.right = fmax(1e-6, (double)s->point[s->points - 1].ns * x_factor);
	p.top = plot_round_up(most * y_factor * 1.05);
	begin_figure(to);
	plot_begin(&p, to);
	plot_ticks(&p, to, 6);
	for (i = 1; i < s->points; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%.4g %s", rate[i] * y_factor, p.y_label);
		plot_dash(&p, to, (double)s->point[i - 1].ns * x_factor,
			(double)s->point[i].ns * x_factor, rate[i] * y_factor, "step");
		plot_point(&p, to, (double)(s->point[i - 1].ns + s->point[i].ns) / 2 * x_factor,
			rate[i] * y_factor, text);
	}
	plot_end(to);
	end_figure(to,
		"<b>Rate over time.</b> A point for each part of the sample; its line is as long as the part took.");
}
