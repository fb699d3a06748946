/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/broker.h"
#include "serve/client.h"
#include "util/secret.h"

#include <errno.h>

#define RATE  10
#define BURST 40

static struct reservoir *stock;
static struct desk desk;
static uint8_t answer[BROKER_ANSWER_MAX];
static size_t answer_len;

static int begin(void **state)
{
	(void)state;
	stock = reservoir_new(128);
	return desk_init(&desk, stock, RATE, BURST);
}

static int end(void **state)
{
	(void)state;
	desk_clear(&desk);
	reservoir_free(stock);
	return 0;
}

static void fill(unsigned blocks, uint32_t bits, const char *provenance)
{
	struct broker_block block = { .hardware_bits = bits };

	strcpy(block.provenance, provenance);
	while (blocks-- > 0)
		assert_int_equal(reservoir_put(stock, &block, 1, 1), 1);
}

static void ask(struct client *c, uint32_t blocks, int64_t now_ms)
{
	uint8_t raw[BROKER_REQUEST_SIZE];

	broker_request_encode(raw, blocks);
	client_input(c, &desk, raw, sizeof(raw), now_ms);
}

static void come(struct client *c, uid_t uid, uint32_t blocks, int64_t now_ms)
{
	client_open(c, &broker_protocol, uid, 1, now_ms);
	ask(c, blocks, now_ms);
}

/* The next answer goes to @c and is @want. Returns the hardware bits that come with it. */
static uint32_t is_answered(struct client *c, enum broker_status want, int64_t now_ms)
{
	static struct broker_block block[BROKER_BLOCKS_MAX];
	enum broker_status status;
	uint32_t bits = 0, i;

	assert_ptr_equal(client_answer(&desk, answer, &answer_len, now_ms), c);
	assert_int_equal(
		broker_answer_parse(answer, answer_len, c->request.blocks, block, &status), 0);
	assert_int_equal(status, want);
	assert_int_equal(c->state, want == BROKER_GIVEN ? CLIENT_SERVED : CLIENT_DONE);
	assert_int_equal(c->handout.blocks, want == BROKER_GIVEN ? c->request.blocks : 0);
	for (i = 0; i < c->handout.blocks; i++)
		bits += block[i].hardware_bits;
	assert_int_equal(c->handout.hardware_bits, bits);
	return bits;
}

static void nobody_is(int64_t now_ms)
{
	assert_null(client_answer(&desk, answer, &answer_len, now_ms));
}

static void given(void **state)
{
	struct client c;
	const struct broker_note note = { .credit_bits = 256, .uuid = { 1 }, .seed_id = { 2 } };
	uint8_t raw[BROKER_NOTE_SIZE];

	(void)state;
	fill(1, 256, "tpm:320 kernel");
	fill(2, 100, "rdrand:128 kernel");
	come(&c, 7, 3, 0);
	assert_int_equal(is_answered(&c, BROKER_GIVEN, 0), 456);
	assert_string_equal(c.handout.sources, "tpm:320 kernel; rdrand:128 kernel");
	assert_int_equal(reservoir_level(stock).blocks, 0);
	assert_false(c.handout.noted);
	broker_note_encode(raw, &note);
	client_input(&c, &desk, raw, sizeof(raw), 5);
	assert_int_equal(c.state, CLIENT_DONE);
	assert_true(c.handout.noted);
	assert_memory_equal(&c.handout.note, &note, sizeof(note));
	client_close(&c, &desk, 5);
	nobody_is(1000000);
}

static void short_of_hardware(void **state)
{
	struct client c;

	(void)state;
	fill(2, 0, "kernel");
	come(&c, 7, 2, 0);
	/* Given as what it is: it is not for us to say whether it is enough. */
	assert_int_equal(is_answered(&c, BROKER_GIVEN, 0), 0);
	assert_string_equal(c.handout.sources, "kernel");
	client_close(&c, &desk, 0);
}

static void waits(void **state)
{
	struct client c;

	(void)state;
	fill(1, 256, "x");
	come(&c, 7, 2, 0);
	nobody_is(0);
	nobody_is(BROKER_WAIT_MS - 1);
	fill(1, 256, "x");
	is_answered(&c, BROKER_GIVEN, BROKER_WAIT_MS - 1);
	client_close(&c, &desk, 0);
}

