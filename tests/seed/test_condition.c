/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"
#include "tests/lib/hmac.h"

#include "seed/condition.h"
#include "util/wire/record.h"

static void from_hex(const char *hex, uint8_t *out, size_t len)
{
	assert_int_equal(sodium_hex2bin(out, len, hex, strlen(hex), NULL, &len, NULL), 0);
}

/* --- known answers --- */

/* The result does not depend on where the message is divided into two pieces. */
static void assert_hmac(const char *key, const char *data, const char *hmac)
{
	const uint8_t *text = (const uint8_t *)data;
	uint8_t expected[CONDITION_SIZE], prk[CONDITION_SIZE];
	size_t len = strlen(data), cut;

	from_hex(hmac, expected, sizeof(expected));
	for (cut = 0; cut <= len; cut++) {
		condition_extract(prk, key, text, cut, text + cut, len - cut);
		assert_memory_equal(prk, expected, sizeof(prk));
	}
}

static const char *repeat(char *out, int byte, size_t times)
{
	memset(out, byte, times);
	out[times] = '\0';
	return out;
}

/* The test vectors whose HMAC is not truncated. condition_extract() computes the HMAC of two pieces. */
static void test_rfc4231(void **state)
{
	char key[132], data[64], counting[26];
	size_t i;

	(void)state;
	for (i = 0; i < 25; i++)
		counting[i] = (char)(i + 1);
	counting[25] = '\0';
	assert_hmac(repeat(key, 0x0b, 20), "Hi There",
		"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
		"daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
	assert_hmac("Jefe", "what do ya want for nothing?",
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	assert_hmac(repeat(key, 0xaa, 20), repeat(data, 0xdd, 50),
		"fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
		"bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb");
	assert_hmac(counting, repeat(data, 0xcd, 50),
		"b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
		"a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd");
	assert_hmac(repeat(key, 0xaa, 131),
		"Test Using Larger Than Block-Size Key - Hash Key First",
		"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
		"6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
	assert_hmac(repeat(key, 0xaa, 131),
		"This is a test using a larger than block-size key and a larger than block-size "
		"data. The key needs to be hashed before being used by the HMAC algorithm.",
		"e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
		"b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58");
}

/* RFC 5869 has no test vector for SHA-512. This one is the output of OpenSSL 3.0:
 * openssl kdf -keylen 82 -kdfopt digest:SHA2-512 -kdfopt hexkey:(22 times 0b)
 *	-kdfopt "salt:salt of text" -kdfopt hexinfo:(purpose, a zero byte, context) HKDF */
static void test_openssl_hkdf(void **state)
{
	static const char hex[] = "aec7d7c3536959d10ac2a9a49b562b1c46b5a844024953a0a4038e39d500d258"
				  "13aabb0c81e73faefc7ae73917fc2128322c8f9d2cdde797bc82b13d22a092bd"
				  "f57e22039f2e55ef07797c3b88808066f2e0";
	uint8_t key[22], prk[CONDITION_SIZE], out[82], expected[82];

	(void)state;
	memset(key, 0x0b, sizeof(key));
	from_hex(hex, expected, sizeof(expected));
	condition_extract(prk, "salt of text", key, sizeof(key), NULL, 0);
	condition_expand(out, sizeof(out), prk, "purpose", "context");
	assert_memory_equal(out, expected, sizeof(out));
}

/* --- a second implementation of the construction that seed/condition.h documents --- */

static void plain_digest(
	const char *name, uint64_t block, const uint8_t *raw, size_t len, uint8_t out[64])
{
	static struct message m;

	m.len = 0;
	message_add(&m, name, strlen(name) + 1);
	message_add_number(&m, block);
	message_add_number(&m, len);
	message_add(&m, raw, len);
	plain_hmac("seedrive 1 samples", 18, &m, out);
}

static void digest_in_pieces(uint64_t *rng, const char *name, uint32_t block, const uint8_t *raw,
	size_t len, uint8_t out[64])
{
	struct condition c;
	size_t at = 0, n;

	condition_begin(&c, name, block, len);
	for (; at < len; at += n) {
		n = 1 + random_below(rng, 5000);
		n = n < len - at ? n : len - at;
		condition_add(&c, raw + at, n);
	}
	condition_end(&c, out);
	assert_true(sodium_is_zero((const unsigned char *)&c, sizeof(c)));
}

static void test_digest(void **state)
{
	static uint8_t raw[50000];
	uint8_t got[64], expected[64];
	uint64_t rng = 1;
	int i;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	for (i = 0; i < 300; i++) {
		const size_t len = random_below(&rng, i % 3 ? 300 : sizeof(raw));
		const uint32_t block = (uint32_t)random_next(&rng);

		digest_in_pieces(&rng, i & 1 ? "rdrand" : "kernel", block, raw, len, got);
		plain_digest(i & 1 ? "rdrand" : "kernel", block, raw, len, expected);
		assert_memory_equal(got, expected, sizeof(got));
	}
}

struct part {
	const char *name;
	uint64_t len;
	uint8_t digest[64];
};

static void make_key(uint32_t block, const struct part *part, size_t parts, uint8_t prk[64])
{
	struct condition c;
	size_t i;

	condition_key_begin(&c, block);
	for (i = 0; i < parts; i++)
		condition_key_add(&c, part[i].name, part[i].len, part[i].digest);
	condition_key_end(&c, prk);
	assert_true(sodium_is_zero((const unsigned char *)&c, sizeof(c)));
}

static void plain_key(uint32_t block, const struct part *part, size_t parts, uint8_t prk[64])
{
	static struct message m;
	size_t i;

	m.len = 0;
	message_add_number(&m, block);
	for (i = 0; i < parts; i++) {
		message_add(&m, part[i].name, strlen(part[i].name) + 1);
		message_add_number(&m, part[i].len);
		message_add(&m, part[i].digest, 64);
	}
	plain_hmac("seedrive 1 block", 16, &m, prk);
}

static void test_key(void **state)
{
	static const char *const names[] = { "rdseed", "rdrand", "file", "kernel" };
	struct part part[COUNT(names)];
	uint8_t got[64], expected[64];
	uint64_t rng = 2;
	size_t i, parts;

	(void)state;
	for (parts = 0; parts <= COUNT(names); parts++) {
		for (i = 0; i < COUNT(names); i++) {
			part[i].name = names[i];
			part[i].len = random_next(&rng);
			random_fill(&rng, part[i].digest, 64);
		}
		make_key((uint32_t)parts, part, parts, got);
		plain_key((uint32_t)parts, part, parts, expected);
		assert_memory_equal(got, expected, sizeof(got));
	}
}

static void test_expand(void **state)
{
	static uint8_t got[255 * 64 + 1], expected[255 * 64];
	uint8_t prk[64];
	uint64_t rng = 3;
	size_t len;

	(void)state;
	random_fill(&rng, prk, sizeof(prk));
	for (len = 0; len <= 255 * 64; len += len < 200 ? 1 : 61) {
		memset(got, 0xa5, sizeof(got));
		condition_expand(got, len, prk, "purpose", "a/context");
		plain_hkdf_expand(prk, "purpose", "a/context", expected, len);
		assert_memory_equal(got, expected, len);
		assert_int_equal(got[len], 0xa5);
	}
	condition_expand(got, 255 * 64, prk, "purpose", "a/context");
	plain_hkdf_expand(prk, "purpose", "a/context", expected, 255 * 64);
	assert_memory_equal(got, expected, 255 * 64);
}

/* --- domain separation --- */

struct answers {
	uint8_t answer[64][64];
	size_t count;
};

static void assert_new(struct answers *a, const uint8_t answer[64])
{
	size_t i;

	assert_true(a->count < COUNT(a->answer));
	for (i = 0; i < a->count; i++)
		assert_memory_not_equal(a->answer[i], answer, 64);
	memcpy(a->answer[a->count++], answer, 64);
}

static void test_digest_domains(void **state)
{
	static const struct {
		const char *name;
		uint32_t block;
		size_t len;
	} row[] = {
		{ "ab", 0, 32 },
		{ "ab", 1, 32 },
		{ "ab", 256, 32 },
		{ "ab", 0, 33 },
		{ "ab", 0, 0 },
		{ "a", 0, 32 },
		{ "abc", 0, 32 },
		{ "", 0, 32 },
		{ "ab", 1u << 31, 32 },
	};
	struct answers a = { .count = 0 };
	uint8_t raw[64] = { 'b' }, out[64];
	uint64_t rng = 4;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		digest_in_pieces(&rng, row[i].name, row[i].block, raw, row[i].len, out);
		assert_new(&a, out);
	}
	/* As the key of a block and as plain HKDF input, the same bytes give different results. */
	make_key(0, NULL, 0, out);
	assert_new(&a, out);
	condition_extract(out, "seedrive 1 samples", raw, 32, NULL, 0);
	assert_new(&a, out);
}

static void test_key_domains(void **state)
{
	struct part both[2] = { { .name = "a", .len = 1 }, { .name = "b", .len = 2 } };
	struct part swapped[2], changed[2];
	struct answers a = { .count = 0 };
	uint8_t out[64];
	uint64_t rng = 5;

	(void)state;
	random_fill(&rng, both[0].digest, 64);
	random_fill(&rng, both[1].digest, 64);
	make_key(0, both, 2, out);
	assert_new(&a, out);
	make_key(1, both, 2, out);
	assert_new(&a, out);
	make_key(0, both, 1, out);
	assert_new(&a, out);
	make_key(0, both + 1, 1, out);
	assert_new(&a, out);
	swapped[0] = both[1];
	swapped[1] = both[0];
	make_key(0, swapped, 2, out);
	assert_new(&a, out);
	memcpy(changed, both, sizeof(both));
	changed[1].len = 3;
	make_key(0, changed, 2, out);
	assert_new(&a, out);
	changed[1] = both[1];
	changed[1].name = "c";
	make_key(0, changed, 2, out);
	assert_new(&a, out);
	changed[1] = both[1];
	changed[1].digest[63] ^= 1;
	make_key(0, changed, 2, out);
	assert_new(&a, out);
}

static void test_expand_domains(void **state)
{
	static const char *const row[][2] = { { "ab", "cd" }, { "abc", "d" }, { "a", "bcd" },
		{ "ab", "" }, { "", "ab" }, { "abcd", "" }, { "", "abcd" }, { "ab", "ce" } };
	struct answers a = { .count = 0 };
	uint8_t prk[64] = { 1 }, out[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		condition_expand(out, sizeof(out), prk, row[i][0], row[i][1]);
		assert_new(&a, out);
	}
	prk[63] ^= 1;
	condition_expand(out, sizeof(out), prk, row[0][0], row[0][1]);
	assert_new(&a, out);
}

/* --- the test vectors in doc/accounting.md --- */

#define PAGE "doc/accounting.md"

/* Reads the bytes after the line that has @name. */
static void vector(const char *page, const char *name, uint8_t *ret, size_t len)
{
	char line[64];
	const char *p;
	size_t i;

	snprintf(line, sizeof(line), "\n    %s\n", name);
	p = strstr(page, line);
	assert_non_null(p);
	for (p += strlen(line), i = 0; i < len; i++, p += 2) {
		p += strspn(p, " \n");
		assert_true(strspn(p, "0123456789abcdef") >= 2);
		ret[i] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
	}
	assert_int_equal(*p, '\n');
}

static char *page_text(void)
{
	static char text[65536];
	FILE *f = fopen(PAGE, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	assert_true(n < sizeof(text) - 1);
	text[n] = '\0';
	return text;
}

static void assert_vector(const char *page, const char *name, const uint8_t *made, size_t len)
{
	uint8_t want[CONDITION_SIZE];

	vector(page, name, want, len);
	assert_memory_equal(made, want, len);
}

static void digest_of(uint8_t out[CONDITION_SIZE], const char *name, uint32_t block,
	const uint8_t *raw, size_t len)
{
	struct condition c;

	condition_begin(&c, name, block, len);
	condition_add(&c, raw, len);
	condition_end(&c, out);
}

static void test_page(void **state)
{
	uint8_t up[64], down[64], fresh[64], d[2][CONDITION_SIZE], prk[CONDITION_SIZE],
		seed[CONDITION_SIZE], out[CONDITION_SIZE];
	const char *page = page_text();
	struct condition c;
	size_t i;

	(void)state;
	for (i = 0; i < 64; i++) {
		up[i] = (uint8_t)i;
		down[i] = (uint8_t)(255 - i);
		fresh[i] = 0x5c;
	}
	digest_of(d[0], "rdrand", 0, up, 64);
	digest_of(d[1], "kernel", 0, down, 64);
	assert_vector(page, "D of rdrand, block 0", d[0], CONDITION_SIZE);
	assert_vector(page, "D of kernel, block 0", d[1], CONDITION_SIZE);
	condition_key_begin(&c, 0);
	condition_key_add(&c, "rdrand", 64, d[0]);
	condition_key_add(&c, "kernel", 64, d[1]);
	condition_key_end(&c, prk);
	assert_vector(page, "PRK of block 0", prk, CONDITION_SIZE);
	condition_expand(seed, CONDITION_SIZE, prk, "seedrive 1 seed", "");
	assert_vector(page, "seed of block 0", seed, CONDITION_SIZE);
	digest_of(d[0], "hwrng", 1, up, 0);
	digest_of(d[1], "kernel", 1, down, 64);
	assert_vector(page, "D of hwrng, block 1", d[0], CONDITION_SIZE);
	assert_vector(page, "D of kernel, block 1", d[1], CONDITION_SIZE);
	condition_key_begin(&c, 1);
	condition_key_add(&c, "hwrng", 0, d[0]);
	condition_key_add(&c, "kernel", 64, d[1]);
	condition_key_end(&c, prk);
	assert_vector(page, "PRK of block 1", prk, CONDITION_SIZE);
	condition_expand(out, CONDITION_SIZE, prk, "seedrive 1 mix", "");
	assert_vector(page, "key to mix", out, CONDITION_SIZE);
	condition_expand(out, RECORD_ID_SIZE, prk, "seedrive 1 seed id", "");
	assert_vector(page, "seed_id", out, RECORD_ID_SIZE);
	condition_extract(out, "seedrive 1 hand out", seed, 64, fresh, 64);
	assert_vector(page, "block as handed out", out, CONDITION_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("condition: extract is HMAC-SHA-512 by the vectors of RFC 4231, with the message split anywhere",
			test_rfc4231),
		TEST("condition: extract and expand equal OpenSSL's HKDF", test_openssl_hkdf),
		TEST("condition: a source's digest is the documented HMAC, in any pieces",
			test_digest),
		TEST("condition: a block's key is the documented HMAC over its sources", test_key),
		TEST("condition: expand is that of RFC 5869 at every length, and writes no byte more",
			test_expand),
		TEST("condition: another name, block or length gives another digest",
			test_digest_domains),
		TEST("condition: another block, order, name, length or digest gives another key",
			test_key_domains),
		TEST("condition: another purpose or context gives another output",
			test_expand_domains),
		TEST("condition: it gives the vectors in doc/accounting.md", test_page),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
