/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `check` found, as one page for an auditor: nothing in it is fetched from elsewhere, or run. */
#include "cli/check/page.h"
#include "cli/check/html.h"

#include <sys/utsname.h>

#define DASH "\342\200\223" /* for what there is not */

/* The mark besides the colour, which not everybody sees and paper may not have. */
static void put_verdict(enum verdict v, FILE *to)
{
	static const struct {
		const char *class, *mark;
	} looks[] = { { "passed", "\342\234\223" }, { "failed", "\342\234\227" },
		{ "within", "\302\267" }, { "beyond", "!" }, { "none", DASH } };

	fprintf(to, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
		looks[v].class, looks[v].mark, verdict_word(v));
}

static enum verdict verdict_of(const struct checked *c)
{
	return check_passed(c) ? VERDICT_PASSED : VERDICT_FAILED;
}

static void put_head(const struct check *c, FILE *to)
{
	char when[64];
	struct utsname u;
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&c->begun, &tm));
	fprintf(to,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>Entropy sources, %s</title>\n<style>\n%s</style>\n</head>\n<body>\n"
		"<header>\n<h1>Entropy sources of this host</h1>\n<p class=\"when\">Checked on %s",
		when, check_style, when);
	if (uname(&u) == 0) {
		fputs(", host <b>", to);
		html_text(to, u.nodename);
		fputs("</b>, ", to);
		html_text(to, u.sysname);
		fputc(' ', to);
		html_text(to, u.release);
		fputs(" on ", to);
		html_text(to, u.machine);
	}
	fputs(", by seedrive " VERSION ".</p>\n</header>\n<main>\n", to);
}

static void put_assessed(const struct sample *s, FILE *to)
{
	if (s->assessed_bits == 0)
		fputs(DASH, to);
	else if (s->per_bytes == 1)
		fprintf(to, "%u bits a byte", s->assessed_bits);
	else
		fprintf(to, "%u bits per %u bytes", s->assessed_bits, s->per_bytes);
}

static void put_summary_row(const struct checked *c, size_t number, FILE *to)
{
	char rate[32];

	fprintf(to, "<tr><th scope=\"row\"><a href=\"#source-%zu\"><bdi>", number);
	html_text(to, c->label);
	fputs("</bdi></a></th><td>", to);
	put_verdict(verdict_of(c), to);
	fprintf(to, "</td><td class=\"number\">%zu</td><td class=\"number\">%s</td>", c->sample.len,
		check_rate(&c->sample, rate, sizeof(rate)));
	if (c->counted)
		fprintf(to, "<td class=\"number\">%.3f</td>", c->estimate.assessed);
	else
		fputs("<td class=\"number\">" DASH "</td>", to);
	fputs("<td class=\"number\">", to);
	put_assessed(&c->sample, to);
	fputs("</td></tr>\n", to);
}

static void put_summary(const struct check *c, FILE *to)
{
	size_t i;

	fputs("<div class=\"wide\">\n<table id=\"summary\">\n<caption>A source has passed if it delivered all "
	      "that was asked for, and the tests on its bytes as delivered.</caption>\n<thead><tr>"
	      "<th scope=\"col\">Source</th><th scope=\"col\">Verdict</th>"
	      "<th scope=\"col\" class=\"number\">Bytes</th><th scope=\"col\" class=\"number\">Rate</th>"
	      "<th scope=\"col\" class=\"number\">Least estimate, bits a byte</th>"
	      "<th scope=\"col\" class=\"number\">Assessed by seedrive</th></tr></thead>\n<tbody>\n",
		to);
	for (i = 0; i < c->count; i++)
		put_summary_row(c->source + i, i + 1, to);
	fputs("</tbody>\n</table>\n</div>\n", to);
}

static void put_limits(FILE *to)
{
	fprintf(to,
		"<aside class=\"limits\" aria-labelledby=\"limits\">\n"
		"<h2 id=\"limits\">What these figures do not prove</h2>\n<ul>\n"
		"<li>None of them proves that there is entropy. The tests find hardware that is broken "
		"in the ways they look for; a counter, once it is hashed, passes all of them.</li>\n"
		"<li>Most sources condition their noise before they give it away. Statistics on conditioned "
		"data say nothing about the noise behind them.</li>\n"
		"<li>The estimates are those of NIST SP 800-90B, section 6.3, which lean to the low side: of "
		"perfect data they come out near 7.2 bits a byte for %d bytes, and near 6.5 for 65536. "
		"They are told, and decide nothing.</li>\n"
		"<li>What seedrive credits is its own assessment, not a figure from this page.</li>\n"
		"<li>Of good data too 8 in 10000 blocks fail FIPS 140-2.</li>\n"
		"<li>All this is a sample of one moment. Its bytes were thrown away.</li>\n"
		"</ul>\n</aside>\n",
		ESTIMATE_SAMPLES);
}

