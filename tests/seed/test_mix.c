/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"
#include "tests/lib/hmac.h"

#include "seed/mix.h"

#include <errno.h>
#include <json-c/json.h>

#define TREE     "tests/data/nova-tree/"
#define NOVA_LEN 512
#define TEXT_MAX (2 * MIX_MAX + 1000)

static uint8_t key[64];

static int setup(void **state)
{
	uint64_t rng = 1;

	(void)state;
	random_fill(&rng, key, sizeof(key));
	return 0;
}

static int mix(const uint8_t with[64], char *text, size_t len, const char *path)
{
	struct mixer *m = mixer_new(with);
	int r;

	assert_non_null(m);
	r = mix_metadata(m, text, len, path);
	mixer_free(m);
	return r;
}

/* Makes a JSON document whose random_seed is @value in base64. */
static size_t document(char text[TEXT_MAX], const uint8_t *value, size_t len, size_t *ret_at)
{
	size_t n = (size_t)sprintf(text, "{\"uuid\":\"x\",\"random_seed\":\"");

	*ret_at = n;
	assert_non_null(sodium_bin2base64(
		text + n, TEXT_MAX - n, value, len, sodium_base64_VARIANT_ORIGINAL));
	n += strlen(text + n);
	return n + (size_t)sprintf(text + n, "\",\"meta\":{\"random_seed\":\"AA==\"}}");
}

static size_t decode(const char *text, uint8_t *out, size_t size)
{
	const char *end = strchr(text, '"');
	size_t len;

	assert_non_null(end);
	assert_int_equal(sodium_base642bin(out, size, text, (size_t)(end - text), NULL, &len, NULL,
				 sodium_base64_VARIANT_ORIGINAL),
		0);
	return len;
}

/* --- Nova's own files, checked with json-c --- */

static const char *const versions[] = { "openstack/2013-04-04/meta_data.json",
	"openstack/2013-10-17/meta_data.json", "openstack/2015-10-15/meta_data.json",
	"openstack/2016-06-30/meta_data.json", "openstack/2016-10-06/meta_data.json",
	"openstack/2017-02-22/meta_data.json", "openstack/2018-08-27/meta_data.json",
	"openstack/2020-10-14/meta_data.json", "openstack/latest/meta_data.json" };

struct file {
	char *old, *new;
	size_t len;
	uint8_t before[NOVA_LEN], after[NOVA_LEN];
};

static struct file mix_nova(const char *path)
{
	static const char words[] = "\"random_seed\": \"";
	char full[200];
	struct file f;

	snprintf(full, sizeof(full), TREE "%s", path);
	f.old = file_read(full, &f.len);
	f.new = file_read(full, &f.len);
	assert_int_equal(mix(key, f.new, f.len, path), 0);
	assert_int_equal(
		decode(strstr(f.old, words) + strlen(words), f.before, NOVA_LEN), NOVA_LEN);
	assert_int_equal(decode(strstr(f.new, words) + strlen(words), f.after, NOVA_LEN), NOVA_LEN);
	return f;
}

static void test_json_c_sees_one_difference(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(versions); i++) {
		struct file f = mix_nova(versions[i]);
		json_object *old = json_tokener_parse(f.old), *new = json_tokener_parse(f.new);
		size_t members = 0;

		assert_non_null(old);
		assert_non_null(new);
		json_object_object_foreach(old, name, value)
		{
			json_object *now = NULL;

			assert_true(json_object_object_get_ex(new, name, &now));
			assert_int_equal(json_object_equal(value, now), strcmp(name, MIX_KEY) != 0);
			members++;
		}
		assert_int_equal(members, json_object_object_length(new));
		assert_true(members > 8);
		json_object_put(old);
		json_object_put(new);
		free(f.old);
		free(f.new);
	}
}

static void test_no_other_byte(void **state)
{
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(versions); i++) {
		struct file f = mix_nova(versions[i]);
		const size_t begin = (size_t)(strstr(f.old, MIX_KEY) - f.old) + strlen(MIX_KEY) + 4;

		assert_int_equal(f.old[begin - 1], '"');
		for (at = 0; at < f.len; at++)
			if (at < begin || at >= begin + 684)
				assert_int_equal(f.old[at], f.new[at]);
		assert_int_equal(f.new[begin + 684], '"');
		free(f.old);
		free(f.new);
	}
}

static void test_all_values_new(void **state)
{
	uint8_t value[2 * COUNT(versions)][NOVA_LEN];
	size_t i, j, n = 0;

	(void)state;
	for (i = 0; i < COUNT(versions); i++) {
		struct file f = mix_nova(versions[i]);

		memcpy(value[n++], f.before, NOVA_LEN);
		memcpy(value[n++], f.after, NOVA_LEN);
		free(f.old);
		free(f.new);
	}
	/* No two values are equal, and no two begin alike. */
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(value[i], value[j], 8);
}

