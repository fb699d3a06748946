/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/mix.h"
#include "seed/condition.h"
#include "util/json.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define BASE64_MAX (4 * ((MIX_MAX + 2) / 3))

struct scratch {
	uint8_t value[MIX_MAX];
	uint8_t prk[CONDITION_SIZE];
	char text[BASE64_MAX + 1];
};

/* Strict: padded, no space, and nothing but one spelling, so that the length stays the same. */
static int decode(struct scratch *s, const char *text, size_t len, size_t *ret_len)
{
	if (sodium_base642bin(s->value, sizeof(s->value), text, len, NULL, ret_len, NULL,
			sodium_base64_VARIANT_ORIGINAL) != 0)
		return -EILSEQ;
	if (*ret_len == 0)
		return -EILSEQ;
	return 0;
}

int mix_metadata(char *json, size_t len, const uint8_t key[64], const char *path)
{
	struct json_span span;
	struct scratch *s;
	size_t value_len;
	int r = json_find_string(json, len, MIX_KEY, &span);

	if (r < 0)
		return r;
	if (span.len > BASE64_MAX)
		return -E2BIG;
	s = secret_new(sizeof(*s));
	if (!s)
		return -ENOMEM;
	r = decode(s, json + span.at, span.len, &value_len);
	if (r == 0) {
		condition_extract(s->prk, "seedrive 1 random_seed", key, CONDITION_SIZE, s->value,
			value_len);
		condition_expand(s->value, value_len, s->prk, "seedrive 1 random_seed", path);
		sodium_bin2base64(s->text, sizeof(s->text), s->value, value_len,
			sodium_base64_VARIANT_ORIGINAL);
		memcpy(json + span.at, s->text, span.len);
	}
	secret_free(s);
	return r;
}

const char *mix_why(int err)
{
	switch (err) {
	case -EEXIST:
		return "random_seed stands there twice";
	case -EINVAL:
		return "random_seed is not a string";
	case -EILSEQ:
		return "random_seed is not base64";
	case -E2BIG:
		return "random_seed is too long";
	case -EBADMSG:
		return "not a JSON object";
	case -ELOOP:
		return "nested too deep";
	default:
		return strerror(-err);
	}
}
