/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/round.h"

#define STREAMS 50

/* A stream; in each visit it is sent all that it wants, or as much as it may be sent. */
struct client {
	struct round_place place; /* must be the first member */
	int64_t wants, got;
};

static void visit(struct round *r)
{
	struct client *c = (struct client *)round_visit(r);
	int64_t n;

	assert_non_null(c);
	n = c->wants < c->place.credit ? c->wants : c->place.credit;
	c->got += n;
	c->wants -= n;
	c->place.credit -= n;
	round_done(r, &c->place, c->wants > 0);
}

static void equal_shares(void **state)
{
	struct client c[STREAMS] = { 0 };
	struct round r;
	int64_t least = INT64_MAX, most = 0;
	size_t i;

	(void)state;
	round_init(&r);
	for (i = 0; i < STREAMS; i++) {
		c[i].wants = INT64_MAX;
		round_want(&r, &c[i].place);
	}
	for (i = 0; i < 1000 * STREAMS; i++)
		visit(&r);
	for (i = 0; i < STREAMS; i++) {
		least = c[i].got < least ? c[i].got : least;
		most = c[i].got > most ? c[i].got : most;
	}
	assert_true(least > 0 && most - least <= 2 * ROUND_QUANTUM);
}

/* However many other streams there are, one that has not wanted anything recently waits for only a few visits. */
static void newcomers(void **state)
{
	struct client c[STREAMS] = { 0 }, light = { 0 };
	struct round r;
	size_t i, j;

	(void)state;
	round_init(&r);
	for (i = 0; i < STREAMS; i++) {
		c[i].wants = INT64_MAX;
		round_want(&r, &c[i].place);
	}
	for (i = 0; i < 100; i++) {
		for (j = 0; j < 3 * STREAMS; j++)
			visit(&r);
		light.wants = 256;
		round_want(&r, &light.place);
		visit(&r);
		if (light.wants > 0)
			visit(&r);
		assert_int_equal(light.wants, 0);
	}
	assert_int_equal(light.got, 100 * 256);
}

/* A stream that wants more as soon as it has been served is not treated as a newcomer each time. */
static void impatient(void **state)
{
	struct client patient = { 0 }, impatient = { 0 };
	struct round r;
	size_t i;

	(void)state;
	round_init(&r);
	patient.wants = INT64_MAX;
	round_want(&r, &patient.place);
	for (i = 0; i < 1000; i++) {
		if (impatient.wants == 0) {
			impatient.wants = ROUND_QUANTUM;
			round_want(&r, &impatient.place);
		}
		visit(&r);
	}
	assert_in_range(impatient.got, patient.got / 10 * 9, patient.got / 10 * 11);
}

/* However many newcomers there are, the round continues. */
static void flood(void **state)
{
	struct client old = { 0 }, fresh;
	struct round r;
	size_t i;

	(void)state;
	round_init(&r);
	old.wants = INT64_MAX;
	round_want(&r, &old.place);
	visit(&r);
	old.got = 0;
	for (i = 0; i < 900; i++) {
		memset(&fresh, 0, sizeof(fresh));
		fresh.wants = 1;
		round_want(&r, &fresh.place);
		while (fresh.wants > 0)
			visit(&r);
		round_leave(&r, &fresh.place);
	}
	assert_true(old.got >= 900 / ROUND_FRESH * ROUND_QUANTUM);
}

/* One client has many connections, and each of them wants something for the first time; another client has two. */
static void many_of_one_client(void **state)
{
	struct client many[STREAMS] = { 0 }, few[2] = { 0 };
	struct round_group greedy, modest;
	struct round r;
	size_t i, visits;

	(void)state;
	round_init(&r);
	round_group_init(&greedy);
	round_group_init(&modest);
	for (i = 0; i < STREAMS; i++) {
		many[i].wants = 16;
		many[i].place.group = &greedy;
		round_want(&r, &many[i].place);
	}
	for (i = 0; i < COUNT(few); i++) {
		few[i].wants = 16;
		few[i].place.group = &modest;
		round_want(&r, &few[i].place);
	}
	for (visits = 0; few[1].wants > 0; visits++)
		visit(&r);
	assert_int_equal(few[0].wants, 0);
	assert_int_equal(visits, 4);
	/* The other connections are served as well, and then leave nothing behind. */
	while (r.wanting > 0)
		visit(&r);
	for (i = 0; i < STREAMS; i++) {
		assert_int_equal(many[i].got, 16);
		round_leave(&r, &many[i].place);
	}
	assert_false(greedy.has_newcomer || modest.has_newcomer);
	assert_true(TAILQ_EMPTY(&greedy.later));
}

/* Other clients are newcomers again and again. A client with many connections waits for each of its own and of theirs, but
 * not for each of theirs once for each of its own. */
