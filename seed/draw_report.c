/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outcome of a source as text, for messages and for the broker's provenance. */
#include "seed/draw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool draw_passed(const struct draw_report *r)
{
	return r->err == 0 && !r->skipped && r->health.failed == HEALTH_PASS;
}

/* The message for a replay: of the source that repeated bytes, or of the source that had delivered them before. */
static void replay_why(const struct draw_report *r, char *out, size_t size)
{
	char label[SOURCE_LABEL_SIZE];

	if (r->copy)
		snprintf(out, size, "%zu bytes that %s delivered as well", r->health.cutoff.replay,
			draw_label(r->copy, label, sizeof(label)));
	else
		health_why(&r->health, out, size);
}

void health_why(const struct health_figures *h, char *out, size_t size)
{
	const unsigned figure = health_figure(h, h->failed), cutoff = health_cutoff(h, h->failed);

	switch (h->failed) {
	case HEALTH_RCT:
		snprintf(out, size, "%u equal samples in a row, cutoff %u", figure, cutoff);
		break;
	case HEALTH_APT:
		snprintf(out, size, "one value %u times in %d samples, cutoff %u", figure,
			HEALTH_WINDOW_SAMPLES, cutoff);
		break;
	case HEALTH_LAG:
		snprintf(out, size, "%u of %d samples equal to the one %u before, cutoff %u",
			figure, HEALTH_WINDOW_SAMPLES, h->lag_at, cutoff);
		break;
	case HEALTH_STEP:
		snprintf(out, size,
			"%u of %d samples continue the step from the one %u before to the one %u before, cutoff %u",
			figure, HEALTH_WINDOW_SAMPLES, 2 * h->step_at, h->step_at, cutoff);
		break;
	case HEALTH_FRAME:
		snprintf(out, size,
			"%u of %d samples differ from the one before in the same way as the sample %u earlier, cutoff %u",
			figure, HEALTH_WINDOW_SAMPLES, h->frame_at, cutoff);
		break;
	case HEALTH_WORDS:
		snprintf(out, size, "the same 64-bit word twice in a row");
		break;
	case HEALTH_STUCK:
		snprintf(out, size, "a word of all zeros or all ones for the second time");
		break;
	default:
		snprintf(out, size, "%zu bytes that were delivered before", h->cutoff.replay);
		break;
	}
}

const char *draw_why(const struct draw_report *r, char *out, size_t size)
{
	if (r->health.failed == HEALTH_REPLAY)
		replay_why(r, out, size);
	else if (r->health.failed != HEALTH_PASS)
		health_why(&r->health, out, size);
	else if (r->skipped)
		snprintf(out, size, "not drawn: %s", r->skipped);
	else
		snprintf(out, size, "%s", source_why(r->spec, r->err));
	return out;
}

const char *draw_label(const struct draw_report *r, char *out, size_t size)
{
	return source_label(r->spec, out, size);
}

#define MORE_ROOM sizeof(" and 16 more")

_Static_assert(SOURCES_MAX <= 99, "two digits");

/* Appends one source to the text if it fits before @end. Returns: the new end of the text. */
static size_t add_piece(char *out, size_t at, size_t end, const char *name, uint32_t bits)
{
	char piece[64];
	const int n = bits ? snprintf(piece, sizeof(piece), "%s%s:%u", at ? " " : "", name, bits) :
			     snprintf(piece, sizeof(piece), "%s%s", at ? " " : "", name);

	if (n < 0 || (size_t)n >= sizeof(piece) || at + (size_t)n >= end)
		return at;
	memcpy(out + at, piece, (size_t)n);
	return at + (size_t)n;
}

/* Appends each source that fits before @end. @ret_at: the end of the text. Returns: how many sources did not fit. */
static unsigned add_pieces(
	const struct seed *s, size_t block, char *out, size_t end, size_t *ret_at)
{
	unsigned left_out = 0;
	size_t i, at = 0;

	for (i = 0; i < s->reports; i++) {
		const size_t before = at;

		if (!draw_passed(s->report + i))
			continue;
		at = add_piece(
			out, at, end, s->report[i].spec->src->name, s->report[i].assessed[block]);
		left_out += at == before;
	}
	*ret_at = at;
	return left_out;
}

void seed_provenance(const struct seed *s, size_t block, char out[BROKER_PROVENANCE])
{
	unsigned left_out;
	size_t at;

	memset(out, 0, BROKER_PROVENANCE);
	if (add_pieces(s, block, out, BROKER_PROVENANCE, &at) == 0)
		return;
	memset(out, 0, BROKER_PROVENANCE);
	left_out = add_pieces(s, block, out, BROKER_PROVENANCE - MORE_ROOM, &at);
	snprintf(out + at, BROKER_PROVENANCE - at, " and %u more", left_out);
}

_Static_assert(SOURCES_MAX <= BROKER_SOURCES, "a broker block has room for every source");

void seed_describe(const struct seed *s, size_t block, struct broker_block *b)
{
	size_t i;

	b->hardware_bits = seed_hardware(s, block);
	seed_provenance(s, block, b->provenance);
	memset(b->source, 0, sizeof(b->source));
	b->sources = 0;
	b->partial = false;
	for (i = 0; i < s->reports; i++) {
		const struct draw_report *r = s->report + i;
		struct broker_source *to = b->source + b->sources;

		if (!draw_passed(r))
			continue;
		snprintf(to->name, sizeof(to->name), "%s", r->spec->src->name);
		to->bytes = r->block_bytes[block];
		to->assessed_bits = r->assessed[block];
		b->sources++;
	}
}
