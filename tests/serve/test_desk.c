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
static struct accounts accounts;
static uint8_t answer[BROKER_ANSWER_MAX];
static size_t answer_len;

static int begin(void **state)
{
	(void)state;
	stock = reservoir_new(128);
	accounts_init(&accounts);
	return desk_init(&desk, stock, RATE, BURST);
}

static int end(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ACCOUNTS_HASH; i++)
		while (!SLIST_EMPTY(accounts.chain + i)) {
			SLIST_FIRST(accounts.chain + i)->references = 1;
			account_release(&accounts, SLIST_FIRST(accounts.chain + i));
		}
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

static void open_client(struct client *c, uid_t uid, int64_t now_ms)
{
	client_open(c, &broker_protocol, account_get(&accounts, uid), uid, 1, now_ms);
}

static void ask(struct client *c, uint32_t blocks, int64_t now_ms)
{
	uint8_t raw[BROKER_REQUEST_SIZE];

	broker_request_encode(raw, &(struct broker_request){ 1 + blocks % 2, blocks });
	client_input(c, &desk, raw, sizeof(raw), now_ms);
}

static void come(struct client *c, uid_t uid, uint32_t blocks, int64_t now_ms)
{
	open_client(c, uid, now_ms);
	ask(c, blocks, now_ms);
}

/* Checks that the next answer goes to @c and is @want. Returns: the hardware bits of its blocks. */
static uint32_t is_answered(struct client *c, enum broker_status want, int64_t now_ms)
{
	static struct broker_block block[BROKER_BLOCKS_MAX];
	const struct broker_request request = { c->version, c->request.blocks };
	enum broker_status status;
	uint32_t bits = 0, i;

	assert_ptr_equal(client_answer(&desk, answer, &answer_len, now_ms), c);
	assert_int_equal(broker_answer_parse(answer, answer_len, &request, block, &status), 0);
	assert_int_equal(status, want);
	assert_int_equal(c->state, want == BROKER_GIVEN ? CLIENT_SERVED : CLIENT_DONE);
	assert_int_equal(c->handout.blocks, want == BROKER_GIVEN ? c->request.blocks : 0);
	for (i = 0; i < c->handout.blocks; i++)
		bits += block[i].hardware_bits;
	assert_int_equal(c->handout.hardware_bits, bits);
	/* The handout is cleared, because many tests use the same client again. */
	handout_clear(&c->handout);
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
	/* The block is given, although it has no bits; the client decides whether that is enough. */
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
	/* Nothing is charged to the account, and the block is still in the stock. */
	assert_int_equal(limit_left(&desk.limit, 7, BROKER_WAIT_MS), BURST * 1000);
	assert_int_equal(reservoir_level(stock).blocks, 1);
}

static void limited(void **state)
{
	const int64_t later = BROKER_WAIT_MS + 1000 / RATE;
	struct client c, other;

	(void)state;
	/* After the first two answers, less than half of the stock is left. */
	fill(64 + BURST, 256, "x");
	come(&c, 7, BURST, 0);
	is_answered(&c, BROKER_GIVEN, 0);
	client_close(&c, &desk, 0);
	come(&c, 7, 1, 0);
	come(&other, 8, 1, 0);
	is_answered(&other, BROKER_GIVEN, 0);
	nobody_is(BROKER_WAIT_MS - 1);
	is_answered(&c, BROKER_LIMITED, BROKER_WAIT_MS);
	assert_int_equal(desk.limited, 1);
	assert_int_equal(desk.limited_account, 7);
	client_close(&c, &desk, BROKER_WAIT_MS);
	client_close(&other, &desk, BROKER_WAIT_MS);
	come(&c, 7, 1, later);
	is_answered(&c, BROKER_GIVEN, later);
	client_close(&c, &desk, later);
}

