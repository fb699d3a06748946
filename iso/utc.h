/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_UTC_H
#define ISO_UTC_H

#include <time.h>

/* ld's --wrap=NAME demands these names: it turns each call of NAME into a call of __wrap_NAME; __real_NAME is the
 * original. */

/** gmtime_r(3). */
struct tm *__wrap_gmtime_r(const time_t *at, struct tm *ret);

/** localtime_r(3), but the time zone is always UTC. */
struct tm *__wrap_localtime_r(const time_t *at, struct tm *ret);

/** tzset(3); it has nothing to do. */
void __wrap_tzset(void);

struct tm *__real_gmtime_r(const time_t *at, struct tm *ret);

#endif
