/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host offers, and what each source claims. */
#include "cli/cmd.h"
#include "cli/entropy.h"
#include "cli/options.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

static const char *state_of(const struct source *src)
{
	const struct source_spec spec = { .src = src };
	struct source_handle h;
	int r;

	if (!src->open)
		return "not built in";
	if (src->arg == ARG_REQUIRED)
		return "when named";
	r = source_open(&spec, &h, clock_ms());
	if (r == 0) {
		src->close(&h);
		return "present";
	}
	return r == -EACCES || r == -EPERM ? "not permitted" : "absent";
}

static const char *worth_of(const struct source *src, char *out, size_t size)
{
	if (src->kind == SOURCE_KERNEL)
		snprintf(out, size, "%d bits once", CLAIM_KERNEL_BITS);
	else if (src->assessed_bits == 0)
		snprintf(out, size, "0, unless stated");
	else if (src->per_bytes == 1)
		snprintf(out, size, "%u bits a byte", src->assessed_bits);
	else
		snprintf(out, size, "%u bits per %u bytes", src->assessed_bits, src->per_bytes);
	return out;
}

static void print_table(void)
{
	const struct source *src;
	char worth[64];
	size_t i;

	printf("%-8s  %-13s  %-24s  %s\n", "SOURCE", "STATE", "ASSESSED", "WHAT IT IS");
	for (i = 0; (src = source_row(i)); i++)
		printf("%-8s  %-13s  %-24s  %s\n", src->name, state_of(src),
			worth_of(src, worth, sizeof(worth)), src->what);
}

static void print_json(void)
{
	json_object *all = json_object_new_array();
	const struct source *src;
	size_t i;

	for (i = 0; (src = source_row(i)); i++) {
		json_object *o = json_object_new_object();

		json_object_object_add(o, "source", json_object_new_string(src->name));
		json_object_object_add(o, "state", json_object_new_string(state_of(src)));
		json_object_object_add(
			o, "hardware", json_object_new_boolean(src->kind != SOURCE_KERNEL));
		json_object_object_add(o, "rate_bits", json_object_new_int64(src->assessed_bits));
		json_object_object_add(o, "rate_bytes", json_object_new_int64(src->per_bytes));
		json_object_object_add(o, "what", json_object_new_string(src->what));
		json_object_array_add(all, o);
	}
	json_print(all, stdout);
}

static int run(int argc, char **argv)
{
	bool json = false;
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		if (c != OPT_JSON)
			return EXIT_USAGE;
		json = true;
	}
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	if (json)
		print_json();
	else
		print_table();
	return EXIT_DONE;
}

const struct command cmd_sources = {
	.name = "sources",
	.summary = "what this host offers, and what each source is worth",
	.usage = "sources [--json]\n"
		 "\n"
		 "  --json  the table in JSON\n",
	.run = run,
};
