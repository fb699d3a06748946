/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "cli/check/check.h"
#include "cli/check/html.h"
#include "cli/check/plot.h"

#include <math.h>

static void test_text(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<a href=\"x\" id='y'>&amp;",
			"&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;" },
		{ "\303\244 \342\202\254 \360\237\216\262",
			"\303\244 \342\202\254 \360\237\216\262" },
		{ "\x01\x1f\x7f\n", "\\x01\\x1f\\x7f\\x0a" },
		{ "\xff\xc3(\xc2\x9b\xe2\x82", "\\xff\\xc3(\\xc2\\x9b\\xe2\\x82" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *have = NULL;
		size_t len;
		FILE *to = open_memstream(&have, &len);

		assert_non_null(to);
		html_text(to, rows[i].text);
		fclose(to);
		assert_string_equal(have, rows[i].want);
		free(have);
	}
}

static void test_round(void **state)
{
	static const struct {
		double x, want;
	} rows[] = { { 0, 1 }, { 1, 1 }, { 0.97, 1 }, { 4, 4 }, { 7, 8 }, { 9, 10 }, { 41, 50 },
		{ 0.0021, 0.0025 }, { 4063, 5000 }, { 1e9, 1e9 } };
	size_t i;
	double x;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (fabs(plot_round_up(rows[i].x) - rows[i].want) > 1e-9 * rows[i].want)
			fail_msg("%g: %g", rows[i].x, plot_round_up(rows[i].x));
	for (x = 1e-6; x < 1e12; x *= 1.07) {
		assert_true(plot_round_up(x) >= x * (1 - 1e-9));
		assert_true(plot_round_up(x) <= 1.5 * x);
	}
}

static void test_number(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(check_number(0, "retry", "retries", text, sizeof(text)), "0 retries");
	assert_string_equal(check_number(1, "retry", "retries", text, sizeof(text)), "1 retry");
	assert_string_equal(check_number(11, "block", "blocks", text, sizeof(text)), "11 blocks");
}

static void test_assessed(void **state)
{
	static const struct {
		unsigned bits, bytes;
		const char *want;
	} rows[] = { { 0, 1, "-" }, { 4, 1, "4" }, { 5, 2, "2.5" }, { 2717, 1000, "2.717" },
		{ 1, 4, "0.25" }, { 128, 16384, "0.0078" }, { 512, 128, "4" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const struct sample s = { .assessed_bits = rows[i].bits,
			.per_bytes = rows[i].bytes };
		char text[32];

		assert_string_equal(check_assessed(&s, text, sizeof(text)), rows[i].want);
	}
}

static char *drawn(void (*draw)(const struct plot *p, FILE *to), const struct plot *p)
{
	char *out = NULL;
	size_t len;
	FILE *to = open_memstream(&out, &len);

	assert_non_null(to);
	draw(p, to);
	fclose(to);
	return out;
}

static void draw_bound(const struct plot *p, FILE *to)
{
	plot_across(p, to, 5, "bound");
	plot_upright(p, to, 5, "bound", "here");
}

/* A bound is two lines in the same place: the lower one makes the dashes of the upper one visible on a bar. */
static void test_bound(void **state)
{
	const struct plot p = { .right = 10, .top = 10 };
	char *svg = drawn(draw_bound, &p), *at = svg;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		const char *under = strstr(at, "<line class=\"under\""),
			   *place = strstr(under, " x1");
		const size_t len = strcspn(place, "\n") + 1;

		at = strstr(at, "<line class=\"bound\"");
		assert_non_null(at);
		assert_true(under < at);
		assert_memory_equal(strstr(at, " x1"), place, len);
		at += len;
	}
	assert_non_null(strstr(at, ">here</text>"));
	free(svg);
}

static void draw_ticks(const struct plot *p, FILE *to)
{
	plot_begin(p, to);
}

static void test_log_ticks(void **state)
{
	static const char *const want[] = { ">1<", ">10<", ">100<", ">1000<", ">10k<", ">100k<",
		">1M<", ">10M<" };
	const struct plot p = { .id = "x",
		.title = "",
		.about = "",
		.x_label = "",
		.y_label = "",
		.right = 1,
		.bottom = 0.5,
		.top = 1e7,
		.log = true };
	char *svg = drawn(draw_ticks, &p);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(want); i++)
		assert_non_null(strstr(svg, want[i]));
	free(svg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("html: text is unchanged, and other bytes are written as \\xNN", test_text),
		TEST("plot: a scale ends at a round number, not far above the largest value",
			test_round),
		TEST("plot: a bound has a line in the colour of the background below it",
			test_bound),
		TEST("plot: powers of ten are short numbers", test_log_ticks),
		TEST("report: one thing is written in the singular", test_number),
		TEST("report: a source's assessment is in bits a byte", test_assessed),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
