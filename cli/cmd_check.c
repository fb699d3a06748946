/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive check`: health tests and statistics of live sources, and the report. */
#include "cli/check/check.h"
#include "cli/cmd.h"
#include "cli/configure.h"
#include "iso/output/interrupt.h"
#include "cli/options.h"
#include "util/io.h"
#include "cli/json_print.h"

#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <sys/random.h>

/* Sample sizes in bytes without -n: as many as the estimators require, and fewer for sources that may be slow. */
#define ASKED      ESTIMATE_SAMPLES
#define ASKED_SLOW 65536

enum { OPT_REPORT = OPT_OWN, OPT_RAW, OPT_MIN_ESTIMATE, OPT_RESTART };

static const struct option options[] = {
	{ "bytes", required_argument, NULL, 'n' },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "restart", no_argument, NULL, OPT_RESTART },
	{ "raw", required_argument, NULL, OPT_RAW },
	{ "min-estimate", required_argument, NULL, OPT_MIN_ESTIMATE },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ 0 },
};

struct check_options {
	struct source_list sources;
	uint32_t asked; /* bytes; 0: depends on the kind of the source */
	const char *report, *config;
	const char *raw; /* --raw: file for the sample of the one source */
	unsigned min_estimate_mbit;
	int raw_fd;
	bool json, restart;
};

/* source_parse() appends the kernel's generator to every list; here it is sampled only if the user named it. */
static bool names_kernel(const char *text)
{
	size_t len;

	for (; *text; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (source_find(text, len) == &source_kernel)
			return true;
	}
	return false;
}

static int add_sources(struct source_list *to, const char *text, struct fault *f)
{
	struct source_list list;
	size_t i;
	const int r = option_value(source_parse(text, &list, f), f);

	if (r < 0)
		return r;
	for (i = 0; i < list.count; i++) {
		if (list.spec[i].src == &source_kernel && !names_kernel(text))
			continue;
		if (list.spec[i].src->kind == SOURCE_BROKER)
			return fault_usage(f,
				"broker: cannot be checked: the daemon has tested its blocks already");
		if (to->count == SOURCES_MAX - 1)
			return fault_usage(f, "%s: more than %d sources", text, SOURCES_MAX - 1);
		to->spec[to->count++] = list.spec[i];
	}
	return 0;
}

/* Adds the default list, except the kernel's generator, of which a sample would only show that it can hash, and the
 * broker, because the daemon has already tested its blocks. */
static void add_configured(struct source_list *to, const struct source_list *list)
{
	size_t i;

	to->by_default = list->by_default;
	for (i = 0; i < list->count; i++)
		if (list->spec[i].src->kind != SOURCE_KERNEL &&
			list->spec[i].src->kind != SOURCE_BROKER)
			to->spec[to->count++] = list->spec[i];
}

/* Parses a number of bits a byte. */
static int parse_estimate(const char *text, unsigned *ret_mbit, struct fault *f)
{
	if (source_parse_mbit(text, strlen(text), ret_mbit) && *ret_mbit > 0)
		return 0;
	return fault_usage(f,
		"--min-estimate: %s: must be 0.25 to 8 bits a byte, with at most three decimals",
		text);
}

static int parse(struct check_options *o, int argc, char **argv, struct fault *f)
{
	int c, r = 0;

	while (r == 0 && (c = option_next(argc, argv, ":n:", options, f)) >= 0) {
		if (c == OPT_REPORT)
			o->report = optarg;
		else if (c == OPT_CONFIG)
			o->config = optarg;
		else if (c == OPT_RESTART)
			o->restart = true;
		else if (c == OPT_RAW)
			o->raw = optarg;
		else if (c == OPT_MIN_ESTIMATE)
			r = parse_estimate(optarg, &o->min_estimate_mbit, f);
		else if (c == OPT_JSON)
			o->json = true;
		else if (c == 'n')
			r = option_number("-n", optarg, HEALTH_STARTUP, ESTIMATE_MAX, &o->asked, f);
		else
			r = -EINVAL;
	}
	for (; r == 0 && optind < argc; optind++)
		r = add_sources(&o->sources, argv[optind], f);
	return r;
}

static size_t asked_of(const struct check_options *o, const struct source *src)
{
	const bool quick = src->kind == SOURCE_CPU || src->kind == SOURCE_KERNEL;
	const size_t n = o->asked ? o->asked : quick ? ASKED : ASKED_SLOW;

	return (n + SAMPLE_MULTIPLE - 1) / SAMPLE_MULTIPLE * SAMPLE_MULTIPLE;
}

/* A source that nobody named and that is absent, or that this user may not open, is no failure. */
static bool left_out(const struct check_options *o, const struct checked *c)
{
	const enum source_presence p = source_presence(c->sample.err);

	if (!o->sources.by_default || c->sample.len > 0)
		return false;
	if (p == SOURCE_NOT_PERMITTED)
		report_warning("%s: %s: not checked", c->label, strerror(-c->sample.err));
	return p != SOURCE_PRESENT && p != SOURCE_FAILED;
}

/* Samples the next source. If it delivers bytes that an earlier one delivered too, both fail. */
static int check_one(struct check *all, const struct check_options *o, struct windows *windows)
{
	struct checked *c = all->source + all->count;
	unsigned copied = SOURCES_MAX;
	const struct sample_windows mine = { windows, (unsigned)all->count, &copied };
	int r = check_source(c, asked_of(o, c->spec.src), source_timeout_ms(&o->sources, &c->spec),
		&mine, o->raw_fd);

	if (r == 0 && o->restart && sample_passed(&c->sample))
		r = check_restart(c, source_timeout_ms(&o->sources, &c->spec));
	if (r == 0 && copied < all->count) {
		struct checked *other = all->source + copied;

		other->sample.failures[HEALTH_REPLAY]++;
		other->sample.copy = c->label;
		if (other->sample.first.failed == HEALTH_PASS)
			other->sample.first = c->sample.first;
	}
	return r;
}

static int check_all(struct check *all, const struct check_options *o)
{
	static struct windows windows;
	uint8_t seed[WINDOWS_SEED] = { 0 };
	size_t i;
	int r = 0;

	(void)!getrandom(seed, sizeof(seed), GRND_NONBLOCK);
	windows_init(&windows, seed);
	(void)windows_lengthen(&windows, draw_window_len(&o->sources));
	for (i = 0; i < o->sources.count && r == 0; i++) {
		struct checked *c = all->source + all->count;

		c->spec = o->sources.spec[i];
		source_label(&c->spec, c->label, sizeof(c->label));
		r = check_one(all, o, &windows);
		if (r == 0 && !left_out(o, c))
			all->count++;
	}
	windows_clear(&windows);
	return r;
}

static int put_report(const struct check *c, struct replace *r, const char *path, struct fault *f)
{
	char *page = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&page, &len);
	int e = -ENOMEM;

	if (to) {
		check_html(c, to);
		if (fclose(to) == 0)
			e = replace_reserve(r, len);
		if (e == 0)
			e = io_write(r->fd, page, len);
	}
	free(page);
	return e < 0 ? fault_errno(f, e, path) : replace_commit(r, f);
}

/* Records a failure in @f. main() prints only the last failure, so this prints the one that @f already has. @before:
 * the result of the previous call, or 0. */
static int refuse(int before, struct fault *f, const char *label, const char *why)
{
	if (before < 0)
		report_error("%s", f->text);
	return fault_refused(f, "%s: %s", label, why);
}

/* Prints an error line for each source that failed, for users who do not read the table. */
static int verdict(const struct check *c, struct fault *f)
{
	char why[CHECK_TEXT];
	int r = 0;
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (check_passed(c->source + i))
			continue;
		r = refuse(r, f, c->source[i].label, check_why(c->source + i, why, sizeof(why)));
	}
	for (i = 0; i < c->count; i++)
		if (check_too_low(c, c->source + i, why, sizeof(why)))
			r = refuse(r, f, c->source[i].label, why);
	return r;
}

/* @report, @raw: the files for the page and the sample, opened before the work, so that a fault is reported early. */
static int run_checks(
	const struct check_options *o, struct replace *report, struct replace *raw, struct fault *f)
{
	static struct check c; /* static, because it is large */
	int r;

	c.begun = time(NULL);
	c.min_mbit = o->min_estimate_mbit;
	r = check_all(&c, o);
	/* Anything but lack of memory is a failed write of the sample. */
	if (r < 0)
		return fault_errno(f, r, o->raw && r != -ENOMEM ? o->raw : c.source[c.count].label);
	if (c.count == 0)
		return fault_set(f, -ENODEV,
			"this host has none of the sources that are checked by default: name one");
	if (o->raw)
		r = replace_commit(raw, f);
	if (r == 0 && o->report)
		r = put_report(&c, report, o->report, f);
	if (r < 0)
		return r;
	if (o->json)
		json_print(check_json(&c), stdout);
	else
		check_print(&c, stdout);
	return verdict(&c, f);
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct replace report = REPLACE_NONE, raw = REPLACE_NONE;
	static struct check_options o;
	static struct config config;
	static struct settings settings;
	int r = parse(&o, argc, argv, f);

	if (r == 0)
		r = configure(&config, o.config, CONFIG_TOOLS, &settings, f);
	if (r < 0)
		goto out;
	o.sources.deadline_ms = settings.sources.deadline_ms;
	if (o.sources.count == 0)
		add_configured(&o.sources, &settings.sources);
	if (o.raw && o.sources.count != 1)
		r = fault_usage(
			f, "--raw: takes the sample of one source, not of %zu", o.sources.count);
	if (r == 0 && o.report)
		r = interrupt_open(&report, o.report, &report_sink, f);
	if (r == 0 && o.raw)
		r = interrupt_open(&raw, o.raw, &report_sink, f);
	o.raw_fd = o.raw ? raw.fd : -1;
	if (r == 0)
		r = run_checks(&o, &report, &raw, f);
out:
	interrupt_end(&raw);
	interrupt_end(&report);
	config_clear(&config);
	return r;
}

const struct command cmd_check = {
	.name = "check",
	.summary = CHECK_SUMMARY,
	.usage =
		"check [OPTION...] [SOURCE...]\n"
		"\n"
		"SOURCE is NAME or NAME:ARG; default: all hardware that is used by default.\n"
		"\n"
		"  -n, --bytes N  sample N bytes of each (default 1000000; 65536 of one that may be slow)\n"
		"  --report FILE  a page with plots, in HTML; replaced in one step, 0600 if new\n"
		"  --restart      open and close each source 1000 times as well (SP 800-90B, 3.1.4)\n"
		"  --raw FILE     save the sample of the one source, byte by byte, for NIST's own tool\n"
		"  --min-estimate H  exit with 3 if the lowest estimate is below H bits a byte\n"
		"  --config FILE  instead of /etc/seedrive.conf and its folder\n"
		"  --json         all figures in JSON\n"
		"  -h, --help     print this help, and exit\n",
	.run = run,
};
