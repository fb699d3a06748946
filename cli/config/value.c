/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/value.h"
#include "seed/source/source.h"
#include "util/duration.h"
#include "util/hex.h"

#include <errno.h>
#include <string.h>

static int parse_digits(const char **text, uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = *text;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = 10 * n + (uint64_t)(*p - '0');
		if (n > UINT32_MAX)
			return -EINVAL;
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

int value_duration(const char *name, const char *text, uint32_t *ret, struct fault *f)
{
	uint64_t ms;

	if (duration_parse(text, strlen(text), &ms) < 0 || ms % 1000 != 0 || ms / 1000 > UINT32_MAX)
		return fault_set(f, -EINVAL,
			"%s: %s: must be whole seconds up to %u, as in 90s, 15m, 12h, 1d or 2w",
			name, text, UINT32_MAX);
	*ret = (uint32_t)(ms / 1000);
	return 0;
}

int value_deadline(const char *name, const char *text, uint32_t *ret, struct fault *f)
{
	if (source_parse_deadline(text, strlen(text), ret) < 0)
		return fault_set(f, -EINVAL, "%s: %s: %s", name, text, SOURCE_DEADLINE_WORDS);
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
			return fault_set(
				f, -EINVAL, "%s: %.*s: unknown source", name, (int)len, text);
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
