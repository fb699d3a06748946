/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/connection.h"
#include "serve/say.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIET_MS 60000

struct connection {
	struct broker_client client; /* first: the broker knows no more of it */
	int fd;
	struct event *event;
	struct connections *all;
	TAILQ_ENTRY(connection) entry;
};

int connections_init(struct connections *cs, struct event_base *base, struct broker *broker)
{
	*cs = (struct connections){ .base = base, .broker = broker };
	TAILQ_INIT(&cs->list);
	cs->answer = secret_new(BROKER_ANSWER_MAX);
	return cs->answer ? 0 : -ENOMEM;
}

static void close_one(struct connection *c)
{
	struct connections *cs = c->all;

	if (c->client.given.blocks > 0)
		say_given(&c->client.given);
	broker_close(cs->broker, &c->client, clock_ms());
	TAILQ_REMOVE(&cs->list, c, entry);
	cs->count--;
	if (c->event)
		event_free(c->event);
	close(c->fd);
	free(c);
}

void connections_clear(struct connections *cs)
{
	while (!TAILQ_EMPTY(&cs->list))
		close_one(TAILQ_FIRST(&cs->list));
	secret_free(cs->answer);
	cs->answer = NULL;
}

/* What follows from his new state. Returns: is he still there? */
static bool settle(struct connection *c)
{
	const int64_t left = c->client.until_ms - clock_ms();
	const struct timeval t = { left > 0 ? left / 1000 : 0, left > 0 ? left % 1000 * 1000 : 1 };

	if (c->client.state != BROKER_DONE && event_add(c->event, &t) == 0)
		return true;
	close_one(c);
	return false;
}

/* Whole, into his socket's buffer, or it was for nothing: nobody waits for him to read. */
static void deliver(struct connection *c, const uint8_t *answer, size_t len)
{
	if (send(c->fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return;
	c->client.given.blocks = 0;
	c->client.state = BROKER_DONE;
}

static void tell_of_empty_hands(struct connections *cs)
{
	struct broker *b = cs->broker;

	if ((b->empty == 0 && b->limited == 0) || clock_ms() < cs->quiet_ms)
		return;
	if (b->empty > 0)
		say_empty(b->empty);
	if (b->limited > 0)
		say_limited(b->limited, b->limited_uid);
	b->empty = b->limited = 0;
	cs->quiet_ms = clock_ms() + QUIET_MS;
}

void connections_answer(struct connections *cs)
{
	struct broker_client *client;
	size_t len;

	while ((client = broker_answer(cs->broker, cs->answer, &len, clock_ms()))) {
		cs->gave = cs->gave || client->state == BROKER_HAS;
		deliver((struct connection *)client, cs->answer, len);
		explicit_bzero(cs->answer, len);
		(void)settle((struct connection *)client);
	}
	tell_of_empty_hands(cs);
}

/* Returns: is he still there? */
static bool read_packet(struct connection *c)
{
	uint8_t raw[BROKER_NOTE_SIZE + 1]; /* the longest, and one more shows what is too long */
	const ssize_t n = recv(c->fd, raw, sizeof(raw), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		close_one(c);
		return false;
	}
	broker_packet(c->all->broker, &c->client, raw, (size_t)n, clock_ms());
	return settle(c);
}

static void on_event(evutil_socket_t fd, short what, void *connection)
{
	struct connection *c = connection;
	struct connections *cs = c->all;

	(void)fd;
	if (!(what & EV_TIMEOUT))
		(void)read_packet(c);
	else if (c->client.state == BROKER_WAITS)
		c->client.until_ms = clock_ms(); /* libevent's clock may be ahead of ours */
	else
		close_one(c);
	connections_answer(cs);
}

static size_t count_of(const struct connections *cs, uid_t uid)
{
	const struct connection *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &cs->list, entry)
	n += c->client.given.uid == uid;
	return n;
}

/* For an answer; or for his request, which has come, to be read. */
static bool waits_for_us(const struct connection *c)
{
	int pending = 0;

	return c->client.state == BROKER_WAITS ||
		(ioctl(c->fd, FIONREAD, &pending) == 0 && pending > 0);
}

/* One who waits for us only where there is no other. */
static struct connection *oldest_of(const struct connections *cs, uid_t uid)
{
	struct connection *c, *waits = NULL;

	TAILQ_FOREACH(c, &cs->list, entry)
	{
		if (c->client.given.uid != uid)
			continue;
		if (!waits_for_us(c))
			return c;
		if (!waits)
			waits = c;
	}
	return waits;
}

static uid_t who_has_most(const struct connections *cs)
{
	const struct connection *c;
	size_t n, most = 0;
	uid_t uid = 0;

	TAILQ_FOREACH(c, &cs->list, entry)
	{
		n = count_of(cs, c->client.given.uid);
		if (n > most) {
			most = n;
			uid = c->client.given.uid;
		}
	}
	return uid;
}

static void make_place(struct connections *cs, uid_t uid)
{
	if (count_of(cs, uid) >= CONNECTIONS_PER_UID)
		close_one(oldest_of(cs, uid));
	else if (cs->count >= CONNECTIONS_MAX)
		close_one(oldest_of(cs, who_has_most(cs)));
}

static int add(struct connections *cs, int fd)
{
	struct connection *c = NULL;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	make_place(cs, peer.uid);
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	broker_open(&c->client, peer.uid, peer.pid, clock_ms());
	c->fd = fd;
	c->all = cs;
	c->event = event_new(cs->base, fd, EV_READ | EV_PERSIST, on_event, c);
	TAILQ_INSERT_TAIL(&cs->list, c, entry);
	cs->count++;
	if (!c->event)
		close_one(c);
	else
		(void)settle(c);
	return 0;
}

int connections_accept(struct connections *cs, int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		if (add(cs, fd) < 0)
			close(fd);
	return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -errno;
}

void connections_dismiss(struct connections *cs)
{
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&cs->list); c; c = next) {
		next = TAILQ_NEXT(c, entry);
		/* What he has asked already counts. */
		if (c->client.state == BROKER_ASKS && read_packet(c) &&
			c->client.state == BROKER_ASKS)
			close_one(c);
	}
	connections_answer(cs);
}
