/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive draw`: draws, tests and conditions a seed or a number of bytes, and writes it to standard output or a file. */
#include "cli/cmd.h"
#include "cli/draw_write.h"
#include "cli/entropy.h"
#include "cli/json_print.h"
#include "cli/options.h"
#include "cli/report.h"
#include "util/json_build.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX (16u << 20) /* bytes; the output is kept in memory until all of it has passed */

enum { OPT_FORMAT = OPT_OWN, OPT_BYTES };

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "output", required_argument, NULL, 'o' },
	{ "bytes", required_argument, NULL, OPT_BYTES },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ 0 },
};

struct draw_command {
	struct entropy_options entropy;
	const char *out;
	enum draw_format format;
	uint32_t bytes; /* the number of --bytes; 0: as many as --bits requires */
	bool bits_said;
	struct drawn drawn;
	json_object *draws; /* for --json: an object for each draw */
};

/* --- options --- */

static int take_format(struct draw_command *d, const char *word, struct fault *f)
{
	static const char *const words[] = { "raw", "hex", "base64", "record" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		d->format = (enum draw_format)i;
		return 0;
	}
	return fault_usage(f, "--format: %s: must be raw, hex, base64 or record", word);
}

static int take_option(struct draw_command *d, int c, struct fault *f)
{
	switch (c) {
	case 'o':
		d->out = optarg;
		return 0;
	case 'n':
	case OPT_BYTES:
		return option_number(
			c == 'n' ? "-n" : "--bytes", optarg, 1, OUTPUT_MAX, &d->bytes, f);
	case OPT_FORMAT:
		return take_format(d, optarg, f);
	case OPT_BITS:
		d->bits_said = true;
		/* fall through */
	default:
		return entropy_option(&d->entropy, c, f);
	}
}

/* The most bits that @bytes can claim: 256 for each whole block, and 8 for each byte of a partial block, up to 256. */
static uint32_t most_bits(uint32_t bytes)
{
	const uint32_t rest = 8 * (bytes % RECORD_BLOCK);

	return bytes / RECORD_BLOCK * RECORD_BLOCK_BITS +
		(rest < RECORD_BLOCK_BITS ? rest : RECORD_BLOCK_BITS);
}

static int settle_bits(struct draw_command *d, struct fault *f)
{
	const uint32_t most = most_bits(d->bytes);

	if (d->bytes == 0)
		return 0;
	if (d->bits_said && d->entropy.asked.bits > most)
		return fault_usage(f, "--bits: %u: more than --bytes %u can claim, which is %u",
			d->entropy.asked.bits, d->bytes, most);
	if (!d->bits_said)
		d->entropy.asked.bits = most;
	return 0;
}

static int check_words(struct draw_command *d, struct fault *f)
{
	const bool to_stdout = option_stdout(d->out);

	if (to_stdout && isatty(STDOUT_FILENO))
		return fault_usage(f, "-o -: a seed does not go to a terminal");
	if (to_stdout && d->entropy.json)
		return fault_usage(f, "--json: the seed goes to standard output; use -o FILE");
	if (d->format == DRAW_RECORD && d->bytes)
		return fault_usage(f, "--format record: --bits says how large it is, not --bytes");
	return settle_bits(d, f);
}

static int parse(struct draw_command *d, int argc, char **argv, struct fault *f)
{
	static const char short_options[] = ":n:o:qv";
	int c, r;

	r = entropy_options_configure(&d->entropy, argc, argv, short_options, options, f);
	while (r == 0 && (c = option_next(argc, argv, short_options, options, f)) >= 0)
		r = take_option(d, c, f);
	if (r < 0)
		return r;
	if (optind < argc)
		return fault_usage(f, "%s: unexpected argument", argv[optind]);
	return check_words(d, f);
}

/* --- drawing, in draws of up to RECORD_BLOCKS_MAX blocks --- */

/* The kernel's generator counts once in all, for its strength. From the second draw on only hardware counts. */
static int judge(struct draw_command *d, struct seed *s, uint32_t asked, struct fault *f)
{
	if (d->drawn.len > 0)
		seed_limit(s, CLAIM_COUNT_HARDWARE);
	d->drawn.credit_bits += s->claim.credit_bits;
	d->drawn.hardware_bits += s->claim.hardware_bits;
	if (s->claim.credit_bits >= asked)
		return 0;
	return fault_refused(f,
		"too little entropy: the sources gave %u of %u bits, %u of them from hardware; beyond "
		"the first %d bits only hardware counts",
		d->drawn.credit_bits, d->entropy.asked.bits, d->drawn.hardware_bits,
		RECORD_BITS_MAX);
}

static void keep(struct draw_command *d, const struct seed *s, const struct entropy_options *o)
{
	size_t len;
	const uint8_t *bytes = seed_bytes(s, &len);

	memcpy(d->drawn.raw + d->drawn.len, bytes, len);
	d->drawn.len += len;
	memcpy(d->drawn.id, s->id, sizeof(d->drawn.id));
	if (o->json)
		json_object_array_add(d->draws, entropy_json(s, o->asked.bits));
	else if (o->verbose)
		entropy_print(s, stderr);
}

/* Asks this draw for the bits that are still missing, up to the most that its blocks can claim. */
static int draw_one(
	struct draw_command *d, uint32_t blocks, struct draw_memory *memory, struct fault *f)
{
	const uint32_t room = blocks * RECORD_BLOCK_BITS;
	const uint32_t missing = d->entropy.asked.bits > d->drawn.credit_bits ?
		d->entropy.asked.bits - d->drawn.credit_bits :
		0;
	static const uint8_t unbound[UUID_SIZE];
	struct entropy_options o = d->entropy;
	struct seed s = { 0 };
	int r;

	o.asked.sources.unmixed = true;
	o.asked.sources.hardware = d->drawn.len > 0;
	o.asked.bits = missing < room ? missing : room;
	r = requirement_draw_with(&s, &o.asked, blocks, memory, &report_sink, f);
	if (r == 0)
		r = judge(d, &s, o.asked.bits, f);
	if (r == 0)
		keep(d, &s, &o);
	if (r == 0)
		seed_report_use(&s, unbound);
	seed_clear(&s);
	return r;
}

static uint32_t blocks_of(const struct draw_command *d)
{
	return d->bytes ? (d->bytes + RECORD_BLOCK - 1) / RECORD_BLOCK :
			  (d->entropy.asked.bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
}

static int draw_all(struct draw_command *d, struct fault *f)
{
	uint32_t left = blocks_of(d), n;
	const bool several = left > RECORD_BLOCKS_MAX;
	struct draw_memory *memory = several ? draw_memory_new() : NULL;
	int r = 0;

	d->drawn.raw = secret_new((size_t)left * RECORD_BLOCK);
	if (!d->drawn.raw || (several && !memory)) {
		draw_memory_free(memory);
		return fault_errno(f, -ENOMEM, "memory for the seed");
	}
	for (; r == 0 && left > 0; left -= n) {
		n = left < RECORD_BLOCKS_MAX ? left : RECORD_BLOCKS_MAX;
		r = draw_one(d, n, memory, f);
	}
	draw_memory_free(memory);
	if (d->bytes)
		d->drawn.len = d->bytes;
	return r;
}

/* --- results --- */

/* A single draw is printed as in other commands. Several draws are printed one by one, so that a reader can recalculate
 * each claim. */
static void print_json(struct draw_command *d)
{
	json_object *o = json_object_new_object();

	if (json_object_array_length(d->draws) == 1) {
		json_object_put(o);
		o = json_object_get(json_object_array_get_idx(d->draws, 0));
	} else {
		json_add_number(o, "asked_bits", d->entropy.asked.bits);
		json_add_number(o, "credit_bits", d->drawn.credit_bits);
		json_add_number(o, "hardware_bits", d->drawn.hardware_bits);
		json_object_object_add(o, "draws", json_object_get(d->draws));
	}
	json_add_number(o, "output_bytes", d->drawn.len);
	json_print(o, stdout);
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct draw_command d = { .out = "-" };
	int r = parse(&d, argc, argv, f);

	if (r == 0 && d.entropy.json)
		d.draws = json_object_new_array();
	if (r == 0)
		r = draw_all(&d, f);
	if (r == 0)
		r = draw_write(&d.drawn, d.format, d.out, f);
	if (r == 0 && d.entropy.json)
		print_json(&d);
	json_object_put(d.draws);
	secret_free(d.drawn.raw);
	entropy_options_clear(&d.entropy);
	secret_wipe_stack();
	return r;
}

const struct command cmd_draw = {
	.name = "draw",
	.summary = "a seed, or any number of bytes, to standard output or a file",
	.usage =
		"draw [OPTION...]\n"
		"\n"
		"Writes 64 bytes for each 256 bits claimed.\n"
		"\n"
		"  -o, --output FILE  instead of standard output; replaced in one step, 0600 if new\n"
		"  -n, --bytes N      output N bytes, 1 to 16777216; claim all that they can hold\n"
		"  --format FORMAT    raw, hex, base64, or record: as on a drive (default: raw)\n"
		"  --source LIST      draw from these (default: all that this host has)\n"
		"  --require LIST     fail unless these passed; hardware: for the whole claim\n"
		"  --bits N           strength to claim, 1 to 16384 (default 256)\n"
		"  --config FILE      instead of /etc/seedrive.conf and its folder\n"
		"  --json             with -o FILE: print in JSON what was drawn\n"
		"  -v, --verbose      say what each source gave\n"
		"  -q, --quiet        say nothing unless something is wrong\n"
		"  -h, --help         print this help, and exit\n",
	.run = run,
};
