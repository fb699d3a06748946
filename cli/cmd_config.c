/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive config`: reads the configuration as the tools do, and prints the values in force. */
#include "cli/cmd.h"
#include "cli/config/listen.h"
#include "cli/configure.h"
#include "cli/json_print.h"
#include "cli/print.h"
#include "util/json_build.h"
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

static const struct {
	const char *key, *title;
} parts[CONFIG_PARTS] = {
	[CONFIG_TOOLS] = { "tools", "build, check, draw, reseed, sources" },
	[CONFIG_MKISOFS] = { "mkisofs", "seedrive-mkisofs" },
	[CONFIG_SERVE] = { "serve", "seedrive serve" },
};

static const char *from_text(const struct config_shown *row, char *out, size_t size)
{
	if (row->file)
		snprintf(out, size, "%s:%u", row->file, row->line);
	else
		snprintf(out, size, "default");
	return out;
}

static void print_row(const struct config_shown *row)
{
	char from[PATH_MAX + 16];

	print_line(stdout, "  %-14s  %-26s  %s%s%s", row->key, row->value,
		from_text(row, from, sizeof(from)), row->limit ? ", limited to " : "",
		row->limit ? row->limit : "");
}

static void print_text(const struct config *c)
{
	struct config_shown row;
	size_t i, j;

	if (c->files == 0)
		print_line(stdout, "no file: all is by default");
	for (i = 0; i < c->files; i++)
		print_line(stdout, "%s", c->file[i]);
	for (i = 0; i < CONFIG_PARTS; i++) {
		print_line(stdout, "%s", "");
		print_line(stdout, "%s", parts[i].title);
		for (j = 0; config_show(c, (enum config_part)i, j, &row); j++)
			print_row(&row);
	}
	for (i = 0; i < c->listens; i++) {
		print_line(stdout, "%s", "");
		print_line(stdout, "listener %s of seedrive serve", c->listen[i].name);
		for (j = 0; config_listen_show(c, i, j, &row); j++)
			print_row(&row);
	}
}

static void add_row(json_object *all, const struct config_shown *row)
{
	json_object *o = json_object_new_object();
	char from[PATH_MAX + 16];

	json_add_text(o, "value", row->value);
	json_add_text(o, "from", from_text(row, from, sizeof(from)));
	if (row->limit)
		json_add_text(o, "limited_to", row->limit);
	json_object_object_add(all, row->key, o);
}

static json_object *part_json(const struct config *c, enum config_part part)
{
	json_object *all = json_object_new_object();
	struct config_shown row;
	size_t i;

	for (i = 0; config_show(c, part, i, &row); i++)
		add_row(all, &row);
	return all;
}

static json_object *listen_json(const struct config *c)
{
	json_object *all = json_object_new_object();
	struct config_shown row;
	size_t i, j;

	for (i = 0; i < c->listens; i++) {
		json_object *one = json_object_new_object();

		for (j = 0; config_listen_show(c, i, j, &row); j++)
			add_row(one, &row);
		json_object_object_add(all, c->listen[i].name, one);
	}
	return all;
}

static void print_json(const struct config *c)
{
	json_object *o = json_object_new_object(), *files = json_object_new_array();
	size_t i;

	for (i = 0; i < c->files; i++)
		json_object_array_add(files, json_object_new_string(c->file[i]));
	json_object_object_add(o, "files", files);
	for (i = 0; i < CONFIG_PARTS; i++)
		json_object_object_add(o, parts[i].key, part_json(c, (enum config_part)i));
	json_object_object_add(o, "listen", listen_json(c));
	json_print(o, stdout);
}

static int parse(int argc, char **argv, const char **ret_file, bool *ret_json, struct fault *f)
{
	int c;

	while ((c = option_next(argc, argv, ":", options, f)) >= 0) {
		if (c == OPT_JSON)
			*ret_json = true;
		else if (c == OPT_CONFIG)
			*ret_file = optarg;
		else
			return -EINVAL;
	}
	if (optind == argc)
		return fault_usage(f, "the action is missing: use seedrive config check");
	if (strcmp(argv[optind], "check") != 0)
		return fault_usage(
			f, "%s: unknown action: use seedrive config check", argv[optind]);
	if (argc - optind > 1)
		return fault_usage(f, "%s: unexpected argument", argv[optind + 1]);
	return 0;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct config config;
	struct settings settings;
	const char *file = NULL;
	bool json = false;
	int r = parse(argc, argv, &file, &json, f);

	if (r == 0)
		r = configure(&config, file, CONFIG_TOOLS, &settings, f);
	if (r == 0) {
		if (json)
			print_json(&config);
		else
			print_text(&config);
	}
	config_clear(&config);
	return r;
}

const struct command cmd_config = {
	.name = "config",
	.summary = "the configuration, as the tools read it",
	.usage =
		"config check [OPTION...]\n"
		"\n"
		"Reports each fault with its file and line, or prints the values in force and their origin.\n"
		"\n"
		"  --config FILE  instead of /etc/seedrive.conf and its folder\n"
		"  --json         in JSON\n"
		"  -h, --help     print this help, and exit\n",
	.run = run,
};
