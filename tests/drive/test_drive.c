/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/drive.h"
#include "tests/lib/unit.h"

#include <json-c/json.h>

#define SOURCES   10
#define GUARD     64
#define PATH_LEN  210
#define NOTE_TEXT (RECORD_NOTE_SIZE - 2) /* the JSON is followed by two newlines */

struct note {
	char text[RECORD_NOTE_SIZE + GUARD];
	size_t len; /* bytes of the JSON */
	size_t told, left_out;
	bool account;
};

/* Makes a seed from SOURCES files; the path of the last one has @last bytes. */
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
	n->account = json_object_object_get_ex(o, "account", NULL);
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
	/* The path grows by one byte each time. As soon as it does not fit, a whole source is left out. */
	for (last = 1; last < sizeof(spec->arg); last++) {
		make_seed(&s, spec, last);
		s.reports = 8;
		s.report[7] = s.report[SOURCES - 1];
		take_note(&n, &rec, &s);
		assert_int_equal(n.told + n.left_out, 8);
		assert_true(n.len <= NOTE_TEXT);
		/* The figures of the blocks are left out before any source is. */
		assert_false(n.account);
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
	/* With a path of this length, more sources are left out than with any other. */
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
	/* Sources that failed did not go into the seed. */
	make_seed(&s, spec, PATH_LEN);
	s.reports = 3;
	s.report[0].err = -1;
	s.report[1].health.failed = HEALTH_RCT;
	take_note(&n, &rec, &s);
	assert_int_equal(n.told, 1);
	assert_int_equal(n.left_out, 0);
}

static void warned(void *ctx, const char *text)
{
	snprintf(ctx, 128, "%s", text);
}

/* With fewer sources, the figures of the blocks fit at first; when they do not fit, a warning says so. */
static void test_note_account(void **state)
{
	const struct record rec = { .credit_bits = 256, .hardware_bits = 256 };
	struct source_spec spec[SOURCES];
	char text[RECORD_NOTE_SIZE], said[128] = "";
	const struct warning_sink sink = { warned, said };
	size_t last, with = 0, without = 0;
	struct seed s;
	struct note n;

	(void)state;
	for (last = 1; last < sizeof(spec->arg); last++) {
		make_seed(&s, spec, last);
		s.reports = 7;
		s.report[6] = s.report[SOURCES - 1];
		take_note(&n, &rec, &s);
		assert_int_equal(n.left_out, 0);
		assert_true(!n.account || without == 0);
		with += n.account;
		without += !n.account;
		if (n.account || without == 1) {
			drive_note(text, &rec, &s, &sink);
			assert_string_equal(said,
				n.account ?
					"" :
					"seedrive.json: does not list the figures of the seed's blocks, for lack of room");
		}
	}
	assert_true(with > 0 && without > 0);
}

/* Consecutive blocks with the same contributions are one part, and the first block with any difference begins the next
 * part. */
static void test_note_parts(void **state)
{
	static struct broker_block given[4];
	struct source_spec spec[2] = { { .src = &source_broker }, { .src = &source_file } };
	struct seed s = { .blocks = 4, .reports = 2, .bits = 1000, .claim = { 700, 900 } };
	char *text, *parts;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		given[i] = (struct broker_block){ .hardware_bits = 256, .sources = 1 };
		given[i].source[0] = (struct broker_source){ "rdseed", 80, 320 };
		s.report[0].block_bytes[i] = 64;
		s.report[1].block_bytes[i] = i ? 64 : 1024;
		s.report[1].assessed[i] = i ? 0 : 1;
	}
	s.report[0].spec = spec;
	s.report[0].given = given;
	s.report[1].spec = spec + 1;
	given[3].source[0].bytes = 0;
	text = drive_note_text(&s);
	assert_non_null(strstr(text,
		"\"account\":{\"asked_bits\":1000,\"hardware_bits\":700,\"counted\":\"all\",\"blocks\":4,"));
	parts = strstr(text, "\"parts\":");
	assert_non_null(parts);
	assert_string_equal(parts,
		"\"parts\":[[1,[64,256,[[\"rdseed\",80,320]]],[1024,1]],"
		"[2,[64,256,[[\"rdseed\",80,320]]],[64,0]],"
		"[1,[64,256,[[\"rdseed\",null,320]]],[64,0]]]}}");
	free(text);
	given[3].partial = true;
	text = drive_note_text(&s);
	assert_non_null(strstr(text, ",[1,[64,256],[64,0]]]}}"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("drive: seedrive.json keeps its size, and leaves out whole sources from the byte on that has "
		     "no room",
			test_note_room),
		TEST("drive: seedrive.json lists no source, or those that went into the seed",
			test_note_brief),
		TEST("drive: if seedrive.json has no room, the figures of the blocks are left out first, with a warning",
			test_note_account),
		TEST("drive: consecutive blocks with the same contributions are listed once, with their number",
			test_note_parts),
	};

	return cmocka_run_group_tests_name("drive", tests, NULL, NULL);
}
