/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "iso/utc.h"

#include <errno.h>
#include <string.h>

static void same(time_t at)
{
	struct tm ours = { 0 }, its = { 0 };

	assert_ptr_equal(__wrap_gmtime_r(&at, &ours), &ours);
	assert_ptr_equal(__real_gmtime_r(&at, &its), &its);
	assert_int_equal(ours.tm_sec, its.tm_sec);
	assert_int_equal(ours.tm_min, its.tm_min);
	assert_int_equal(ours.tm_hour, its.tm_hour);
	assert_int_equal(ours.tm_mday, its.tm_mday);
	assert_int_equal(ours.tm_mon, its.tm_mon);
	assert_int_equal(ours.tm_year, its.tm_year);
	assert_int_equal(ours.tm_wday, its.tm_wday);
	assert_int_equal(ours.tm_yday, its.tm_yday);
	assert_int_equal(ours.tm_isdst, 0);
	assert_int_equal(ours.tm_gmtoff, 0);
	assert_string_equal(ours.tm_zone, its.tm_zone);
}

static void test_every_day(void **state)
{
	const time_t day = 86400, last = 253402300799;
	time_t at;

	(void)state;
	for (at = 0; at <= last; at += day) {
		same(at);
		same(at + day - 1);
	}
	for (at = 0; at < day; at++)
		same(1709164800 + at);
}

static void test_beyond(void **state)
{
	const time_t times[] = { -1, -86401, -62135596800, 253402300799, 253402300800,
		67767976233532799 };
	time_t at = INT64_MAX;
	struct tm tm;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++)
		same(times[i]);
	errno = 0;
	assert_null(__wrap_gmtime_r(&at, &tm));
	assert_int_equal(errno, EOVERFLOW);
}

static void test_local(void **state)
{
	const time_t at = 1700000000;
	struct tm local, utc;

	(void)state;
	__wrap_tzset();
	__wrap_localtime_r(&at, &local);
	__wrap_gmtime_r(&at, &utc);
	assert_memory_equal(&local, &utc, sizeof(utc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("utc: each day from 1970 to 9999 has the C library's date", test_every_day),
		TEST("utc: times before 1970 and after 9999 are the C library's, its error too",
			test_beyond),
		TEST("utc: local time is UTC", test_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
