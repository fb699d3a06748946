/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/broker.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>

int broker_init(struct broker *b, struct reservoir *reservoir, uint32_t rate, uint32_t burst)
{
	*b = (struct broker){ .reservoir = reservoir };
	TAILQ_INIT(&b->queue);
	limit_init(&b->limit, rate, burst);
	b->block = secret_new(BROKER_BLOCKS_MAX * sizeof(*b->block));
	return b->block ? 0 : -ENOMEM;
}

void broker_clear(struct broker *b)
{
	secret_free(b->block);
	b->block = NULL;
}

void broker_open(struct broker_client *c, uid_t uid, pid_t pid, int64_t now_ms)
{
	*c = (struct broker_client){ .state = BROKER_ASKS, .until_ms = now_ms + BROKER_ASK_MS };
	c->given.uid = uid;
	c->given.pid = pid;
}

static bool is_queued(const struct broker_client *c)
{
	return c->state == BROKER_WAITS || c->state == BROKER_REFUSES;
}

static void refuse(struct broker *b, struct broker_client *c, enum broker_status why)
{
	if (!is_queued(c))
		TAILQ_INSERT_TAIL(&b->queue, c, entry);
	c->state = BROKER_REFUSES;
	c->why = why;
}

static void ask(struct broker *b, struct broker_client *c, int64_t now_ms)
{
	if (limit_take(&b->limit, c->given.uid, c->blocks, now_ms) < 0) {
		b->limited++;
		b->limited_uid = c->given.uid;
		refuse(b, c, BROKER_LIMITED);
		return;
	}
	c->state = BROKER_WAITS;
	c->until_ms = now_ms + BROKER_WAIT_MS;
	TAILQ_INSERT_TAIL(&b->queue, c, entry);
}

/* Nothing came of it: he has not had it. */
static void give_up(struct broker *b, struct broker_client *c, int64_t now_ms)
{
	if (c->state == BROKER_WAITS)
		limit_return(&b->limit, c->given.uid, c->blocks, now_ms);
}

void broker_packet(
	struct broker *b, struct broker_client *c, const uint8_t *raw, size_t len, int64_t now_ms)
{
	if (c->state == BROKER_ASKS && broker_request_parse(raw, len, &c->blocks) == 0) {
		ask(b, c, now_ms);
	} else if (c->state == BROKER_HAS) {
		c->given.noted = broker_note_parse(raw, len, &c->given.note) == 0;
		c->state = BROKER_DONE;
	} else if (c->state != BROKER_DONE) {
		give_up(b, c, now_ms);
		refuse(b, c, BROKER_REFUSED);
	}
}

static bool lists(const char *sources, const char *provenance)
{
	const size_t len = strlen(provenance);
	const char *p = sources;
	size_t n;

	for (; *p; p += n + (p[n] ? 2 : 0)) {
		n = strcspn(p, ";");
		if (n == len && memcmp(p, provenance, len) == 0)
			return true;
	}
	return false;
}

/* Where one differs from those before, it stands behind them; dots for what has no room. */
static void add_sources(struct broker_given *g, const char *provenance)
{
	static const char more[] = "...";
	const size_t used = strlen(g->sources);

	if (lists(g->sources, provenance) || lists(g->sources, more))
		return;
	if (used + 2 + strlen(provenance) + 2 + sizeof(more) > sizeof(g->sources))
		provenance = more;
	if (used > 0)
		strcat(g->sources, "; ");
	strcat(g->sources, provenance);
}

/* True with his blocks in @b->block. */
static bool give(struct broker *b, struct broker_client *c)
{
	uint32_t i;

	if (reservoir_take(b->reservoir, b->block, c->blocks) < 0)
		return false;
	c->given.blocks = c->blocks;
	for (i = 0; i < c->blocks; i++) {
		c->given.hardware_bits += b->block[i].hardware_bits;
		add_sources(&c->given, b->block[i].provenance);
	}
	return true;
}

/* Of those who wait for no more than there is, who has had least of late. */
static struct broker_client *whose_turn(struct broker *b, size_t there_are, int64_t now_ms)
{
	struct broker_client *c, *found = NULL;
	int64_t left, most = -1;

	TAILQ_FOREACH(c, &b->queue, entry)
	{
		if (c->state != BROKER_WAITS || c->blocks > there_are)
			continue;
		left = limit_left(&b->limit, c->given.uid, now_ms);
		if (left > most) {
			most = left;
			found = c;
		}
	}
	return found;
}

static struct broker_client *whose_no(struct broker *b, int64_t now_ms)
{
	struct broker_client *c;

	TAILQ_FOREACH(c, &b->queue, entry)
	if (c->state == BROKER_REFUSES || now_ms >= c->until_ms)
		return c;
	return NULL;
}

static size_t say_no(struct broker *b, struct broker_client *c, uint8_t *out, int64_t now_ms)
{
	if (c->state == BROKER_WAITS) {
		give_up(b, c, now_ms);
		b->empty++;
		c->why = BROKER_EMPTY;
	}
	c->state = BROKER_DONE;
	return broker_answer_encode(out, c->why, NULL, 0);
}

struct broker_client *broker_answer(struct broker *b, uint8_t *out, size_t *ret_len, int64_t now_ms)
{
	struct broker_client *c;

	if (TAILQ_EMPTY(&b->queue))
		return NULL;
	c = whose_turn(b, reservoir_level(b->reservoir).blocks, now_ms);
	if (c && give(b, c)) {
		*ret_len = broker_answer_encode(out, BROKER_GIVEN, b->block, c->blocks);
		explicit_bzero(b->block, c->blocks * sizeof(*b->block));
		c->state = BROKER_HAS;
		c->until_ms = now_ms + BROKER_NOTE_MS;
	} else {
		c = whose_no(b, now_ms);
		if (!c)
			return NULL;
		*ret_len = say_no(b, c, out, now_ms);
	}
	TAILQ_REMOVE(&b->queue, c, entry);
	return c;
}

void broker_close(struct broker *b, struct broker_client *c, int64_t now_ms)
{
	give_up(b, c, now_ms);
	if (is_queued(c))
		TAILQ_REMOVE(&b->queue, c, entry);
	c->state = BROKER_DONE;
}
