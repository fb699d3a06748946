/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host offers, and what each source claims. */
#include "cli/cmd.h"
#include "cli/configure.h"
#include "cli/entropy.h"
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>

static const struct option options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

static const char *state_of(const struct source_spec *spec)
{
	const struct source *src = spec->src;
	struct source_handle h;
	int r;

	if (!src->open)
		return "not built in";
	if (src->wants_arg && !*spec->arg)
		return "when named";
	r = source_open(spec, &h);
	if (r == 0) {
		src->close(&h);
		return "present";
	}
	return r == -EACCES || r == -EPERM ? "not permitted" : "absent";
}

static const char *worth_of(const struct source_spec *spec, char *out, size_t size)
{
	const struct source *src = spec->src;

	if (src->kind == SOURCE_KERNEL)
		snprintf(out, size, "%d bits once", CLAIM_KERNEL_BITS);
	else if (spec->stated)
		snprintf(out, size, "%u bits a byte, as stated", spec->stated_bits);
	else if (src->assessed_bits == 0)
		snprintf(out, size, "0, unless stated");
	else if (src->per_bytes == 1)
		snprintf(out, size, "%u bits a byte", src->assessed_bits);
	else
		snprintf(out, size, "%u bits per %u bytes", src->assessed_bits, src->per_bytes);
	return out;
}

static const char *label_of(const struct source_spec *spec, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", spec->src->name, *spec->arg ? ":" : "", spec->arg);
	return out;
}

static void print_row(const struct source_spec *spec, json_object *all)
{
	char worth[64], label[sizeof(spec->arg) + 16];

	(void)all;
	printf("%-8s  %-13s  %-24s  %s\n", label_of(spec, label, sizeof(label)), state_of(spec),
		worth_of(spec, worth, sizeof(worth)), spec->src->what);
}

static void add_row(const struct source_spec *spec, json_object *all)
{
	const struct source *src = spec->src;
	char label[sizeof(spec->arg) + 16];
	json_object *o = json_object_new_object();

	json_object_object_add(
		o, "source", json_object_new_string(label_of(spec, label, sizeof(label))));
	json_object_object_add(o, "state", json_object_new_string(state_of(spec)));
	json_object_object_add(o, "hardware", json_object_new_boolean(src->kind != SOURCE_KERNEL));
	json_object_object_add(o, "rate_bits",
		json_object_new_int64(spec->stated ? spec->stated_bits : src->assessed_bits));
	json_object_object_add(
		o, "rate_bytes", json_object_new_int64(spec->stated ? 1 : src->per_bytes));
	json_object_object_add(o, "what", json_object_new_string(src->what));
	json_object_array_add(all, o);
}

/* Each row of the table; one that has to be named, as often as the configuration names it. */
static void each_row(const struct source_list *configured, json_object *all,
	void (*show)(const struct source_spec *spec, json_object *all))
{
	const struct source *src;
	size_t i, j;

	for (i = 0; (src = source_row(i)); i++) {
		bool shown = false;

		for (j = 0; j < configured->count; j++) {
			if (configured->spec[j].src != src || !*configured->spec[j].arg)
				continue;
			show(configured->spec + j, all);
			shown = true;
		}
		if (!shown)
			show(&(struct source_spec){ .src = src }, all);
	}
}

static void print_all(const struct source_list *configured, bool json)
{
	json_object *all;

	if (!json) {
		printf("%-8s  %-13s  %-24s  %s\n", "SOURCE", "STATE", "ASSESSED", "WHAT IT IS");
		each_row(configured, NULL, print_row);
		return;
	}
	all = json_object_new_array();
	each_row(configured, all, add_row);
	json_print(all, stdout);
}

static int parse(int argc, char **argv, const char **ret_file, bool *ret_json)
{
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		if (c == OPT_JSON)
			*ret_json = true;
		else if (c == OPT_CONFIG)
			*ret_file = optarg;
		else
			return EXIT_USAGE;
	}
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	return -1;
}

static int run(int argc, char **argv)
{
	static struct config config;
	struct settings settings;
	const char *file = NULL;
	bool json = false;
	int status = parse(argc, argv, &file, &json);

	if (status < 0)
		status = configure(&config, file, CONFIG_TOOLS, &settings);
	if (status < 0) {
		print_all(&settings.sources, json);
		status = EXIT_DONE;
	}
	config_clear(&config);
	return status;
}

const struct command cmd_sources = {
	.name = "sources",
	.summary = "what this host offers, and what each source is worth",
	.usage = "sources [OPTION...]\n"
		 "\n"
		 "  --config FILE  instead of /etc/seedrive.conf and its folder\n"
		 "  --json         the table in JSON\n",
	.run = run,
};
