/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream's output: the answers to a client. */
#include "serve/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNREADY_MS 100

static void on_writable(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	s->blocked = false;
	stream_wake(s);
}

static void on_later(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	s->waits = false;
	stream_wake(s);
}

static int wait_writable(struct stream *s)
{
	if (!s->writable)
		s->writable = event_new(s->all->base, s->fd, EV_WRITE, on_writable, s);
	s->blocked = true;
	return s->writable && event_add(s->writable, NULL) == 0 ? 0 : -ENOMEM;
}

static int wait_ms(struct stream *s, int64_t ms)
{
	const struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	if (!s->later)
		s->later = event_new(s->all->base, -1, 0, on_later, s);
	s->waits = true;
	return s->later && event_add(s->later, &t) == 0 ? 0 : -ENOMEM;
}

static int wait_allowed(struct stream *s, int64_t now_ms)
{
	const uint64_t want = s->egd.owed < STREAM_PIECE ? s->egd.owed : STREAM_PIECE;

	return wait_ms(s, allowance_wait_ms(&s->allowance, &s->rule, want, now_ms));
}

static uint64_t allowed(struct stream *s, int64_t now_ms)
{
	return s->all->draining ? UINT64_MAX : allowance_left(&s->allowance, &s->rule, now_ms);
}

/* The number is limited, because some clients read it as signed. */
static uint32_t bits_of(uint64_t bytes)
{
	return bytes < INT32_MAX / 8 ? (uint32_t)bytes * 8 : INT32_MAX / 8 * 8;
}

/* Sends one piece of the answer. Returns: 1 if more can be sent; 0 if nothing more can be sent now; -errno: close the
 * stream. */
static int send_piece(struct stream *s, uint64_t may, int64_t now_ms)
{
	const size_t head = s->egd.head_len - s->egd.head_sent;
	const size_t n = s->egd.owed < may ? (size_t)s->egd.owed : (size_t)may;
	struct iovec part[2] = { { s->egd.head + s->egd.head_sent, head }, { s->all->out, n } };
	ssize_t sent;
	int r = generator_make(s->all->generator, s->all->out, n, now_ms);

	/* -EAGAIN: the kernel's generator is not ready yet. */
	if (r < 0)
		return r == -EAGAIN ? wait_ms(s, UNREADY_MS) : r;
	sent = s->kind->send(s, part);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? wait_writable(s) : -errno;
	egd_sent(&s->egd, (size_t)sent);
	s->place.credit -= sent;
	s->bytes += (uint64_t)sent;
	s->all->bytes += (uint64_t)sent;
	s->tally->sent += (uint64_t)sent;
	if ((size_t)sent > head)
		budget_spend(&s->all->budget,
			allowance_spend(&s->allowance, &s->rule, (size_t)sent - head, now_ms));
	return (size_t)sent < head + n ? wait_writable(s) : 1;
}

static uint64_t least(const struct stream *s)
{
	return s->egd.owed < s->kind->least ? s->egd.owed : s->kind->least;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Returns: how many bytes one visit may send: the credit, but at most the quantum; in the boot round, only bytes that
 * nothing throttles. */
static int64_t visit_bytes(struct stream *s, int64_t now_ms)
{
	const int64_t most = smaller(s->place.credit, s->round->quantum);

	if (s->round != &s->all->boot)
		return most;
	return smaller(most, allowance_floor(&s->allowance, &s->rule, now_ms));
}

void stream_set_rule(struct stream *s, const struct allowance_rule *rule)
{
	if (memcmp(&s->rule, rule, sizeof(*rule)) == 0)
		return;
	s->rule = *rule;
	allowance_change(&s->allowance, rule);
	s->place.weight = rule->weight;
	if (!s->waits)
		return;
	/* End the present wait. If the stream must wait under the new rule too, stream_serve() begins a new wait. */
	event_del(s->later);
	s->waits = false;
	stream_wake(s);
}

int stream_serve(struct stream *s, int64_t now_ms)
{
	int64_t left = visit_bytes(s, now_ms), before;
	uint64_t may;
	int r = 1;

	while (r > 0 && left > 0) {
		if (s->kind->owe && egd_is_idle(&s->egd))
			s->kind->owe(s);
		may = allowed(s, now_ms);
		if (!egd_next(&s->egd, &(struct egd_now){ bits_of(may), (unsigned)getpid(), may }))
			return 0;
		if (may < least(s) && s->egd.head_sent == s->egd.head_len)
			return wait_allowed(s, now_ms);
		before = s->place.credit;
		r = send_piece(s, may < (uint64_t)left ? may : (uint64_t)left, now_ms);
		left -= before - s->place.credit;
	}
	return r < 0 ? r : r > 0 || (!s->blocked && !s->waits);
}
