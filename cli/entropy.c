/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/entropy.h"
#include "cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define LABEL_SIZE (sizeof(((struct source_spec *)0)->arg) + 16)

/* What ends a command is an error; where less may be claimed it is a warning. */
#define complain(o, ...) \
	((o)->settings.claim_less ? report_warning(__VA_ARGS__) : report_error(__VA_ARGS__))

/* All sources and their faults in one line. */
static void refuse(const struct seed *s, const struct entropy_options *o, const char *what)
{
	char line[SOURCES_MAX * 512] = "", label[LABEL_SIZE], why[160];
	size_t i, at = 0;

	for (i = 0; i < s->reports && at < sizeof(line); i++) {
		const struct draw_report *r = s->report + i;
		const char *word = draw_passed(r) ? "passed, worth nothing by itself" :
						    draw_why(r, why, sizeof(why));

		if (draw_passed(r) &&
			(r->assessed_per || r->given || r->spec->src->kind == SOURCE_KERNEL))
			word = "passed";
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s: %s", i ? "; " : "",
			draw_label(r, label, sizeof(label)), word);
	}
	complain(o, "%s %u of %u bits: %s", what, s->claim.credit_bits, o->bits, line);
}

/* That this host has no such thing, or not for this user, is news only to who asked for it. */
static bool is_no_news(const struct draw_report *r)
{
	return r->err == -ENODEV || r->err == -ENOENT ||
		(r->err == -EACCES && r->spec->src->kind == SOURCE_DEVICE);
}

static void warn_of_twins(const struct seed *s)
{
	char label[LABEL_SIZE], twin[LABEL_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) && r->same_as && !s->sources.by_default)
			report_warning("%s: the same device as %s: counted once",
				draw_label(r, label, sizeof(label)),
				draw_label(r->same_as, twin, sizeof(twin)));
	}
}

static void warn_of_failures(const struct seed *s)
{
	char label[LABEL_SIZE], why[160];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (draw_passed(r) || r->spared || (s->sources.by_default && is_no_news(r)))
			continue;
		report_warning("%s: %s", draw_label(r, label, sizeof(label)),
			draw_why(r, why, sizeof(why)));
	}
}

/* Does each block of the broker's rest on this source, too? */
static bool broker_has(const struct seed *s, const char *name, size_t len)
{
	const struct broker_block *given = NULL;
	size_t i, at;

	for (i = 0; i < s->reports && !given; i++)
		given = s->report[i].given;
	for (i = 0; given && i < s->blocks; i++) {
		const char *text = given[i].provenance;

		for (at = 0; text[at]; at += strcspn(text + at, " "), at += strspn(text + at, " "))
			if (strncmp(text + at, name, len) == 0 && text[at + len] == ':')
				break;
		if (!text[at])
			return false;
	}
	return given != NULL;
}

/* -1: every source of this name has passed, and there is one. Else the exit status, its line said. */
static int check_name(
	const struct seed *s, const struct entropy_options *o, const char *name, size_t len)
{
	const struct source *src = source_find(name, len);
	char label[LABEL_SIZE], why[160];
	bool any = false;
	size_t i;

	if (broker_has(s, src->name, strlen(src->name)))
		return -1;
	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (r->spec->src != src)
			continue;
		any = true;
		if (draw_passed(r))
			continue;
		complain(o, "%s: %s", draw_label(r, label, sizeof(label)),
			draw_why(r, why, sizeof(why)));
		return EXIT_REFUSED;
	}
	if (any)
		return -1;
	complain(o, "%.*s: required, but not among the sources", (int)len, name);
	return EXIT_REFUSED;
}

static bool is_hardware(const char *word, size_t len)
{
	return len == 8 && strncmp(word, "hardware", len) == 0;
}

/* As above, for all that --require names. */
static int check_required(const struct seed *s, const struct entropy_options *o)
{
	const char *word = o->require;
	int status = -1;
	size_t len;

	for (; word && *word && status < 0; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		if (!is_hardware(word, len)) {
			status = check_name(s, o, word, len);
		} else if (s->claim.hardware_bits < o->bits) {
			complain(o, "hardware: %u of %u bits", s->claim.hardware_bits, o->bits);
			status = EXIT_REFUSED;
		}
	}
	return status;
}

