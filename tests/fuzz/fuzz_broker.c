/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a packet of the broker's protocol, or a sequence of events. The parsers must accept what the encoders
 * write, and nothing else. Whatever clients send, the desk must give each block once, and no account more than its
 * share, and every answer must be valid. What the daemon keeps of an answer must have no byte of its blocks.
 * In a sequence, the second byte of the input says for which answer there is no memory to keep anything.
 *
 * FUZZ_WITH: util/wire/broker.c serve/account.c serve/broker.c serve/client.c serve/desk.c
 * FUZZ_WITH: serve/handout.c serve/limit.c serve/round.c serve/turns.c -Wl,--wrap=malloc
 */
#include "serve/broker.h"
#include "serve/client.h"
#include "tests/fuzz/failing.h"
#include "util/secret.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 6
#define USERS   3
#define RATE    4
#define BURST   80

/* --- replacements for the stock and for locked memory --- */

struct reservoir {
	size_t blocks;
	uint32_t next; /* the number of the next block */
};

void *secret_new(size_t len)
{
	return calloc(1, len);
}

void secret_free(void *p)
{
	free(p);
}

struct reservoir_level reservoir_level(struct reservoir *r)
{
	/* The stock is always low, so that no account gets more than its share. */
	return (struct reservoir_level){ .target = SIZE_MAX / 2, .blocks = r->blocks };
}

int reservoir_take(struct reservoir *r, struct broker_block *out, size_t blocks)
{
	size_t i, j;
	uint32_t kind;

	assert(blocks >= 1 && blocks <= BROKER_BLOCKS_MAX);
	if (blocks > r->blocks)
		return -EAGAIN;
	r->blocks -= blocks;
	for (i = 0; i < blocks; i++) {
		memset(out + i, 0, sizeof(*out));
		r->next++;
		memcpy(out[i].bytes, &r->next, sizeof(r->next));
		out[i].hardware_bits = r->next % (RECORD_BLOCK_BITS + 1);
		/* Each fifth block has the same sources as the block before it. */
		kind = r->next - (r->next % 5 == 0);
		memset(out[i].provenance, 'a' + (int)(kind % 7), 1 + kind % 40);
		out[i].sources = r->next % (BROKER_SOURCES + 1);
		for (j = 0; j < out[i].sources; j++)
			out[i].source[j] = (struct broker_source){ "file", 1024, r->next };
	}
	return 0;
}

#define ALLOCATION 1 /* the call that fails */

void *__real_malloc(size_t len);
void *__wrap_malloc(size_t len);

void *__wrap_malloc(size_t len)
{
	/* Of the daemon's code here, only handout_add() allocates memory with malloc(). */
	return failing_now(ALLOCATION, ENOMEM) ? NULL : __real_malloc(len);
}

/* --- packets --- */

static void check_request(const uint8_t *raw, size_t len)
{
	uint8_t again[BROKER_REQUEST_SIZE];
	struct broker_request request = { .blocks = 0xa5a5 };

	if (broker_request_parse(raw, len, &request) < 0) {
		assert(request.blocks == 0xa5a5);
		return;
	}
	assert(request.blocks >= 1 && request.blocks <= BROKER_BLOCKS_MAX);
	assert(request.version >= 1 && request.version <= BROKER_VERSION);
	broker_request_encode(again, &request);
	assert(len == sizeof(again) && memcmp(raw, again, len) == 0);
}

static void check_note(const uint8_t *raw, size_t len)
{
	uint8_t again[BROKER_NOTE_SIZE];
	struct broker_note note;

	if (broker_note_parse(raw, len, &note) < 0)
		return;
	assert(note.credit_bits <= RECORD_BITS_MAX);
	broker_note_encode(again, &note);
	assert(len == sizeof(again) && memcmp(raw, again, len) == 0);
}

static void check_answer(const uint8_t *raw, size_t len, const struct broker_request *request)
{
	static struct broker_block block[BROKER_BLOCKS_MAX], before[BROKER_BLOCKS_MAX];
	static uint8_t again[BROKER_ANSWER_MAX];
	enum broker_status status = BROKER_REFUSED;
	size_t i;

	memset(block, 0xa5, sizeof(block));
	memcpy(before, block, sizeof(block));
	if (broker_answer_parse(raw, len, request, block, &status) < 0 || status != BROKER_GIVEN) {
		assert(memcmp(block, before, sizeof(block)) == 0);
		return;
	}
	for (i = 0; i < request->blocks; i++) {
		assert(block[i].hardware_bits <= RECORD_BLOCK_BITS);
		assert(block[i].sources <= BROKER_SOURCES);
		assert(strnlen(block[i].provenance, BROKER_PROVENANCE) < BROKER_PROVENANCE);
	}
	assert(broker_answer_encode(again, request->version, status, block, request->blocks) ==
		len);
	assert(memcmp(raw, again, len) == 0);
}

/* --- a sequence of events --- */

struct world {
	struct reservoir reservoir;
	struct desk desk;
	struct accounts accounts;
	struct account *account[USERS];
	struct client client[CLIENTS];
	size_t put, given, of_user[USERS];
	uint32_t last; /* the number of the last block that was given */
	int64_t now_ms;
};

/* The daemon must keep the blocks of the answer, but without their bytes; or none of them, if there is no memory. */
static void check_handout(const struct handout *h, const struct broker_block *block)
{
	static const uint8_t none[RECORD_BLOCK];
	uint32_t bits = 0, i;

	for (i = 0; i < h->blocks; i++) {
		bits += block[i].hardware_bits;
		if (!h->given)
			continue;
		assert(memcmp(h->given[i].bytes, none, sizeof(none)) == 0);
		assert(h->given[i].hardware_bits == block[i].hardware_bits);
		assert(strcmp(h->given[i].provenance, block[i].provenance) == 0);
	}
	assert(h->hardware_bits == bits);
	assert(strlen(h->sources) < sizeof(h->sources));
	assert(h->blocks > 0 ? h->sources[0] != '\0' : !h->given);
}

