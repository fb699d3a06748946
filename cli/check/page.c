/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of `check` as one HTML page for an auditor. It loads nothing from elsewhere, and has no scripts. */
#include "cli/check/page.h"
#include "cli/check/html.h"

#include <sys/utsname.h>

/* Each verdict has a mark as well as a colour, for readers who cannot tell colours apart, and for print without colour. */
void page_verdict(enum verdict v, FILE *to)
{
	static const struct {
		const char *class, *mark;
	} looks[] = { { "passed", "\342\234\223" }, { "failed", "\342\234\227" },
		{ "within", "\302\267" }, { "beyond", "!" }, { "none", PAGE_DASH } };

	fprintf(to, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
		looks[v].class, looks[v].mark, verdict_word(v));
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
	fputs(", by seedrive " VERSION ".</p>\n", to);
}

static void put_limits(FILE *to)
{
	fprintf(to,
		"<aside class=\"limits\" aria-labelledby=\"limits\">\n"
		"<h2 id=\"limits\">What these figures do not prove</h2>\n<ul>\n"
		"<li>None of them proves that there is entropy. The tests find hardware that is broken "
		"in the ways they look for; the hashed values of a counter pass all of them.</li>\n"
		"<li>Most sources condition their noise before they deliver it. Statistics on conditioned "
		"data say nothing about the noise they were made from.</li>\n"
		"<li>The estimates are those of NIST SP 800-90B, section 6.3, which tend to be too low: for "
		"perfect data they are near 7.2 bits a byte with %d bytes, and near 6.5 with 65536. "
		"They do not decide whether a source passes.</li>\n"
		"<li>What seedrive credits is its own assessment of a source, not a figure from this page.</li>\n"
		"<li>About 8 of 10000 blocks of good data fail FIPS 140-2 as well.</li>\n"
		"<li>All figures are from one sample, taken at one time. Its bytes are not in this page.</li>\n"
		"</ul>\n</aside>\n",
		ESTIMATE_SAMPLES);
}

static void put_verdicts(const struct checked *c, FILE *to)
{
	struct check_row rows[CHECK_ROWS];
	const size_t n = check_rows(c, rows);
	bool told = false;
	size_t i;

	fputs("<h3>Verdicts</h3>\n<table class=\"verdicts stack\">\n<caption>Passed and failed "
	      "decide; within and beyond a bound are reported, and decide nothing.</caption>\n<thead><tr><th scope=\"col\">Test</th>"
	      "<th scope=\"col\">Verdict</th><th scope=\"col\">Figure</th><th scope=\"col\">Bound</th>"
	      "</tr></thead>\n<tbody>\n",
		to);
	for (i = 0; i < n; i++) {
		const bool first = !told && !rows[i].decides;

		told = told || first;
		fprintf(to, "<tr%s><th scope=\"row\">%s</th><td>", first ? " class=\"group\"" : "",
			rows[i].what);
		page_verdict(rows[i].verdict, to);
		fputs("</td><td data-label=\"Figure\">", to);
		html_text(to, rows[i].figure);
		fputs("</td><td data-label=\"Bound\">", to);
		html_text(to, rows[i].bound);
		fputs("</td></tr>\n", to);
	}
	fputs("</tbody>\n</table>\n", to);
}

static void put_estimate(double bits_a_byte, FILE *to)
{
	if (bits_a_byte < 0)
		fputs("<td class=\"number\">" PAGE_DASH "</td>", to);
	else
		fprintf(to, "<td class=\"number\">%.4f</td>", bits_a_byte);
}

