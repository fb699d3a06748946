/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/duration.h"
#include "tests/lib/unit.h"

#include <errno.h>

static void test_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} row[] = {
		{ "0", 0 },
		{ "0ms", 0 },
		{ "0w", 0 },
		{ "1ms", 1 },
		{ "1", 1000 },
		{ "1s", 1000 },
		{ "1m", 60000 },
		{ "1h", 3600000 },
		{ "1d", 86400000 },
		{ "1w", 604800000 },
		{ "007s", 7000 },
		{ "90s", 90000 },
		{ "18446744073709551615ms", UINT64_MAX },
		{ "18446744073709551s", 18446744073709551000u },
		{ "30500568904w", 18446744073139200000u },
		{ "0000000000000000000000000000000000000001m", 60000 },
	};
	uint64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		if (duration_parse(row[i].text, strlen(row[i].text), &ms) != 0)
			fail_msg("refused: %s", row[i].text);
		if (ms != row[i].ms)
			fail_msg("%s: %llu ms", row[i].text, (unsigned long long)ms);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} row[] = {
		{ "", -EINVAL },
		{ "s", -EINVAL },
		{ "ms", -EINVAL },
		{ "-1s", -EINVAL },
		{ "+1s", -EINVAL },
		{ " 1s", -EINVAL },
		{ "1s ", -EINVAL },
		{ "1 s", -EINVAL },
		{ "1S", -EINVAL },
		{ "1M", -EINVAL },
		{ "1mss", -EINVAL },
		{ "1sm", -EINVAL },
		{ "1us", -EINVAL },
		{ "1min", -EINVAL },
		{ "1y", -EINVAL },
		{ "1.5s", -EINVAL },
		{ "1h30m", -EINVAL },
		{ "0x10s", -EINVAL },
		{ "1e3", -EINVAL },
		{ "18446744073709551616ms", -ERANGE },
		{ "18446744073709552s", -ERANGE },
		{ "30500568905w", -ERANGE },
		{ "99999999999999999999", -ERANGE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		uint64_t ms = 4711;

		if (duration_parse(row[i].text, strlen(row[i].text), &ms) != row[i].error)
			fail_msg("not refused as it should be: %s", row[i].text);
		assert_int_equal(ms, 4711);
	}
}

static void test_length(void **state)
{
	static const char text[] = "12ms,deadline";
	uint64_t ms;

	(void)state;
	assert_int_equal(duration_parse(text, 1, &ms), 0);
	assert_int_equal(ms, 1000);
	assert_int_equal(duration_parse(text, 2, &ms), 0);
	assert_int_equal(ms, 12000);
	assert_int_equal(duration_parse(text, 3, &ms), 0);
	assert_int_equal(ms, 720000);
	assert_int_equal(duration_parse(text, 4, &ms), 0);
	assert_int_equal(ms, 12);
	assert_int_equal(duration_parse(text, 5, &ms), -EINVAL);
	/* A zero byte does not end the text. */
	assert_int_equal(duration_parse("1s\0", 3, &ms), -EINVAL);
	assert_int_equal(duration_parse("1\0", 2, &ms), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("duration: a number has one of six units, or is seconds", test_units),
		TEST("duration: any other text, and a length that does not fit 64 bits, is refused, and nothing is written",
			test_refused),
		TEST("duration: no byte after the length is read", test_length),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
