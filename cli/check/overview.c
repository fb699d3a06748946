/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The head of the HTML report: one verdict, its reasons, and a row for each source. */
#include "cli/check/page.h"
#include "cli/check/html.h"

#include <string.h>

/* Sets @out to the fault of a source, or to a remark on a source that passed. Returns: is there one? */
static bool remark_on(const struct check *all, const struct checked *c, char *out, size_t size)
{
	if (!check_passed(c)) {
		check_why(c, out, size);
		return true;
	}
	if (check_too_low(all, c, out, size))
		return true;
	if (check_below(c))
		check_verdict(c, out, size);
	return check_below(c);
}

/* "2 of 5 sources have failed." */
static void put_count(size_t failed, size_t all, FILE *to)
{
	if (all == 1)
		fprintf(to, "The source has %s.", failed ? "failed" : "passed");
	else if (failed == 0 || failed == all)
		fprintf(to, "All %zu sources have %s.", all, failed ? "failed" : "passed");
	else
		fprintf(to, "%zu of %zu sources %s failed.", failed, all,
			failed == 1 ? "has" : "have");
}

static void put_remarks(const struct check *c, FILE *to)
{
	char why[CHECK_TEXT];
	bool any = false;
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (!remark_on(c, c->source + i, why, sizeof(why)))
			continue;
		fprintf(to, "%s<li><a href=\"#source-%zu\"><bdi>", any ? "" : "<ul>\n", i + 1);
		any = true;
		html_text(to, c->source[i].label);
		fputs("</bdi></a>: ", to);
		html_text(to, why);
		fputs("</li>\n", to);
	}
	if (any)
		fputs("</ul>\n", to);
}

void page_overall(const struct check *c, FILE *to)
{
	char why[CHECK_TEXT];
	size_t i, failed = 0, low = 0;

	for (i = 0; i < c->count; i++) {
		failed += !check_passed(c->source + i);
		low += check_too_low(c, c->source + i, why, sizeof(why));
	}
	fprintf(to, "<div id=\"verdict\" class=\"%s\">\n<p>",
		failed + low ? "overall bad" : "overall good");
	page_verdict(failed + low ? VERDICT_FAILED : VERDICT_PASSED, to);
	fputs(" <span class=\"count\">", to);
	put_count(failed, c->count, to);
	if (low == 1)
		fputs(" An estimate is below --min-estimate.", to);
	else if (low > 1)
		fprintf(to, " %zu estimates are below --min-estimate.", low);
	fputs("</span></p>\n", to);
	put_remarks(c, to);
	fputs("</div>\n", to);
}

static void put_number(const char *label, const char *text, FILE *to)
{
	fprintf(to, "<td class=\"number\" data-label=\"%s\">%s</td>", label,
		strcmp(text, "-") == 0 ? PAGE_DASH : text);
}

static void put_row(const struct checked *c, size_t number, FILE *to)
{
	char text[32];

	fprintf(to, "<tr><th scope=\"row\"><a href=\"#source-%zu\"><bdi>", number);
	html_text(to, c->label);
	fputs("</bdi></a></th><td>", to);
	page_verdict(check_passed(c) ? VERDICT_PASSED : VERDICT_FAILED, to);
	fputs("</td>", to);
	snprintf(text, sizeof(text), "%zu", c->sample.len);
	put_number("Bytes", text, to);
	put_number("Rate", check_rate(&c->sample, text, sizeof(text)), to);
	snprintf(text, sizeof(text), c->counted ? "%.3f" : "-", c->estimate.assessed);
	put_number("Least estimate, bits a byte", text, to);
	put_number("Assessed, bits a byte", check_assessed(&c->sample, text, sizeof(text)), to);
	fputs("</tr>\n", to);
}

void page_summary(const struct check *c, FILE *to)
{
	size_t i;

	fputs("<table id=\"summary\" class=\"stack\">\n<caption>A source has passed if it delivered all bytes that were "
	      "asked for, and these passed the tests.</caption>\n<thead><tr>"
	      "<th scope=\"col\">Source</th><th scope=\"col\">Verdict</th>"
	      "<th scope=\"col\" class=\"number\">Bytes</th><th scope=\"col\" class=\"number\">Rate</th>"
	      "<th scope=\"col\" class=\"number\">Least estimate,<br>bits a byte</th>"
	      "<th scope=\"col\" class=\"number\">Assessed,<br>bits a byte</th></tr></thead>\n<tbody>\n",
		to);
	for (i = 0; i < c->count; i++)
		put_row(c->source + i, i + 1, to);
	fputs("</tbody>\n</table>\n", to);
}
