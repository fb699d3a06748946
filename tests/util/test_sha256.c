/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/sha256.h"

#include <sodium.h>

/* The examples of FIPS 180-2, appendix B, and more examples of NIST. */
static void test_fips(void **state)
{
	static const struct {
		const char *text, *digest;
	} row[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
		  "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
			"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	};
	uint8_t expected[SHA256_SIZE], out[SHA256_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		assert_int_equal(sodium_hex2bin(expected, sizeof(expected), row[i].digest, 64, NULL,
					 NULL, NULL),
			0);
		sha256(row[i].text, strlen(row[i].text), out);
		assert_memory_equal(out, expected, sizeof(out));
	}
}

static void test_million(void **state)
{
	static const char digest[] =
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	static uint8_t text[1000000];
	uint8_t expected[SHA256_SIZE], out[SHA256_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(
		sodium_hex2bin(expected, sizeof(expected), digest, 64, NULL, NULL, NULL), 0);
	sha256(text, sizeof(text), out);
	assert_memory_equal(out, expected, sizeof(out));
}

/* Each message is in a buffer of just its length, at each alignment. */
static void test_against_libsodium(void **state)
{
	uint8_t expected[SHA256_SIZE], out[SHA256_SIZE];
	uint64_t rng = 1;
	size_t len, shift;

	(void)state;
	for (len = 0; len <= 300; len++) {
		for (shift = 0; shift < 8; shift++) {
			uint8_t *text = malloc(shift + len + 1);

			assert_non_null(text);
			random_fill(&rng, text + shift, len);
			text = realloc(text, shift + len + (shift + len == 0));
			assert_non_null(text);
			crypto_hash_sha256(expected, text + shift, len);
			sha256(text + shift, len, out);
			assert_memory_equal(out, expected, sizeof(out));
			free(text);
		}
	}
}

static void test_long(void **state)
{
	static uint8_t text[100000];
	uint8_t expected[SHA256_SIZE], out[SHA256_SIZE];
	uint64_t rng = 2;
	int i;

	(void)state;
	random_fill(&rng, text, sizeof(text));
	for (i = 0; i < 200; i++) {
		const size_t len = random_below(&rng, sizeof(text));

		crypto_hash_sha256(expected, text, len);
		sha256(text, len, out);
		assert_memory_equal(out, expected, sizeof(out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("sha256: the examples of FIPS 180", test_fips),
		TEST("sha256: a million times the letter a", test_million),
		TEST("sha256: libsodium's digest at every length from 0 to 300 and every alignment",
			test_against_libsodium),
		TEST("sha256: libsodium's digest of long messages", test_long),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