/* --- the value --- */

/* The construction as documented: HKDF(key || old value, path). */
static void plain_mix(const uint8_t *old, size_t len, const char *path, uint8_t *out)
{
	static struct message m;
	uint8_t prk[64];

	m.len = 0;
	message_add(&m, key, sizeof(key));
	message_add(&m, old, len);
	plain_hmac("seedrive 1 random_seed", 22, &m, prk);
	plain_hkdf_expand(prk, "seedrive 1 random_seed", path, out, len);
}

static void test_construction(void **state)
{
	static uint8_t old[MIX_MAX], new[MIX_MAX], expected[MIX_MAX];
	static char text[TEXT_MAX];
	uint64_t rng = 2;
	size_t len, at, doc;

	(void)state;
	for (len = 1; len <= MIX_MAX; len += len < 200 || len > MIX_MAX - 4 ? 1 : 97) {
		random_fill(&rng, old, len);
		doc = document(text, old, len, &at);
		assert_int_equal(mix(key, text, doc, "a/path"), 0);
		assert_int_equal(strlen(text), doc);
		assert_int_equal(decode(text + at, new, sizeof(new)), len);
		plain_mix(old, len, "a/path", expected);
		assert_memory_equal(new, expected, len);
	}
}

static void test_longest(void **state)
{
	static uint8_t old[MIX_MAX + 4];
	static char text[TEXT_MAX], before[TEXT_MAX];
	size_t len, at, doc;

	(void)state;
	for (len = MIX_MAX - 2; len <= MIX_MAX + 4; len++) {
		doc = document(text, old, len, &at);
		memcpy(before, text, doc);
		if (len <= MIX_MAX) {
			assert_int_equal(mix(key, text, doc, "p"), 0);
			assert_memory_not_equal(text, before, doc);
		} else {
			assert_int_equal(mix(key, text, doc, "p"), -E2BIG);
			assert_memory_equal(text, before, doc);
		}
	}
}

static void mixed(const uint8_t with[64], uint8_t first, const char *path, uint8_t out[64])
{
	static char text[TEXT_MAX];
	uint8_t old[64] = { first };
	size_t at, doc = document(text, old, sizeof(old), &at);

	assert_int_equal(mix(with, text, doc, path), 0);
	assert_int_equal(decode(text + at, out, 64), 64);
}