static void plentiful(void **state)
{
	static struct client crowd[300];
	struct client other;
	size_t i;

	(void)state;
	fill(128, 256, "x");
	for (i = 0; i < COUNT(crowd); i++)
		come(crowd + i, 7, 2, 0);
	/* All of them are served, long after the account's share has been used up, because the stock is refilled ... */
	for (i = 0; i < COUNT(crowd); i++) {
		is_answered(crowd + i, BROKER_GIVEN, 0);
		fill(2, 256, "x");
	}
	/* ... and half of it is left for other accounts. */
	come(crowd, 7, BURST, 0);
	is_answered(crowd, BROKER_GIVEN, 0);
	come(crowd, 7, 25, 0);
	come(&other, 8, BURST, 0);
	is_answered(&other, BROKER_GIVEN, 0);
	nobody_is(0);
	for (i = 0; i < COUNT(crowd); i++)
		client_close(crowd + i, &desk, 0);
	client_close(&other, &desk, 0);
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
	/* The modest client came last, but the other account has had its turn in this round. */
	is_answered(greedy, BROKER_GIVEN, 0);
	is_answered(&modest, BROKER_GIVEN, 0);
	nobody_is(0);
	for (i = 1; i < 4; i++)
		is_answered(greedy + i, BROKER_EMPTY, BROKER_WAIT_MS);
	for (i = 0; i < 4; i++)
		client_close(greedy + i, &desk, 0);
	client_close(&modest, &desk, 0);
}

/* In a contest, a source delivers one block at a time, and each client asks again as soon as it has been answered. */
struct contest {
	struct client client[8];
	uint32_t blocks[8];
	size_t clients, had[8];
};

static void play(struct contest *t, unsigned rounds, int64_t *now)
{
	struct client *c;
	size_t i;

	for (i = 0; i < t->clients; i++)
		come(t->client + i, (uid_t)i, t->blocks[i], *now);
	while (rounds-- > 0) {
		fill(1, 256, "x");
		*now += 1;
		while ((c = client_answer(&desk, answer, &answer_len, *now))) {
			i = (size_t)(c - t->client);
			t->had[i] += c->handout.blocks;
			client_close(c, &desk, *now);
			come(c, (uid_t)i, t->blocks[i], *now);
		}
	}
	for (i = 0; i < t->clients; i++)
		client_close(t->client + i, &desk, *now);
}

/* Turns the limit off, so that only the turns decide. */
static void no_limit(void)
{
	limit_init(&desk.limit, LIMIT_MAX, LIMIT_MAX);
}

static void modest_among_greedy(void **state)
{
	/* A request for one block can be served sooner than a request for two. */
	struct contest t = { .clients = 5, .blocks = { 1, 1, 1, 1, 2 } };
	int64_t now = 0;
	size_t i;

	(void)state;
	no_limit();
	play(&t, 10000, &now);
	for (i = 0; i < t.clients; i++)
		assert_in_range(t.had[i], 1960, 2040);
}

static void equal_shares(void **state)
{
	struct contest t = { .clients = 8, .blocks = { 1, 2, 3, 5, 8, 13, 21, 30 } };
	int64_t now = 0;
	size_t i;

	(void)state;
	no_limit();
	play(&t, 40000, &now);
	for (i = 0; i < t.clients; i++)
		assert_in_range(t.had[i], 4900, 5100);
}

static void head_keeps_its_turn(void **state)
{
	struct client large, later;

	(void)state;
	come(&large, 7, 20, 0);
	nobody_is(0);
	come(&later, 8, 1, 1);
	fill(19, 256, "x");
	nobody_is(1);
	fill(1, 256, "x");
	is_answered(&large, BROKER_GIVEN, 1);
	/* A request had to wait for another one, which in the end got nothing. It is not refused because of that. */
	come(&large, 7, 20, 2);
	client_close(&later, &desk, 2);
	nobody_is(2);
	come(&later, 8, 1, 3);
	fill(1, 256, "x");
	nobody_is(3);
	is_answered(&large, BROKER_EMPTY, 2 + BROKER_WAIT_MS);
	is_answered(&later, BROKER_GIVEN, 2 + BROKER_WAIT_MS);
	client_close(&large, &desk, 0);
	client_close(&later, &desk, 0);
}

static void newcomer_first(void **state)
{
	struct client busy[4], fresh;
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		come(busy + i, 7, 2, 0);
	fill(2, 256, "x");
	is_answered(busy, BROKER_GIVEN, 0);
	/* The account has had its turn in this round, and its other requests are not the head of the queue yet. */
	fill(2, 256, "x");
	come(&fresh, 8, 2, 0);
	is_answered(&fresh, BROKER_GIVEN, 0);
	nobody_is(0);
	for (i = 0; i < 4; i++)
		client_close(busy + i, &desk, 0);
	client_close(&fresh, &desk, 0);
}

