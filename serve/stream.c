/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream's input: the requests of a client. */
#include "serve/stream.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the offers have in one read, and in one that began before it. */
struct offers {
	size_t len;
	uint8_t bytes[STREAM_INPUT + EGD_BYTES_MAX];
};

static void offered(void *offers, const uint8_t *bytes, size_t len)
{
	struct offers *o = offers;

	assert(len <= sizeof(o->bytes) - o->len);
	memcpy(o->bytes + o->len, bytes, len);
	o->len += len;
}

/* Returns the round of the stream. Bytes that nothing throttles have a separate round, so that they do not wait for the
 * budget. */
struct round *stream_round(struct stream *s)
{
	return allowance_floor(&s->allowance, &s->rule, clock_ms()) > 0 ? &s->all->boot :
									  &s->all->round;
}

/* A FIFO has no account. By TCP, or from outside the daemon's PID namespace, unrelated clients share one. */
static struct round_group *group_in(struct stream *s, const struct round *round)
{
	if (!s->account || s->pid < 0)
		return NULL;
	return round == &s->all->boot ? &s->account->boot : &s->account->throttled;
}

void stream_move(struct stream *s)
{
	struct round *round = stream_round(s);

	if (s->round && s->round != round)
		round_leave(s->round, &s->place);
	s->round = round;
	s->place.group = group_in(s, round);
	s->place.weight = s->rule.weight;
	round_want(round, &s->place);
}

void stream_wake(struct stream *s)
{
	if (!s->blocked && !s->waits && !s->place.wants && !egd_is_idle(&s->egd))
		stream_move(s);
}

static void end_input(struct stream *s)
{
	s->ended = true;
	event_del(s->readable);
}

/* Keeps the input that cannot be parsed now, and stops reading until it is parsed. */
static void keep(struct stream *s, const uint8_t *raw, size_t len)
{
	uint8_t *rest = malloc(len);

	if (!rest) {
		end_input(s);
		return;
	}
	memcpy(rest, raw, len);
	free(s->rest);
	s->rest = rest;
	s->rest_len = len;
	event_del(s->readable);
}

/* All offers of a read are mixed in at once: a client that offers single bytes costs no more than another one. */
static void take_in(struct stream *s, const uint8_t *raw, size_t len)
{
	struct offers o;
	size_t used;

	o.len = 0;
	if (egd_input(&s->egd, raw, len, &used, offered, &o) < 0)
		end_input(s);
	else if (used < len)
		keep(s, raw + used, len - used);
	if (o.len > 0)
		generator_stir(s->all->generator, o.bytes, o.len);
	stream_wake(s);
}

void stream_take_in_rest(struct stream *s)
{
	uint8_t *rest = s->rest;

	s->rest = NULL;
	take_in(s, rest, s->rest_len);
	free(rest);
	if (!s->rest && !s->ended)
		event_add(s->readable, NULL);
}

bool stream_input(struct stream *s)
{
	uint8_t raw[STREAM_INPUT];
	const ssize_t n = recv(s->fd, raw, sizeof(raw), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		end_input(s);
	else
		take_in(s, raw, (size_t)n);
	return n == sizeof(raw) && !s->rest && !s->ended;
}

bool stream_is_over(const struct stream *s)
{
	return egd_is_idle(&s->egd) && !s->rest && (s->ended || s->all->draining);
}

static void on_readable(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	(void)stream_input(s);
	if (stream_is_over(s))
		s->kind->over(s);
}

void stream_count(struct stream *s)
{
	if (s->tally)
		s->tally->clients--;
	s->tally = tally_get(&s->all->tallies, s->options->name);
	s->tally->clients++;
}

int stream_start(struct stream *s)
{
	s->readable = event_new(s->all->base, s->fd, EV_READ | EV_PERSIST, on_readable, s);
	if (!s->readable || event_add(s->readable, NULL) < 0) {
		if (s->readable)
			event_free(s->readable);
		return -ENOMEM;
	}
	allowance_init(&s->allowance, &s->rule, clock_ms());
	stream_count(s);
	return 0;
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void stream_end(struct stream *s)
{
	if (s->round)
		round_leave(s->round, &s->place);
	s->tally->clients--;
	free_event(s->readable);
	free_event(s->writable);
	free_event(s->later);
	close(s->fd);
	free(s->rest);
}
