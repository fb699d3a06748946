/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/config/config.h"
#include "seed/requirement.h"

/* What configuration, --source, --require and --bits asked for, and how much is to be said. */
struct entropy_options {
	struct seed_requirement asked; /* of the configuration and the options, which win */
	bool json, quiet, verbose;
	struct config config;
	struct settings settings; /* of the configuration alone, but for @settings.seed */
	const char *
		seed_origin; /* what has set that: --seed or SEEDRIVE_SEED; NULL: the configuration */
};

/* Values of getopt_long() for what all commands share; a command's own begin at OPT_OWN. */
enum {
	OPT_SOURCE = 256,
	OPT_REQUIRE,
	OPT_BITS,
	OPT_CONFIG,
	OPT_JSON,
	OPT_OWN,
};

/* clang-format off */
#define OPTIONS_ENTROPY                                       \
	{ "source", required_argument, NULL, OPT_SOURCE },    \
	{ "require", required_argument, NULL, OPT_REQUIRE },  \
	{ "bits", required_argument, NULL, OPT_BITS },        \
	{ "config", required_argument, NULL, OPT_CONFIG },    \
	{ "json", no_argument, NULL, OPT_JSON },              \
	{ "quiet", no_argument, NULL, 'q' },                  \
	{ "verbose", no_argument, NULL, 'v' }
/* clang-format on */

/** entropy_options_init - all sources, 256 bits. */
void entropy_options_init(struct entropy_options *o);

/**
 * options_configure - the configuration that --config names, or else is there, before any option is read
 * @c: zeroed; needs config_clear() in the end. Returns: 0 or -errno with @f.
 */
int options_configure(struct config *c, enum config_part part, struct settings *ret, int argc,
	char **argv, const char *short_options, const struct option *options, struct fault *f);

/**
 * entropy_options_configure - init, and what the configuration says; the options come after that, and win
 * Needs entropy_options_clear() in the end. Returns: 0 or -errno with @f.
 */
int entropy_options_configure(struct entropy_options *o, int argc, char **argv,
	const char *short_options, const struct option *options, struct fault *f);

/** entropy_options_settle - by @o->settings: what there is before any option. */
void entropy_options_settle(struct entropy_options *o);

/**
 * entropy_options_check - once all options are read: --require is not met where `seed` is off
 * Returns: 0 or -errno with @f.
 */
int entropy_options_check(const struct entropy_options *o, struct fault *f);

/** entropy_options_seed_origin - "seed = off in /etc/seedrive.conf:3". */
const char *entropy_options_seed_origin(const struct entropy_options *o, char *out, size_t size);

void entropy_options_clear(struct entropy_options *o);

/** entropy_option - one that getopt_long() found. Returns: 0 or -errno with @f. */
int entropy_option(struct entropy_options *o, int c, struct fault *f);

/** option_seed - @text as the configuration has it after `seed =`. @origin: who says it. Returns: 0; -EINVAL with @f, of usage. */
int option_seed(struct entropy_options *o, const char *origin, const char *text, struct fault *f);

/** options_seed_env - the same of SEEDRIVE_SEED in the environment: it wins over the configuration, and --seed over it. */
int options_seed_env(struct entropy_options *o, struct fault *f);

/** option_stdout - is @out standard output: "-", or another name of it, such as /dev/stdout, where it is a pipe or a socket? */
bool option_stdout(const char *out);

/** option_next - getopt_long(); where a word is wrong, '?' with @f in our own words. */
int option_next(int argc, char **argv, const char *short_options, const struct option *options,
	struct fault *f);

/** option_value - @r of what read an option's value: if it is an error, @f becomes one of usage. Returns: @r. */
int option_value(int r, struct fault *f);

/** option_source - the list that --source names, in optarg. Returns: 0, or -EINVAL with @f. */
int option_source(struct source_list *ret, struct fault *f);

/** option_number - a whole number from @low to @high. Returns: 0, or -EINVAL with @f. */
int option_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f);

/** option_duration - whole seconds, in any unit of duration_parse(); "0": none. As above. */
int option_duration(const char *name, const char *text, uint32_t *ret, struct fault *f);

#endif
