/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "guest/stage/lines.c"
#include "guest/stage/mounts.c"
#include "guest/stage/notes.c"
#include "guest/sys.c"

/* A line, and what it says about the mount on /root. */
static const struct row {
	const char *line;
	bool there, writable, unrecovered;
	unsigned long flags;
} rows[] = {
	{ "22 1 254:1 / /root ro,relatime - ext4 /dev/vda1 ro", true, false, false, 0 },
	{ "22 1 254:1 / /root rw,relatime - ext4 /dev/vda1 rw", true, true, false, 0 },
	{ "22 1 254:1 / /root rw - ext4 /dev/vda1 ro", true, false, false, 0 },
	{ "22 1 254:1 / /root ro - ext4 /dev/vda1 rw", true, false, false, 0 },
	/* Optional fields, one of which looks like the end of these fields; an empty source; a source with an escaped
	 * space. */
	{ "22 1 254:1 / /root rw shared:1 master:2 - ext4 /dev/vda1 rw", true, true, false, 0 },
	{ "22 1 0:9 / /root rw - tmpfs  rw", true, true, false, 0 },
	{ "22 1 254:1 / /root rw - btrfs /dev/mapper/a\\040b rw,subvol=/@", true, true, false, 0 },
	/* Other options of the file system. */
	{ "2 1 254:1 / /root ro,sync,dirsync,lazytime - ext4 a ro,errors=remount-ro", true, false,
		false, 0 },
	{ "2 1 254:1 / /root ro - ext4 a ro,sync,dirsync,lazytime,mand,x", true, false, false,
		MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME | MS_MANDLOCK },
	{ "2 1 254:1 / /root ro - ext4 a ro,async,syncx,nolazytime,sync=1", true, false, false, 0 },
	{ "2 1 254:1 / /root ro - xfs a ro,norecovery", true, false, true, 0 },
	{ "2 1 254:1 / /root ro - ext4 a ro,noload,sync", true, false, true, MS_SYNCHRONOUS },
	{ "2 1 254:1 / /root ro - btrfs a ro,nologreplay", true, false, true, 0 },
	{ "2 1 254:1 / /root ro - btrfs a ro,rescue=all,x", true, false, true, 0 },
	{ "2 1 254:1 / /root ro - ext4 a ro,noloadx,xnorecovery,rescue", true, false, false, 0 },
	/* Mounts on other folders, and malformed lines. */
	{ "22 1 254:1 / /root/a rw - ext4 /dev/vda1 rw", false, false, false, 0 },
	{ "22 1 254:1 /root / rw - ext4 /dev/vda1 rw", false, false, false, 0 },
	{ "22 1 254:1 / /root", false, false, false, 0 },
	{ "22 1 254:1 /", false, false, false, 0 },
	{ "", false, false, false, 0 },
	/* These lines are cut off: a mount whose options are missing is not writable. */
	{ "22 1 254:1 / /root rw shared:1", true, false, false, 0 },
	{ "22 1 254:1 / /root rw - ext4 /dev/vda1", true, false, false, 0 },
};

static void test_lines(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char line[256];
		struct mount m = { 0 };

		snprintf(line, sizeof(line), "%s", rows[i].line);
		if (mounts_parse(line, "/root", &m) != rows[i].there ||
			m.writable != rows[i].writable || m.unrecovered != rows[i].unrecovered ||
			m.flags != rows[i].flags)
			fail_msg("%s", rows[i].line);
	}
}

static void test_escapes(void **state)
{
	static const struct {
		const char *written, *point;
	} names[] = { { "/a\\040b", "/a b" }, { "/\\011\\012\\134", "/\t\n\\" },
		{ "/\\04", "/\\04" }, { "/\\080", "/\\080" }, { "/\\", "/\\" },
		{ "/\\400", "/\\400" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		char line[128];
		struct mount m;

		snprintf(line, sizeof(line), "22 1 254:1 / %s rw - ext4 a rw", names[i].written);
		assert_true(mounts_parse(line, names[i].point, &m));
	}
}

static void test_table(void **state)
{
	static const char table[] = "1 0 0:2 / / rw - rootfs rootfs rw\n"
				    "22 1 254:1 / /root rw - ext4 a rw\n"
				    "23 22 254:2 / /root ro - ext4 b ro\n"
				    "24 22 254:2 / /root/var rw - ext4 b rw\n";
	struct mount m;

	(void)state;
	notes_top = ".";
	assert_false(mounts_find("/", &m));
	run_program((const char *[]){ "mkdir", "-p", "proc/self", NULL });
	file_write("proc/self/mountinfo", table, sizeof(table) - 1);
	assert_true(mounts_find("/", &m) && m.writable);
	assert_true(mounts_find("/root", &m) && !m.writable);
	assert_true(mounts_find("/root/var", &m) && m.writable);
	assert_false(mounts_find("/var", &m));
	notes_top = "";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("mounts: a line is read field by field, and a mount with missing fields is not writable",
			test_lines),
		TEST("mounts: the kernel's escapes are decoded", test_escapes),
		TEST("mounts: the last mount on a point is the visible one", test_table),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
