/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The results of `check` as text, for a terminal. */
#include "cli/check/check.h"
#include "cli/print.h"

static void print_source(const struct checked *c, FILE *to)
{
	struct check_row rows[CHECK_ROWS];
	const size_t n = check_rows(c, rows);
	char verdict[CHECK_TEXT];
	size_t i;

	print_line(to, "%s: %s", c->label, check_verdict(c, verdict, sizeof(verdict)));
	for (i = 0; i < n; i++)
		print_line(to, "  %-10s  %-20s  %-46s  %s", verdict_word(rows[i].verdict),
			rows[i].what, rows[i].figure, rows[i].bound);
	print_line(to, "%s", "");
}

void check_print(const struct check *c, FILE *to)
{
	bool few = false, restarted = false;
	size_t i;

	for (i = 0; i < c->count; i++) {
		const struct checked *s = c->source + i;

		print_source(s, to);
		restarted = restarted || s->restart.done;
		few = few || (s->counted && s->sample.len < ESTIMATE_SAMPLES);
	}
	print_line(to,
		"Tests that passed or failed decide the verdict; figures within or beyond a bound are only reported.");
	print_line(to,
		"None of it proves entropy: bytes that were hashed look perfect, even those of a counter.");
	if (restarted)
		print_line(to,
			"A restart was closing and opening the source again: no power was cut.");
	if (few)
		print_line(to, "From fewer than %d bytes, the estimates come out too low.",
			ESTIMATE_SAMPLES);
}