static int say_begun(const struct entropy_options *o, int r)
{
	if (r == 0)
		return -1;
	complain(o, "seed: %s", strerror(-r));
	return EXIT_FAILED;
}

/* The sources, and whether others than hardware will do. */
static struct source_list sources_of(const struct entropy_options *o)
{
	struct source_list list = o->sources;
	const char *word = o->require;
	size_t len;

	for (; word && *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		list.hardware |= is_hardware(word, len);
	}
	return list;
}

int entropy_begin(struct seed *s, const struct entropy_options *o)
{
	const struct source_list sources = sources_of(o);

	memset(s, 0, sizeof(*s));
	return say_begun(o, seed_draw_begin(s, &sources, o->bits));
}

int entropy_end(struct seed *s, const struct entropy_options *o)
{
	const int r = seed_draw_end(s);
	const bool claim_less = o->settings.claim_less;
	int status = check_required(s, o);

	if (status >= 0 && !claim_less)
		return status;
	if (r < 0 || s->claim.credit_bits < o->bits) {
		refuse(s, o, claim_less ? "less entropy than asked for:" : "entropy refused:");
		return r < 0 || !claim_less ? EXIT_REFUSED : -1;
	}
	warn_of_failures(s);
	warn_of_twins(s);
	return -1;
}

int entropy_draw(struct seed *s, const struct entropy_options *o)
{
	const int status = entropy_begin(s, o);

	return status >= 0 ? status : entropy_end(s, o);
}

int entropy_draw_with(
	struct seed *s, const struct entropy_options *o, size_t blocks, struct draw_memory *memory)
{
	const struct source_list sources = sources_of(o);
	int status, r;

	memset(s, 0, sizeof(*s));
	r = seed_draw_with(s, &sources, o->bits, blocks, memory);
	status = say_begun(o, r == -ENODATA ? 0 : r);
	return status >= 0 ? status : entropy_end(s, o);
}

static const char *status_word(const struct draw_report *r)
{
	return draw_passed(r)     ? "passed" :
		r->spared         ? "not drawn" :
		r->health.failed  ? "failed" :
		r->err == -ENODEV ? "absent" :
		r->err == -ENOENT ? "absent" :
		r->err == -EACCES ? "not permitted" :
		r->err == -ENOSYS ? "not built in" :
				    "failed";
}

void json_add_number(json_object *to, const char *key, uint64_t number)
{
	json_object_object_add(to, key, json_object_new_int64((int64_t)number));
}