static void put_verdicts(const struct checked *c, FILE *to)
{
	struct check_row rows[CHECK_ROWS];
	const size_t n = check_rows(c, rows);
	bool told = false;
	size_t i;

	fputs("<h3>Verdicts</h3>\n<div class=\"wide\">\n<table class=\"verdicts\">\n<caption>Passed and failed "
	      "decide; within and beyond are only told.</caption>\n<thead><tr><th scope=\"col\">Test</th>"
	      "<th scope=\"col\">Verdict</th><th scope=\"col\">Figure</th><th scope=\"col\">Bound</th>"
	      "</tr></thead>\n<tbody>\n",
		to);
	for (i = 0; i < n; i++) {
		const bool first = !told && !rows[i].decides;

		told = told || first;
		fprintf(to, "<tr%s><th scope=\"row\">%s</th><td>", first ? " class=\"group\"" : "",
			rows[i].what);
		put_verdict(rows[i].verdict, to);
		fputs("</td><td>", to);
		html_text(to, rows[i].figure);
		fputs("</td><td>", to);
		html_text(to, rows[i].bound);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody>\n</table>\n</div>\n", to);
}

static void put_estimate(double estimate, FILE *to)
{
	if (estimate == ESTIMATE_NONE)
		fputs("<td class=\"number\">" DASH "</td>", to);
	else
		fprintf(to, "<td class=\"number\">%.4f</td>", estimate);
}

static void put_estimates(const struct checked *c, FILE *to)
{
	const struct estimate *e = &c->estimate;
	char least[64];
	size_t i;

	fprintf(to,
		"<h3>Estimates of min-entropy</h3>\n<div class=\"wide\">\n<table class=\"estimates\">\n"
		"<caption>NIST SP 800-90B, 6.3.1 to 6.3.10, of %zu bytes with %u different values. "
		"They decide nothing.</caption>\n<thead><tr><th scope=\"col\">Estimator</th>"
		"<th scope=\"col\" class=\"number\">Of bytes, bits a byte</th>"
		"<th scope=\"col\" class=\"number\">Of bits, bits a bit</th></tr></thead>\n<tbody>\n",
		c->sample.len, e->alphabet);
	for (i = 0; i < ESTIMATORS; i++) {
		fprintf(to, "<tr><th scope=\"row\">%s</th>", estimate_name((enum estimator)i));
		put_estimate(e->symbols[i], to);
		put_estimate(e->bits[i], to);
		fputs("</tr>\n", to);
	}
	fprintf(to,
		"<tr class=\"least\"><th scope=\"row\">Least, in bits a byte (%s)</th>"
		"<td class=\"number\" colspan=\"2\">%.4f</td></tr>\n</tbody>\n</table>\n</div>\n",
		check_least(e, least, sizeof(least)), e->assessed);
	if (c->sample.len < ESTIMATE_SAMPLES)
		fprintf(to,
			"<p>Of %d bytes, as the standard asks for, they would have their full force.</p>\n",
			ESTIMATE_SAMPLES);
}

static void put_fips(const struct fips *f, FILE *to)
{
	const struct {
		const char *name;
		unsigned failed;
	} rows[] = { { "Monobit", f->monobit }, { "Poker", f->poker }, { "Runs", f->runs },
		{ "Long run", f->long_run }, { "Continuous run", f->continuous_run } };
	size_t i;

	fprintf(to,
		"<h3>FIPS 140-2</h3>\n<div class=\"wide\">\n<table class=\"fips\">\n<caption>%u blocks of "
		"20000 bits, of which %u passed all five tests; counted as rngtest(1) counts."
		"</caption>\n<thead><tr><th scope=\"col\">Test</th>"
		"<th scope=\"col\" class=\"number\">Blocks that failed</th></tr></thead>\n<tbody>\n",
		f->blocks, f->passed);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(to, "<tr><th scope=\"row\">%s</th><td class=\"number\">%u</td></tr>\n",
			rows[i].name, rows[i].failed);
	fputs("</tbody>\n</table>\n</div>\n", to);
}

static void put_source(const struct checked *c, size_t number, FILE *to)
{
	char why[CHECK_TEXT];

	fprintf(to,
		"<section id=\"source-%zu\" aria-labelledby=\"name-%zu\">\n<div class=\"head\"><h2 id=\"name-%zu\"><bdi>",
		number, number, number);
	html_text(to, c->label);
	fputs("</bdi></h2> ", to);
	put_verdict(verdict_of(c), to);
	fprintf(to, "</div>\n<p>%s", c->spec.src->what);
	if (c->sample.remark[0]) {
		fputs("; ", to);
		html_text(to, c->sample.remark);
	}
	fputs("</p>\n", to);
	if (check_passed(c) && check_below(c)) {
		fputs("<p class=\"reason\">", to);
		html_text(to, check_verdict(c, why, sizeof(why)));
		fputs("</p>\n", to);
	}
	if (!check_passed(c)) {
		fputs("<p class=\"reason\">", to);
		html_text(to, check_why(c, why, sizeof(why)));
		fputs("</p>\n", to);
	}
	put_verdicts(c, to);
	if (c->restart.done)
		fputs("<p>A restart was closing and opening the source again: no power was cut.</p>\n",
			to);
	if (c->counted) {
		fputs("<div class=\"plots\">\n", to);
		plot_histogram(c, number, to);
		plot_lags(c, number, to);
		plot_runs(c, number, to);
		plot_rate(c, number, to);
		fputs("</div>\n", to);
		put_estimates(c, to);
		put_fips(&c->fips, to);
	} else {
		fprintf(to, "<p>Of fewer than %d bytes there is nothing to plot.</p>\n",
			CHECK_LEAST);
	}
	fputs("</section>\n", to);
}

void check_html(const struct check *c, FILE *to)
{
	size_t i;

	put_head(c, to);
	put_summary(c, to);
	put_limits(to);
	for (i = 0; i < c->count; i++)
		put_source(c->source + i, i + 1, to);
	fputs("</main>\n</body>\n</html>\n", to);
}
