/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/note.h"
#include "util/hex.h"
#include "util/json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void add_number(json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)number));
}

/* A label may contain a path, and a path may contain any byte. */
static json_object *ascii(const char *label)
{
	char text[512];
	size_t i;

	snprintf(text, sizeof(text), "%s", label);
	for (i = 0; text[i]; i++)
		if ((unsigned char)text[i] >= 0x80)
			text[i] = '?';
	return json_object_new_string(text);
}

static json_object *source_json(const struct note_source *s)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "source", ascii(s->label));
	add_number(o, "bytes", s->bytes);
	add_number(o, "assessed_bits", s->assessed_bits);
	return o;
}

static const char *text_of(json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
}

/* The file ends with two newlines after the JSON. */
static bool fits(json_object *o)
{
	return strlen(text_of(o)) <= RECORD_NOTE_SIZE - 2;
}

/* --- the figures of each block --- */

static void put_number(json_object *array, uint64_t number)
{
	json_object_array_add(array, json_object_new_int64((int64_t)number));
}

/* Describes the sources of a block from the broker: their names, bytes and bits. */
static json_object *given_json(const struct broker_block *b)
{
	json_object *all = json_object_new_array();
	uint32_t i;

	for (i = 0; i < b->sources; i++) {
		json_object *one = json_object_new_array();

		json_object_array_add(one, json_object_new_string(b->source[i].name));
		if (b->source[i].bytes > 0)
			put_number(one, b->source[i].bytes);
		else
			json_object_array_add(one, NULL);
		put_number(one, b->source[i].assessed_bits);
		json_object_array_add(all, one);
	}
	return all;
}

/* Returns: the bits at which the source's part of a block was assessed, or those that the broker granted with it. */
static uint32_t bits_of(const struct note_source *s, size_t block)
{
	if (s->given)
		return s->given[block].hardware_bits;
	return s->block_bits ? s->block_bits[block] : 0;
}

/* Describes the contribution of one source to a block. */
static json_object *cell_json(const struct note_source *s, size_t block)
{
	json_object *cell = json_object_new_array();

	put_number(cell, s->block_bytes[block]);
	put_number(cell, bits_of(s, block));
	if (s->given && !s->given[block].partial)
		json_object_array_add(cell, given_json(s->given + block));
	return cell;
}

static bool is_alike(const struct note_source *s, size_t a, size_t b)
{
	if (s->block_bytes[a] != s->block_bytes[b] || bits_of(s, a) != bits_of(s, b))
		return false;
	if (!s->given)
		return true;
	return s->given[a].sources == s->given[b].sources &&
		s->given[a].partial == s->given[b].partial &&
		memcmp(s->given[a].source, s->given[b].source, sizeof(s->given[a].source)) == 0;
}

static bool are_alike(const struct note *note, size_t a, size_t b)
{
	size_t i;

	for (i = 0; i < note->sources; i++)
		if (!is_alike(note->source + i, a, b))
			return false;
	return true;
}

/* Each run of consecutive blocks with the same contributions becomes one part: the number of these blocks, and the
 * contribution of each source to one of them. */
static json_object *parts_json(const struct note *note)
{
	json_object *parts = json_object_new_array();
	size_t from, to, i;

	for (from = 0; from < note->blocks; from = to) {
		json_object *part = json_object_new_array();

		for (to = from + 1; to < note->blocks && are_alike(note, from, to);)
			to++;
		put_number(part, to - from);
		for (i = 0; i < note->sources; i++)
			json_object_array_add(part, cell_json(note->source + i, from));
		json_object_array_add(parts, part);
	}
	return parts;
}

static json_object *account_json(const struct note *note)
{
	json_object *o = json_object_new_object();

	add_number(o, "asked_bits", note->asked_bits);
	add_number(o, "hardware_bits", note->hardware_bits);
	json_object_object_add(o, "counted", json_object_new_string(note->counted));
	add_number(o, "blocks", note->blocks);
	json_object_object_add(o, "parts", parts_json(note));
	return o;
}

/* --- the whole --- */

static json_object *sources_json(const struct note *note)
{
	json_object *sources = json_object_new_array();
	size_t i;

	for (i = 0; i < note->sources; i++)
		json_object_array_add(sources, source_json(note->source + i));
	return sources;
}

static void add_all_sources(json_object *o, const struct note *note)
{
	json_object_object_add(o, "sources", sources_json(note));
	json_object_object_add(o, "account", account_json(note));
}

static json_object *note_json(const struct note *note)
{
	json_object *o = json_object_new_object();
	char id[2 * RECORD_ID_SIZE + 1];

	hex_encode(note->seed_id, RECORD_ID_SIZE, id);
	json_object_object_add(o, "seedrive", json_object_new_string(VERSION));
	json_object_object_add(o, "seed_id", json_object_new_string(id));
	add_number(o, "credit_bits", note->credit_bits);
	json_object_object_add(o, "hardware", json_object_new_boolean(note->hardware));
	if (note->source)
		add_all_sources(o, note);
	return o;
}

static struct note_written make_fit(json_object *o, const struct note *note)
{
	struct note_written written = { .account = note->source != NULL };
	json_object *sources;

	if (fits(o))
		return written;
	written.account = false;
	json_object_object_del(o, "account");
	sources = json_object_object_get(o, "sources");
	while (!fits(o)) {
		json_object_array_del_idx(sources, json_object_array_length(sources) - 1, 1);
		add_number(o, "sources_left_out", ++written.left_out);
	}
	return written;
}

struct note_written note_encode(char out[RECORD_NOTE_SIZE], const struct note *note)
{
	json_object *o = note_json(note);
	const struct note_written written = make_fit(o, note);
	const size_t len = strlen(text_of(o));

	memset(out, ' ', RECORD_NOTE_SIZE);
	memcpy(out, text_of(o), len);
	out[len] = out[RECORD_NOTE_SIZE - 1] = '\n';
	json_object_put(o);
	return written;
}

/* Returns a copy of the object's JSON text, and frees the object. */
static char *take_text(json_object *o)
{
	char *text = strdup(text_of(o));

	json_object_put(o);
	return text;
}

char *note_text(const struct note *note)
{
	return take_text(note_json(note));
}

char *note_handout_text(const struct broker_block *given, size_t blocks, uint32_t asked_bits,
	uint32_t hardware_bits)
{
	uint32_t bytes[BROKER_BLOCKS_MAX];
	const struct note_source broker = { .label = "broker",
		.bytes = blocks * RECORD_BLOCK,
		.block_bytes = bytes,
		.given = given };
	const struct note note = { .source = &broker,
		.sources = 1,
		.asked_bits = asked_bits,
		.hardware_bits = hardware_bits,
		.counted = "all",
		.blocks = blocks };
	json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < blocks; i++)
		bytes[i] = RECORD_BLOCK;
	add_all_sources(o, &note);
	return take_text(o);
}

bool note_has_seed_id(const char *text, const uint8_t seed_id[RECORD_ID_SIZE])
{
	char id[2 * RECORD_ID_SIZE + 1];
	struct json_span span;

	hex_encode(seed_id, RECORD_ID_SIZE, id);
	return json_find_string(text, RECORD_NOTE_SIZE, "seed_id", &span) == 0 &&
		span.len == strlen(id) && memcmp(text + span.at, id, span.len) == 0;
}
