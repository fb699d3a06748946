/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the daemon. */
#include "cli/cmd.h"
#include "cli/config/listen.h"
#include "cli/options.h"
#include "util/wire/broker.h"
#include "serve/limit.h"
#include "serve/listeners.h"
#include "serve/reservoir.h"
#include "serve/serve.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

static_assert(CONFIG_RESERVOIR_MAX == RESERVOIR_MAX, "what the daemon can keep");
static_assert(CONFIG_RATE_MAX == LIMIT_MAX, "what the daemon can count");

static_assert(CONFIG_LISTENERS_MAX == LISTENERS_MAX - 1, "as many as the daemon can have");
static_assert(CONFIG_STREAM_MAX == ALLOWANCE_MAX, "what the daemon can count");

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

static int find_group(const char *name, gid_t *ret, struct fault *f)
{
	const struct group *g;
	char *end;
	const unsigned long number = strtoul(name, &end, 10);

	errno = 0;
	g = getgrnam(name);
	if (!g && (name[0] < '0' || name[0] > '9' || *end || number >= UINT32_MAX))
		return fault_set(f, errno > 0 ? -errno : -ENOENT, "group: %s: there is none", name);
	*ret = g ? g->gr_gid : (gid_t)number;
	return 0;
}

/* @l must outlive @ret. */
static int describe(const struct config_listener *l, struct listen_options *ret, struct fault *f)
{
	*ret = (struct listen_options){ .name = l->name,
		.protocol = protocol_find(l->protocol),
		.path = l->path,
		.host = l->host[0] ? l->host : NULL,
		.port = l->port,
		.mode = l->mode,
		.group = (gid_t)-1,
		.ahead = l->qemu,
		.rule = { l->rate, l->burst } };
	return l->group ? find_group(l->group, &ret->group, f) : 0;
}

/* With the listeners of the configuration. */
static int serve_all(const struct config *c, struct serve_options *o, struct fault *f)
{
	static struct config_listener listener[CONFIG_LISTENERS_MAX];
	static struct listen_options listen[CONFIG_LISTENERS_MAX];
	int r = 0;

	for (o->listens = 0; r == 0 && config_listen_settle(c, o->listens, listener + o->listens);
		o->listens++)
		r = describe(listener + o->listens, listen + o->listens, f);
	o->listen = listen;
	return r < 0 ? r : serve(o, f);
}

static int run(int argc, char **argv, struct fault *f)
{
	struct config config = { 0 };
	struct serve_options o;
	int r = parse(&o, &config, argc, argv, f);

	if (r == 0)
		r = serve_all(&config, &o, f);
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
		 "  --config FILE  in place of /etc/seedrive.conf and its folder\n"
		 "  -h, --help     print this, and end\n",
	.run = run,
};
