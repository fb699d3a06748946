/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/wire/egd.h"

#include <errno.h>

/* Parses a stream in pieces of @piece bytes, and writes its requests on one line, as in "bits try5 read255 offer:6162
 * pid". */
static int parse_pieces(const uint8_t *raw, size_t len, size_t piece, char *out)
{
	static const char *const word[] = { "bits", "try", "read", "offer", "pid" };
	struct egd_parser p = { 0 };
	struct egd_request q;
	size_t at = 0, used, i;
	int r = 0;
	enum egd_command last = EGD_PID;

	*out = '\0';
	while (at < len && r >= 0) {
		const size_t end = (at / piece + 1) * piece < len ? (at / piece + 1) * piece : len;

		r = egd_parse(&p, raw + at, end - at, &used, &q);
		assert_true(used <= end - at);
		assert_true(r != 0 || used == end - at);
		at += used;
		if (r <= 0)
			continue;
		if (q.command == EGD_OFFER) {
			/* The pieces of one offer are joined. */
			out += sprintf(out, last == EGD_OFFER ? "" : " offer:");
			for (i = 0; i < q.bytes; i++)
				out += sprintf(out, "%02x", q.data[i]);
		} else {
			out += sprintf(out, " %s", word[q.command]);
			if (q.command == EGD_TRY || q.command == EGD_READ)
				out += sprintf(out, "%u", q.bytes);
		}
		last = q.command;
	}
	return r < 0 ? r : (int)at;
}

static void all_commands(void **state)
{
	static const uint8_t raw[] = { 0, 1, 5, 2, 255, 2, 1, 3, 0, 16, 2, 'a', 'b', 4, 0, 3, 255,
		255, 0, 2, 0, 1, 0 };
	char text[256];
	size_t piece;

	(void)state;
	for (piece = 1; piece <= sizeof(raw); piece++) {
		assert_int_equal(parse_pieces(raw, sizeof(raw), piece, text), sizeof(raw));
		assert_string_equal(
			text, " bits try5 read255 read1 offer:6162 pid bits read0 try0");
	}
}

/* Within an offer, bytes that could be a request are not read as one. */
static void offers(void **state)
{
	uint8_t raw[4 + 255 + 1] = { 3, 0, 0, 255 };
	char text[1024], want[1024] = " offer:";
	size_t piece, i;

	(void)state;
	for (i = 0; i < 255; i++) {
		raw[4 + i] = (uint8_t)i;
		sprintf(want + strlen(want), "%02zx", i);
	}
	raw[259] = 4;
	strcat(want, " pid");
	for (piece = 1; piece <= sizeof(raw); piece += 7) {
		assert_int_equal(parse_pieces(raw, sizeof(raw), piece, text), sizeof(raw));
		assert_string_equal(text, want);
	}
}

static void anything_else(void **state)
{
	struct egd_parser p = { 0 };
	struct egd_request q;
	uint8_t raw[3] = { 4, 0, 0 };
	size_t used;
	unsigned i;

	(void)state;
	for (i = 5; i < 256; i++) {
		raw[1] = (uint8_t)i;
		assert_int_equal(egd_parse(&p, raw, sizeof(raw), &used, &q), 1);
		assert_int_equal(used, 1);
		assert_int_equal(egd_parse(&p, raw + 1, 2, &used, &q), -EBADMSG);
		assert_int_equal(used, 0);
	}
	assert_int_equal(egd_parse(&p, raw, 0, &used, &q), 0);
	assert_int_equal(used, 0);
}

static void answers(void **state)
{
	uint8_t out[EGD_PID_MAX];

	(void)state;
	egd_bits_encode(out, 0x01020304);
	assert_memory_equal(out, "\x01\x02\x03\x04", 4);
	assert_int_equal(egd_pid_encode(out, 4194304), 8);
	assert_memory_equal(out,
		"\x07"
		"4194304",
		8);
	assert_int_equal(egd_pid_encode(out, 0), 2);
	assert_memory_equal(out,
		"\x01"
		"0",
		2);
	assert_int_equal(egd_pid_encode(out, UINT32_MAX), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("egd: the five requests are read, in pieces of any size", all_commands),
		TEST("egd: what a client offers is never read as a request", offers),
		TEST("egd: anything else ends the stream at that byte", anything_else),
		TEST("egd: bits are big-endian, the process number is text with its length",
			answers),
	};

	return cmocka_run_group_tests_name("egd", tests, NULL, NULL);
}
