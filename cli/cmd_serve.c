/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the daemon. */
#include "cli/cmd.h"
#include "cli/options.h"
#include "seed/broker.h"
#include "serve/limit.h"
#include "serve/reservoir.h"
#include "serve/serve.h"

#include <string.h>

enum { OPT_SOCKET = OPT_OWN, OPT_RESERVOIR, OPT_RATE, OPT_BURST };

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "reservoir", required_argument, NULL, OPT_RESERVOIR },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ 0 },
};

/* A broker that asks itself would wait for itself. */
static void leave_out_broker(struct source_list *list)
{
	size_t i, n = 0;

	for (i = 0; i < list->count; i++)
		if (list->spec[i].src->kind != SOURCE_BROKER)
			list->spec[n++] = list->spec[i];
	list->count = n;
}

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
		return number("--reservoir", 2, RESERVOIR_MAX, &o->reservoir);
	case OPT_RATE:
		return number("--rate", 1, LIMIT_MAX, &o->rate);
	case OPT_BURST:
		return number("--burst", 1, RESERVOIR_MAX / 2, &o->burst);
	default:
		return EXIT_USAGE;
	}
}

static int parse(struct serve_options *o, int argc, char **argv)
{
	int c, status = -1;

	while (status < 0 && (c = option_next(argc, argv, ":", options)) >= 0)
		status = set_option(o, c);
	if (status >= 0)
		return status;
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	if (o->burst == 0)
		o->burst = o->reservoir / 2 < SERVE_BURST ? o->reservoir / 2 : SERVE_BURST;
	if (o->burst > o->reservoir / 2)
		return report_usage("--burst: %u: must be at most half the reservoir, %u", o->burst,
			o->reservoir / 2);
	return -1;
}

static int run(int argc, char **argv)
{
	struct serve_options o = {
		.socket = BROKER_SOCKET, .reservoir = SERVE_RESERVOIR, .rate = SERVE_RATE
	};
	struct fault f;
	int status;

	source_default(&o.sources);
	leave_out_broker(&o.sources);
	status = parse(&o, argc, argv);
	if (status >= 0)
		return status;
	return serve(&o, &f) < 0 ? report_failed(&f) : EXIT_DONE;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "the daemon: gives seeds to those who may not open the devices",
	.usage = "serve [OPTION...]\n"
		 "\n"
		 "Runs in the foreground until SIGTERM; see seedrived.service.\n"
		 "\n"
		 "  --socket PATH   where to listen (default /run/seedrive/seed.sock)\n"
		 "  --source LIST   draw from these (default: all that are here)\n"
		 "  --reservoir N   blocks to keep in stock, 2 to 4096 (default 256)\n"
		 "  --rate N        blocks a second for each user, 1 to 1000000 (default 32)\n"
		 "  --burst N       blocks at once for each user, at most half the reservoir\n"
		 "                  (default 128, or that half)\n",
	.run = run,
};
