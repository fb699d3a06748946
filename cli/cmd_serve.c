/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the daemon. */
#include "cli/cmd.h"
#include "cli/options.h"
#include "util/wire/broker.h"
#include "serve/limit.h"
#include "serve/reservoir.h"
#include "serve/serve.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static_assert(CONFIG_RESERVOIR_MAX == RESERVOIR_MAX, "what the daemon can keep");
static_assert(CONFIG_RATE_MAX == LIMIT_MAX, "what the daemon can count");

enum { OPT_SOCKET = OPT_OWN, OPT_RESERVOIR, OPT_RATE, OPT_BURST };

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "reservoir", required_argument, NULL, OPT_RESERVOIR },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ 0 },
};

static int set_source(struct serve_options *o, struct fault *f)
{
	const int r = option_source(&o->sources, f);

	if (r == 0 && source_list_has_broker(&o->sources))
		return fault_usage(f, "--source: broker: a daemon cannot be its own source");
	return r;
}

static int set_option(struct serve_options *o, int c, struct fault *f)
{
	switch (c) {
	case OPT_SOCKET:
		o->socket = optarg;
		return 0;
	case OPT_SOURCE:
		return set_source(o, f);
	case OPT_RESERVOIR:
		return option_number(
			"--reservoir", optarg, 2, CONFIG_RESERVOIR_MAX, &o->reservoir, f);
	case OPT_RATE:
		return option_number("--rate", optarg, 1, CONFIG_RATE_MAX, &o->rate, f);
	case OPT_BURST:
		return option_number("--burst", optarg, 1, CONFIG_RATE_MAX, &o->burst, f);
	case OPT_CONFIG:
		return 0; /* it was read before */
	default:
		return -EINVAL;
	}
}

static int parse(
	struct serve_options *o, struct config *config, int argc, char **argv, struct fault *f)
{
	struct settings s;
	int c, r;

	r = options_configure(config, CONFIG_SERVE, &s, argc, argv, ":", options, f);
	*o = (struct serve_options){ .socket = s.broker,
		.sources = s.sources,
		.reservoir = s.reservoir,
		.rate = s.rate,
		.burst = s.burst };
	while (r == 0 && (c = option_next(argc, argv, ":", options, f)) >= 0)
		r = set_option(o, c, f);
	if (r == 0 && optind < argc)
		r = fault_usage(f, "%s: takes no argument", argv[optind]);
	o->burst = config_burst(o->burst, o->reservoir);
	return r;
}

static int run(int argc, char **argv, struct fault *f)
{
	struct config config = { 0 };
	struct serve_options o;
	int r = parse(&o, &config, argc, argv, f);

	if (r == 0)
		r = serve(&o, f);
	config_clear(&config);
	return r;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = SERVE_SUMMARY,
	.usage = "serve [OPTION...]\n"
		 "\n"
		 "Runs in the foreground until SIGTERM; seedrived.service starts it.\n"
		 "\n"
		 "  --socket PATH  where to listen, unless systemd does\n"
		 "  --source LIST  draw from these (default: all that are here)\n"
		 "  --reservoir N  blocks to keep in stock, 2 to 4096 (default 256)\n"
		 "  --rate N       blocks a second for one user, 1 to 1000000 (default 32)\n"
		 "  --burst N      blocks for one user at once, 1 to 1000000 (default 128)\n"
		 "  --config FILE  in place of /etc/seedrive.conf and its folder\n",
	.run = run,
};
