/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"
#include "cli/report.h"
#include "cli/start.h"

#include <stdio.h>
#include <string.h>

static void show_help(FILE *to)
{
	const struct command *const *c;

	fputs("usage: seedrive COMMAND [OPTION...] [ARGUMENT...]\n"
	      "\n"
	      "Builds config drives that seed the guest's kernel.\n"
	      "\n",
		to);
	for (c = commands; *c; c++)
		fprintf(to, "  %-8s  %s\n", (*c)->name, (*c)->summary);
	fputs("\n"
	      "  -h, --help  print this help, or that of a COMMAND, and exit\n"
	      "  --version   print the version, and exit\n",
		to);
}

static const struct command *find_command(const char *name)
{
	const struct command *const *c;

	for (c = commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static int run(int argc, char **argv, struct fault *f)
{
	const struct command *c;
	int i;

	if (argc < 2) {
		show_help(stderr);
		return fault_reported(f, EXIT_USAGE);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		show_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("seedrive " VERSION);
		return 0;
	}
	c = find_command(argv[1]);
	if (!c)
		return fault_usage(f, "%s: no such command, see seedrive --help", argv[1]);
	report_as(c->name);
	for (i = 2; c->usage && i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			printf("usage: seedrive %s", c->usage);
			return 0;
		}
	}
	return c->run(argc - 1, argv + 1, f);
}

int main(int argc, char **argv)
{
	static struct fault f;
	int r;

	start_descriptors();
	start_signals();
	r = start_secrets(&f);
	if (r == 0)
		r = run(argc, argv, &f);
	return finish(r < 0 ? report_fault(&f) : EXIT_DONE);
}
