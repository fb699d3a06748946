/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a device that cannot be read is classified. */
#include "tests/lib/unit.h"

#include "guest/probe.c"
#include "guest/sys.c"

static const char *opened;

int device_open(const struct drive *drive, int flags)
{
	(void)drive;
	return sys_open(opened, flags & ~O_DIRECT);
}

int stock_read(const struct iso_volume *vol, struct stock *ret)
{
	(void)vol;
	(void)ret;
	return -ENOENT;
}

static void probe_file(const char *path, int state, int err)
{
	static uint8_t window[PROBE_WINDOW];
	struct drive drive = { .path = "/dev/vdb" };

	opened = path;
	probe(&drive, window);
	assert_int_equal(drive.state, state);
	assert_int_equal(drive.err, err);
}

/* A folder can be opened, but not read. */
static void test_failures(void **state)
{
	static const char zeros[40000];

	(void)state;
	probe_file("none", DRIVE_OTHER, -ENOENT);
	probe_file(".", DRIVE_OTHER, -EISDIR);
	file_write("short", zeros, 3);
	probe_file("short", DRIVE_OTHER, 0);
	file_write("other", zeros, sizeof(zeros));
	probe_file("other", DRIVE_OTHER, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("probe: a device that cannot be read is not taken for one that has no label",
			test_failures),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
