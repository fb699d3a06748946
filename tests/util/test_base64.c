/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/base64.h"

#include <sodium.h>

static void vectors(void **state)
{
	static const char *const want[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	char out[16];
	size_t len;

	(void)state;
	for (len = 0; len < COUNT(want); len++) {
		memset(out, 0, sizeof(out));
		base64_encode((const uint8_t *)"foobar", len, out);
		assert_string_equal(out, want[len]);
		assert_int_equal(strlen(want[len]), BASE64_LEN(len));
	}
}

static void as_libsodium(void **state)
{
	uint8_t raw[256];
	char have[BASE64_LEN(256) + 1], want[BASE64_LEN(256) + 1];
	uint64_t seed = 1;
	size_t len, round;

	(void)state;
	for (round = 0; round < 1000; round++) {
		len = random_below(&seed, sizeof(raw) + 1);
		random_fill(&seed, raw, len);
		base64_encode(raw, len, have);
		have[BASE64_LEN(len)] = '\0';
		sodium_bin2base64(want, sizeof(want), raw, len, sodium_base64_VARIANT_ORIGINAL);
		assert_string_equal(have, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("base64: the vectors of RFC 4648", vectors),
		TEST("base64: a thousand random texts as libsodium encodes them", as_libsodium),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
