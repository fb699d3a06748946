/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes a seed: in seedrive.json on its drive, for tenants, and in the host's journal. */
#include "drive/drive.h"
#include "util/wire/note.h"

#include <string.h>

/* The seed's sources, in the form to which struct note points. */
struct listed {
	struct note_source source[SOURCES_MAX];
	char label[SOURCES_MAX][SOURCE_LABEL_SIZE];
};

static void add_source(struct listed *t, struct note *note, const struct seed *s, size_t i)
{
	const struct draw_report *r = s->report + i;
	struct note_source *to = t->source + note->sources;
	char *label = t->label[note->sources];
	size_t block;

	*to = (struct note_source){ .label = draw_label(r, label, SOURCE_LABEL_SIZE),
		.bytes = r->bytes,
		.block_bytes = r->block_bytes,
		.block_bits = r->assessed,
		.given = r->given };
	for (block = 0; block < s->blocks; block++)
		to->assessed_bits += r->assessed[block];
	note->sources++;
}

/* Lists only the sources that passed their tests, because only they went into the seed. */
static void add_sources(struct listed *t, struct note *note, const struct seed *s)
{
	size_t i;

	note->source = t->source;
	note->asked_bits = s->bits;
	note->hardware_bits = s->claim.hardware_bits;
	note->counted = claim_counted_word(s->counted);
	note->blocks = s->blocks;
	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i))
			add_source(t, note, s, i);
}

void drive_note(char out[RECORD_NOTE_SIZE], const struct record *rec, const struct seed *provenance,
	const struct warning_sink *warn)
{
	struct note note = { .credit_bits = rec->credit_bits, .hardware = rec->hardware_bits > 0 };
	struct listed t;
	struct note_written written;

	memcpy(note.seed_id, rec->seed_id, RECORD_ID_SIZE);
	if (provenance)
		add_sources(&t, &note, provenance);
	written = note_encode(out, &note);
	if (written.left_out)
		warning_send(warn, "%s: does not list %zu of the seed's sources, for lack of room",
			RECORD_NOTE_NAME, written.left_out);
	else if (provenance && !written.account)
		warning_send(warn,
			"%s: does not list the figures of the seed's blocks, for lack of room",
			RECORD_NOTE_NAME);
}

char *drive_note_text(const struct seed *s)
{
	struct note note = { .credit_bits = s->claim.credit_bits,
		.hardware = s->claim.hardware_bits > 0 };
	struct listed t;

	memcpy(note.seed_id, s->id, RECORD_ID_SIZE);
	add_sources(&t, &note, s);
	return note_text(&note);
}
