/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive sources`: lists the sources of this host, and what each is worth. */
#include "cli/check/rate.h"
#include "cli/cmd.h"
#include "cli/print.h"
#include "cli/configure.h"
#include "cli/json_print.h"
#include "util/json_build.h"
#include "cli/options.h"
#include "seed/source/reader.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A rate is measured over this time or these bytes, whichever ends first. */
#define LOOK_MS     1000
#define LOOK_BYTES  4096
#define DEVICE_LOOK 1024

static const struct option options[] = {
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

/* One line of the table. */
struct row {
	struct source_spec spec;
	struct reader reader;
	struct source_handle handle;
	bool asked; /* the source is tried; false if it needs an argument and has none */
	int err;
	double rate; /* bytes per second; 0: not measured */
};

/* --- measuring --- */

static uint64_t look_len(const struct source_handle *h, const void *ctx)
{
	(void)h;
	(void)ctx;
	return DEVICE_LOOK;
}

static void start(struct row *row)
{
	const struct source *src = row->spec.src;

	row->asked = src->arg != ARG_REQUIRED || row->spec.arg[0];
	if (!row->asked || src->kind != SOURCE_DEVICE)
		return;
	row->err = src->open ? reader_start(&row->reader, &row->spec, LOOK_MS, look_len, NULL) :
			       -ENOSYS;
	if (row->err == 0)
		reader_go(&row->reader);
}

/* Reads in small pieces, so that a slow device gets a rate too. */
static void look_at_device(struct row *row, uint8_t *raw)
{
	const size_t piece = 64;
	int64_t began = clock_us();
	size_t got = 0;

	if (row->err == 0)
		row->err = reader_open(&row->reader, &row->handle);
	while (row->err == 0 && got < DEVICE_LOOK) {
		row->err = reader_read(&row->reader, raw, piece);
		if (row->err == 0)
			got += piece;
	}
	if (row->err == -ETIMEDOUT && got > 0)
		row->err = 0;
	if (row->err == 0)
		row->rate = (double)got * 1e6 / (double)(clock_us() - began + 1);
	reader_end(&row->reader);
}

static void look_at_code(struct row *row, uint8_t *raw)
{
	const struct source *src = row->spec.src;
	const size_t len = src->kind == SOURCE_CODE ? 64 : LOOK_BYTES;
	int64_t began;

	row->err = source_open(&row->spec, &row->handle, clock_ms() + LOOK_MS);
	if (row->err < 0)
		return;
	began = clock_us();
	if (src->kind != SOURCE_BROKER)
		row->err = src->fill(&row->handle, raw, len);
	if (row->err == 0 && src->kind != SOURCE_BROKER)
		row->rate = (double)len * 1e6 / (double)(clock_us() - began + 1);
	src->close(&row->handle);
}

/* Measures all devices at the same time, so that several slow devices take only as long as one. */
static int look(struct row *row, size_t count)
{
	uint8_t *raw = secret_new(LOOK_BYTES);
	size_t i;

	if (!raw)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		start(row + i);
	for (i = 0; i < count; i++) {
		if (row[i].asked && row[i].spec.src->kind == SOURCE_DEVICE)
			look_at_device(row + i, raw);
		else if (row[i].asked)
			look_at_code(row + i, raw);
	}
	secret_free(raw);
	return 0;
}

/* --- printing --- */

static const char *state_of(const struct row *row)
{
	if (!row->spec.src->open)
		return source_presence_word(SOURCE_NOT_BUILT_IN);
	if (!row->asked)
		return "when named";
	/* The socket exists, but no daemon listens. */
	if (row->err == -ECONNREFUSED)
		return source_presence_word(SOURCE_ABSENT);
	return source_presence_word(source_presence(row->err));
}

static const char *device_of(const struct row *row)
{
	const struct source *src = row->spec.src;

	return row->spec.arg[0] ? row->spec.arg : src->device ? src->device : "-";
}

static const char *worth_of(const struct row *row, char *out, size_t size)
{
	const struct source *src = row->spec.src;
	const bool open = row->asked && row->err == 0;
	const unsigned bits = open ? row->handle.assessed_bits : src->assessed_bits;
	const unsigned per_bytes = open ? row->handle.per_bytes : src->per_bytes;

	if (src->kind == SOURCE_KERNEL)
		snprintf(out, size, "%d bits once", CLAIM_KERNEL_BITS);
	else if (src->kind == SOURCE_BROKER)
		snprintf(out, size, "as it says");
	else if (bits == 0)
		snprintf(out, size,
			src->may_state && !row->handle.remark[0] ? "0, unless stated" : "0");
	else if (per_bytes <= 1000)
		snprintf(out, size, "%g bits a byte%s", (double)bits / per_bytes,
			row->spec.stated ? ", as stated" : "");
	else
		snprintf(out, size, "%u bits per %u bytes", bits, per_bytes);
	return out;
}

static const char *rate_of(const struct row *row, char *out, size_t size)
{
	return row->rate > 0 ? rate_text(row->rate, out, size) : "-";
}

/* Describes the source, or what is wrong with it. */
static const char *remark_of(const struct row *row)
{
	if (row->asked && row->err < 0 && row->err != -ENOSYS)
		return source_why(&row->spec, row->err);
	return row->handle.remark[0] ? row->handle.remark : row->spec.src->what;
}

static void print_table(const struct row *row, size_t count)
{
	char worth[64], rate[32];
	int width = (int)strlen("DEVICE");
	size_t i;

	for (i = 0; i < count; i++)
		if ((int)strlen(device_of(row + i)) > width)
			width = (int)strlen(device_of(row + i));
	print_line(stdout, "%-7s  %-*s  %-13s  %10s  %-24s  %s", "SOURCE", width, "DEVICE", "STATE",
		"RATE", "ASSESSED", "REMARK");
	for (i = 0; i < count; i++)
		print_line(stdout, "%-7s  %-*s  %-13s  %10s  %-24s  %s", row[i].spec.src->name,
			width, device_of(row + i), state_of(row + i),
			rate_of(row + i, rate, sizeof(rate)),
			worth_of(row + i, worth, sizeof(worth)), remark_of(row + i));
}

/* The same words as in the report of a draw. A source worth 0 bits is not called hardware. Neither is the daemon,
 * because it reports separately for each block which sources the block rests on. */
static const char *kind_of(const struct source *src, unsigned bits)
{
	switch (src->kind) {
	case SOURCE_KERNEL:
		return "kernel";
	case SOURCE_BROKER:
		return "broker";
	default:
		return bits > 0 ? "hardware" : "unassessed";
	}
}

static json_object *row_json(const struct row *row)
{
	const struct source *src = row->spec.src;
	const bool open = row->asked && row->err == 0;
	const unsigned bits = open ? row->handle.assessed_bits : src->assessed_bits;
	const char *kind = kind_of(src, bits);
	json_object *o = json_object_new_object();
	char label[SOURCE_LABEL_SIZE];

	json_add_text(o, "source", source_label(&row->spec, label, sizeof(label)));
	json_add_text(o, "device", device_of(row));
	json_add_text(o, "state", state_of(row));
	json_add_text(o, "kind", kind);
	json_add_bool(o, "hardware", strcmp(kind, "hardware") == 0);
	json_add_number(o, "rate_bits", bits);
	json_add_number(o, "rate_bytes", open ? row->handle.per_bytes : src->per_bytes);
	if (row->rate > 0)
		json_add_number(o, "bytes_per_second", (uint64_t)row->rate);
	if (row->handle.device[0])
		json_add_text(o, "identity", row->handle.device);
	json_add_text(o, "remark", remark_of(row));
	return o;
}

static void print_json(const struct row *row, size_t count)
{
	json_object *all = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(all, row_json(row + i));
	json_print(all, stdout);
}

/* --- selection --- */

/* Fills in the rows for all sources. A source to which the configuration gives arguments has a row for each. */
static size_t all_rows(struct row row[], const struct source_list *configured)
{
	const struct source *src;
	size_t i, j, count = 0;

	for (i = 0; (src = source_row(i)); i++) {
		const size_t before = count;

		for (j = 0; j < configured->count; j++)
			if (configured->spec[j].src == src && configured->spec[j].arg[0])
				row[count++].spec = configured->spec[j];
		if (count == before)
			row[count++].spec.src = src;
	}
	return count;
}

static size_t named_rows(struct row row[], const struct source_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		row[i].spec = list->spec[i];
	return list->count;
}

struct asked {
	struct source_list named;
	const char *config;
	bool json;
};

static int parse(int argc, char **argv, struct asked *ret, struct fault *f)
{
	int c, r = 0;

	while (r == 0 && (c = option_next(argc, argv, ":", options, f)) >= 0) {
		if (c == OPT_SOURCE)
			r = option_source(&ret->named, f);
		else if (c == OPT_CONFIG)
			ret->config = optarg;
		else if (c == OPT_JSON)
			ret->json = true;
		else
			r = -EINVAL;
	}
	if (r < 0)
		return r;
	if (optind < argc)
		return fault_usage(f, "%s: unexpected argument", argv[optind]);
	return 0;
}

static int show(const struct asked *asked, const struct settings *settings, struct fault *f)
{
	static struct row row[2 * SOURCES_MAX];
	const size_t count = asked->named.count ? named_rows(row, &asked->named) :
						  all_rows(row, &settings->sources);

	if (look(row, count) < 0)
		return fault_errno(f, -ENOMEM, "memory for the samples");
	if (asked->json)
		print_json(row, count);
	else
		print_table(row, count);
	return 0;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct config config;
	static struct settings settings;
	static struct asked asked;
	int r = parse(argc, argv, &asked, f);

	if (r == 0)
		r = configure(&config, asked.config, CONFIG_TOOLS, &settings, f);
	if (r == 0)
		r = show(&asked, &settings, f);
	config_clear(&config);
	return r;
}

const struct command cmd_sources = {
	.name = "sources",
	.summary = "what this host offers, and what each source is worth",
	.usage = "sources [OPTION...]\n"
		 "\n"
		 "  --source LIST  look only at these (default: at all that this host has)\n"
		 "  --config FILE  instead of /etc/seedrive.conf and its folder\n"
		 "  --json         the table in JSON\n"
		 "  -h, --help     print this help, and exit\n",
	.run = run,
};
