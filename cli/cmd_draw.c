/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draw, test, condition: a seed, or as many bytes as are asked for, to standard output or a file. */
#include "cli/cmd.h"
#include "cli/entropy.h"
#include "cli/interrupt.h"
#include "util/io.h"
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

static int take_format(struct draw_command *d, const char *word)
{
	static const char *const words[] = { "raw", "hex", "base64", "record" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		d->format = (enum format)i;
		return -1;
	}
	return report_usage("--format: %s: must be raw, hex, base64 or record", word);
}

static int take_option(struct draw_command *d, int c)
{
	switch (c) {
	case 'o':
		d->out = optarg;
		return -1;
	case 'n':
	case OPT_BYTES:
		return option_number(
			       c == 'n' ? "-n" : "--bytes", optarg, 1, OUTPUT_MAX, &d->bytes) < 0 ?
			EXIT_USAGE :
			-1;
	case OPT_FORMAT:
		return take_format(d, optarg);
	case OPT_BITS:
		d->bits_said = true;
		/* fall through */
	default:
		return entropy_option(&d->entropy, c);
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

static int settle_bits(struct draw_command *d)
{
	const uint32_t most = most_bits(d->bytes);

	if (d->bytes == 0)
		return -1;
	if (d->bits_said && d->entropy.bits > most)
		return report_usage("--bits: %u: more than --bytes %u can claim, which is %u",
			d->entropy.bits, d->bytes, most);
	if (!d->bits_said)
		d->entropy.bits = most;
	return -1;
}

static int check_words(struct draw_command *d)
{
	const bool to_stdout = strcmp(d->out, "-") == 0;

	if (to_stdout && isatty(STDOUT_FILENO))
		return report_usage("-o -: a seed does not go to a terminal");
	if (to_stdout && d->entropy.json)
		return report_usage("--json: standard output is the seed's, -o FILE is needed");
	if (d->format == FORMAT_RECORD && d->bytes)
		return report_usage("--format record: --bits says how large it is, not --bytes");
	return settle_bits(d);
}

static int parse(struct draw_command *d, int argc, char **argv)
{
	static const char short_options[] = ":n:o:qv";
	int c, status = entropy_options_configure(&d->entropy, argc, argv, short_options, options);

	while (status < 0 && (c = option_next(argc, argv, short_options, options)) >= 0)
		status = take_option(d, c);
	if (status >= 0)
		return status;
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	return check_words(d);
}

/* --- draw after draw, of as many blocks as a seed can have --- */

/* The kernel's generator stands for its strength once in all, so from the second draw on hardware alone
 * counts. */
static int judge(struct draw_command *d, const struct seed *s, uint32_t asked)
{
	const uint32_t got = d->len == 0 ? s->claim.credit_bits : s->claim.hardware_bits;

	/* More than is asked is not claimed. */
	d->credit_bits += got < asked ? got : asked;
	d->hardware_bits += s->claim.hardware_bits;
	if (got >= asked)
		return -1;
	report_error("entropy refused: %u of %u bits: hardware gave %u, and the kernel's generator "
		     "counts once",
		d->credit_bits, d->entropy.bits, d->hardware_bits);
	return EXIT_REFUSED;
}

static void keep(struct draw_command *d, const struct seed *s, const struct entropy_options *o)
{
	size_t len;
	const uint8_t *bytes = seed_bytes(s, &len);

	memcpy(d->raw + d->len, bytes, len);
	d->len += len;
	memcpy(d->id, s->id, sizeof(d->id));
	if (o->json)
		json_object_array_add(d->draws, entropy_json(s, o));
	else if (o->verbose)
		entropy_print(s, stderr);
}

/* What is asked of this draw is what is still missing, as far as its blocks can bear it. */
static int draw_one(struct draw_command *d, uint32_t blocks, struct draw_memory *memory)
{
	const uint32_t room = blocks * RECORD_BLOCK_BITS;
	const uint32_t missing =
		d->entropy.bits > d->credit_bits ? d->entropy.bits - d->credit_bits : 0;
	static const uint8_t unbound[UUID_SIZE];
	struct entropy_options o = d->entropy;
	struct seed s = { 0 };
	int status;

	o.sources.unmixed = true;
	o.bits = missing < room ? missing : room;
	status = entropy_draw_with(&s, &o, blocks, memory);
	if (status < 0)
		status = judge(d, &s, o.bits);
	if (status < 0)
		keep(d, &s, &o);
	if (status < 0)
		seed_tell(&s, unbound);
	seed_clear(&s);
	return status;
}

static uint32_t blocks_of(const struct draw_command *d)
{
	return d->bytes ? (d->bytes + RECORD_BLOCK - 1) / RECORD_BLOCK :
			  (d->entropy.bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
}

static int draw_all(struct draw_command *d)
{
	uint32_t blocks = blocks_of(d), n;
	struct draw_memory *memory = NULL;
	int status = -1;

	d->raw = secret_new((size_t)blocks * RECORD_BLOCK);
	if (blocks > RECORD_BLOCKS_MAX)
		memory = draw_memory_new();
	if (!d->raw || (blocks > RECORD_BLOCKS_MAX && !memory)) {
		report_error("%u blocks: %s", blocks, strerror(ENOMEM));
		status = EXIT_FAILED;
	}
	for (; status < 0 && blocks > 0; blocks -= n) {
		n = blocks < RECORD_BLOCKS_MAX ? blocks : RECORD_BLOCKS_MAX;
		status = draw_one(d, n, memory);
	}
	draw_memory_free(memory);
	if (d->bytes)
		d->len = d->bytes;
	return status;
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

static int write_out(const struct draw_command *d, const uint8_t *bytes, size_t len)
{
	static struct replace r = { .fd = -1, .dirfd = -1 };
	const bool to_stdout = strcmp(d->out, "-") == 0;
	struct fault f;
	int e = to_stdout ? 0 : interrupt_open(&r, d->out, &f);

	if (e == 0) {
		e = io_write(to_stdout ? STDOUT_FILENO : r.fd, bytes, len);
		if (e == 0 && !to_stdout)
			e = replace_commit(&r);
		if (e < 0)
			fault_errno(&f, e, to_stdout ? "standard output" : d->out);
	}
	interrupt_end(&r);
	return e < 0 ? report_failed(&f) : -1;
}

static int put(const struct draw_command *d)
{
	uint8_t *made = NULL;
	size_t len = d->len;
	int status;

	if (d->format == FORMAT_RAW)
		return write_out(d, d->raw, len);
	made = d->format == FORMAT_RECORD ? make_record(d, &len) : make_text(d, &len);
	if (!made) {
		report_error("output: %s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	status = write_out(d, made, len);
	secret_free(made);
	return status;
}

/* Of one draw as everywhere; of several each by itself, so that a reader can redo every sum. */
static void print_json(struct draw_command *d)
{
	json_object *o = json_object_new_object();

	if (json_object_array_length(d->draws) == 1) {
		json_object_put(o);
		o = json_object_get(json_object_array_get_idx(d->draws, 0));
	} else {
		json_object_object_add(o, "asked_bits", json_object_new_int64(d->entropy.bits));
		json_object_object_add(o, "credit_bits", json_object_new_int64(d->credit_bits));
		json_object_object_add(o, "hardware_bits", json_object_new_int64(d->hardware_bits));
		json_object_object_add(o, "draws", json_object_get(d->draws));
	}
	json_object_object_add(o, "output_bytes", json_object_new_int64((int64_t)d->len));
	json_print(o, stdout);
}

static int run(int argc, char **argv)
{
	static struct draw_command d = { .out = "-" };
	int status = parse(&d, argc, argv);

	if (status < 0 && d.entropy.json)
		d.draws = json_object_new_array();
	if (status < 0)
		status = draw_all(&d);
	if (status < 0)
		status = put(&d);
	if (status < 0) {
		status = EXIT_DONE;
		if (d.entropy.json)
			print_json(&d);
	}
	json_object_put(d.draws);
	secret_free(d.raw);
	entropy_options_clear(&d.entropy);
	secret_wipe_stack();
	return status;
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
		"  -q, --quiet        say nothing unless something is wrong\n",
	.run = run,
};