void json_add_text(json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

json_object *health_json(const struct health_figures *h, enum health_test test)
{
	const unsigned lag = test == HEALTH_LAG ? h->lag_at :
		test == HEALTH_STEP             ? h->step_at :
		test == HEALTH_FRAME            ? h->frame_at :
						  0;
	json_object *o = json_object_new_object();

	json_add_number(o, "figure", health_figure(h, test));
	json_add_number(o, "cutoff", health_cutoff(h, test));
	if (lag)
		json_add_number(o, "lag", lag);
	return o;
}

const char *health_key(enum health_test test)
{
	static const char *const keys[] = { "", "repetition_count", "adaptive_proportion",
		"equal_bytes", "equal_steps", "equal_neighbours", "equal_words", "stuck_words",
		"replay" };

	return keys[test];
}

static json_object *tests_json(const struct health_figures *h)
{
	json_object *o = json_object_new_object();
	enum health_test test;

	for (test = HEALTH_RCT; test <= HEALTH_FRAME && h->cutoff.rct > 0; test++)
		json_object_object_add(o, health_key(test), health_json(h, test));
	json_add_text(o, "failed", health_name(h->failed));
	return o;
}

static const char *kind_word(const struct draw_report *r)
{
	switch (r->spec->src->kind) {
	case SOURCE_KERNEL:
		return "kernel";
	case SOURCE_BROKER:
		return "broker";
	default:
		return r->assessed_per ? "hardware" : "unassessed";
	}
}

/* What the broker gave to each block, its margin taken off, and what it says that rests on. */
static void add_given(const struct seed *s, const struct draw_report *r, json_object *to)
{
	json_object *bits = json_object_new_array(), *texts = json_object_new_array();
	size_t i;

	for (i = 0; i < s->blocks; i++) {
		json_object_array_add(bits, json_object_new_int64(r->given[i].hardware_bits));
		json_object_array_add(texts, json_object_new_string(r->given[i].provenance));
	}
	json_object_object_add(to, "granted_bits", bits);
	json_object_object_add(to, "provenance", texts);
}

static json_object *report_json(const struct seed *s, const struct draw_report *r)
{
	json_object *o = json_object_new_object();
	json_object *assessed = json_object_new_array();
	char text[LABEL_SIZE];
	size_t i;

	json_add_text(o, "source", draw_label(r, text, sizeof(text)));
	json_add_text(o, "status", status_word(r));
	if (!draw_passed(r)) {
		char why[160];

		json_add_text(o, "reason", draw_why(r, why, sizeof(why)));
	}
	json_add_text(o, "kind", kind_word(r));
	json_add_number(o, "bytes", r->bytes);
	json_add_number(o, "rate_bits", r->assessed_per);
	json_add_number(o, "rate_bytes", r->per_bytes);
	for (i = 0; i < s->blocks && draw_passed(r); i++)
		json_object_array_add(assessed, json_object_new_int64((int64_t)r->assessed[i]));
	json_object_object_add(o, "assessed_bits", assessed); /* a block of the record each */
	if (r->given)
		add_given(s, r, o);
	if (draw_passed(r) && r->same_as)
		json_add_text(o, "same_as", draw_label(r->same_as, text, sizeof(text)));
	if (r->spec->src->kind == SOURCE_CPU)
		json_add_number(o, "retries", r->retries);
	if (r->bytes > 0)
		json_object_object_add(o, "tests", tests_json(&r->health));
	return o;
}

json_object *entropy_json(const struct seed *s, const struct entropy_options *o)
{
	json_object *out = json_object_new_object(), *sources = json_object_new_array();
	char id[2 * RECORD_ID_SIZE + 1];
	size_t i;

	hex_encode(s->id, RECORD_ID_SIZE, id);
	json_add_text(out, "seed_id", id);
	json_add_number(out, "asked_bits", o->bits);
	json_add_number(out, "credit_bits", s->claim.credit_bits);
	json_add_number(out, "hardware_bits", s->claim.hardware_bits);
	json_add_number(out, "blocks", s->blocks);
	for (i = 0; i < s->reports; i++)
		json_object_array_add(sources, report_json(s, s->report + i));
	json_object_object_add(out, "sources", sources);
	return out;
}

static uint64_t assessed_sum(const struct seed *s, const struct draw_report *r)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->blocks; i++)
		sum += r->assessed[i];
	return sum;
}

static uint64_t granted_sum(const struct seed *s, const struct draw_report *r)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->blocks; i++)
		sum += r->given[i].hardware_bits;
	return sum;
}

void entropy_print(const struct seed *s, FILE *to)
{
	char label[LABEL_SIZE], why[160];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (!draw_passed(r))
			fprintf(to, "  %-8s  %s\n", draw_label(r, label, sizeof(label)),
				draw_why(r, why, sizeof(why)));
		else if (r->given)
			fprintf(to, "  %-8s  %" PRIu64 " bytes, %" PRIu64 " bits granted, on %s\n",
				draw_label(r, label, sizeof(label)), r->bytes, granted_sum(s, r),
				r->given[0].provenance);
		else if (r->spec->src->kind == SOURCE_KERNEL)
			fprintf(to,
				"  %-8s  %" PRIu64 " bytes, strength of %d bits, not hardware\n",
				draw_label(r, label, sizeof(label)), r->bytes, CLAIM_KERNEL_BITS);
		else
			fprintf(to,
				"  %-8s  %" PRIu64 " bytes, %" PRIu64
				" bits assessed, longest run %u (cutoff %u), highest count %u "
				"(cutoff %u), at a lag %u (cutoff %u)\n",
				draw_label(r, label, sizeof(label)), r->bytes, assessed_sum(s, r),
				r->health.run_max, r->health.cutoff.rct, r->health.count_max,
				r->health.cutoff.count, r->health.lag_max, r->health.cutoff.lag);
	}
}

void json_print(json_object *object, FILE *to)
{
	fprintf(to, "%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