static void empty(void **state)
{
	struct client c;

	(void)state;
	fill(1, 256, "x");
	come(&c, 7, 2, 0);
	is_answered(&c, BROKER_EMPTY, BROKER_WAIT_MS);
	assert_int_equal(desk.empty, 1);
	client_close(&c, &desk, BROKER_WAIT_MS);
	/* It cost the account nothing, and the block in stock is still there. */
	assert_int_equal(limit_left(&desk.limit, 7, BROKER_WAIT_MS), BURST * 1000);
	assert_int_equal(reservoir_level(stock).blocks, 1);
}

static void limited(void **state)
{
	struct client c, other;

	(void)state;
	fill(128, 256, "x");
	come(&c, 7, BURST, 0);
	is_answered(&c, BROKER_GIVEN, 0);
	client_close(&c, &desk, 0);
	come(&c, 7, 1, 0);
	come(&other, 8, 1, 0);
	is_answered(&other, BROKER_GIVEN, 0);
	is_answered(&c, BROKER_LIMITED, 0);
	assert_int_equal(desk.limited, 1);
	assert_int_equal(desk.limited_account, 7);
	client_close(&c, &desk, 0);
	client_close(&other, &desk, 0);
	come(&c, 7, 1, 1000 / RATE);
	is_answered(&c, BROKER_GIVEN, 1000 / RATE);
	client_close(&c, &desk, 0);
}

static void fair(void **state)
{
	struct client greedy[4], modest;
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		come(greedy + i, 7, 2, 0);
	come(&modest, 8, 2, 0);
	fill(4, 256, "x");
	/* He came last, and has had least. */
	is_answered(&modest, BROKER_GIVEN, 0);
	is_answered(greedy, BROKER_GIVEN, 0);
	nobody_is(0);
	for (i = 1; i < 4; i++)
		is_answered(greedy + i, BROKER_EMPTY, BROKER_WAIT_MS);
	for (i = 0; i < 4; i++)
		client_close(greedy + i, &desk, 0);
	client_close(&modest, &desk, 0);
}

static void nobody_blocks_others(void **state)
{
	struct client before, large, small;

	(void)state;
	fill(36, 256, "x");
	come(&before, 8, 34, 0);
	is_answered(&before, BROKER_GIVEN, 0);
	client_close(&before, &desk, 0);
	/* The large one would come first, as its account has had less. */
	come(&large, 7, 30, 0);
	come(&small, 8, 2, 0);
	is_answered(&small, BROKER_GIVEN, 0);
	nobody_is(0);
	is_answered(&large, BROKER_EMPTY, BROKER_WAIT_MS);
	client_close(&large, &desk, 0);
	client_close(&small, &desk, 0);
}

static void gone(void **state)
{
	struct client c, other;

	(void)state;
	come(&c, 7, 2, 0);
	come(&other, 7, 2, 0);
	client_close(&c, &desk, 0);
	assert_int_equal(limit_left(&desk.limit, 7, 0), (BURST - 2) * 1000);
	fill(4, 256, "x");
	is_answered(&other, BROKER_GIVEN, 0);
	nobody_is(0);
	client_close(&other, &desk, 0);
	assert_int_equal(reservoir_level(stock).blocks, 2);
}

static void garbage(void **state)
{
	static const uint8_t raw[BROKER_NOTE_SIZE + 1] = "GET / HTTP/1.1";
	struct client c;
	size_t len;

	(void)state;
	fill(4, 256, "x");
	for (len = 1; len <= sizeof(raw); len++) {
		client_open(&c, &broker_protocol, 7, 1, 0);
		client_input(&c, &desk, raw, len, 0);
		is_answered(&c, BROKER_REFUSED, 0);
		client_close(&c, &desk, 0);
	}
	assert_int_equal(reservoir_level(stock).blocks, 4);
	assert_int_equal(limit_left(&desk.limit, 7, 0), BURST * 1000);
}

