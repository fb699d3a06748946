/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/value.h"
#include "seed/source/source.h"
#include "util/hex.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int parse_digits(const char **text, uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = *text;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = 10 * n + (uint64_t)(*p - '0');
		if (n > UINT32_MAX)
			return -1;
	}
	*text = p;
	*ret = (uint32_t)n;
	return 0;
}

int value_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *ret,
	struct fault *f)
{
	const char *p = text;
	uint32_t n;

	if (parse_digits(&p, &n) < 0 || *p || n < low || n > high)
		return fault_set(f, -EINVAL, "%s: %s: must be a whole number from %u to %u", name,
			text, low, high);
	*ret = n;
	return 0;
}

struct unit {
	const char *name;
	uint32_t factor;
};

/* A number and one of these units behind it, the last row of which has no name; false: it is none. */
static bool parse_units(const char *text, const struct unit *unit, uint32_t *ret)
{
	uint32_t n;

	if (parse_digits(&text, &n) < 0)
		return false;
	while (*unit->name && strcmp(text, unit->name) != 0)
		unit++;
	if (strcmp(text, unit->name) != 0 || (uint64_t)n * unit->factor > UINT32_MAX)
		return false;
	*ret = n * unit->factor;
	return true;
}

int value_duration(const char *name, const char *text, uint32_t *ret, struct fault *f)
{
	static const struct unit units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
		{ "w", 604800 }, { "", 1 } };

	if (parse_units(text, units, ret))
		return 0;
	return fault_set(
		f, -EINVAL, "%s: %s: must be a time as in 90s, 15m, 12h, 1d or 2w", name, text);
}

int value_deadline(const char *name, const char *text, uint32_t *ret, struct fault *f)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { "", 1000 } };
	uint32_t ms;

	if (!parse_units(text, units, &ms) || ms < 1 || ms > DEADLINE_MS)
		return fault_set(f, -EINVAL,
			"%s: %s: must be a time from 1ms to 1h, as in 500ms or 2s", name, text);
	*ret = ms;
	return 0;
}

int value_require(const char *name, const char *text, struct fault *f)
{
	static const char hardware[] = "hardware";
	size_t len;

	if (strcmp(text, VALUE_NONE) == 0)
		return 0;
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (len == 0)
			return fault_set(f, -EINVAL, "%s: a name is missing", name);
		if ((len != strlen(hardware) || strncmp(text, hardware, len) != 0) &&
			!source_find(text, len))
			return fault_set(f, -EINVAL, "%s: %.*s: unknown", name, (int)len, text);
		if (!text[len])
			return 0;
	}
}

int value_bind(const char *name, const char *text, struct fault *f)
{
	uint8_t uuid[UUID_SIZE];

	if (strcmp(text, "auto") == 0 || strcmp(text, VALUE_NONE) == 0 ||
		uuid_parse(text, strlen(text), uuid) == 0)
		return 0;
	return fault_set(f, -EINVAL, "%s: %s: must be auto, none or a UUID", name, text);
}
