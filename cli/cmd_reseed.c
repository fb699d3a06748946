/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive reseed`: gives an existing image a new seed. */
#include "cli/cmd.h"
#include "cli/drive_log.h"
#include "cli/print.h"
#include "cli/entropy.h"
#include "cli/options.h"
#include "cli/report.h"
#include "drive/reseed.h"
#include "cli/json_print.h"
#include "util/confine.h"
#include "util/json_build.h"
#include "util/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct reseed_command {
	struct entropy_options entropy;
	struct reseed reseed;
};

enum { OPT_BIND = OPT_OWN, OPT_TTL, OPT_NO_LINKS };

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "no-links", no_argument, NULL, OPT_NO_LINKS },
	{ 0 },
};

static int take_option(struct reseed_command *c, int option, struct fault *f)
{
	switch (option) {
	case OPT_BIND:
		c->reseed.bind = optarg;
		return 0;
	case OPT_TTL:
		c->reseed.has_ttl = true;
		return option_duration("--ttl", optarg, &c->reseed.ttl, f);
	case OPT_NO_LINKS:
		c->reseed.no_links = true;
		return 0;
	case OPT_BITS:
		c->reseed.has_bits = true;
		/* fall through */
	default:
		return entropy_option(&c->entropy, option, f);
	}
}

static int check_words(const struct reseed_command *c, int argc, char **argv, struct fault *f)
{
	const char *bind = c->reseed.bind;
	uint8_t uuid[UUID_SIZE];

	if (optind == argc)
		return fault_usage(f, "IMAGE is missing");
	if (argc - optind > 1)
		return fault_usage(f, "%s: one IMAGE is enough", argv[optind + 1]);
	if (bind && strcmp(bind, "none") != 0 && uuid_parse(bind, strlen(bind), uuid) < 0)
		return fault_usage(f, "--bind: %s: must be none or a UUID", bind);
	return entropy_options_check(&c->entropy, f);
}

static int parse(struct reseed_command *c, int argc, char **argv, struct fault *f)
{
	static const char short_options[] = ":qv";
	int option, r;

	r = entropy_options_configure(&c->entropy, argc, argv, short_options, options, f);
	while (r == 0 && (option = option_next(argc, argv, short_options, options, f)) >= 0)
		r = take_option(c, option, f);
	if (r == 0)
		r = check_words(c, argc, argv, f);
	c->reseed.asked = c->entropy.asked;
	c->reseed.mode = c->entropy.settings.seed;
	c->reseed.provenance = c->entropy.settings.provenance_full;
	c->reseed.warn = &report_sink;
	return r;
}

static void print_json(const struct reseed_command *c, const char *path)
{
	const enum drive_mode mode = c->entropy.settings.seed;
	const uint32_t asked_bits = c->reseed.asked.bits;
	json_object *o = mode == DRIVE_SEED_ON ? entropy_json(&c->reseed.seed, asked_bits) :
		mode == DRIVE_SEED_MIX         ? entropy_drawn_json(&c->reseed.seed, asked_bits) :
						 json_object_new_object();

	json_add_text(o, "image", path);
	json_add_text(o, "seed", config_seed_word(mode));
	json_add_number(o, "random_seed_mixed", c->reseed.files.mixed);
	json_add_number(o, "random_seed_left", c->reseed.files.left);
	json_print(o, stdout);
}

static void print_text(const struct reseed_command *c, const char *path)
{
	char id[2 * RECORD_ID_SIZE + 1], text[PATH_MAX + 32];

	if (c->entropy.settings.seed == DRIVE_SEED_OFF) {
		print_line(stdout, "%s: as it was: %s", path,
			entropy_options_seed_origin(&c->entropy, text, sizeof(text)));
		return;
	}
	hex_encode(c->reseed.seed.id, RECORD_ID_SIZE, id);
	if (c->entropy.settings.seed == DRIVE_SEED_MIX)
		print_part(stdout, "%s: seed as it was: %s", path,
			entropy_options_seed_origin(&c->entropy, text, sizeof(text)));
	else
		print_part(stdout, "%s: fresh seed %s: %u bits", path, id,
			c->reseed.seed.claim.credit_bits);
	print_line(stdout, "; random_seed: %u mixed with fresh entropy, %u left as they were",
		c->reseed.files.mixed, c->reseed.files.left);
	if (c->entropy.verbose)
		entropy_print(&c->reseed.seed, stdout);
}

/* A TPM is opened for writing, and the path that the user gave for it may lie outside /dev. */
static bool opens_elsewhere(const struct source_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->spec[i].src == &source_tpm && list->spec[i].arg[0])
			return true;
	return false;
}

/* Reseeds, and writes a journal entry with the same fields as seedrive-mkisofs. */
static int reseed(struct reseed_command *c, const char *path, struct fault *f)
{
	struct reseed *re = &c->reseed;
	char origin[PATH_MAX + 32], without[PATH_MAX + 64];
	int r;

	drive_log_listen(path);
	if (!opens_elsewhere(&re->asked.sources))
		confine_to_file(path);
	r = reseed_image(re, path, f);
	/* Print the error first: the entry repeats it. */
	if (r < 0)
		r = fault_reported(f, report_fault(f));
	snprintf(without, sizeof(without), "seed as it was: %s",
		entropy_options_seed_origin(&c->entropy, origin, sizeof(origin)));
	drive_log_write(&(struct drive_log){ .identifier = "seedrive-reseed",
				.done = "renewed",
				.without = without,
				.out = path,
				.label = re->image.volume.label[0] ? re->image.volume.label : NULL,
				.seed = re->mode == DRIVE_SEED_ON ? &re->seed : NULL,
				.uuid = re->uuid },
		r);
	return r;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct reseed_command c = { .reseed.image.fd = -1 };
	int r = parse(&c, argc, argv, f);

	if (r == 0 && c.entropy.settings.seed != DRIVE_SEED_OFF)
		r = reseed(&c, argv[optind], f);
	if (r == 0 && c.entropy.json)
		print_json(&c, argv[optind]);
	else if (r == 0 && !c.entropy.quiet)
		print_text(&c, argv[optind]);
	reseed_clear(&c.reseed);
	entropy_options_clear(&c.entropy);
	secret_wipe_stack();
	return r;
}

const struct command cmd_reseed = {
	.name = "reseed",
	.summary = "a fresh seed for an existing drive, in place",
	.usage =
		"reseed [OPTION...] IMAGE\n"
		"\n"
		"Keeps the drive's binding, time to live and strength, unless an option changes them.\n"
		"\n"
		"  --bind none|UUID  bind the seed anew\n"
		"  --ttl TIME        how long the seed may be credited: 90s, 15m, 12h, 1d, 2w; 0: always\n"
		"  --no-links        refuse an IMAGE with a symbolic link in its path\n"
		"  --source LIST     draw from these (default: all that this host has)\n"
		"  --require LIST    fail unless these passed; hardware: for the whole claim\n"
		"  --bits N          strength to claim (default: as before)\n"
		"  --config FILE     instead of /etc/seedrive.conf and its folder\n"
		"  --json            print in JSON what was done\n"
		"  -v, --verbose     say what each source gave\n"
		"  -q, --quiet       say nothing unless something is wrong\n"
		"  -h, --help        print this help, and exit\n",
	.run = run,
};