static void many_beside_eager(void **state)
{
	struct client many[STREAMS] = { 0 }, eager[STREAMS] = { 0 };
	struct round_group honest, group[STREAMS];
	size_t i, waiting = STREAMS, visits;
	struct round r;

	(void)state;
	round_init(&r);
	round_group_init(&honest);
	for (i = 0; i < STREAMS; i++) {
		round_group_init(group + i);
		eager[i].wants = 1;
		eager[i].place.group = group + i;
		round_want(&r, &eager[i].place);
		many[i].wants = 16;
		many[i].place.group = &honest;
		round_want(&r, &many[i].place);
	}
	for (visits = 0; waiting > 0; visits++) {
		visit(&r);
		for (waiting = i = 0; i < STREAMS; i++) {
			waiting += many[i].wants > 0;
			if (eager[i].wants > 0)
				continue;
			eager[i].wants = 1;
			round_want(&r, &eager[i].place);
		}
	}
	assert_in_range(visits, 2 * STREAMS, (ROUND_FRESH + 1) * STREAMS);
	for (i = 0; i < STREAMS; i++)
		assert_int_equal(many[i].got, 16);
	assert_false(honest.has_newcomer);
	assert_true(TAILQ_EMPTY(&honest.later));
}

/* Connections of a client leave before they are served. */
static void successors(void **state)
{
	struct client old = { 0 }, c[4] = { 0 };
	struct round_group group;
	struct round r;
	size_t i;

	(void)state;
	round_init(&r);
	round_group_init(&group);
	old.wants = INT64_MAX;
	round_want(&r, &old.place);
	visit(&r);
	for (i = 0; i < COUNT(c); i++) {
		c[i].wants = 16;
		c[i].place.group = &group;
		if (i < 3)
			round_want(&r, &c[i].place);
	}
	round_leave(&r, &c[1].place);
	round_leave(&r, &c[0].place);
	visit(&r);
	assert_int_equal(c[2].got, 16);
	round_want(&r, &c[3].place);
	visit(&r);
	assert_int_equal(c[3].got, 16);
	assert_false(group.has_newcomer);
}

static void leaving(void **state)
{
	struct client c[3] = { 0 };
	struct round r;
	size_t i;

	(void)state;
	round_init(&r);
	assert_null(round_visit(&r));
	for (i = 0; i < 3; i++) {
		c[i].wants = INT64_MAX;
		round_want(&r, &c[i].place);
		round_want(&r, &c[i].place);
	}
	assert_int_equal(r.wanting, 3);
	visit(&r);
	round_leave(&r, &c[0].place);
	round_leave(&r, &c[1].place);
	round_leave(&r, &c[1].place);
	assert_int_equal(r.wanting, 1);
	c[2].wants = 1;
	visit(&r);
	assert_null(round_visit(&r));
	round_leave(&r, &c[2].place);
	assert_true(TAILQ_EMPTY(&r.fresh) && TAILQ_EMPTY(&r.old));
}

/* A stream wants little, and wants it again before the round is over. */
static void light(void **state)
{
	struct client c[STREAMS] = { 0 }, light_one = { 0 };
	struct round r;
	size_t i, j, late = 0;

	(void)state;
	round_init(&r);
	for (i = 0; i < STREAMS; i++) {
		c[i].wants = INT64_MAX;
		round_want(&r, &c[i].place);
	}
	for (i = 0; i < 100 * STREAMS; i++)
		visit(&r);
	for (i = 0; i < 1000; i++) {
		light_one.wants = 32;
		round_want(&r, &light_one.place);
		for (j = 0; light_one.wants > 0; j++)
			visit(&r);
		late += j > 2;
		for (j = 0; j < STREAMS / 3; j++)
			visit(&r);
	}
	assert_in_range(late, 0, 10);
}

/* Streams have weights, which do not make a visit longer. */
static void weighted(void **state)
{
	static const uint32_t weights[] = { 1, 2, 10, 100 };
	struct client c[COUNT(weights)] = { 0 };
	struct round r;
	size_t i, n;

	(void)state;
	round_init(&r);
	for (i = 0; i < COUNT(weights); i++) {
		c[i].wants = INT64_MAX;
		c[i].place.weight = weights[i];
		round_want(&r, &c[i].place);
	}
	for (n = 0; n < 100 * 113; n++) {
		struct client *one = (struct client *)round_visit(&r);

		assert_true(one->place.credit >= r.quantum);
		one->got += r.quantum;
		one->place.credit -= r.quantum;
		round_done(&r, &one->place, true);
	}
	for (i = 0; i < COUNT(weights); i++)
		assert_int_equal(c[i].got, 100 * (int64_t)weights[i] * r.quantum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("round: streams that want bytes without pause get the same number",
			equal_shares),
		TEST("round: a stream that has wanted nothing recently comes before them",
			newcomers),
		TEST("round: a stream that asks again at once gets no more than its share",
			impatient),
		TEST("round: an endless series of newcomers does not stop the round", flood),
		TEST("round: a stream that wants little and often comes before them each time",
			light),
		TEST("round: a stream with a weight gets that many times as much, in visits of the same length",
			weighted),
		TEST("round: the many newcomers of one client delay each of another client's by one visit",
			many_of_one_client),
		TEST("round: a client's many newcomers wait no longer than a round, whatever the other newcomers do",
			many_beside_eager),
		TEST("round: after a newcomer has left, the next one of its client takes its place",
			successors),
		TEST("round: a stream that leaves is not visited, and leaves no state", leaving),
	};

	return cmocka_run_group_tests_name("round", tests, NULL, NULL);
}
