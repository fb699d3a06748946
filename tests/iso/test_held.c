/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>
#include <sys/resource.h>

static bool refused;

static int fake_setrlimit(int resource, const struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_NOFILE);
	errno = EPERM;
	return refused ? -1 : setrlimit(RLIMIT_NOFILE, limit);
}

/* The file that is tested, with names and a setrlimit(2) of its own. The library has the same functions. */
#define setrlimit    fake_setrlimit
#define tree_reserve tested_tree_reserve
#define reopen_begin tested_reopen_begin
#define reopen_note  tested_reopen_note
#define reopen_file  tested_reopen_file
#define reopen_close tested_reopen_close
#define reopen_check tested_reopen_check
#include "iso/reopen.c"
#undef setrlimit

/* Returns: how many files the tree may hold open if the soft limit is @soft, and the hard limit is larger. */
static unsigned held_max(rlim_t soft)
{
	struct rlimit before, low;
	struct tree t = { 0 };

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = soft;
	assert_true(low.rlim_cur + 200 < low.rlim_max);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	reopen_begin(&t);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	return t.held_max;
}

static void test_raised(void **state)
{
	(void)state;
	refused = false;
	assert_true(held_max(RESERVED + 100) > 100);
}

/* The kernel refuses if the hard limit is above fs.nr_open, and so may the seccomp filter of a container. */
static void test_refused(void **state)
{
	(void)state;
	refused = true;
	assert_int_equal(held_max(RESERVED + 100), 100);
	assert_int_equal(held_max(RESERVED - 100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("held: the soft limit on open files is raised to the hard limit", test_raised),
		TEST("held: ... and if that is refused, the soft limit counts", test_refused),
	};

	return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
