/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host offers, and what each source claims. */
#include "cli/cmd.h"
#include "cli/entropy.h"
#include "cli/options.h"
#include "seed/reader.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A moment: what a device gives in so long, or so many bytes, whichever comes first. */
#define LOOK_MS     1000
#define LOOK_BYTES  4096
#define DEVICE_LOOK 1024

static const struct option options[] = {
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

/* One line of the table. */
struct row {
	struct source_spec spec;
	struct reader reader;
	struct source_handle handle;
	bool asked; /* without its argument it cannot be */
	int err;
	double rate; /* bytes a second; 0: not measured */
};

/* --- a look at each --- */

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

/* In pieces, so that a slow device has a rate as well. */
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

/* All devices at once, so that slow ones cost no more than one. */
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

/* --- in words --- */

static const char *state_of(const struct row *row)
{
	if (!row->spec.src->open)
		return "not built in";
	if (!row->asked)
		return "when named";
	switch (row->err) {
	case 0:
		return "present";
	case -EACCES:
	case -EPERM:
		return "not permitted";
	case -ENODEV:
	case -ENOENT:
	case -ECONNREFUSED:
		return "absent";
	default:
		return "failed";
	}
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
	else if (per_bytes == 1)
		snprintf(out, size, "%u bits a byte", bits);
	else
		snprintf(out, size, "%u bits per %u bytes", bits, per_bytes);
	return out;
}

static const char *rate_of(const struct row *row, char *out, size_t size)
{
	static const char *const units[] = { "B/s", "kB/s", "MB/s", "GB/s" };
	double rate = row->rate;
	size_t i = 0;

	for (; rate >= 1000 && i + 1 < sizeof(units) / sizeof(*units); i++)
		rate /= 1000;
	if (rate > 0)
		snprintf(out, size, rate < 10 && i ? "%.1f %s" : "%.0f %s", rate, units[i]);
	else
		snprintf(out, size, "-");
	return out;
}

/* What it is; or what is wrong with it. */
static const char *remark_of(const struct row *row, char *out, size_t size)
{
	const struct draw_report rep = { .spec = &row->spec, .err = row->err };

	if (row->asked && row->err < 0 && row->err != -ENOSYS)
		return draw_why(&rep, out, size);
	return row->handle.remark[0] ? row->handle.remark : row->spec.src->what;
}

static void print_table(const struct row *row, size_t count)
{
	char worth[64], rate[32], remark[160];
	int width = (int)strlen("DEVICE");
	size_t i;

	for (i = 0; i < count; i++)
		if ((int)strlen(device_of(row + i)) > width)
			width = (int)strlen(device_of(row + i));
	printf("%-7s  %-*s  %-13s  %8s  %-24s  %s\n", "SOURCE", width, "DEVICE", "STATE", "RATE",
		"ASSESSED", "REMARK");
	for (i = 0; i < count; i++)
		printf("%-7s  %-*s  %-13s  %8s  %-24s  %s\n", row[i].spec.src->name, width,
			device_of(row + i), state_of(row + i), rate_of(row + i, rate, sizeof(rate)),
			worth_of(row + i, worth, sizeof(worth)),
			remark_of(row + i, remark, sizeof(remark)));
}

static void add_text(json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

static json_object *row_json(const struct row *row)
{
	const struct source *src = row->spec.src;
	const bool open = row->asked && row->err == 0;
	json_object *o = json_object_new_object();
	char remark[160];

	add_text(o, "source", src->name);
	add_text(o, "device", device_of(row));
	add_text(o, "state", state_of(row));
	json_object_object_add(o, "hardware", json_object_new_boolean(src->kind != SOURCE_KERNEL));
	json_object_object_add(o, "rate_bits",
		json_object_new_int64(open ? row->handle.assessed_bits : src->assessed_bits));
	json_object_object_add(o, "rate_bytes",
		json_object_new_int64(open ? row->handle.per_bytes : src->per_bytes));
	if (row->rate > 0)
		json_object_object_add(
			o, "bytes_per_second", json_object_new_int64((int64_t)row->rate));
	if (row->handle.device[0])
		add_text(o, "identity", row->handle.device);
	add_text(o, "remark", remark_of(row, remark, sizeof(remark)));
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

/* --- which --- */

static size_t all_rows(struct row row[SOURCES_MAX])
{
	const struct source *src;
	size_t i;

	for (i = 0; i < SOURCES_MAX && (src = source_row(i)); i++)
		row[i].spec.src = src;
	return i;
}

static size_t named_rows(struct row row[SOURCES_MAX], const struct source_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		row[i].spec = list->spec[i];
	return list->count;
}

static int run(int argc, char **argv)
{
	static struct row row[SOURCES_MAX];
	struct source_list list = { 0 };
	struct fault f;
	bool json = false;
	size_t count;
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		if (c == OPT_SOURCE && source_parse(optarg, &list, &f) < 0)
			return report_usage("%s", f.text);
		if (c != OPT_SOURCE && c != OPT_JSON)
			return EXIT_USAGE;
		json |= c == OPT_JSON;
	}
	if (optind < argc)
		return report_usage("%s: takes no argument", argv[optind]);
	count = list.count ? named_rows(row, &list) : all_rows(row);
	if (look(row, count) < 0) {
		report_error("%s", strerror(ENOMEM));
		return EXIT_FAILED;
	}
	if (json)
		print_json(row, count);
	else
		print_table(row, count);
	return EXIT_DONE;
}

const struct command cmd_sources = {
	.name = "sources",
	.summary = "what this host offers, and what each source is worth",
	.usage = "sources [--source LIST] [--json]\n"
		 "\n"
		 "  --source LIST  look at these (default: at all there are)\n"
		 "  --json         the table in JSON\n",
	.run = run,
};
