/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/path.h"

static void last(void **state)
{
	(void)state;
	assert_string_equal(path_last("/a/b"), "b");
	assert_string_equal(path_last("b"), "b");
	assert_string_equal(path_last("a//b"), "b");
	assert_string_equal(path_last("a/"), "");
	assert_string_equal(path_last("/"), "");
	assert_string_equal(path_last(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("path: the last component follows the last slash", last),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
