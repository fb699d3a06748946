/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/source/tpm_packet.h"

#include <errno.h>

/* Makes a response as Part 1 of the TPM's specification defines it: a header, the number of random bytes, and the
 * bytes. */
static size_t answer(
	uint8_t *out, unsigned tag, uint32_t said, uint32_t rc, unsigned size, size_t bytes)
{
	const uint8_t head[] = { (uint8_t)(tag >> 8), (uint8_t)tag, (uint8_t)(said >> 24),
		(uint8_t)(said >> 16), (uint8_t)(said >> 8), (uint8_t)said, (uint8_t)(rc >> 24),
		(uint8_t)(rc >> 16), (uint8_t)(rc >> 8), (uint8_t)rc, (uint8_t)(size >> 8),
		(uint8_t)size };
	size_t i;

	memcpy(out, head, sizeof(head));
	for (i = 0; i < bytes; i++)
		out[sizeof(head) + i] = (uint8_t)(i + 1);
	return sizeof(head) + bytes;
}

static void test_command(void **state)
{
	static const uint8_t want[] = { 0x80, 0x01, 0, 0, 0, 0x0c, 0, 0, 0x01, 0x7b, 0, 0x40 };
	uint8_t have[TPM_COMMAND_SIZE];

	(void)state;
	tpm_command(have, 64);
	assert_memory_equal(have, want, sizeof(want));
	tpm_command(have, 1);
	assert_int_equal(have[11], 1);
}

static void test_granted(void **state)
{
	uint8_t raw[100];
	const uint8_t *bytes;
	size_t n, len, size;

	(void)state;
	for (n = 1; n <= 64; n++) {
		len = answer(raw, 0x8001, (uint32_t)(12 + n), 0, (unsigned)n, n);
		assert_int_equal(tpm_answer(raw, len, 64, &bytes, &size), 0);
		assert_int_equal(size, n);
		assert_ptr_equal(bytes, raw + 12);
		/* A response may have as many bytes as were requested, and not one more. */
		assert_int_equal(tpm_answer(raw, len, n, &bytes, &size), 0);
		assert_int_equal(tpm_answer(raw, len, n - 1, &bytes, &size), -EPROTO);
	}
}

/* Each of the three lengths may be wrong: the one in the header, the one in the size field, and the number of bytes
 * that were received. */
static void test_lies(void **state)
{
	uint8_t raw[100], before[100];
	const uint8_t *bytes = NULL;
	uint32_t said;
	unsigned size;
	size_t came, n = 4711, right = 0;

	(void)state;
	memset(raw, 0, sizeof(raw));
	for (said = 0; said < 40; said++) {
		for (size = 0; size < 24; size++) {
			answer(raw, 0x8001, said, 0, size, 20);
			memcpy(before, raw, sizeof(raw));
			for (came = 0; came < 34; came++) {
				const bool good =
					said == came && size + 12 == came && size > 0 && size <= 16;
				int r = tpm_answer(raw, came, 16, &bytes, &n);

				assert_int_equal(r == 0, good);
				if (!good)
					assert_true(r == -EPROTO ||
						(r == -ENODATA && size == 0 && came == 12));
				right += good;
			}
			assert_memory_equal(before, raw, sizeof(raw));
		}
	}
	assert_int_equal(right, 16);
}

static void test_lie_of_esys(void **state)
{
	/* The response has 8 bytes, but claims 64: a known library would use 56 zeros for the rest. */
	uint8_t raw[100] = { 0 };
	const uint8_t *bytes;
	size_t n;

	(void)state;
	answer(raw, 0x8001, 20, 0, 64, 8);
	assert_int_equal(tpm_answer(raw, 20, 64, &bytes, &n), -EPROTO);
	answer(raw, 0x8001, 76, 0, 64, 8);
	assert_int_equal(tpm_answer(raw, 20, 64, &bytes, &n), -EPROTO);
}

static void test_refusals(void **state)
{
	static const struct {
		uint32_t rc;
		int err;
	} row[] = { { 0x100, -EHOSTDOWN }, { 0x101, -EREMOTEIO }, { 0x908, -EAGAIN },
		{ 0x90a, -EAGAIN }, { 0x921, -EKEYREJECTED }, { 0x922, -EAGAIN }, { 0x920, -EIO },
		{ 0x1e, -EIO }, { 0xffffffff, -EIO }, { 0x90a0000, -EIO } };
	const uint8_t *bytes;
	uint8_t raw[100];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		answer(raw, 0x8001, 10, row[i].rc, 0, 0);
		assert_int_equal(tpm_answer(raw, 10, 64, &bytes, &n), row[i].err);
		/* A response with an error code and bytes after it is malformed. */
		answer(raw, 0x8001, 20, row[i].rc, 8, 8);
		assert_int_equal(tpm_answer(raw, 20, 64, &bytes, &n), -EPROTO);
	}
	/* A TPM 1.2 does not know the tag of our command, and answers with its own tag. */
	answer(raw, 0x00c4, 10, 0x1e, 0, 0);
	assert_int_equal(tpm_answer(raw, 10, 64, &bytes, &n), -EPROTONOSUPPORT);
	answer(raw, 0x00c4, 10, 0, 0, 0);
	assert_int_equal(tpm_answer(raw, 10, 64, &bytes, &n), -EPROTO);
	answer(raw, 0x8002, 20, 0, 8, 8);
	assert_int_equal(tpm_answer(raw, 20, 64, &bytes, &n), -EPROTO);
	answer(raw, 0x8001, 10, 0, 0, 0);
	assert_int_equal(tpm_answer(raw, 10, 64, &bytes, &n), -EPROTO);
}

static void test_size_ahead(void **state)
{
	uint8_t raw[100];
	uint32_t said;
	size_t len;

	(void)state;
	for (said = 0; said < 100; said++) {
		answer(raw, 0x8001, said, 0, 0, 0);
		assert_int_equal(
			tpm_answer_size(raw, 64, &len), said >= 10 && said <= 76 ? 0 : -EPROTO);
		if (said >= 10 && said <= 76)
			assert_int_equal(len, said);
	}
	answer(raw, 0x8001, 0x80000040, 0, 0, 0);
	assert_int_equal(tpm_answer_size(raw, 64, &len), -EPROTO);
}

static void test_words(void **state)
{
	static const int err[] = { -EPROTO, -EHOSTDOWN, -EREMOTEIO, -EKEYREJECTED,
		-EPROTONOSUPPORT };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(err); i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(tpm_why(err[i]), tpm_why(err[j]));
	assert_null(tpm_why(-ETIMEDOUT));
	assert_null(tpm_why(-EAGAIN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("tpm: the command is the twelve bytes of the specification", test_command),
		TEST("tpm: granted bytes are accepted, up to as many as requested", test_granted),
		TEST("tpm: of all possible lengths, only the true ones are accepted", test_lies),
		TEST("tpm: 8 bytes that claim to be 64 are malformed", test_lie_of_esys),
		TEST("tpm: each refusal has its errno; after busy the request is repeated, all others are final",
			test_refusals),
		TEST("tpm: a length that no answer can have is recognized by the header alone",
			test_size_ahead),
		TEST("tpm: each refusal has a message of its own", test_words),
	};

	return cmocka_run_group_tests_name("tpm", tests, NULL, NULL);
}
