/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of `seedrive build`. */
#include "cli/batch.h"
#include "cli/build.h"
#include "cli/config/value.h"
#include "cli/report.h"

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
	{ 0 },
};

static int take_option(struct build *b, int c)
{
	switch (c) {
	case 'o':
		b->out = optarg;
		return -1;
	case OPT_LABEL:
		b->label = optarg;
		return -1;
	case OPT_PUBLISHER:
		b->publisher = optarg;
		return -1;
	case OPT_BIND:
		b->bind = optarg;
		return -1;
	case OPT_TTL:
		return option_duration("--ttl", optarg, &b->make.request.ttl) < 0 ? EXIT_USAGE : -1;
	case OPT_USER_DATA:
		b->user_data = optarg;
		return -1;
	case OPT_META_DATA:
		b->meta_data = optarg;
		return -1;
	case OPT_NETWORK_CONFIG:
		b->network_config = optarg;
		return -1;
	case OPT_BATCH:
		b->batch = optarg;
		return -1;
	case OPT_JOBS:
		return option_number("--jobs", optarg, 1, BATCH_JOBS_MAX, &b->jobs) < 0 ?
			EXIT_USAGE :
			-1;
	case OPT_FORCE:
		b->force = true;
		return -1;
	default:
		return entropy_option(&b->entropy, c);
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

static int check_output(struct build *b)
{
	b->to_stdout = strcmp(b->out, "-") == 0;
	if (b->to_stdout && isatty(STDOUT_FILENO))
		return report_usage("-o -: an image does not go to a terminal");
	if (b->to_stdout && b->entropy.json)
		return report_usage("--json: standard output is the image's");
	return -1;
}

/* Which drive, or drives. */
static int check_what(struct build *b)
{
	const bool files = b->user_data || b->meta_data || b->network_config;

	if (b->batch && (b->out || b->dir || files))
		return report_usage("--batch: the list has OUT and DIR");
	if (b->batch && b->entropy.json)
		return report_usage("--json: not with --batch");
	if (b->batch)
		return -1;
	if (b->jobs)
		return report_usage("--jobs: only with --batch");
	if (!b->out)
		return report_usage("-o OUT is missing");
	if (!b->dir == !files)
		return report_usage(files ? "either DIR or --user-data and its kin, not both" :
					    "DIR is missing");
	return check_output(b);
}

static int check_words(struct build *b)
{
	const int status = check_what(b);

	if (status >= 0)
		return status;
	if (b->label && (!*b->label || !is_text(b->label, 32)))
		return report_usage("--label: %s: must be 1 to 32 ASCII characters", b->label);
	if (b->publisher && !is_text(b->publisher, 128))
		return report_usage("--publisher: must be at most 128 ASCII characters");
	return -1;
}

/* --bind UUID and SOURCE_DATE_EPOCH, which are worth an early word too. */
static int check_values(struct build *b)
{
	const char *epoch = make_clock(&b->make);
	struct fault f;

	if (epoch)
		return report_usage("SOURCE_DATE_EPOCH: %s: must be seconds since 1970", epoch);
	return value_bind("--bind", b->bind, &f) < 0 ? report_usage("%s", f.text) : -1;
}

int build_parse(struct build *b, int argc, char **argv)
{
	static const char short_options[] = ":o:qv";
	int c, status = entropy_options_configure(&b->entropy, argc, argv, short_options, options);

	b->make.entropy = &b->entropy;
	b->make.seed_mode = b->entropy.settings.seed;
	b->bind = b->entropy.settings.bind;
	b->make.request.ttl = b->entropy.settings.ttl;
	while (status < 0 && (c = option_next(argc, argv, short_options, options)) >= 0)
		status = take_option(b, c);
	if (status >= 0)
		return status;
	if (argc - optind > 1)
		return report_usage("%s: one DIR is enough", argv[optind + 1]);
	b->dir = argv[optind];
	status = check_words(b);
	if (status < 0)
		status = check_values(b);
	return status < 0 ? entropy_options_check(&b->entropy) : status;
}
