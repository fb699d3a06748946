/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libisofs asks the C library for the date of each time stamp twice, in local time and in UTC, and then writes UTC,
 * because set_times() in iso/image.c tells it to. Both calls take a lock and need the time zone, which must be read
 * from a file. So the linker (ld's --wrap) replaces them by the functions here. None of our programs prints local time.
 */
#include "iso/utc.h"

#include <stdbool.h>

#define DAY        86400
#define LAST_TIME  253402300799 /* the end of the year 9999 */
#define ERA        146097       /* days in 400 years */
#define ERA_BEGINS 719468       /* days from 1 March of the year 0 to 1 January 1970 */

/* Here a year begins on 1 March, so that the leap day is the last day of a year. Then five months in a row, from March
 * or from August on, always have 153 days together. */
static void set_date(long days, struct tm *ret)
{
	const long shifted = days + ERA_BEGINS, era = shifted / ERA, day = shifted % ERA;
	const long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	const long of_year = day - (365 * year + year / 4 - year / 100);
	const long month = (5 * of_year + 2) / 153; /* month 0 is March */
	const bool next = month >= 10;
	const long full = year + era * 400 + next;
	const bool leap = full % 4 == 0 && (full % 100 != 0 || full % 400 == 0);

	ret->tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1);
	ret->tm_mon = (int)(next ? month - 10 : month + 2);
	ret->tm_year = (int)(full - 1900);
	ret->tm_yday = (int)(next ? of_year - 306 : of_year + 59 + leap);
	ret->tm_wday = (int)((days + 4) % 7);
}

static void set(time_t at, struct tm *ret)
{
	const long second = at % DAY;

	*ret = (struct tm){ .tm_zone = "GMT" };
	set_date(at / DAY, ret);
	ret->tm_hour = (int)(second / 3600);
	ret->tm_min = (int)(second / 60 % 60);
	ret->tm_sec = (int)(second % 60);
}

/* The last result is kept, because most calls ask for the same time as the call before. */
struct tm *__wrap_gmtime_r(const time_t *at, struct tm *ret)
{
	static _Thread_local struct {
		time_t at;
		struct tm tm;
	} last;

	if (*at < 0 || *at > LAST_TIME)
		return __real_gmtime_r(at, ret);
	if (*at != last.at || !last.tm.tm_zone) {
		last.at = *at;
		set(*at, &last.tm);
	}
	*ret = last.tm;
	return ret;
}

struct tm *__wrap_localtime_r(const time_t *at, struct tm *ret)
{
	return __wrap_gmtime_r(at, ret);
}

void __wrap_tzset(void)
{
}
