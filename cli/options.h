/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/config/config.h"
#include "seed/requirement.h"

/* What the configuration and the options of a command ask for, and how much it prints. */
struct entropy_options {
	struct seed_requirement asked; /* from the configuration; options override it */
	bool json, quiet, verbose;
	struct config config;
	struct settings settings; /* the configuration's; --seed and SEEDRIVE_SEED change .seed */
	const char *
		seed_origin; /* "--seed" or "SEEDRIVE_SEED" if one of them set .seed; NULL: the configuration set it */
};

/* Values that getopt_long() returns for the options that all commands share; a command's own begin at OPT_OWN. */
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

/** entropy_options_init - sets the defaults: all sources, 256 bits. */
void entropy_options_init(struct entropy_options *o);

/**
 * options_configure - reads the configuration that --config names, or the default one, before any other option is read
 * @c: zeroed by the caller, who calls config_clear() when done. Returns: 0, or -errno with @f.
 */
int options_configure(struct config *c, enum config_part part, struct settings *ret, int argc,
	char **argv, const char *short_options, const struct option *options, struct fault *f);

/**
 * entropy_options_configure - sets the defaults, then the values of the configuration; the options, read later, override both
 * The caller calls entropy_options_clear() when done. Returns: 0, or -errno with @f.
 */
int entropy_options_configure(struct entropy_options *o, int argc, char **argv,
	const char *short_options, const struct option *options, struct fault *f);

/** entropy_options_settle - sets @o->asked to the values of @o->settings, before any option is read. */
void entropy_options_settle(struct entropy_options *o);

/**
 * entropy_options_check - once all options are read: refuses --require together with `seed = off`
 * Returns: 0, or -errno with @f.
 */
int entropy_options_check(const struct entropy_options *o, struct fault *f);

/** entropy_options_seed_origin - what set `seed`, for a message: "seed = off in /etc/seedrive.conf:3". */
const char *entropy_options_seed_origin(const struct entropy_options *o, char *out, size_t size);

void entropy_options_clear(struct entropy_options *o);

/** entropy_option - handles a shared option that getopt_long() returned. Returns: 0, or -errno with @f. */
int entropy_option(struct entropy_options *o, int c, struct fault *f);

/**
 * option_seed - parses @text like the value of `seed =` in the configuration
 * @origin: where it comes from, for messages
 * Returns: 0, or -EINVAL with @f, a usage error.
 */
int option_seed(struct entropy_options *o, const char *origin, const char *text, struct fault *f);

/**
 * options_seed_env - does the same for SEEDRIVE_SEED of the environment
 * SEEDRIVE_SEED overrides the configuration, and --seed overrides both. Returns: 0, or -EINVAL with @f.
 */
int options_seed_env(struct entropy_options *o, struct fault *f);

/** option_stdout - whether @out means standard output: "-", or a name such as /dev/stdout if that is a pipe or a socket. */
bool option_stdout(const char *out);

/** option_next - getopt_long(); for a word that it refuses it returns '?' and sets @f to an error line of our own. */
int option_next(int argc, char **argv, const char *short_options, const struct option *options,
	struct fault *f);

/** option_value - turns @f into a usage error if @r, the result of parsing an option's value, is an error. Returns: @r. */
int option_value(int r, struct fault *f);

/** option_source - parses the list of --source, which is in optarg. Returns: 0, or -EINVAL with @f. */
int option_source(struct source_list *ret, struct fault *f);

/** option_number - parses a whole number from @low to @high. Returns: 0, or -EINVAL with @f. */
int option_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f);

/**
 * option_duration - parses a time of whole seconds, in any unit of duration_parse(); "0" means none
 * Returns: 0, or -EINVAL with @f.
 */
int option_duration(const char *name, const char *text, uint32_t *ret, struct fault *f);

#endif