/* Both columns are in bits a byte: the estimate over bits is for one bit, so it is multiplied by eight. */
static void put_estimates(const struct checked *c, FILE *to)
{
	const struct estimate *e = &c->estimate;
	char least[64], values[32];
	size_t i;

	fprintf(to,
		"<div>\n<h3>Estimates of min-entropy</h3>\n<table class=\"estimates\">\n"
		"<caption>In bits a byte, by NIST SP 800-90B, 6.3.1 to 6.3.10, from %zu bytes with %s. "
		"Of bytes: over the bytes as symbols. Of bits: eight times the estimate for a single bit. "
		"They do not decide whether a source passes.</caption>\n"
		"<thead><tr><th scope=\"col\">Estimator</th>"
		"<th scope=\"col\" class=\"number\">Of bytes</th>"
		"<th scope=\"col\" class=\"number\">Of bits</th></tr></thead>\n<tbody>\n",
		c->sample.len,
		check_number(e->alphabet, "value", "different values", values, sizeof(values)));
	for (i = 0; i < ESTIMATORS; i++) {
		fprintf(to, "<tr><th scope=\"row\">%s</th>", estimate_name((enum estimator)i));
		put_estimate(e->symbols[i], to);
		put_estimate(8 * e->bits[i], to);
		fputs("</tr>\n", to);
	}
	fprintf(to,
		"<tr class=\"least\"><th scope=\"row\">Least (%s)</th>"
		"<td class=\"number\" colspan=\"2\">%.4f</td></tr>\n</tbody>\n</table>\n",
		check_least(e, least, sizeof(least)), e->assessed);
	if (c->sample.len < ESTIMATE_SAMPLES)
		fprintf(to,
			"<p class=\"note\">The standard asks for %d bytes; from fewer, the estimates come out "
			"too low.</p>\n",
			ESTIMATE_SAMPLES);
	fputs("</div>\n", to);
}

static void put_fips(const struct fips *f, FILE *to)
{
	const struct {
		const char *name;
		unsigned failed;
	} rows[] = { { "Monobit", f->monobit }, { "Poker", f->poker }, { "Runs", f->runs },
		{ "Long run", f->long_run }, { "Continuous run", f->continuous_run } };
	char blocks[32];
	size_t i;

	fprintf(to,
		"<div>\n<h3>FIPS 140-2</h3>\n<table class=\"fips\">\n<caption>%u of %s of "
		"20000 bits passed all five tests; counted as rngtest(1) counts."
		"</caption>\n<thead><tr><th scope=\"col\">Test</th>"
		"<th scope=\"col\" class=\"number\">Blocks that failed</th></tr></thead>\n<tbody>\n",
		f->passed, check_number(f->blocks, "block", "blocks", blocks, sizeof(blocks)));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(to, "<tr><th scope=\"row\">%s</th><td class=\"number\">%u</td></tr>\n",
			rows[i].name, rows[i].failed);
	fputs("</tbody>\n</table>\n</div>\n", to);
}

/* The assessment in bits a byte, and the ratio that it comes from. */
static void put_assessed(const struct sample *s, FILE *to)
{
	char bits[32];

	if (s->assessed_bits == 0)
		fputs("; not assessed, so it counts for nothing", to);
	else if (s->per_bytes == 1)
		fprintf(to, "; assessed at %s bits a byte", check_assessed(s, bits, sizeof(bits)));
	else
		fprintf(to, "; assessed at %s bits a byte, %u for each %u bytes",
			check_assessed(s, bits, sizeof(bits)), s->assessed_bits, s->per_bytes);
}

static void put_source(const struct checked *c, size_t number, FILE *to)
{
	char why[CHECK_TEXT];

	fprintf(to,
		"<section id=\"source-%zu\" aria-labelledby=\"name-%zu\">\n<div class=\"head\"><h2 id=\"name-%zu\"><bdi>",
		number, number, number);
	html_text(to, c->label);
	fputs("</bdi></h2> ", to);
	page_verdict(check_passed(c) ? VERDICT_PASSED : VERDICT_FAILED, to);
	fprintf(to, "</div>\n<p>%s", c->spec.src->what);
	if (c->sample.remark[0]) {
		fputs("; ", to);
		html_text(to, c->sample.remark);
	}
	put_assessed(&c->sample, to);
	fputs("</p>\n", to);
	if (check_passed(c) && check_below(c)) {
		fputs("<p class=\"reason low\">", to);
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
		fputs("</div>\n<div class=\"tables\">\n", to);
		put_estimates(c, to);
		put_fips(&c->fips, to);
		fputs("</div>\n", to);
	} else {
		fprintf(to,
			"<p>A sample of fewer than %d bytes has no statistics and no plots.</p>\n",
			CHECK_LEAST);
	}
	fputs("</section>\n", to);
}

void check_html(const struct check *c, FILE *to)
{
	size_t i;

	put_head(c, to);
	page_overall(c, to);
	fputs("</header>\n<main>\n", to);
	page_summary(c, to);
	put_limits(to);
	for (i = 0; i < c->count; i++)
		put_source(c->source + i, i + 1, to);
	fputs("</main>\n</body>\n</html>\n", to);
}