static void test_depends_on(void **state)
{
	uint8_t other[64], value[5][64], again[64];
	size_t i, j;

	(void)state;
	memcpy(other, key, sizeof(key));
	other[63] ^= 1;
	mixed(key, 1, "openstack/latest/meta_data.json", value[0]);
	mixed(key, 1, "openstack/latesu/meta_data.json", value[1]);
	mixed(key, 2, "openstack/latest/meta_data.json", value[2]);
	mixed(other, 1, "openstack/latest/meta_data.json", value[3]);
	mixed(key, 1, "", value[4]);
	for (i = 0; i < COUNT(value); i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(value[i], value[j], 64);
	mixed(key, 1, "openstack/latest/meta_data.json", again);
	assert_memory_equal(again, value[0], 64);
}

/* A mixed value can be mixed again, as reseed does, and changes again. */
static void test_mixed_again(void **state)
{
	struct file f = mix_nova("openstack/latest/meta_data.json");
	char *second = strdup(f.new);

	(void)state;
	assert_int_equal(mix(key, second, f.len, "openstack/latest/meta_data.json"), 0);
	assert_string_not_equal(second, f.new);
	assert_string_not_equal(second, f.old);
	free(second);
	free(f.old);
	free(f.new);
}

/* One mixer is used for many files: what is left of an earlier file in it must not change a later one. */
static void test_one_mixer(void **state)
{
	static const size_t lens[] = { MIX_MAX, 3, 512, 1, 64 };
	static uint8_t old[MIX_MAX];
	static char text[TEXT_MAX], alone[TEXT_MAX];
	struct mixer *m = mixer_new(key);
	uint64_t rng = 3;
	size_t i, at, doc;

	(void)state;
	assert_non_null(m);
	random_fill(&rng, old, sizeof(old));
	for (i = 0; i < COUNT(lens); i++) {
		doc = document(text, old, lens[i], &at);
		memcpy(alone, text, doc + 1);
		assert_int_equal(mix_metadata(m, text, doc, "p"), 0);
		assert_int_equal(mix(key, alone, doc, "p"), 0);
		assert_string_equal(text, alone);
	}
	mixer_free(m);
	mixer_free(NULL);
}

/* --- files that are left unchanged --- */

static void test_left_alone(void **state)
{
	static const struct {
		const char *text;
		int err;
	} row[] = {
		{ "{}", -ENOENT },
		{ "{\"meta\":{\"random_seed\":\"AAAA\"}}", -ENOENT },
		{ "{\"random_seed\":\"AAAA\",\"random_seed\":\"AAAA\"}", -EEXIST },
		{ "{\"random_seed\":1}", -EINVAL },
		{ "{\"random_seed\":null}", -EINVAL },
		{ "", -EBADMSG },
		{ "no JSON", -EBADMSG },
		{ "{\"random_seed\":\"AAAA\"", -EBADMSG },
		{ "{\"random_seed\":\"AAAA\"},", -EBADMSG },
		{ "[{\"random_seed\":\"AAAA\"}]", -EBADMSG },
		{ "{\"random_seed\":\"\"}", -EILSEQ },
		{ "{\"random_seed\":\"A\"}", -EILSEQ },
		{ "{\"random_seed\":\"AA\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAA\"}", -EILSEQ },
		{ "{\"random_seed\":\"AA=\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAA==\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAAA=\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAAA====\"}", -EILSEQ },
		{ "{\"random_seed\":\"====\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAAA \"}", -EILSEQ },
		{ "{\"random_seed\":\" AAAA\"}", -EILSEQ },
		{ "{\"random_seed\":\"AA AA\"}", -EILSEQ },
		{ "{\"random_seed\":\"AAAA\\n\"}", -EILSEQ },
		{ "{\"random_seed\":\"A-_A\"}", -EILSEQ }, /* the URL-safe alphabet */
		{ "{\"random_seed\":\"AB==\"}", -EILSEQ }, /* bits set after the end of the value */
		{ "{\"random_seed\":\"AAB=\"}", -EILSEQ },
		{ "{\"random_seed\":\"\\u0041AAA\"}",
			-EILSEQ }, /* longer than any value that is accepted */
		{ "{\"random_seed\":\"\xc3\xa9"
		  "AA\"}",
			-EILSEQ },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		char *text = strdup(row[i].text);
		int r = mix(key, text, strlen(text), "p");

		if (r != row[i].err)
			fail_msg("%d, not %d, for: %s", r, row[i].err, text);
		assert_string_equal(text, row[i].text);
		free(text);
	}
}

static void test_too_deep(void **state)
{
	char text[400] = "{\"random_seed\":\"AAAA\",\"a\":", before[400];
	size_t len = strlen(text);

	(void)state;
	memset(text + len, '[', 100);
	memset(text + len + 100, ']', 100);
	strcpy(text + len + 200, "}");
	memcpy(before, text, sizeof(text));
	assert_int_equal(mix(key, text, strlen(text), "p"), -ELOOP);
	assert_memory_equal(text, before, sizeof(text));
}

static void test_size(void **state)
{
	(void)state;
	assert_int_equal(mix_size(0), 0);
	assert_int_equal(mix_size(16 << 20), 0);
	assert_int_equal(mix_size((16 << 20) + 1), -EFBIG);
	assert_int_equal(mix_size((uint64_t)1 << 32), -EFBIG);
}

static void test_why(void **state)
{
	static const int err[] = { -EEXIST, -EINVAL, -EBADMSG, -ELOOP, -EILSEQ, -E2BIG, -EFBIG };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(err); i++) {
		assert_string_not_equal(mix_why(err[i]), strerror(-err[i]));
		for (j = 0; j < i; j++)
			assert_string_not_equal(mix_why(err[i]), mix_why(err[j]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("mix: json-c finds a new random_seed in each of Nova's files, and no other change",
			test_json_c_sees_one_difference),
		TEST("mix: no byte outside the value changes, and its length does not",
			test_no_other_byte),
		TEST("mix: no two of Nova's values are equal, old or new", test_all_values_new),
		TEST("mix: the value is the documented HKDF of key, old value and path, at every length",
			test_construction),
		TEST("mix: a value longer than the limit is left unchanged", test_longest),
		TEST("mix: another key, old value or path gives another value", test_depends_on),
		TEST("mix: a value that was mixed can be mixed again", test_mixed_again),
		TEST("mix: one mixer can be used for several files", test_one_mixer),
		TEST("mix: a value that is absent, double, no string, no JSON or no base64 leaves the file unchanged",
			test_left_alone),
		TEST("mix: a file that is nested too deeply is unchanged", test_too_deep),
		TEST("mix: a file of 16 MiB is mixed, a larger one is not", test_size),
		TEST("mix: each reason has a message of its own", test_why),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("mix", tests, setup, NULL);
}
