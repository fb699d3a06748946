/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the daemon. */
#include "cli/cmd.h"
#include "cli/options.h"
#include "util/wire/broker.h"
#include "serve/limit.h"
#include "serve/reservoir.h"
#include "serve/serve.h"

#include <assert.h>
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

static int set_source(struct serve_options *o)
{
	struct fault f;

	if (source_parse(optarg, &o->sources, &f) < 0)
		return report_usage("%s", f.text);
	if (source_list_has_broker(&o->sources))
		return report_usage("--source: broker: a daemon cannot be its own source");
	return -1;
}

static int number(const char *name, uint32_t low, uint32_t high, uint32_t *ret)
{
	return option_number(name, optarg, low, high, ret) < 0 ? EXIT_USAGE : -1;
}

static int set_option(struct serve_options *o, int c)
{
	switch (c) {
	case OPT_SOCKET:
		o->socket = optarg;
		return -1;
	case OPT_SOURCE:
		return set_source(o);
	case OPT_RESERVOIR:
		return number("--reservoir", 2, CONFIG_RESERVOIR_MAX, &o->reservoir);
	case OPT_RATE:
		return number("--rate", 1, CONFIG_RATE_MAX, &o->rate);
	case OPT_BURST:
		return number("--burst", 1, CONFIG_RATE_MAX, &o->burst);
	case OPT_CONFIG:
		return -1; /* it was read before */
	default:
		return EXIT_USAGE;
	}
}

static int parse(struct serve_options *o, struct config *config, int argc, char **argv)
{
	struct settings s;
	int c, status;

	status = options_configure(config, CONFIG_SERVE, &s, argc, argv, ":", options);
	*o = (struct serve_options){ .socket = s.broker,
		.sources = s.sources,
		.reservoir = s.reservoir,
		.rate = s.rate,
		.burst = s.burst };
	while (status < 0 && (c = option_next(argc, argv, ":", options)) >= 0)
		status = set_option(o, c);
	if (status < 0 && optind < argc)
		status = report_usage("%s: takes no argument", argv[optind]);
	/* There is to be something left for the others. */
	if (o->burst > o->reservoir / 2)
		o->burst = o->reservoir / 2;
	return status;
}

static int run(int argc, char **argv)
{
	struct config config = { 0 };
	struct serve_options o;
	struct fault f;
	int status = parse(&o, &config, argc, argv);

	if (status < 0)
		status = serve(&o, &f) < 0 ? report_failed(&f) : EXIT_DONE;
	config_clear(&config);
	return status;
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
