/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/duration.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct unit {
	char name[3];
	uint32_t ms;
} units[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60000 },
	{ "h", 3600000 },
	{ "d", 86400000 },
	{ "w", 604800000 },
	{ "", 1000 },
};

/* Returns: the milliseconds in one unit; 0: there is no unit of that name. */
static uint32_t find_unit(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strlen(units[i].name) == len && memcmp(units[i].name, name, len) == 0)
			return units[i].ms;
	return 0;
}

static size_t count_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

int duration_parse(const char *text, size_t len, uint64_t *ret_ms)
{
	const size_t digits = count_digits(text, len);
	const uint32_t unit = find_unit(text + digits, len - digits);
	uint64_t n = 0;
	size_t i;

	if (digits == 0 || unit == 0)
		return -EINVAL;
	for (i = 0; i < digits; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, (unsigned)(text[i] - '0'), &n))
			return -ERANGE;
	if (__builtin_mul_overflow(n, unit, &n))
		return -ERANGE;
	*ret_ms = n;
	return 0;
}
