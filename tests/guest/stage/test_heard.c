/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "guest/stage/heard.c"
#include "guest/stage/lines.c"
#include "guest/stage/notes.c"
#include "guest/sys.c"

#define ID "38f130c229b192e41c74506299f4d7d8"

static char said[128];

void say(const char *a, const char *b, const char *c)
{
	const size_t n = strlen(said);

	assert_null(b);
	assert_null(c);
	snprintf(said + n, sizeof(said) - n, "%s|", a);
}

/* A line that the program prints, and its meaning for a stage. */
static const struct row {
	const char *line;
	bool seed, decision, committed;
	enum heard_worth worth;
} rows[] = {
	{ "seedrive-guest: credited 256 bits seed=" ID " drive=/dev/sr0 ledger=dir ready-before=no",
		true, true, true, HEARD_WRITE },
	{ "seedrive-guest: credited 256 bits seed=" ID
	  " drive=/dev/vdb ledger=dir,drive,efi ready-before=no",
		true, true, true, HEARD_WRITE },
	{ "seedrive-guest: credited 256 bits seed=" ID
	  " drive=/dev/vdb ledger=drive ready-before=no",
		true, true, false, HEARD_WRITE },
	{ "seedrive-guest: credited 256 bits seed=" ID " carry-over=/var/x ready-before=no", true,
		false, false, HEARD_WRITE },
	{ "seedrive-guest: credited 256 bits seed=" ID
	  " carry-over=/var/dir ledger=efi ready-before=no",
		true, false, false, HEARD_WRITE },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=dir reason=already-spent ready-before=no",
		true, true, true, HEARD_READ },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=dir reason=already-ready ready-before=yes",
		true, true, true, HEARD_WRITE },
	{ "seedrive-guest: mixed seed=" ID " carry-over=x reason=already-ready ready-before=yes",
		true, false, false, HEARD_NOTHING },
	{ "seedrive-guest: mixed seed=" ID " carry-over=x reason=already-spent ready-before=no",
		true, false, false, HEARD_READ },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=none reason=ledger-read-only ready-before=no",
		true, false, false, HEARD_WRITE },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=dir reason=ledger-full ready-before=no",
		true, false, true, HEARD_NOTHING },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=none reason=mix-only ready-before=no",
		true, true, false, HEARD_NOTHING },
	{ "seedrive-guest: mixed seed=" ID
	  " drive=/dev/sr0 ledger=none reason=two-drives ready-before=no",
		true, true, false, HEARD_NOTHING },
	{ "seedrive-guest: dry-run: mixed seed=" ID
	  " drive=/dev/sr0 ledger=none reason=already-ready ready-before=yes",
		true, true, false, HEARD_WRITE },
	{ "seedrive-guest: dry-run: credited 256 bits seed=" ID " carry-over=x ready-before=no",
		true, false, false, HEARD_WRITE },
	/* A malformed seed id must not become the name of a file. */
	{ "seedrive-guest: credited 256 bits seed=../../../etc/x drive=/dev/sr0 ledger=dir ready-before=no",
		true, true, false, HEARD_WRITE },
	{ "seedrive-guest: credited 256 bits seed=38f1 drive=/dev/sr0 ledger=dir ready-before=no",
		true, true, false, HEARD_WRITE },
	{ "seedrive-guest: no seed drive", false, false, false, HEARD_NOTHING },
	{ "seedrive-guest: drive=/dev/sr0 label=config-2: no seed record", false, false, false,
		HEARD_NOTHING },
	{ "", false, false, false, HEARD_NOTHING },
};

static void test_rows(void **state)
{
	char id[HEARD_ID_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		if (heard_seed(rows[i].line) != rows[i].seed ||
			heard_decision(rows[i].line) != rows[i].decision ||
			heard_committed(rows[i].line, id) != rows[i].committed ||
			heard_worth(rows[i].line) != rows[i].worth)
			fail_msg("%s", rows[i].line);
		if (rows[i].committed)
			assert_string_equal(id, ID);
	}
}

