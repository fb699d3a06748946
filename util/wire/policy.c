/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/policy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static size_t add_text(char *out, size_t at, const char *key, const char *value)
{
	if (!*value)
		return at;
	return at + (size_t)snprintf(out + at, POLICY_QUESTION_MAX - at, "%s=%s\n", key, value);
}

static size_t add_number(char *out, size_t at, const char *key, int64_t value)
{
	if (value < 0)
		return at;
	return at +
		(size_t)snprintf(
			out + at, POLICY_QUESTION_MAX - at, "%s=%" PRId64 "\n", key, value);
}

size_t policy_question_encode(char *out, const struct policy_question *q)
{
	size_t at = add_number(out, 0, "version", POLICY_VERSION);

	at = add_text(out, at, "listener", q->listener);
	at = add_number(out, at, "uid", q->uid);
	at = add_number(out, at, "pid", q->pid);
	at = add_text(out, at, "uuid", q->uuid);
	at = add_text(out, at, "name", q->name);
	at = add_text(out, at, "address", q->address);
	out[at++] = '\n';
	return at;
}

/* Parses one number, and checks its range. A value other than 0 in *@ret means that the key occurred before: an
 * error. */
static int take(const char *digits, size_t len, uint32_t low, uint32_t high, uint32_t *ret)
{
	uint64_t n = 0;
	size_t i;

	if (len == 0 || len > 10 || *ret > 0)
		return -EBADMSG;
	for (i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -EBADMSG;
		n = 10 * n + (uint64_t)(digits[i] - '0');
	}
	if (n < low || n > high)
		return -EBADMSG;
	*ret = (uint32_t)n;
	return 0;
}

static int take_line(const char *line, size_t len, struct policy_answer *a)
{
	const struct {
		const char *key;
		uint32_t low, high, *ret;
	} keys[] = {
		{ "rate=", 1, POLICY_RATE_MAX, &a->rate },
		{ "burst=", POLICY_BURST_MIN, POLICY_RATE_MAX, &a->burst },
		{ "weight=", 1, POLICY_WEIGHT_MAX, &a->weight },
	};
	size_t i, n;

	for (i = 0; i < COUNT(keys); i++) {
		n = strlen(keys[i].key);
		if (len >= n && memcmp(line, keys[i].key, n) == 0)
			return take(line + n, len - n, keys[i].low, keys[i].high, keys[i].ret);
	}
	return -EBADMSG;
}

int policy_answer_parse(const char *raw, size_t len, struct policy_answer *ret)
{
	struct policy_answer a = { 0 };
	const char *end, *line = raw;
	size_t left = len;

	if (len > POLICY_ANSWER_MAX)
		return -EBADMSG;
	while (left > 0 && (end = memchr(line, '\n', left))) {
		const size_t n = (size_t)(end - line);

		left -= n + 1;
		if (n == 0 && left > 0)
			return -EBADMSG;
		if (n == 0) {
			*ret = a;
			return 0;
		}
		if (take_line(line, n, &a) < 0)
			return -EBADMSG;
		line = end + 1;
	}
	return len == POLICY_ANSWER_MAX ? -EBADMSG : -EAGAIN;
}
