/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "guest/stage/lines.c"
#include "guest/stage/notes.c"
#include "guest/stage/settings.c"
#include "guest/sys.c"

static char said[4096];

void say(const char *a, const char *b, const char *c)
{
	const size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s%s%s\n", a, b ? b : "", b && c ? c : "");
}

/* Returns the settings that a file and a command line give together. */
static const struct settings *settings_of(const char *file, const char *command_line)
{
	static struct settings s;
	char text[8192], *rest = text, *line;

	said[0] = '\0';
	settings_begin(&s);
	snprintf(text, sizeof(text), "%s", file);
	while (rest && (line = lines_field(&rest, '\n')))
		settings_line(&s, line);
	snprintf(s.command_line, sizeof(s.command_line), "%s", command_line);
	settings_command_line(&s);
	settings_end(&s);
	return &s;
}

static void assert_uses(
	const char *file, const char *command_line, enum use seed, enum use carry_over)
{
	const struct settings *s = settings_of(file, command_line);

	assert_int_equal(s->seed, seed);
	assert_int_equal(s->carry_over, carry_over);
}

static void test_defaults(void **state)
{
	const struct settings *s = settings_of("", "");

	(void)state;
	assert_int_equal(s->seed, USE_FULL);
	assert_int_equal(s->carry_over, USE_FULL);
	assert_int_equal(s->limit_ms, 5000);
	assert_null(s->options[0]);
	assert_null(s->foreign);
	assert_string_equal(said, "");
}

static void test_uses(void **state)
{
	(void)state;
	assert_uses("SEED=off", "", USE_OFF, USE_FULL);
	assert_uses("SEED=mix\nCARRY_OVER=off", "", USE_MIX, USE_OFF);
	assert_uses("  SEED=\"off\"\t\n\tCARRY_OVER='mix'", "", USE_OFF, USE_MIX);
	assert_uses("SEED=off\nSEED=on", "quiet", USE_FULL, USE_FULL);
	assert_uses("# SEED=off\nXSEED=off\nseed=off", "", USE_FULL, USE_FULL);
	assert_uses("SEED=off", "a seedrive.guest=off seedrive.guest=on b", USE_FULL, USE_FULL);
	assert_uses("SEED=on", "seedrive.guest=off", USE_OFF, USE_FULL);
	assert_uses(
		"", "xseedrive.guest=off seedrive.guestx=off seedrive.guest", USE_FULL, USE_FULL);
	assert_string_equal(said, "");
}

static void test_unknown(void **state)
{
	(void)state;
	assert_uses("", "seedrive.guest=of", USE_MIX, USE_FULL);
	assert_string_equal(
		said, "SEED or seedrive.guest=of: must be on, mix or off; taken as mix\n");
	assert_uses("SEED=", "", USE_MIX, USE_FULL);
	assert_uses("CARRY_OVER=never", "", USE_FULL, USE_MIX);
	assert_string_equal(said, "CARRY_OVER=never: must be credit, mix or off; taken as mix\n");
	/* A value that begins with a known word is too long, or has a quote that does not match. */
	assert_uses("SEED=on              and more", "", USE_MIX, USE_FULL);
	assert_uses("SEED=\"on'", "", USE_MIX, USE_FULL);
	assert_uses("SEED=\"", "", USE_MIX, USE_FULL);
}

static void test_limit(void **state)
{
	(void)state;
	assert_int_equal(settings_of("DEADLINE=1s", "")->limit_ms, 1000);
	assert_int_equal(settings_of("DEADLINE=\"2500ms\"", "")->limit_ms, 2500);
	assert_int_equal(settings_of("DEADLINE=30", "")->limit_ms, 30000);
	assert_string_equal(said, "");
	assert_int_equal(settings_of("DEADLINE=31s", "")->limit_ms, 5000);
	assert_string_equal(said, "DEADLINE=31s: must be a time from 1s to 30s; taken as 5s\n");
	assert_int_equal(settings_of("DEADLINE=999ms", "")->limit_ms, 5000);
	assert_int_equal(settings_of("DEADLINE=soon", "")->limit_ms, 5000);
	assert_int_equal(settings_of("DEADLINE=99999999999999999999s", "")->limit_ms, 5000);
}