/* Reasons that may not apply in a later stage; and words that are like such a reason but for a letter, and reasons that
 * stay. */
static void test_open_reasons(void **state)
{
	static const char *const open[] = { "ledger-read-only", "ledger-forgets", "ledger-failed",
		"ledger-full", "no-ledger", "no-clock" };
	static const char *const closed[] = { "ledger-fail", "no-clocks", "xno-clock",
		"already-spent", "expired" };
	char line[160];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(open); i++) {
		snprintf(line, sizeof(line),
			"x: mixed seed=1 drive=/dev/a ledger=none reason=%s ready-before=no",
			open[i]);
		assert_false(heard_decision(line));
	}
	for (i = 0; i < COUNT(closed); i++) {
		snprintf(line, sizeof(line),
			"x: mixed seed=1 drive=/dev/a ledger=none reason=%s ready-before=no",
			closed[i]);
		assert_true(heard_decision(line));
	}
}

static void test_bare(void **state)
{
	(void)state;
	assert_true(heard_bare("seedrive-guest: no seed drive"));
	assert_true(heard_bare("seedrive-guest: drive=/dev/sr0 label=cidata: no seed record"));
	assert_true(heard_bare(
		"seedrive-guest: drive=/dev/sr0 label=cidata: no seed record, random_seed malformed or too long"));
	assert_false(heard_bare("seedrive-guest: /dev/sr0: does not answer"));
	assert_false(heard_bare("seedrive-guest: /dev/sr0: no such device"));
	assert_false(heard_bare("seedrive-guest: /proc: not mounted"));
	assert_false(heard_bare(""));
}

static void test_drive(void **state)
{
	const char line[] =
		"x: mixed seed=1 drive=/dev/vdb ledger=none reason=two-drives ready-before=no";

	(void)state;
	assert_true(heard_drive(line, "/dev/vdb"));
	assert_false(heard_drive(line, "/dev/vd"));
	assert_false(heard_drive(line, "/dev/vdb1"));
	assert_false(heard_drive("x: drive=/dev/vdb label=cidata: no seed record", "/dev/vdb"));
}

static void test_notes(void **state)
{
	static const char lines[] = "seedrive-guest: --no: unknown\nplain\n";
	static const char found[] = "x: mixed seed=1 drive=/dev/sr0 ledger=none\n"
				    "x: mixed seed=2 drive=/dev/vdb ledger=none\n"
				    "x: drive=/dev/vdc label=cidata: no seed record\n";
	char name[NOTES_PATH + 1];

	(void)state;
	notes_top = ".";
	assert_false(heard_any("early", heard_seed));
	run_program((const char *[]){ "mkdir", "-p", "run/seedrive/guest", NULL });
	file_write("run/seedrive/guest/early", "a\nx: mixed seed=1\n", 18);
	assert_true(heard_any("early", heard_seed));
	assert_false(heard_any("early", heard_decision));
	memset(name, 'x', NOTES_PATH);
	name[NOTES_PATH] = '\0';
	assert_false(heard_any(name, heard_seed));
	file_write("run/seedrive/guest/early", found, sizeof(found) - 1);
	assert_true(heard_seed_of("early", "/dev/sr0"));
	assert_true(heard_seed_of("early", "/dev/vdb"));
	assert_false(heard_seed_of("early", "/dev/vdc"));
	assert_false(heard_seed_of("late", "/dev/sr0"));
	file_write("run/seedrive/guest/early", lines, sizeof(lines) - 1);
	heard_report("early");
	assert_string_equal(said, "--no: unknown|plain|");
	notes_top = "";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("heard: each of the program's lines leads to the right result", test_rows),
		TEST("heard: some reasons leave a seed to a later stage, and all others do not",
			test_open_reasons),
		TEST("heard: a device that was read and has no seed is recognised", test_bare),
		TEST("heard: the drive of a seed is recognised", test_drive),
		TEST("heard: a note is read line by line, and a missing note has no lines",
			test_notes),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
