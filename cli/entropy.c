/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/entropy.h"
#include "cli/print.h"
#include "cli/check/health_json.h"
#include "util/json_build.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char *status_word(const struct draw_report *r)
{
	return draw_passed(r)    ? "passed" :
		r->skipped       ? "not drawn" :
		r->health.failed ? "failed" :
				   source_presence_word(source_presence(r->err));
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

/* The sources that one block of the daemon rests on. NULL, printed as null, if the daemon does not report all of them. */
static json_object *given_json(const struct broker_block *b)
{
	json_object *all = b->partial ? NULL : json_object_new_array();
	uint32_t i;

	for (i = 0; all && i < b->sources; i++) {
		json_object *o = json_object_new_object();

		json_add_text(o, "source", b->source[i].name);
		if (b->source[i].bytes > 0)
			json_add_number(o, "bytes", b->source[i].bytes);
		json_add_number(o, "assessed_bits", b->source[i].assessed_bits);
		json_object_array_add(all, o);
	}
	return all;
}

/* For each block: the bits that the daemon granted, after its margin, and the sources that it reports for it. */
static void add_given(const struct seed *s, const struct draw_report *r, json_object *to)
{
	json_object *bits = json_object_new_array(), *texts = json_object_new_array();
	json_object *given = json_object_new_array();
	size_t i;

	for (i = 0; i < s->blocks; i++) {
		json_object_array_add(bits, json_object_new_int64(r->given[i].hardware_bits));
		json_object_array_add(texts, json_object_new_string(r->given[i].provenance));
		json_object_array_add(given, given_json(r->given + i));
	}
	json_object_object_add(to, "granted_bits", bits);
	json_object_object_add(to, "provenance", texts);
	json_object_object_add(to, "given", given);
}

static json_object *report_json(const struct seed *s, const struct draw_report *r)
{
	json_object *o = json_object_new_object();
	json_object *assessed = json_object_new_array(), *bytes = json_object_new_array();
	char text[SOURCE_LABEL_SIZE];
	size_t i;

	json_add_text(o, "source", draw_label(r, text, sizeof(text)));
	json_add_text(o, "status", status_word(r));
	if (!draw_passed(r)) {
		char why[DRAW_WHY_SIZE];

		json_add_text(o, "reason", draw_why(r, why, sizeof(why)));
	}
	json_add_text(o, "kind", kind_word(r));
	json_add_number(o, "bytes", r->bytes);
	json_add_number(o, "rate_bits", r->assessed_per);
	json_add_number(o, "rate_bytes", r->per_bytes);
	for (i = 0; i < s->blocks && draw_passed(r); i++) {
		json_object_array_add(bytes, json_object_new_int64((int64_t)r->block_bytes[i]));
		json_object_array_add(assessed, json_object_new_int64((int64_t)r->assessed[i]));
	}
	/* One element for each block of the record. */
	json_object_object_add(o, "block_bytes", bytes);
	json_object_object_add(o, "assessed_bits", assessed);
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

static void add_sources(json_object *to, const struct seed *s)
{
	json_object *sources = json_object_new_array();
	size_t i;

	for (i = 0; i < s->reports; i++)
		json_object_array_add(sources, report_json(s, s->report + i));
	json_object_object_add(to, "sources", sources);
}

json_object *entropy_json(const struct seed *s, uint32_t asked_bits)
{
	json_object *out = json_object_new_object();
	char id[2 * RECORD_ID_SIZE + 1];

	hex_encode(s->id, RECORD_ID_SIZE, id);
	json_add_text(out, "seed_id", id);
	json_add_number(out, "asked_bits", asked_bits);
	json_add_number(out, "credit_bits", s->claim.credit_bits);
	json_add_number(out, "hardware_bits", s->claim.hardware_bits);
	json_add_number(out, "blocks", s->blocks);
	json_add_text(out, "counted", claim_counted_word(s->counted));
	add_sources(out, s);
	return out;
}

json_object *entropy_drawn_json(const struct seed *s, uint32_t asked_bits)
{
	json_object *out = json_object_new_object();

	json_add_number(out, "asked_bits", asked_bits);
	json_add_number(out, "blocks", s->blocks);
	add_sources(out, s);
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
	char label[SOURCE_LABEL_SIZE], why[DRAW_WHY_SIZE];
	size_t i;

	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;

		if (!draw_passed(r))
			print_line(to, "  %-8s  %s", draw_label(r, label, sizeof(label)),
				draw_why(r, why, sizeof(why)));
		else if (r->given)
			print_line(to, "  %-8s  %" PRIu64 " bytes, %" PRIu64 " bits granted, on %s",
				draw_label(r, label, sizeof(label)), r->bytes, granted_sum(s, r),
				r->given[0].provenance);
		else if (r->spec->src->kind == SOURCE_KERNEL)
			print_line(to,
				"  %-8s  %" PRIu64 " bytes, strength of %d bits, not hardware",
				draw_label(r, label, sizeof(label)), r->bytes, CLAIM_KERNEL_BITS);
		else
			print_line(to,
				"  %-8s  %" PRIu64 " bytes, %" PRIu64
				" bits assessed, longest run %u (cutoff %u), highest count %u "
				"(cutoff %u), at a lag %u (cutoff %u)",
				draw_label(r, label, sizeof(label)), r->bytes, assessed_sum(s, r),
				r->health.run_max, r->health.cutoff.rct, r->health.count_max,
				r->health.cutoff.count, r->health.lag_max, r->health.cutoff.lag);
	}
}