static void out_of_turn(void **state)
{
	struct client c;

	(void)state;
	/* Another request while the first one waits: both are off, and nothing is charged. */
	come(&c, 7, 2, 0);
	ask(&c, 2, 0);
	is_answered(&c, BROKER_REFUSED, 0);
	assert_int_equal(limit_left(&desk.limit, 7, 0), BURST * 1000);
	client_close(&c, &desk, 0);
	/* Another request in place of the note: the client keeps its blocks and gets no more. */
	fill(4, 256, "x");
	come(&c, 7, 2, 0);
	is_answered(&c, BROKER_GIVEN, 0);
	ask(&c, 2, 0);
	assert_int_equal(c.state, CLIENT_DONE);
	assert_false(c.handout.noted);
	nobody_is(0);
	ask(&c, 2, 0);
	assert_int_equal(c.state, CLIENT_DONE);
	client_close(&c, &desk, 0);
	assert_int_equal(reservoir_level(stock).blocks, 2);
}

static void many_sources(void **state)
{
	struct client c;
	char text[BROKER_PROVENANCE];
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++) {
		memset(text, 0, sizeof(text));
		memset(text, 'a' + (int)i, sizeof(text) - 1);
		fill(1, 256, text);
		fill(1, 256, text);
	}
	come(&c, 7, 40, 0);
	is_answered(&c, BROKER_GIVEN, 0);
	/* What does not go in is not passed over in silence. */
	assert_true(strlen(c.handout.sources) < sizeof(c.handout.sources));
	assert_string_equal(c.handout.sources + strlen(c.handout.sources) - 5, "; ...");
	assert_null(strstr(c.handout.sources, "aa; aa"));
	assert_ptr_equal(strstr(c.handout.sources, "...") + 3,
		c.handout.sources + strlen(c.handout.sources));
	client_close(&c, &desk, 0);
}

/* A thousand clients who do anything: each block goes to one, and no answer is without a client. */
static void anything(void **state)
{
	static struct client crowd[64];
	struct client *c;
	uint64_t random = 3;
	size_t put = 0, out = 0, i;
	int64_t now = 0;

	(void)state;
	for (i = 0; i < 64; i++)
		client_open(crowd + i, &broker_protocol, (uid_t)(i % 5), 1, now);
	for (i = 0; i < 100000; i++) {
		uint8_t raw[BROKER_NOTE_SIZE];

		now += (int64_t)random_below(&random, 20);
		c = crowd + random_below(&random, 64);
		switch (random_below(&random, 6)) {
		case 0:
			put += reservoir_put(
				stock, &(struct broker_block){ .hardware_bits = 1 }, 1, 1);
			break;
		case 1:
			client_close(c, &desk, now);
			client_open(c, &broker_protocol, c->handout.uid, 1, now);
			break;
		case 2:
			random_fill(&random, raw, sizeof(raw));
			client_input(c, &desk, raw, 1 + random_below(&random, sizeof(raw)), now);
			break;
		default:
			ask(c, 1 + (uint32_t)random_below(&random, 4), now);
		}
		while ((c = client_answer(&desk, answer, &answer_len, now))) {
			assert_true(c >= crowd && c < crowd + 64);
			out += c->handout.blocks;
			client_close(c, &desk, now);
			client_open(c, &broker_protocol, c->handout.uid, 1, now);
		}
	}
	assert_true(out > 1000);
	assert_int_equal(put, out + reservoir_level(stock).blocks);
	for (i = 0; i < 64; i++)
		client_close(crowd + i, &desk, now);
	assert_true(TAILQ_EMPTY(&desk.queue));
}

static int set_up(void **state)
{
	(void)state;
	return secret_setup();
}

#define DESK(title, function)                     \
	{                                         \
		title, function, begin, end, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK("desk: blocks with what they rest on, then the note", given),
		DESK("desk: a block that rests on no hardware is given as such", short_of_hardware),
		DESK("desk: a request waits for blocks, and gets them", waits),
		DESK("desk: after half a second it is told that there are none, at no cost", empty),
		DESK("desk: an account beyond its share is told so, another is served", limited),
		DESK("desk: the account that has had least recently comes first", fair),
		DESK("desk: a request too large for now holds nobody else up",
			nobody_blocks_others),
		DESK("desk: a client that has gone gets nothing and is charged nothing", gone),
		DESK("desk: what is no request is refused, whatever its length", garbage),
		DESK("desk: a client that sends out of turn gets nothing more", out_of_turn),
		DESK("desk: provenance that has no room is marked as left out", many_sources),
		DESK("desk: 100,000 turns of anything, and each block went to one client",
			anything),
	};

	return cmocka_run_group_tests_name("desk", tests, set_up, NULL);
}
