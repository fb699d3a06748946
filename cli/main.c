/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	      "seedrive COMMAND --help tells more, seedrive --version the version.\n",
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

/* What was printed has to have arrived: a full disk behind standard output is a failure. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	report_error("standard output: %s", strerror(errno));
	return status == EXIT_DONE ? EXIT_FAILED : status;
}

static int run(int argc, char **argv)
{
	const struct command *c;
	int i;

	if (argc < 2) {
		show_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		show_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("seedrive " VERSION);
		return EXIT_DONE;
	}
	c = find_command(argv[1]);
	if (!c)
		return report_usage("%s: no such command, see seedrive --help", argv[1]);
	report_as(c->name);
	for (i = 2; c->usage && i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			printf("usage: seedrive %s", c->usage);
			return EXIT_DONE;
		}
	}
	return c->run(argc - 1, argv + 1);
}

/* A file that we open must never become what a library or a message takes for standard error. Only to be
 * read from: what is written to a descriptor that was closed still fails. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	int r, status;

	fill_standard_descriptors();
	/* A reader that went away, a file too large: errors with a line of their own. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	r = secret_setup();

	if (r < 0) {
		report_error("memory for secrets: %s", strerror(-r));
		return EXIT_FAILED;
	}
	status = run(argc, argv);
	if (secret_unlocked())
		report_warning("memory for secrets: could not be locked (RLIMIT_MEMLOCK)");
	return finish(status);
}