/* The claim must follow the rule in serve/handout.h. */
static void check_claim(const struct handout *h)
{
	uint32_t most = h->hardware_bits + RECORD_BLOCK_BITS;

	if (most > h->blocks * RECORD_BLOCK_BITS)
		most = h->blocks * RECORD_BLOCK_BITS;
	if (h->noted && h->note.credit_bits < most)
		most = h->note.credit_bits;
	assert(handout_claim(h) == most);
	assert(handout_hardware(h) == (h->hardware_bits < most ? h->hardware_bits : most));
}

static void is_whole(struct world *w, const struct client *c, const uint8_t *raw, size_t len)
{
	static struct broker_block block[BROKER_BLOCKS_MAX];
	const struct broker_request request = { c->version, c->request.blocks };
	enum broker_status status;
	uint32_t number, i;

	assert(broker_answer_parse(raw, len, &request, block, &status) == 0);
	assert((status == BROKER_GIVEN) == (c->handout.blocks > 0));
	assert(c->state == (status == BROKER_GIVEN ? CLIENT_SERVED : CLIENT_DONE));
	for (i = 0; i < c->handout.blocks; i++) {
		memcpy(&number, block[i].bytes, sizeof(number));
		assert(number == ++w->last);
	}
	assert(!c->handout.noted);
	check_handout(&c->handout, block);
	check_claim(&c->handout);
	w->given += c->handout.blocks;
	w->of_user[c->handout.uid] += c->handout.blocks;
	assert(w->given + w->reservoir.blocks == w->put);
	assert(w->of_user[c->handout.uid] * 1000 <= BURST * 1000 + (uint64_t)w->now_ms * RATE);
}

static void answer_all(struct world *w)
{
	static uint8_t out[BROKER_ANSWER_MAX];
	struct client *c;
	size_t len, n = 0;

	while ((c = client_answer(&w->desk, out, &len, w->now_ms))) {
		assert(c >= w->client && c < w->client + CLIENTS && len <= sizeof(out));
		is_whole(w, c, out, len);
		assert(++n <= CLIENTS);
	}
}

static void open_client(struct world *w, size_t i)
{
	client_open(w->client + i, &broker_protocol, w->account[i % USERS], (uid_t)(i % USERS), 1,
		w->now_ms);
}

static void reopen(struct world *w, struct client *c)
{
	client_close(c, &w->desk, w->now_ms);
	assert(c->state == CLIENT_DONE);
	open_client(w, (size_t)(c - w->client));
}

static void ask(struct world *w, struct client *c, uint32_t blocks)
{
	uint8_t raw[BROKER_REQUEST_SIZE];
	const struct broker_request request = { 1 + blocks / 128, blocks % 128 };

	broker_request_encode(raw, &request);
	client_input(c, &w->desk, raw, sizeof(raw), w->now_ms);
}

/* Makes one step. Returns: how many bytes of the input it used. */
static size_t step(struct world *w, const uint8_t *p, size_t left)
{
	struct client *c = w->client + p[0] / 8 % CLIENTS;
	const uint8_t n = left > 1 ? p[1] : 0;
	size_t len;

	switch (p[0] % 8) {
	case 0:
		w->now_ms += n * 4;
		return 2;
	case 1:
		w->put += n;
		w->reservoir.blocks += n;
		return 2;
	case 2:
		reopen(w, c);
		return 1;
	case 3:
		len = left > 2 && n > 0 ? 1 + (n - 1u) % (left - 2) : 0;
		if (len > 0)
			client_input(c, &w->desk, p + 2, len, w->now_ms);
		check_claim(&c->handout);
		return 2 + len;
	default:
		ask(w, c, n);
		return 2;
	}
}

static void play(const uint8_t *data, size_t size)
{
	static struct world w;
	size_t i, n;

	memset(&w, 0, sizeof(w));
	assert(desk_init(&w.desk, &w.reservoir, RATE, BURST) == 0);
	accounts_init(&w.accounts);
	for (i = 0; i < USERS; i++)
		w.account[i] = account_get(&w.accounts, i);
	for (i = 0; i < CLIENTS; i++)
		open_client(&w, i);
	for (; size > 0; data += n, size -= n) {
		n = step(&w, data, size);
		if (n > size)
			n = size;
		answer_all(&w);
	}
	for (i = 0; i < CLIENTS; i++)
		client_close(w.client + i, &w.desk, w.now_ms);
	assert(desk_is_idle(&w.desk));
	for (i = 0; i < USERS; i++)
		account_release(&w.accounts, w.account[i]);
	desk_clear(&w.desk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact;

	if (size < 2)
		return 0;
	/* A copy of exactly that length, so that ASan finds a read beyond it. */
	exact = malloc(size - 2 ? size - 2 : 1);
	assert(exact);
	memcpy(exact, data + 2, size - 2);
	if (data[0] % 4 == 0) {
		check_request(exact, size - 2);
		check_note(exact, size - 2);
		check_answer(exact, size - 2,
			&(struct broker_request){
				1 + data[0] / 4 % 2, 1 + data[1] % BROKER_BLOCKS_MAX });
	} else {
		if (data[1] > 0)
			failing_begin(ALLOCATION, data[1] - 1u);
		play(exact, size - 2);
		(void)failing_end();
	}
	free(exact);
	return 0;
}
