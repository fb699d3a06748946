/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draw, test, condition: a seed, or as many bytes as are asked for, to standard output or a file. */
#include "cli/cmd.h"
#include "cli/entropy.h"
#include "cli/options.h"
#include "cli/report.h"
#include "iso/output/interrupt.h"
#include "util/io.h"
#include "cli/json_print.h"
#include "util/json_build.h"
#include "iso/output/replace.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MAX (16u << 20) /* it is held whole until all of it is good */

enum format { FORMAT_RAW, FORMAT_HEX, FORMAT_BASE64, FORMAT_RECORD };

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
	enum format format;
	uint32_t bytes; /* 0: as many as --bits makes */
	bool bits_said;
	/* the work */
	uint8_t *raw; /* the bytes drawn, and room for the last block */
	size_t len;
	uint32_t credit_bits, hardware_bits; /* of all draws */
	uint8_t id[RECORD_ID_SIZE];
	json_object *draws;
};

/* --- what is asked --- */

static int take_format(struct draw_command *d, const char *word, struct fault *f)
{
	static const char *const words[] = { "raw", "hex", "base64", "record" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		d->format = (enum format)i;
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

/* Bytes bear no more than eight bits each, nor a block more than its 256; of the last one there may be less
 * than all. */
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
		return fault_usage(f, "--json: standard output is the seed's, -o FILE is needed");
	if (d->format == FORMAT_RECORD && d->bytes)
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
		return fault_usage(f, "%s: takes no argument", argv[optind]);
	return check_words(d, f);
}

/* --- draw after draw, of as many blocks as a seed can have --- */

/* The kernel's generator stands for its strength once in all, so from the second draw on hardware alone
 * counts. */
static int judge(struct draw_command *d, struct seed *s, uint32_t asked, struct fault *f)
{
	if (d->len > 0)
		seed_limit(s, CLAIM_COUNT_HARDWARE);
	d->credit_bits += s->claim.credit_bits;
	d->hardware_bits += s->claim.hardware_bits;
	if (s->claim.credit_bits >= asked)
		return 0;
	return fault_refused(f,
		"entropy refused: the sources gave %u of %u bits: hardware gave %u, and the "
		"kernel's generator counts once",
		d->credit_bits, d->entropy.asked.bits, d->hardware_bits);
}

static void keep(struct draw_command *d, const struct seed *s, const struct entropy_options *o)
{
	size_t len;
	const uint8_t *bytes = seed_bytes(s, &len);

	memcpy(d->raw + d->len, bytes, len);
	d->len += len;
	memcpy(d->id, s->id, sizeof(d->id));
	if (o->json)
		json_object_array_add(d->draws, entropy_json(s, o->asked.bits));
	else if (o->verbose)
		entropy_print(s, stderr);
}

/* What is asked of this draw is what is still missing, as far as its blocks can bear it. */
static int draw_one(
	struct draw_command *d, uint32_t blocks, struct draw_memory *memory, struct fault *f)
{
	const uint32_t room = blocks * RECORD_BLOCK_BITS;
	const uint32_t missing =
		d->entropy.asked.bits > d->credit_bits ? d->entropy.asked.bits - d->credit_bits : 0;
	static const uint8_t unbound[UUID_SIZE];
	struct entropy_options o = d->entropy;
	struct seed s = { 0 };
	int r;

	o.asked.sources.unmixed = true;
	o.asked.sources.hardware = d->len > 0;
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

	d->raw = secret_new((size_t)left * RECORD_BLOCK);
	if (!d->raw || (several && !memory)) {
		draw_memory_free(memory);
		return fault_set(f, -ENOMEM, "%u blocks: %s", left, strerror(ENOMEM));
	}
	for (; r == 0 && left > 0; left -= n) {
		n = left < RECORD_BLOCKS_MAX ? left : RECORD_BLOCKS_MAX;
		r = draw_one(d, n, memory, f);
	}
	draw_memory_free(memory);
	if (d->bytes)
		d->len = d->bytes;
	return r;
}

/* --- in which form --- */

static size_t text_len(const struct draw_command *d)
{
	return d->format == FORMAT_HEX ?
		2 * d->len + 1 :
		sodium_base64_encoded_len(d->len, sodium_base64_VARIANT_ORIGINAL);
}

/* A line of text; the newline takes the place of the zero at its end. */
static uint8_t *make_text(const struct draw_command *d, size_t *ret_len)
{
	const size_t size = text_len(d);
	char *text = secret_new(size);

	if (!text)
		return NULL;
	if (d->format == FORMAT_HEX)
		sodium_bin2hex(text, size, d->raw, d->len);
	else
		sodium_bin2base64(text, size, d->raw, d->len, sodium_base64_VARIANT_ORIGINAL);
	text[size - 1] = '\n';
	*ret_len = size;
	return (uint8_t *)text;
}

static uint8_t *make_record(const struct draw_command *d, size_t *ret_len)
{
	struct record rec = { .credit_bits = d->credit_bits,
		.hardware_bits = d->hardware_bits,
		.issued_at = (uint64_t)time(NULL),
		.seed = d->raw,
		.seed_len = d->len };
	uint8_t *out;

	*ret_len = record_size(d->len);
	out = secret_new(*ret_len);
	memcpy(rec.seed_id, d->id, sizeof(rec.seed_id));
	if (out && record_encode(&rec, out, *ret_len) < 0) {
		secret_free(out);
		return NULL;
	}
	return out;
}

static int write_out(
	const struct draw_command *d, const uint8_t *bytes, size_t len, struct fault *f)
{
	static struct replace r = REPLACE_NONE;
	const bool to_stdout = option_stdout(d->out);
	int e = to_stdout ? 0 : interrupt_open(&r, d->out, &report_sink, f);

	if (e == 0) {
		e = to_stdout ? 0 : replace_reserve(&r, len);
		if (e == 0)
			e = io_write(to_stdout ? STDOUT_FILENO : r.fd, bytes, len);
		if (e < 0)
			fault_errno(f, e, to_stdout ? "standard output" : d->out);
		else if (!to_stdout)
			e = replace_commit(&r, f);
	}
	interrupt_end(&r);
	return e;
}

static int put(const struct draw_command *d, struct fault *f)
{
	uint8_t *made = NULL;
	size_t len = d->len;
	int r;

	if (d->format == FORMAT_RAW)
		return write_out(d, d->raw, len, f);
	made = d->format == FORMAT_RECORD ? make_record(d, &len) : make_text(d, &len);
	if (!made)
		return fault_errno(f, -ENOMEM, "output");
	r = write_out(d, made, len, f);
	secret_free(made);
	return r;
}

/* Of one draw as everywhere; of several each by itself, so that a reader can redo every sum. */
static void print_json(struct draw_command *d)
{
	json_object *o = json_object_new_object();

	if (json_object_array_length(d->draws) == 1) {
		json_object_put(o);
		o = json_object_get(json_object_array_get_idx(d->draws, 0));
	} else {
		json_add_number(o, "asked_bits", d->entropy.asked.bits);
		json_add_number(o, "credit_bits", d->credit_bits);
		json_add_number(o, "hardware_bits", d->hardware_bits);
		json_object_object_add(o, "draws", json_object_get(d->draws));
	}
	json_add_number(o, "output_bytes", d->len);
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
		r = put(&d, f);
	if (r == 0 && d.entropy.json)
		print_json(&d);
	json_object_put(d.draws);
	secret_free(d.raw);
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
		"  -n, --bytes N      so many bytes, 1 to 16777216; claim all that they can bear\n"
		"  --format FORMAT    raw, hex, base64, or record: as on a drive (default: raw)\n"
		"  --source LIST      draw from these (default: all that are here)\n"
		"  --require LIST     fail unless these passed; hardware: for the whole claim\n"
		"  --bits N           strength to claim, 1 to 16384 (default 256)\n"
		"  --config FILE      instead of /etc/seedrive.conf and its folder\n"
		"  --json             with -o FILE: say what was drawn in JSON\n"
		"  -v, --verbose      say what each source gave\n"
		"  -q, --quiet        say nothing unless something is wrong\n"
		"  -h, --help         print this, and end\n",
	.run = run,
};
