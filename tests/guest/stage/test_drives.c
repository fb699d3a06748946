/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "guest/stage/drives.c"
#include "guest/stage/lines.c"
#include "guest/stage/notes.c"
#include "guest/sys.c"

static void shell(const char *commands)
{
	run_program((const char *[]){ "sh", "-c", commands, NULL });
}

/* The test has its own root, with a disk, its partition, and a CD drive whose media the kernel does not number. */
static int make_world(void **state)
{
	(void)state;
	notes_top = ".";
	shell("rm -rf run sys; mkdir -p run/seedrive/guest sys/devices/vda/vda1 sys/class/block/sr0");
	shell("ln -s ../../devices/vda sys/class/block/vda");
	shell("ln -s ../../devices/vda/vda1 sys/class/block/vda1");
	shell("echo 7 >sys/devices/vda/diskseq");
	return 0;
}

static void test_names(void **state)
{
	char path[DRIVES_PATH], name[DRIVES_NAME + 1];

	(void)state;
	assert_true(drives_exists("vda") && drives_exists("vda1") && drives_exists("sr0"));
	assert_false(drives_exists("vdb"));
	assert_false(drives_exists(""));
	assert_false(drives_exists("."));
	assert_false(drives_exists(".."));
	assert_false(drives_exists("../block/vda"));
	memset(name, 'x', DRIVES_NAME);
	name[DRIVES_NAME] = '\0';
	assert_false(drives_exists(name));
	name[DRIVES_NAME - 1] = '\0';
	drives_path(name, path);
	assert_int_equal(strlen(path), DRIVES_PATH - 1);
	drives_path("cciss!c0d0", path);
	assert_string_equal(path, "/dev/cciss/c0d0");
}

static void test_states(void **state)
{
	enum drives_state s;

	(void)state;
	for (s = DRIVES_HEARD; s <= DRIVES_DONE; s++) {
		assert_int_equal(drives_get("vda1"), s == DRIVES_HEARD ? DRIVES_UNKNOWN : s - 1);
		assert_true(drives_set("vda1", s));
		assert_int_equal(drives_get("vda1"), s);
		assert_true(drives_any(s));
	}
	assert_false(drives_any(DRIVES_SEED));
	assert_int_equal(drives_get("vda"), DRIVES_UNKNOWN);
	shell("rm -r run");
	assert_false(drives_set("vda", DRIVES_SEED));
	assert_false(drives_any(DRIVES_DONE));
}

static void test_numbers(void **state)
{
	(void)state;
	assert_true(drives_numbered("vda") && drives_numbered("vda1"));
	assert_false(drives_numbered("sr0"));
	drives_set("vda", DRIVES_SEED);
	drives_set("sr0", DRIVES_SEED);
	assert_int_equal(drives_get("sr0"), DRIVES_SEED);
	/* The device has another medium, or a medium that has no number any more. */
	shell("echo 8 >sys/devices/vda/diskseq");
	assert_int_equal(drives_get("vda"), DRIVES_UNKNOWN);
	shell("rm sys/devices/vda/diskseq");
	assert_int_equal(drives_get("vda"), DRIVES_UNKNOWN);
	/* The device no longer exists. */
	shell("rmdir sys/class/block/sr0");
	assert_false(drives_any(DRIVES_SEED));
}

static void test_bad_notes(void **state)
{
	static const char *const bad[] = { "", "seed", "seed 77", "seeds 7", " 7" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		file_write("run/seedrive/guest/drive.vda", bad[i], strlen(bad[i]));
		assert_int_equal(drives_get("vda"), DRIVES_UNKNOWN);
	}
	file_write("run/seedrive/guest/drive.vda", "seed 7", 6);
	assert_int_equal(drives_get("vda"), DRIVES_SEED);
}

static bool collect(void *ctx, const char *name)
{
	strcat(strcat(ctx, name), " ");
	return strcmp(name, "stop") == 0;
}

static void test_each(void **state)
{
	char names[64] = "";

	(void)state;
	drives_set("vda1", DRIVES_SEED);
	drives_set("sr0", DRIVES_BARE);
	shell("touch run/seedrive/guest/drive. run/seedrive/guest/early");
	assert_false(drives_each(DRIVES_SEED, collect, names));
	assert_string_equal(names, "vda1 ");
	drives_set("sr0", DRIVES_SEED);
	names[0] = '\0';
	assert_false(drives_each(DRIVES_SEED, collect, names));
	assert_int_equal(strlen(names), strlen("vda1 sr0 "));
}

static void test_change(void **state)
{
	const unsigned open = DRIVES_BIT(DRIVES_HEARD) | DRIVES_BIT(DRIVES_SILENT);

	(void)state;
	assert_false(drives_change("vda", open, DRIVES_SEED));
	assert_true(drives_change("vda", DRIVES_BIT(DRIVES_UNKNOWN), DRIVES_HEARD));
	assert_true(drives_change("vda", open, DRIVES_SEED));
	drives_set("vda", DRIVES_DONE);
	assert_false(drives_change("vda", open, DRIVES_SEED));
	assert_int_equal(drives_get("vda"), DRIVES_DONE);
	/* The note is about another medium. */
	drives_set("vda", DRIVES_HEARD);
	shell("echo 8 >sys/devices/vda/diskseq");
	assert_false(drives_change("vda", open, DRIVES_SEED));
	/* The note is replaced, and no other file is left. */
	shell("ls -A run/seedrive/guest >names");
	shell("[ \"$(cat names)\" = \"$(printf 'drive.vda\nlock.drives')\" ]");
	shell("rm run/seedrive/guest/lock.drives");
	shell("mkdir run/seedrive/guest/lock.drives");
	assert_false(drives_change("vda", DRIVES_BIT(DRIVES_UNKNOWN), DRIVES_SEED));
}

/* A process that reads the note at the same time gets the old one or the new one. */
static void test_whole(void **state)
{
	char text[32];
	int fd;

	(void)state;
	drives_set("vda", DRIVES_DONE);
	fd = sys_open("run/seedrive/guest/drive.vda", O_RDONLY);
	drives_set("vda", DRIVES_HEARD);
	assert_int_equal(sys_read(fd, text, sizeof(text)), strlen("done 7\n"));
	assert_memory_equal(text, "done 7\n", strlen("done 7\n"));
	sys_close(fd);
}

#define IN_WORLD(title, function)                       \
	{                                               \
		title, function, make_world, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(
			"drives: a name is one of a device that is there, and no path", test_names),
		IN_WORLD("drives: a device has the state that was noted last", test_states),
		IN_WORLD("drives: a note is about one medium, identified by the kernel's number",
			test_numbers),
		IN_WORLD(
			"drives: a state is changed only if it is one of those that the caller names",
			test_change),
		IN_WORLD("drives: a note is never seen half written", test_whole),
		IN_WORLD("drives: a note that is not understood is ignored", test_bad_notes),
		IN_WORLD("drives: all devices in one state are found", test_each),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