/* An endless series of new accounts, each with one request, does not delay an account that was there before. */
static void crowd_of_newcomers(void **state)
{
	static struct client crowd[4096];
	struct client old;
	size_t i, waited = 0;

	(void)state;
	no_limit();
	fill(2, 256, "x");
	for (i = 0; i < 20; i++)
		come(crowd + i, 1000 + (uid_t)i, 2, 0);
	is_answered(crowd, BROKER_GIVEN, 0);
	come(&old, 7, 30, 0);
	for (; i < COUNT(crowd) && old.state == CLIENT_WAITS; i++) {
		come(crowd + i, 1000 + (uid_t)i, 2, 0);
		fill(2, 256, "x");
		while (client_answer(&desk, answer, &answer_len, 0))
			waited++;
	}
	assert_int_equal(old.state, CLIENT_SERVED);
	assert_in_range(waited, 15, 20 + 16 * (TURNS_FRESH + 1));
	while (i-- > 0)
		client_close(crowd + i, &desk, 0);
	client_close(&old, &desk, 0);
}

static void nobody_blocks_others(void **state)
{
	struct client before, large, small;

	(void)state;
	fill(36, 256, "x");
	come(&before, 8, 34, 0);
	is_answered(&before, BROKER_GIVEN, 0);
	client_close(&before, &desk, 0);
	/* The large request came first, but it is for more than its account may take in this round. */
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
		open_client(&c, 7, 0);
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
	/* The client sends another request while the first one waits: both are refused, and nothing is charged. */
	come(&c, 7, 2, 0);
	ask(&c, 2, 0);
	is_answered(&c, BROKER_REFUSED, 0);
	assert_int_equal(limit_left(&desk.limit, 7, 0), BURST * 1000);
	client_close(&c, &desk, 0);
	/* The client sends another request in place of the note: it keeps its blocks and gets no more. */
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
	/* If a source does not fit into the text, the text says so. */
	assert_true(strlen(c.handout.sources) < sizeof(c.handout.sources));
	assert_string_equal(c.handout.sources + strlen(c.handout.sources) - 5, "; ...");
	assert_null(strstr(c.handout.sources, "aa; aa"));
	assert_ptr_equal(strstr(c.handout.sources, "...") + 3,
		c.handout.sources + strlen(c.handout.sources));
	client_close(&c, &desk, 0);
}

/* Many clients take random steps: each block must go to one client, and each answer must have a client. */
static void anything(void **state)
{
	static struct client crowd[64];
	struct client *c;
	uint64_t random = 3;
	size_t put = 0, out = 0, i;
	int64_t now = 0;

	(void)state;
	for (i = 0; i < 64; i++)
		open_client(crowd + i, (uid_t)(i % 5), now);
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
			open_client(c, c->handout.uid, now);
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
			open_client(c, c->handout.uid, now);
		}
	}
	assert_true(out > 1000);
	assert_int_equal(put, out + reservoir_level(stock).blocks);
	for (i = 0; i < 64; i++)
		client_close(crowd + i, &desk, now);
	assert_true(desk_is_idle(&desk));
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
		DESK("desk: a client gets blocks with their sources, and then sends its note",
			given),
		DESK("desk: a block without bits from hardware is given, and says so",
			short_of_hardware),
		DESK("desk: a request waits for blocks, and gets them", waits),
		DESK("desk: after half a second the client is answered that there are none, and is not charged",
			empty),
		DESK("desk: an account beyond its share is answered so, and another is served",
			limited),
		DESK("desk: while the stock is plentiful nobody is refused, and half is kept for others",
			plentiful),
		DESK("desk: many requests of one account do not delay a single one of another",
			fair),
		DESK("desk: four requests for one block do not starve a request for two",
			modest_among_greedy),
		DESK("desk: accounts that ask without pause get equally many blocks, with requests of any size",
			equal_shares),
		DESK("desk: no request overtakes the one whose turn it is, nor does that one cost the next its turn",
			head_keeps_its_turn),
		DESK("desk: an account that has asked for nothing recently comes first",
			newcomer_first),
		DESK("desk: an endless series of new accounts does not delay an old one",
			crowd_of_newcomers),
		DESK("desk: a request that is too large at the moment delays nobody else",
			nobody_blocks_others),
		DESK("desk: a client that has disconnected gets nothing and is charged nothing",
			gone),
		DESK("desk: a packet that is no request is refused, at any length", garbage),
		DESK("desk: a client that sends out of turn gets nothing more", out_of_turn),
		DESK("desk: provenance that does not fit is marked as left out", many_sources),
		DESK("desk: after 100,000 random steps, each block went to one client", anything),
	};

	return cmocka_run_group_tests_name("desk", tests, set_up, NULL);
}