static void test_options(void **state)
{
	const struct settings *s =
		settings_of("OPTIONS='--stock-credit  --wait 9\t$(touch ran) *'", "");
	static const char *const words[] = { "--stock-credit", "--wait", "9", "$(touch", "ran)",
		"*", NULL };
	size_t i;

	(void)state;
	for (i = 0; words[i]; i++)
		assert_string_equal(s->options[i], words[i]);
	assert_null(s->options[i]);
	assert_null(settings_of("OPTIONS=--a\nOPTIONS=", "")->options[0]);
	assert_int_equal(s->seed, USE_FULL);
}

/* If there are too many options, none is used, and nothing is credited, but off stays off. */
static void test_devices(void **state)
{
	const struct settings *s = settings_of(
		"OPTIONS=--wait 9 --device /dev/a --no-efi-ledger --device=/dev/b --device", "");

	(void)state;
	assert_string_equal(s->devices[0], "/dev/a");
	assert_string_equal(s->devices[1], "/dev/b");
	assert_null(s->devices[2]);
	assert_string_equal(s->options[2], "--no-efi-ledger");
	assert_string_equal(s->options[3], "--device");
	assert_null(s->options[4]);
}

static void test_too_many_options(void **state)
{
	char file[2048] = "OPTIONS=";
	const struct settings *s;
	int i;

	(void)state;
	for (i = 0; i < SETTINGS_WORDS_MAX; i++)
		strcat(file, "a ");
	s = settings_of(file, "");
	assert_int_equal(s->seed, USE_FULL);
	assert_string_equal(s->options[SETTINGS_WORDS_MAX - 1], "a");
	assert_null(s->options[SETTINGS_WORDS_MAX]);
	strcat(file, "a");
	s = settings_of(file, "");
	assert_int_equal(s->seed, USE_MIX);
	assert_null(s->options[0]);
	assert_string_equal(said, "OPTIONS=: too long: nothing is credited\n");
	assert_int_equal(settings_of(file, "seedrive.guest=off")->seed, USE_OFF);
	memset(file + strlen("OPTIONS="), 'a', 1100);
	file[strlen("OPTIONS=") + 1100] = '\0';
	assert_int_equal(settings_of(file, "")->seed, USE_MIX);
}

static void test_foreign(void **state)
{
	static const char *const foreign[] = { "systemd.volatile", "systemd.volatile=state",
		"systemd.volatile=yes", "ostree=/ostree/boot.1/x/0" };
	static const char *const own[] = { "systemd.volatile=no", "systemd.volatilex", "ostree",
		"xostree=1" };
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(foreign); i++) {
		snprintf(line, sizeof(line), "quiet %s ro", foreign[i]);
		assert_string_equal(settings_of("", line)->foreign, foreign[i]);
	}
	for (i = 0; i < COUNT(own); i++) {
		snprintf(line, sizeof(line), "quiet %s ro", own[i]);
		assert_null(settings_of("", line)->foreign);
	}
}

/* The settings come from files in a folder of the test. */
static void test_files(void **state)
{
	static struct settings s;
	char far[4000];

	(void)state;
	notes_top = ".";
	said[0] = '\0';
	settings_read(&s);
	assert_int_equal(s.seed, USE_FULL);
	run_program((const char *[]){ "mkdir", "-p", "etc/default", "proc", NULL });
	file_write("etc/default/seedrive-guest", "SEED=mix\nCARRY_OVER=off", 23);
	file_write("proc/cmdline", "quiet seedrive.guest=on\n", 24);
	settings_read(&s);
	assert_int_equal(s.seed, USE_FULL);
	assert_int_equal(s.carry_over, USE_OFF);
	/* The last word wins, even at the end of a long command line. */
	memset(far, 'x', sizeof(far));
	memcpy(far + sizeof(far) - 21, " seedrive.guest=off\n", 21);
	file_write("proc/cmdline", far, sizeof(far) - 1);
	settings_read(&s);
	assert_int_equal(s.seed, USE_OFF);
	notes_top = "";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("settings: by default, seed and carry-over are credited, within 5 s",
			test_defaults),
		TEST("settings: the last line wins, and the command line wins over it", test_uses),
		TEST("settings: a value that is not understood means mix, and is reported",
			test_unknown),
		TEST("settings: the deadline is from 1 s to 30 s", test_limit),
		TEST("settings: options are split into words, and nothing in them is run",
			test_options),
		TEST("settings: the devices among the options are kept apart", test_devices),
		TEST("settings: with too many options, nothing is credited", test_too_many_options),
		TEST("settings: a command line that gives the system another /var is recognised",
			test_foreign),
		TEST("settings: both files are read, and may be missing", test_files),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
