/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/mix.h"
#include "seed/condition.h"
#include "util/json.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define BASE64_MAX (4 * ((MIX_MAX + 2) / 3))

struct mixer {
	const uint8_t *key;
	uint8_t value[MIX_MAX];
	uint8_t prk[CONDITION_SIZE];
	char text[BASE64_MAX + 1];
};

static size_t pads(const char *text, size_t len)
{
	return (text[len - 1] == '=') + (text[len - 2] == '=');
}

/* Accepts only canonical base64: padded and without white space. So the new value has the same length as the old
 * one. */
static int decode(struct mixer *m, const char *text, size_t len, size_t *ret_len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

	/* libsodium 1.0.18 accepts bytes above 127 as digits, so all digits are checked before it is called. @text is
	 * followed by a quotation mark, so the search ends there at the latest. */
	if (strspn(text, digits) < len)
		return -EILSEQ;
	if (len % 4 == 0 && len > 4 && len / 4 * 3 - pads(text, len) > sizeof(m->value))
		return -E2BIG;
	if (sodium_base642bin(m->value, sizeof(m->value), text, len, NULL, ret_len, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0)
		return -EILSEQ;
	if (*ret_len == 0)
		return -EILSEQ;
	return 0;
}

struct mixer *mixer_new(const uint8_t key[64])
{
	struct mixer *m = secret_new(sizeof(*m));

	if (m)
		m->key = key;
	return m;
}

void mixer_free(struct mixer *m)
{
	secret_free(m);
}

int mix_metadata(struct mixer *m, char *json, size_t len, const char *path)
{
	struct json_span span;
	size_t value_len;
	int r = json_find_string(json, len, MIX_KEY, &span);

	if (r < 0)
		return r;
	if (span.len > BASE64_MAX)
		return -E2BIG;
	r = decode(m, json + span.at, span.len, &value_len);
	if (r < 0)
		return r;
	condition_extract(
		m->prk, "seedrive 1 random_seed", m->key, CONDITION_SIZE, m->value, value_len);
	condition_expand(m->value, value_len, m->prk, "seedrive 1 random_seed", path);
	sodium_bin2base64(
		m->text, sizeof(m->text), m->value, value_len, sodium_base64_VARIANT_ORIGINAL);
	memcpy(json + span.at, m->text, span.len);
	return 0;
}

int mix_size(uint64_t len)
{
	return len <= MIX_FILE_MAX ? 0 : -EFBIG;
}

const char *mix_why(int err)
{
	/* NOLINTNEXTLINE(misc-redundant-expression): both sides are meant to be the same */
	_Static_assert(MIX_FILE_MAX == 16u << 20, "the message for -EFBIG states the limit");
	/* NOLINTNEXTLINE(misc-redundant-expression): the same */
	_Static_assert(MIX_ALL_MAX == 32u << 20, "the message for -EDQUOT states the limit");

	switch (err) {
	case -EEXIST:
		return "random_seed occurs twice";
	case -EINVAL:
		return "random_seed is not a string";
	case -EILSEQ:
		return "random_seed is not base64";
	case -E2BIG:
		return "random_seed is too long";
	case -EBADMSG:
		return "not a JSON object";
	case -EFBIG:
		return "larger than 16 MiB";
	case -EDQUOT:
		return "the files of this name take more than 32 MiB";
	case -ELOOP:
		return "nested too deeply";
	default:
		return strerror(-err);
	}
}
