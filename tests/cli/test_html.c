/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("html: text stands for itself, and what is no text is written as \\xNN",
			test_text),
		TEST("plot: a scale ends at a round number, not far above", test_round),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
