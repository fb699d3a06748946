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

/* A path may hold any byte. */
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

/* Two line ends follow it. */
static bool fits(json_object *o)
{
	return strlen(text_of(o)) <= RECORD_NOTE_SIZE - 2;
}

static size_t add_sources(json_object *o, const struct note *note)
{
	json_object *sources = json_object_new_array();
	size_t i, left_out = 0;

	for (i = 0; i < note->sources; i++)
		json_object_array_add(sources, source_json(note->source + i));
	json_object_object_add(o, "sources", sources);
	while (!fits(o)) {
		json_object_array_del_idx(sources, json_object_array_length(sources) - 1, 1);
		add_number(o, "sources_left_out", ++left_out);
	}
	return left_out;
}

size_t note_encode(char out[RECORD_NOTE_SIZE], const struct note *note)
{
	json_object *o = json_object_new_object();
	char id[2 * RECORD_ID_SIZE + 1];
	size_t left_out = 0, len;

	hex_encode(note->seed_id, RECORD_ID_SIZE, id);
	json_object_object_add(o, "seedrive", json_object_new_string(VERSION));
	json_object_object_add(o, "seed_id", json_object_new_string(id));
	add_number(o, "credit_bits", note->credit_bits);
	json_object_object_add(o, "hardware", json_object_new_boolean(note->hardware));
	if (note->source)
		left_out = add_sources(o, note);
	len = strlen(text_of(o));
	memset(out, ' ', RECORD_NOTE_SIZE);
	memcpy(out, text_of(o), len);
	out[len] = out[RECORD_NOTE_SIZE - 1] = '\n';
	json_object_put(o);
	return left_out;
}

bool note_names(const char *text, const uint8_t seed_id[RECORD_ID_SIZE])
{
	char id[2 * RECORD_ID_SIZE + 1];
	struct json_span span;

	hex_encode(seed_id, RECORD_ID_SIZE, id);
	return json_find_string(text, RECORD_NOTE_SIZE, "seed_id", &span) == 0 &&
		span.len == strlen(id) && memcmp(text + span.at, id, span.len) == 0;
}
