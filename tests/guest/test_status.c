/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which run of a boot the status describes. */
#include "tests/lib/unit.h"

#include <errno.h>

/* The program has functions with these names, and so has cli/, which every test is linked with. */
#undef fail
#define report_fault guest_report_fault

#include "guest/status.h"
#undef STATUS_PATH
#define STATUS_PATH "status"
#include "guest/file.c"
#undef NEW
#include "guest/message.c"
#include "guest/report.c"
#include "guest/status.c"
#include "guest/sys.c"

int node_open(const char *path, int flags, mode_t type, unsigned major, unsigned minor)
{
	(void)path;
	(void)flags;
	(void)type;
	(void)major;
	(void)minor;
	return -ENOENT;
}

bool kernel_ready(void)
{
	return true;
}

static void was(const char *text)
{
	file_write("status", text, strlen(text));
}

#define NONE     "version=1\noutcome=none\nbits=0\nseed=\ndrive=\n"
#define MIXED    "version=1\noutcome=mixed\nbits=0\nseed=38f1\ndrive=/dev/sr0\n"
#define CREDITED "version=1\noutcome=credited\nbits=256\nseed=38f1\ndrive=/dev/sr0\n"

static void test_stays(void **state)
{
	const struct verdict credited = { 0 }, mixed = { .reason = "mix-only" };

	(void)state;
	assert_false(stays(&mixed, "event"));
	was(NONE);
	assert_false(stays(&mixed, "event"));
	assert_false(stays(&mixed, "system"));
	assert_true(stays(NULL, "event"));
	assert_false(stays(NULL, "system"));
	was(MIXED);
	assert_true(stays(&mixed, "event"));
	assert_true(stays(NULL, "event"));
	assert_false(stays(&mixed, "system"));
	assert_false(stays(&mixed, NULL));
	assert_false(stays(&credited, "event"));
	was(CREDITED);
	assert_true(stays(&mixed, "system"));
	assert_true(stays(&mixed, "event"));
	assert_true(stays(NULL, "system"));
	assert_false(stays(&credited, "system"));
}

/* In one run, a credit takes precedence over a mixed seed, and a mixed seed over a drive whose seed is spent. */
static void test_prefers(void **state)
{
	const struct found spent = { .buried = true }, seed = { .buried = false };
	const struct verdict credited = { .found = &seed };
	const struct verdict mixed = { .reason = "mix-only", .found = &seed };
	const struct verdict carried = { .reason = "already-spent" };
	const struct verdict buried = { .reason = "already-spent", .found = &spent };
	const struct verdict *const order[] = { &buried, &mixed, &credited };
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(order); i++) {
		assert_true(status_prefers(order[i], NULL));
		for (k = 0; k < COUNT(order); k++)
			assert_int_equal(status_prefers(order[i], order[k]), i > k);
	}
	assert_true(status_prefers(&carried, &buried));
	assert_false(status_prefers(&carried, &mixed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("status: an event does not replace another stage's verdict, and nothing replaces a credit",
			test_stays),
		TEST("status: of several verdicts of one run, it has the most important one",
			test_prefers),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
