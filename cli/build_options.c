/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of `seedrive build`. */
#include "cli/batch.h"
#include "cli/build.h"
#include "cli/config/value.h"

#include <string.h>
#include <unistd.h>

enum {
	OPT_LABEL = OPT_OWN,
	OPT_PUBLISHER,
	OPT_BIND,
	OPT_TTL,
	OPT_USER_DATA,
	OPT_META_DATA,
	OPT_NETWORK_CONFIG,
	OPT_BATCH,
	OPT_JOBS,
	OPT_FORCE,
	OPT_SEED,
};

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "output", required_argument, NULL, 'o' },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "publisher", required_argument, NULL, OPT_PUBLISHER },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "user-data", required_argument, NULL, OPT_USER_DATA },
	{ "meta-data", required_argument, NULL, OPT_META_DATA },
	{ "network-config", required_argument, NULL, OPT_NETWORK_CONFIG },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ 0 },
};

static int take_option(struct build *b, int c, struct fault *f)
{
	switch (c) {
	case 'o':
		b->out = optarg;
		return 0;
	case OPT_LABEL:
		b->label = optarg;
		return 0;
	case OPT_PUBLISHER:
		b->publisher = optarg;
		return 0;
	case OPT_BIND:
		b->bind = optarg;
		return 0;
	case OPT_TTL:
		return option_duration("--ttl", optarg, &b->compose.request.ttl, f);
	case OPT_USER_DATA:
		b->user_data = optarg;
		return 0;
	case OPT_META_DATA:
		b->meta_data = optarg;
		return 0;
	case OPT_NETWORK_CONFIG:
		b->network_config = optarg;
		return 0;
	case OPT_BATCH:
		b->batch = optarg;
		return 0;
	case OPT_JOBS:
		return option_number("--jobs", optarg, 1, BATCH_JOBS_MAX, &b->jobs, f);
	case OPT_FORCE:
		b->force = true;
		return 0;
	case OPT_SEED:
		return option_seed(&b->entropy, "--seed", optarg, f);
	default:
		return entropy_option(&b->entropy, c, f);
	}
}

static bool is_text(const char *s, size_t max)
{
	size_t len = strlen(s), i;

	for (i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return len <= max;
}

static int check_output(struct build *b, struct fault *f)
{
	b->to_stdout = option_stdout(b->out);
	if (b->to_stdout && isatty(STDOUT_FILENO))
		return fault_usage(f, "-o -: an image does not go to a terminal");
	if (b->to_stdout && b->entropy.json)
		return fault_usage(f, "--json: the image goes to standard output; use -o FILE");
	return 0;
}

/* The arguments: one drive, or a list of drives. */
static int check_what(struct build *b, struct fault *f)
{
	const bool files = b->user_data || b->meta_data || b->network_config;

	if (b->batch && (b->out || b->dir || files))
		return fault_usage(
			f, "--batch: OUT and DIR belong in the list, not on the command line");
	if (b->batch && b->entropy.json)
		return fault_usage(f, "--json: not with --batch");
	if (b->batch)
		return 0;
	if (b->jobs)
		return fault_usage(f, "--jobs: only with --batch");
	if (!b->out)
		return fault_usage(f, "-o OUT is missing");
	if (!b->dir == !files)
		return fault_usage(f,
			files ? "DIR: not with --user-data, --meta-data or --network-config" :
				"DIR is missing");
	return check_output(b, f);
}

static int check_words(struct build *b, struct fault *f)
{
	const int r = check_what(b, f);

	if (r < 0)
		return r;
	if (b->label && (!*b->label || !is_text(b->label, 32)))
		return fault_usage(f, "--label: %s: must be 1 to 32 ASCII characters", b->label);
	if (b->publisher && !is_text(b->publisher, 128))
		return fault_usage(f, "--publisher: must be at most 128 ASCII characters");
	return 0;
}

/* Checks --bind UUID and SOURCE_DATE_EPOCH, so that a mistake is reported before any work. */
static int check_values(struct build *b, struct fault *f)
{
	const char *epoch = compose_clock(&b->compose);

	if (epoch)
		return fault_usage(f, "SOURCE_DATE_EPOCH: %s: must be seconds since 1970", epoch);
	return option_value(value_bind("--bind", b->bind, f), f);
}

int build_parse(struct build *b, int argc, char **argv, struct fault *f)
{
	static const char short_options[] = ":o:qv";
	int c, r;

	r = entropy_options_configure(&b->entropy, argc, argv, short_options, options, f);
	if (r == 0)
		r = options_seed_env(&b->entropy, f);
	b->compose.provenance = b->entropy.settings.provenance_full;
	b->bind = b->entropy.settings.bind;
	b->compose.request.ttl = b->entropy.settings.ttl;
	while (r == 0 && (c = option_next(argc, argv, short_options, options, f)) >= 0)
		r = take_option(b, c, f);
	if (r < 0)
		return r;
	b->compose.mode = b->entropy.settings.seed;
	if (argc - optind > 1)
		return fault_usage(f, "%s: one DIR is enough", argv[optind + 1]);
	b->dir = argv[optind];
	r = check_words(b, f);
	if (r == 0)
		r = check_values(b, f);
	return r < 0 ? r : entropy_options_check(&b->entropy, f);
}
