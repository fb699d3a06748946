/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/drive.h"
#include "tests/lib/unit.h"

#include <json-c/json.h>

#define SOURCES   10
#define GUARD     64
#define PATH_LEN  210
#define NOTE_TEXT (RECORD_NOTE_SIZE - 2) /* two ends of lines besides */

struct note {
	char text[RECORD_NOTE_SIZE + GUARD];
	size_t len; /* of the JSON */
	size_t told, left_out;
};

/* A seed from so many files; the path of the last one has so many bytes. */
static void make_seed(struct seed *s, struct source_spec spec[SOURCES], size_t last)
{
	size_t i;

	*s = (struct seed){ .blocks = 1, .reports = SOURCES };
	for (i = 0; i < SOURCES; i++) {
		spec[i] = (struct source_spec){ .src = &source_file };
		memset(spec[i].arg, 'a' + (int)i, i + 1 < SOURCES ? PATH_LEN : last);
		s->report[i] = (struct draw_report){ .spec = spec + i, .bytes = 1088 };
	}
}

static void take_note(struct note *n, const struct record *rec, const struct seed *s)
{
	json_object *o, *sources, *left;
	size_t i;

	memset(n->text, 0x3c, sizeof(n->text));
	drive_note(n->text, rec, s, NULL);
	for (i = RECORD_NOTE_SIZE; i < sizeof(n->text); i++)
		assert_int_equal(n->text[i], 0x3c);
	assert_int_equal(n->text[RECORD_NOTE_SIZE - 1], '\n');
	n->len = strcspn(n->text, "\n");
	for (i = n->len + 1; i < RECORD_NOTE_SIZE - 1; i++)
		assert_int_equal(n->text[i], ' ');
	n->text[n->len] = '\0';
	o = json_tokener_parse(n->text);
	assert_non_null(o);
	n->told = json_object_object_get_ex(o, "sources", &sources) ?
		json_object_array_length(sources) :
		0;
	n->left_out = json_object_object_get_ex(o, "sources_left_out", &left) ?
		(size_t)json_object_get_int(left) :
		0;
	json_object_put(o);
}

static void test_note_room(void **state)
{
	const struct record rec = { .credit_bits = 256, .hardware_bits = 256 };
	struct source_spec spec[SOURCES];
	struct seed s;
	struct note n;
	size_t last, whole = 0, cut = 0;

	(void)state;
	/* One byte more each time: the one that does not fit any more leaves out a source, whole. */
	for (last = 1; last < sizeof(spec->arg); last++) {
		make_seed(&s, spec, last);
		s.reports = 8;
		s.report[7] = s.report[SOURCES - 1];
		take_note(&n, &rec, &s);
		assert_int_equal(n.told + n.left_out, 8);
		assert_true(n.len <= NOTE_TEXT);
		if (n.left_out == 0) {
			assert_int_equal(cut, 0);
			whole = n.len;
		} else {
			assert_int_equal(n.left_out, 1);
			cut++;
		}
	}
	assert_true(cut > 0);
	assert_int_equal(whole, NOTE_TEXT);
	/* All that can be left out. */
	make_seed(&s, spec, PATH_LEN);
	take_note(&n, &rec, &s);
	assert_int_equal(n.told + n.left_out, SOURCES);
	assert_true(n.told >= 5);
}

static void test_note_brief(void **state)
{
	const struct record rec = { .credit_bits = 256 };
	struct source_spec spec[SOURCES];
	struct seed s;
	struct note n;

	(void)state;
	take_note(&n, &rec, NULL);
	assert_null(strstr(n.text, "sources"));
	/* What failed went into nothing. */
	make_seed(&s, spec, PATH_LEN);
	s.reports = 3;
	s.report[0].err = -1;
	s.report[1].health.failed = HEALTH_RCT;
	take_note(&n, &rec, &s);
	assert_int_equal(n.told, 1);
	assert_int_equal(n.left_out, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("drive: seedrive.json keeps its size, and leaves out whole sources from the byte on that has "
		     "no room",
			test_note_room),
		TEST("drive: seedrive.json tells no source, or those that went into the seed",
			test_note_brief),
	};

	return cmocka_run_group_tests_name("drive", tests, NULL, NULL);
}
