/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/connections.h"
#include "serve/log.h"
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
	struct client client; /* first, so that client_answer() leads to its connection */
	int fd;
	struct event *event;
	struct connections *all;
	TAILQ_ENTRY(connection) entry;
};

int connections_init(struct connections *cs, struct event_base *base, struct desk *desk)
{
	*cs = (struct connections){ .base = base, .desk = desk };
	TAILQ_INIT(&cs->list);
	cs->answer = secret_new(protocol_answer_max());
	return cs->answer ? 0 : -ENOMEM;
}

static void close_one(struct connection *c)
{
	struct connections *cs = c->all;

	if (c->client.handout.blocks > 0)
		log_handout(&c->client.handout);
	client_close(&c->client, cs->desk, clock_ms());
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

/* Wait as its new state asks, or close it. Returns: whether it still exists. */
static bool settle(struct connection *c)
{
	const int64_t left = c->client.until_ms - clock_ms();
	const struct timeval t = { left > 0 ? left / 1000 : 0, left > 0 ? left % 1000 * 1000 : 1 };

	if (c->client.state != CLIENT_DONE && event_add(c->event, &t) == 0)
		return true;
	close_one(c);
	return false;
}

/* The answer goes whole into the socket's buffer, or the blocks are lost: nobody waits for a client to read. */
static void deliver(struct connection *c, const uint8_t *answer, size_t len)
{
	if (send(c->fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return;
	c->client.handout.blocks = 0;
	c->client.state = CLIENT_DONE;
}

static void log_shortages(struct connections *cs)
{
	struct desk *d = cs->desk;

	if ((d->empty == 0 && d->limited == 0) || clock_ms() < cs->quiet_ms)
		return;
	if (d->empty > 0)
		log_empty(d->empty);
	if (d->limited > 0)
		log_limited(d->limited, d->limited_account);
	d->empty = d->limited = 0;
	cs->quiet_ms = clock_ms() + QUIET_MS;
}

void connections_answer(struct connections *cs)
{
	struct client *client;
	size_t len;

	while ((client = client_answer(cs->desk, cs->answer, &len, clock_ms()))) {
		cs->took = cs->took || client->handout.blocks > 0;
		deliver((struct connection *)client, cs->answer, len);
		explicit_bzero(cs->answer, len);
		(void)settle((struct connection *)client);
	}
	log_shortages(cs);
}

/* Returns: whether it still exists. */
static bool read_input(struct connection *c)
{
	uint8_t raw[PROTOCOL_INPUT_MAX];
	const ssize_t n = recv(c->fd, raw, c->client.protocol->input_max, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		close_one(c);
		return false;
	}
	client_input(&c->client, c->all->desk, raw, (size_t)n, clock_ms());
	return settle(c);
}

static void on_event(evutil_socket_t fd, short what, void *connection)
{
	struct connection *c = connection;
	struct connections *cs = c->all;

	(void)fd;
	if (!(what & EV_TIMEOUT))
		(void)read_input(c);
	else if (c->client.state == CLIENT_WAITS)
		client_expire(&c->client, clock_ms());
	else
		close_one(c);
	connections_answer(cs);
}

static size_t count_of(const struct connections *cs, account_id account)
{
	const struct connection *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &cs->list, entry)
	n += c->client.request.account == account;
	return n;
}

/* For an answer, or for its request, which has come, to be read. */
static bool waits_for_us(const struct connection *c)
{
	int pending = 0;

	return c->client.state == CLIENT_WAITS ||
		(ioctl(c->fd, FIONREAD, &pending) == 0 && pending > 0);
}

/* One that waits for us only if there is no other. */
static struct connection *oldest_of(const struct connections *cs, account_id account)
{
	struct connection *c, *waits = NULL;

	TAILQ_FOREACH(c, &cs->list, entry)
	{
		if (c->client.request.account != account)
			continue;
		if (!waits_for_us(c))
			return c;
		if (!waits)
			waits = c;
	}
	return waits;
}

static account_id account_with_most(const struct connections *cs)
{
	const struct connection *c;
	size_t n, most = 0;
	account_id account = 0;

	TAILQ_FOREACH(c, &cs->list, entry)
	{
		n = count_of(cs, c->client.request.account);
		if (n > most) {
			most = n;
			account = c->client.request.account;
		}
	}
	return account;
}

static void make_place(struct connections *cs, account_id account)
{
	if (count_of(cs, account) >= CONNECTIONS_PER_ACCOUNT)
		close_one(oldest_of(cs, account));
	else if (cs->count >= CONNECTIONS_MAX)
		close_one(oldest_of(cs, account_with_most(cs)));
}

static int add(struct connections *cs, int fd, const struct protocol *protocol)
{
	struct connection *c = NULL;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	make_place(cs, account_of_uid(peer.uid));
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	client_open(&c->client, protocol, peer.uid, peer.pid, clock_ms());
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

int connections_accept(struct connections *cs, const struct listener *l)
{
	int fd;

	while ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		if (add(cs, fd, l->protocol) < 0)
			close(fd);
	return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED ? 0 : -errno;
}

void connections_dismiss(struct connections *cs)
{
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&cs->list); c; c = next) {
		next = TAILQ_NEXT(c, entry);
		/* A request that it has sent already counts. */
		if (c->client.state == CLIENT_ASKS && read_input(c) &&
			c->client.state == CLIENT_ASKS)
			close_one(c);
	}
	connections_answer(cs);
}
