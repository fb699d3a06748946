/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"
#include "cli/configure.h"
#include "cli/config/value.h"
#include "util/wire/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stdlib.h>

void entropy_options_init(struct entropy_options *o)
{
	*o = (struct entropy_options){ .asked.bits = RECORD_BLOCK_BITS };
	source_default(&o->asked.sources);
}

/* Finds the argument of the last --config before the options are read. Returns: false if the options cannot be parsed. */
static bool find_config(int argc, char **argv, const char *short_options,
	const struct option *options, const char **ret_file)
{
	char in_order[32]; /* the short options after a '-', so that getopt does not reorder argv */
	bool good = true;
	int c;

	snprintf(in_order, sizeof(in_order), "-%s", short_options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, in_order, options, NULL)) >= 0) {
		if (c == OPT_CONFIG)
			*ret_file = optarg;
		good &= c != '?' && c != ':';
	}
	optind = 0; /* start from the first word again */
	return good;
}

int options_configure(struct config *c, enum config_part part, struct settings *ret, int argc,
	char **argv, const char *short_options, const struct option *options, struct fault *f)
{
	const char *file = NULL;

	/* A fault is not reported here: the command's own parsing finds it again and reports it. */
	if (find_config(argc, argv, short_options, options, &file))
		return configure(c, file, part, ret, f);
	config_settle(c, part, ret);
	return 0;
}

int entropy_options_configure(struct entropy_options *o, int argc, char **argv,
	const char *short_options, const struct option *options, struct fault *f)
{
	int r;

	entropy_options_init(o);
	r = options_configure(
		&o->config, CONFIG_TOOLS, &o->settings, argc, argv, short_options, options, f);
	if (r == 0)
		entropy_options_settle(o);
	return r;
}

void entropy_options_settle(struct entropy_options *o)
{
	o->asked = (struct seed_requirement){
		.sources = o->settings.sources,
		.require = o->settings.require,
		.bits = o->settings.bits,
		.claim_less = o->settings.claim_less,
	};
}

const char *entropy_options_seed_origin(const struct entropy_options *o, char *out, size_t size)
{
	char from[PATH_MAX + 16];

	if (o->seed_origin) {
		snprintf(out, size, "%s=%s", o->seed_origin, config_seed_word(o->settings.seed));
		return out;
	}
	snprintf(out, size, "seed = %s in %s", config_seed_word(o->settings.seed),
		config_origin(&o->config, o->settings.part, "seed", from, sizeof(from)));
	return out;
}

/* `seed = off` in the configuration cancels `require` in the configuration, but not --require on the command line. */
int entropy_options_check(const struct entropy_options *o, struct fault *f)
{
	char text[PATH_MAX + 32];

	if (o->settings.seed != DRIVE_SEED_OFF || !o->asked.require ||
		o->asked.require == o->settings.require)
		return 0;
	return fault_refused(f, "--require: %s: no seed is drawn: %s", o->asked.require,
		entropy_options_seed_origin(o, text, sizeof(text)));
}

void entropy_options_clear(struct entropy_options *o)
{
	config_clear(&o->config);
}

int option_value(int r, struct fault *f)
{
	if (r < 0)
		f->status = EXIT_USAGE;
	return r;
}

int option_source(struct source_list *ret, struct fault *f)
{
	struct fault why;

	return source_parse(optarg, ret, &why) < 0 ? fault_usage(f, "--source: %s", why.text) : 0;
}

static int take_source(struct entropy_options *o, struct fault *f)
{
	const unsigned deadline_ms = o->asked.sources.deadline_ms;
	const int r = option_source(&o->asked.sources, f);

	if (r < 0)
		return r;
	o->asked.sources.deadline_ms = deadline_ms;
	config_address(&o->settings, &o->asked.sources);
	return 0;
}

static int take_require(struct entropy_options *o, struct fault *f)
{
	const int r = option_value(value_require("--require", optarg, f), f);

	if (r == 0)
		o->asked.require = strcmp(optarg, VALUE_NONE) ? optarg : NULL;
	return r;
}

int entropy_option(struct entropy_options *o, int c, struct fault *f)
{
	switch (c) {
	case OPT_SOURCE:
		return take_source(o, f);
	case OPT_REQUIRE:
		return take_require(o, f);
	case OPT_BITS:
		return option_number("--bits", optarg, 1, RECORD_BITS_MAX, &o->asked.bits, f);
	case OPT_CONFIG:
		return 0; /* options_configure() has read it */
	case OPT_JSON:
		o->json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	default:
		return -EINVAL; /* option_next() has set @f */
	}
}

/* Lists the long options that begin with @word ("--me" or "--me=x"), as "--meta-data, --message". Returns: their number. */
static size_t candidates(const struct option *options, const char *word, char *out, size_t size)
{
	const size_t len = strcspn(word, "=") - 2;
	size_t count = 0, at = 0;

	out[0] = '\0';
	for (; options->name; options++) {
		if (strncmp(options->name, word + 2, len) != 0)
			continue;
		if (at < size)
			at += (size_t)snprintf(
				out + at, size - at, "%s--%s", count ? ", " : "", options->name);
		count++;
	}
	return count;
}

/* A long option that getopt_long() refuses: no option begins like this, or several do. */
static void unknown_option(const char *word, const struct option *options, struct fault *f)
{
	char names[256];

	if (strncmp(word, "--", 2) == 0 && candidates(options, word, names, sizeof(names)) > 1)
		fault_usage(
			f, "%.*s: ambiguous, could be %s", (int)strcspn(word, "="), word, names);
	else
		fault_usage(f, "%s: unknown option", word);
}

/* The word that getopt_long() refused: for a short option its letter, else the last word that it read. */
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

int option_next(int argc, char **argv, const char *short_options, const struct option *options,
	struct fault *f)
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
		fault_usage(f, "%s: a value is missing", word);
	else if (optopt && strchr(word, '='))
		fault_usage(f, "%.*s: takes no value", (int)strcspn(word, "="), word);
	else
		unknown_option(word, options, f);
	return '?';
}

int option_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f)
{
	return option_value(value_number(name, text, low, high, ret, f), f);
}

int option_duration(const char *name, const char *text, uint32_t *ret, struct fault *f)
{
	return option_value(value_duration(name, text, ret, f), f);
}

bool option_stdout(const char *out)
{
	struct stat named, ours;

	if (strcmp(out, "-") == 0)
		return true;
	return stat(out, &named) == 0 && fstat(STDOUT_FILENO, &ours) == 0 &&
		named.st_dev == ours.st_dev && named.st_ino == ours.st_ino &&
		(S_ISFIFO(named.st_mode) || S_ISSOCK(named.st_mode));
}

int option_seed(struct entropy_options *o, const char *origin, const char *text, struct fault *f)
{
	if (config_parse_seed(text, &o->settings.seed) < 0)
		return fault_usage(f, "%s: %s: must be on, mix or off", origin, text);
	o->seed_origin = origin;
	return 0;
}

int options_seed_env(struct entropy_options *o, struct fault *f)
{
	const char *text = getenv("SEEDRIVE_SEED");

	return text && *text ? option_seed(o, "SEEDRIVE_SEED", text, f) : 0;
}
