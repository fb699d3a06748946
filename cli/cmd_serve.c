/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive serve`: starts the daemon. */
#include "cli/cmd.h"
#include "cli/config/listen.h"
#include "cli/options.h"
#include "cli/serve_status.h"
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
static_assert(CONFIG_WEIGHT_MAX == ALLOWANCE_WEIGHT_MAX, "what the daemon can share");
static_assert(sizeof(CONFIG_CREDENTIAL) == sizeof(TOKEN_CREDENTIAL), "the same word");
static_assert(CONFIG_STREAM_MAX == ALLOWANCE_MAX, "what the daemon can count");

enum { OPT_SOCKET = OPT_OWN, OPT_RESERVOIR, OPT_RATE, OPT_BURST, OPT_STATUS };

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "reservoir", required_argument, NULL, OPT_RESERVOIR },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "status", no_argument, NULL, OPT_STATUS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ 0 },
};

static int set_source(struct serve_options *o, struct fault *f)
{
	const int r = option_source(&o->sources, f);

	if (r == 0 && source_list_has_broker(&o->sources))
		return fault_usage(f, "--source: broker: the daemon cannot be its own source");
	return r;
}

/* Options that print something instead of running the daemon. */
struct asked {
	bool status, json;
};

static int set_option(struct serve_options *o, struct asked *asked, int c, struct fault *f)
{
	switch (c) {
	case OPT_STATUS:
		asked->status = true;
		return 0;
	case OPT_JSON:
		asked->json = true;
		return 0;
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
		return 0; /* options_configure() has read it */
	default:
		return -EINVAL;
	}
}

static int parse(struct serve_options *o, struct asked *asked, struct config *config, int argc,
	char **argv, struct fault *f)
{
	struct settings s;
	int c, r;

	r = options_configure(config, CONFIG_SERVE, &s, argc, argv, ":", options, f);
	*o = (struct serve_options){ .socket = s.broker,
		.sources = s.sources,
		.reservoir = s.reservoir,
		.rate = s.rate,
		.burst = s.burst,
		.budget = s.budget,
		.policy = { s.policy, s.policy_timeout_ms, s.policy_cache } };
	while (r == 0 && (c = option_next(argc, argv, ":", options, f)) >= 0)
		r = set_option(o, asked, c, f);
	if (r == 0 && optind < argc)
		r = fault_usage(f, "%s: unexpected argument", argv[optind]);
	if (r == 0 && asked->json && !asked->status)
		r = fault_usage(f, "--json: only with --status");
	return r;
}

static int find_group(const char *name, gid_t *ret, struct fault *f)
{
	const struct group *g;
	char *end;
	const unsigned long number = strtoul(name, &end, 10);

	errno = 0;
	/* cppcheck-suppress getgrnamCalled ; only the main thread calls it, at the start and for a reload */
	g = getgrnam(name);
	if (!g && (name[0] < '0' || name[0] > '9' || *end || number >= UINT32_MAX))
		return fault_set(f, errno > 0 ? -errno : -ENOENT, "group: %s: no such group", name);
	*ret = g ? g->gr_gid : (gid_t)number;
	return 0;
}

/* @ret points into @l. */
static int describe(const struct config_listener *l, struct listen_options *ret, struct fault *f)
{
	int r = 0;

	*ret = (struct listen_options){ .name = l->name,
		.protocol = protocol_find(l->protocol),
		.path = l->path,
		.host = l->host[0] ? l->host : NULL,
		.port = l->port,
		.mode = l->mode,
		.group = (gid_t)-1,
		.ahead = l->qemu,
		.rule = { l->rate, l->burst, l->weight } };
	if (l->group)
		r = find_group(l->group, &ret->group, f);
	if (r == 0 && l->token_file)
		r = token_read(l->token_file, &ret->token, f);
	return r;
}

/* The settings of the daemon. During a reload there are two generations: the current settings and the next ones. */
struct generation {
	struct config config;
	struct config_listener listener[CONFIG_LISTENERS_MAX];
	struct listen_options listen[CONFIG_LISTENERS_MAX];
};

struct command_line {
	int argc;
	char **argv;
	struct generation generation[2];
	size_t number; /* index in @generation of the settings in force */
	uint32_t
		reservoir; /* the size of the stock, which no reload changes; 0 until it is known */
};

/* Settles the daemon's settings, with the listeners of the configuration. */
static int describe_all(struct generation *g, struct serve_options *o, struct fault *f)
{
	int r = 0;

	for (o->listens = 0;
		r == 0 && config_listen_settle(&g->config, o->listens, g->listener + o->listens);
		o->listens++)
		r = describe(g->listener + o->listens, g->listen + o->listens, f);
	o->listen = g->listen;
	return r;
}

static int read_generation(struct command_line *line, struct generation *g, struct serve_options *o,
	struct asked *asked, struct fault *f)
{
	int r;

	config_clear(&g->config);
	*g = (struct generation){ 0 };
	optind = 0; /* from the first word again: a reload reads the same command line */
	r = parse(o, asked, &g->config, line->argc, line->argv, f);
	if (line->reservoir == 0)
		line->reservoir = o->reservoir;
	o->burst = config_burst(o->burst, line->reservoir);
	return r < 0 ? r : describe_all(g, o, f);
}

static int read_again(void *to, struct serve_options *ret, struct fault *f)
{
	struct command_line *line = to;
	struct asked asked = { 0 };
	const size_t next = 1 - line->number;
	const int r = read_generation(line, line->generation + next, ret, &asked, f);

	if (r == 0)
		line->number = next;
	return r;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct command_line line;
	struct asked asked = { 0 };
	struct serve_options o;
	int r;

	line = (struct command_line){ .argc = argc, .argv = argv };
	r = read_generation(&line, line.generation, &o, &asked, f);
	o.reread = read_again;
	o.to = &line;
	if (r == 0 && asked.status)
		r = serve_status(o.socket, asked.json, f);
	else if (r == 0)
		r = serve(&o, f);
	config_clear(&line.generation[0].config);
	config_clear(&line.generation[1].config);
	return r;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = SERVE_SUMMARY,
	.usage = "serve [OPTION...]\n"
		 "\n"
		 "Runs in the foreground until SIGTERM; seedrived.service starts it.\n"
		 "\n"
		 "  --socket PATH  socket to listen on, unless systemd passes one\n"
		 "  --source LIST  draw from these (default: all that this host has)\n"
		 "  --reservoir N  blocks to keep in stock, 2 to 4096 (default 256)\n"
		 "  --rate N       blocks a second for one user, 1 to 1000000 (default 32)\n"
		 "  --burst N      blocks for one user at once, 1 to 1000000 (default 128)\n"
		 "  --status       print the state of the running daemon\n"
		 "  --json         with --status: in JSON\n"
		 "  --config FILE  instead of /etc/seedrive.conf and its folder\n"
		 "  -h, --help     print this help, and exit\n",
	.run = run,
};
