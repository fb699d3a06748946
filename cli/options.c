/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"
#include "cli/report.h"
#include "seed/record.h"

#include <stdlib.h>
#include <string.h>

void entropy_options_init(struct entropy_options *o)
{
	*o = (struct entropy_options){ .bits = RECORD_BLOCK_BITS };
	source_default(&o->sources);
}

int entropy_option(struct entropy_options *o, int c)
{
	struct fault f;

	switch (c) {
	case OPT_SOURCE:
		if (source_parse(optarg, &o->sources, &f) < 0)
			return report_usage("%s", f.text);
		return -1;
	case OPT_REQUIRE:
		o->require = optarg;
		return -1;
	case OPT_BITS:
		return option_number("--bits", optarg, 1, RECORD_BITS_MAX, &o->bits) < 0 ?
			EXIT_USAGE :
			-1;
	case OPT_JSON:
		o->json = true;
		return -1;
	case 'q':
		o->quiet = true;
		return -1;
	case 'v':
		o->verbose = true;
		return -1;
	default:
		return EXIT_USAGE; /* option_next() has said why */
	}
}

/* What getopt_long() stumbled over: of a short option its letter, else the last word it read. */
static const char *culprit(char **argv, int before, char letter[3])
{
	const char *word = argv[optind > before ? optind - 1 : before];

	if (word[0] == '-' && word[1] == '-')
		return word;
	letter[0] = '-';
	letter[1] = (char)optopt;
	letter[2] = '\0';
	return letter;
}

int option_next(int argc, char **argv, const char *short_options, const struct option *options)
{
	const int before = optind ? optind : 1;
	const char *word;
	char letter[3];
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, short_options, options, NULL);
	if (c != '?' && c != ':')
		return c;
	word = culprit(argv, before, letter);
	if (c == ':')
		report_usage("%s: a value is missing", word);
	else if (optopt && strchr(word, '='))
		report_usage("%.*s: takes no value", (int)strcspn(word, "="), word);
	else
		report_usage("%s: unknown option", word);
	return '?';
}

static int parse_digits(const char **text, uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = *text;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = 10 * n + (uint64_t)(*p - '0');
		if (n > UINT32_MAX)
			return -1;
	}
	*text = p;
	*ret = (uint32_t)n;
	return 0;
}

int option_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret)
{
	const char *p = text;
	uint32_t n;

	if (parse_digits(&p, &n) < 0 || *p || n < low || n > high) {
		report_usage("%s: %s: must be a whole number from %u to %u", name, text, low, high);
		return -1;
	}
	*ret = n;
	return 0;
}

int option_duration(const char *name, const char *text, uint32_t *ret)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
	uint32_t factor = 1, n;
	const char *p = text;
	size_t i;
	bool fits = parse_digits(&p, &n) == 0;

	if (fits && *p) {
		fits = false;
		for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
			if (p[0] == units[i].unit && !p[1]) {
				factor = units[i].seconds;
				fits = true;
			}
		}
	}
	if (!fits || (uint64_t)n * factor > UINT32_MAX) {
		report_usage("%s: %s: must be a time as in 90s, 15m, 12h, 1d or 2w", name, text);
		return -1;
	}
	*ret = n * factor;
	return 0;
}
