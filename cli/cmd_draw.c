/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draw, test, condition: one seed to standard output or a file. */
#include "cli/cmd.h"
#include "cli/entropy.h"
#include "cli/interrupt.h"
#include "util/io.h"
#include "util/replace.h"
#include "util/secret.h"

#include <string.h>
#include <unistd.h>

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "output", required_argument, NULL, 'o' },
	{ 0 },
};

static int parse(struct entropy_options *o, const char **ret_out, int argc, char **argv)
{
	static const char short_options[] = ":o:qv";
	const char *out = "-";
	int c, status = entropy_options_configure(o, argc, argv, short_options, options);

	while (status < 0 && (c = option_next(argc, argv, short_options, options)) >= 0) {
		if (c == 'o')
			out = optarg;
		else
			status = entropy_option(o, c);
	}
	if (status >= 0)
		return status;
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	if (strcmp(out, "-") == 0 && isatty(STDOUT_FILENO))
		return report_usage("-o -: a seed does not go to a terminal");
	if (strcmp(out, "-") == 0 && o->json)
		return report_usage("--json: standard output is the seed's, -o FILE is needed");
	*ret_out = out;
	return -1;
}

static int put(const struct seed *s, const char *out)
{
	static struct replace r = { .fd = -1, .dirfd = -1 };
	const bool to_stdout = strcmp(out, "-") == 0;
	struct fault f;
	size_t len;
	const uint8_t *bytes = seed_bytes(s, &len);
	int e = 0;

	if (!to_stdout)
		e = interrupt_open(&r, out, &f);
	if (e == 0) {
		e = io_write(to_stdout ? STDOUT_FILENO : r.fd, bytes, len);
		if (e == 0 && !to_stdout)
			e = replace_commit(&r);
		if (e < 0)
			fault_errno(&f, e, to_stdout ? "standard output" : out);
	}
	interrupt_end(&r);
	return e < 0 ? report_failed(&f) : -1;
}

static int run(int argc, char **argv)
{
	static struct entropy_options o;
	const char *out = NULL;
	struct seed s = { 0 };
	int status;

	status = parse(&o, &out, argc, argv);
	if (status < 0)
		status = entropy_draw(&s, &o);
	if (status < 0)
		status = put(&s, out);
	if (status < 0) {
		status = EXIT_DONE;
		if (o.json)
			json_print(entropy_json(&s, &o), stdout);
		else if (o.verbose)
			entropy_print(&s, stderr);
	}
	seed_clear(&s);
	entropy_options_clear(&o);
	secret_wipe_stack();
	return status;
}

const struct command cmd_draw = {
	.name = "draw",
	.summary = "one seed to standard output or a file",
	.usage =
		"draw [OPTION...]\n"
		"\n"
		"Writes 64 bytes for each 256 bits claimed.\n"
		"\n"
		"  -o, --output FILE  instead of standard output; replaced in one step, 0600 if new\n"
		"  --source LIST      draw from these (default: all that are here)\n"
		"  --require LIST     fail unless these passed; hardware: for the whole claim\n"
		"  --bits N           strength to claim, 1 to 16384 (default 256)\n"
		"  --config FILE      instead of /etc/seedrive.conf and its folder\n"
		"  --json             with -o FILE: say what was drawn in JSON\n"
		"  -v, --verbose      say what each source gave\n"
		"  -q, --quiet        say nothing unless something is wrong\n",
	.run = run,
};
