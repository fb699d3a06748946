/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/connections.h"
#include "serve/log.h"
#include "util/clock.h"
#include "util/secret.h"
#include "util/wire/status.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUIET_MS 60000

static_assert(CLIENT_DONE == ACCOUNT_STATES - 1, "a list for each state");
static_assert(CONNECTIONS_MAX <= CROWD_MAX, "a rank for each number");

struct connection {
	struct client client; /* first, so that a pointer to it is a pointer to the connection */
	int fd;
	struct event *event;
	struct connections *all;
	enum client_state listed;            /* the list of the account in which it is */
	TAILQ_ENTRY(connection) state_entry; /* in that list */
	TAILQ_ENTRY(connection) entry;       /* in the list of all connections */
};

int connections_init(struct connections *cs, struct event_base *base, struct desk *desk,
	const struct subuids *subuids)
{
	*cs = (struct connections){ .base = base, .desk = desk, .subuids = subuids };
	crowd_init(&cs->crowd);
	TAILQ_INIT(&cs->list);
	accounts_init(&cs->accounts);
	limit_init(&cs->entries, CONNECTIONS_ENTRY_RATE, CONNECTIONS_ENTRIES);
	cs->answer = secret_new(protocol_answer_max());
	cs->status_text = malloc(STATUS_MAX);
	return cs->answer && cs->status_text ? 0 : -ENOMEM;
}

static void list(struct connection *c)
{
	struct account *a = c->client.request.account;

	c->listed = c->client.state;
	TAILQ_INSERT_TAIL(a->by_state + c->listed, c, state_entry);
	a->silent += c->listed == CLIENT_ASKS;
}

static void unlist(struct connection *c)
{
	struct account *a = c->client.request.account;

	TAILQ_REMOVE(a->by_state + c->listed, c, state_entry);
	a->silent -= c->listed == CLIENT_ASKS;
}

/* --- one connection --- */

/* One account must not flood the journal: above a certain rate journald drops entries, also those about other
 * accounts. */
static void log_given(struct connections *cs, const struct handout *h, account_id account)
{
	if (limit_take(&cs->entries, account, 1, clock_ms()) == 0) {
		log_handout(h);
		return;
	}
	cs->unlisted++;
	cs->unlisted_blocks += h->blocks;
	cs->unlisted_account = account;
}

static void close_one(struct connection *c)
{
	struct account *a = c->client.request.account;

	if (c->client.handout.blocks > 0)
		log_given(c->all, &c->client.handout, a->id);
	client_close(&c->client, c->all->desk, clock_ms());
	unlist(c);
	TAILQ_REMOVE(&c->all->list, c, entry);
	crowd_leave(&c->all->crowd, a);
	account_release(&c->all->accounts, a);
	if (c->event)
		event_free(c->event);
	close(c->fd);
	free(c);
}

/* Starts the wait until the time limit of the new state; or closes the connection. Returns: whether it still exists. */
static bool settle(struct connection *c)
{
	const int64_t left = c->client.until_ms - clock_ms();
	const struct timeval t = { left > 0 ? left / 1000 : 0, left > 0 ? left % 1000 * 1000 : 1 };

	if (c->listed != c->client.state) {
		unlist(c);
		list(c);
	}
	if (c->client.state != CLIENT_DONE && event_add(c->event, &t) == 0)
		return true;
	close_one(c);
	return false;
}

/* Only root and the daemon's own user may request the status. From all other users, the request is refused like any
 * invalid request. */
static bool is_status_request(const struct connection *c, const uint8_t *raw, size_t len)
{
	const uid_t uid = c->client.handout.uid;

	return c->all->status && c->client.state == CLIENT_ASKS && status_is_request(raw, len) &&
		(uid == 0 || uid == geteuid());
}

static void answer_status(struct connection *c)
{
	const size_t len = c->all->status(c->all->status_of, c->all->status_text);

	(void)send(c->fd, c->all->status_text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	c->client.state = CLIENT_DONE;
}

/* Reads and processes one packet. Returns: whether the connection still exists. */
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
	if (is_status_request(c, raw, (size_t)n))
		answer_status(c);
	else
		client_input(&c->client, c->all->desk, raw, (size_t)n, clock_ms());
	return settle(c);
}

static void on_event(evutil_socket_t fd, short what, void *connection)
{
	struct connection *c = connection;

	(void)fd;
	if (!(what & EV_TIMEOUT))
		(void)read_input(c);
	else if (c->client.state == CLIENT_WAITS)
		client_expire(&c->client, c->all->desk, clock_ms());
	else
		close_one(c);
}

/* --- answers --- */

/* If the whole answer does not fit into the socket's buffer, the blocks are lost: the daemon never waits for a client to
 * read. */
static void deliver(struct connection *c, const uint8_t *answer, size_t len)
{
	if (send(c->fd, answer, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		return;
	c->client.handout.blocks = 0;
	c->client.state = CLIENT_DONE;
}

static void log_counted(struct connections *cs)
{
	struct desk *d = cs->desk;

	if (d->empty > 0)
		log_empty(d->empty);
	if (d->limited > 0)
		log_limited(d->limited, d->limited_account);
	if (cs->unlisted > 0)
		log_unlisted(cs->unlisted, cs->unlisted_blocks, cs->unlisted_account);
	if (cs->unaccepted > 0)
		log_unaccepted(cs->unaccepted, cs->unaccepted_account);
	d->empty = d->limited = cs->unlisted = cs->unlisted_blocks = cs->unaccepted = 0;
}

static void log_counted_if_due(struct connections *cs)
{
	if ((cs->desk->empty == 0 && cs->desk->limited == 0 && cs->unlisted == 0 &&
		    cs->unaccepted == 0) ||
		clock_ms() < cs->quiet_ms)
		return;
	log_counted(cs);
	cs->quiet_ms = clock_ms() + QUIET_MS;
}

bool connections_answer(struct connections *cs)
{
	struct client *client;
	unsigned n;
	size_t len;

	for (n = 0; n < CONNECTIONS_ANSWERS; n++) {
		client = client_answer(cs->desk, cs->answer, &len, clock_ms());
		if (!client)
			break;
		cs->took = cs->took || client->handout.blocks > 0;
		deliver((struct connection *)client, cs->answer, len);
		explicit_bzero(cs->answer, len);
		(void)settle((struct connection *)client);
	}
	log_counted_if_due(cs);
	return n == CONNECTIONS_ANSWERS;
}

/* --- new connections --- */

/* Closes the oldest connection of @a that is in @state. A connection that has sent something in the meantime is spared.
 * Returns: whether one was closed. */
static bool close_oldest(struct account *a, enum client_state state)
{
	struct connection *c;

	while ((c = TAILQ_FIRST(a->by_state + state))) {
		if (!read_input(c))
			return true;
		if (c->listed == state) {
			c->all->refused++;
			close_one(c);
			return true;
		}
	}
	return false;
}

static bool close_of_the_largest(struct connections *cs, bool with_notes)
{
	struct account *a = crowd_largest(&cs->crowd);

	return a &&
		(close_oldest(a, CLIENT_ASKS) || (with_notes && close_oldest(a, CLIENT_SERVED)));
}

/* Tells the client that waits longest that its request is beyond its share, and closes it. */
static bool refuse_oldest(struct account *a)
{
	struct connection *c = TAILQ_FIRST(a->by_state + CLIENT_WAITS);
	struct connections *cs = c ? c->all : NULL;

	if (!c)
		return false;
	deliver(c, cs->answer,
		c->client.protocol->answer(
			&c->client, DESK_LIMITED, cs->desk->block, cs->answer, clock_ms()));
	cs->refused++;
	close_one(c);
	return true;
}

/* Makes room for one more connection of @a, which may be a new account. Returns: whether there is room. */
static bool make_place(struct connections *cs, struct account *a)
{
	if (a->silent >= CONNECTIONS_SILENT)
		(void)close_oldest(a, CLIENT_ASKS);
	if (cs->crowd.count < CONNECTIONS_MAX)
		return true;
	/* If @a itself has the most connections, only a silent client of it is closed. */
	if (a->connections == cs->crowd.most)
		return close_of_the_largest(cs, false);
	return close_of_the_largest(cs, true) || refuse_oldest(crowd_largest(&cs->crowd));
}

/* Adds a connection. Takes ownership of @fd and of the reference to @a, but only on success. */
static int add(struct connections *cs, int fd, const struct protocol *protocol, struct account *a,
	const struct ucred *peer)
{
	struct connection *c;

	if (!make_place(cs, a)) {
		cs->refused++;
		cs->unaccepted++;
		cs->unaccepted_account = a->id;
		return -EBUSY;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->event = event_new(cs->base, fd, EV_READ | EV_PERSIST, on_event, c);
	if (!c->event) {
		free(c);
		return -ENOMEM;
	}
	client_open(&c->client, protocol, a, peer->uid, peer->pid, clock_ms());
	c->fd = fd;
	c->all = cs;
	list(c);
	TAILQ_INSERT_TAIL(&cs->list, c, entry);
	crowd_enter(&cs->crowd, a);
	/* Read before waiting: many clients have sent their request already, or have disconnected. */
	if (read_input(c) && c->listed == CLIENT_ASKS)
		(void)settle(c);
	return 0;
}

static int admit(struct connections *cs, int fd, const struct protocol *protocol)
{
	struct account *a;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	a = account_get(&cs->accounts, subuids_account(cs->subuids, peer.uid));
	if (!a)
		return -ENOMEM;
	r = add(cs, fd, protocol, a, &peer);
	if (r < 0)
		account_release(&cs->accounts, a);
	return r;
}

int connections_accept(struct connections *cs, const struct listener *l, unsigned max)
{
	int fd;

	while (max-- > 0) {
		/* cppcheck-suppress nullPointer ; accept4() needs no address */
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			if (admit(cs, fd, l->options->protocol) < 0)
				close(fd);
		} else if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
			return 0;
		} else if (errno != EMFILE || !close_of_the_largest(cs, true)) {
			return -errno;
		}
	}
	return 0;
}

/* --- all --- */

void connections_clear(struct connections *cs)
{
	free(cs->status_text);
	cs->status_text = NULL;
	if (!cs->answer)
		return;
	while (!TAILQ_EMPTY(&cs->list))
		close_one(TAILQ_FIRST(&cs->list));
	log_counted(cs);
	secret_free(cs->answer);
	cs->answer = NULL;
}

void connections_dismiss(struct connections *cs)
{
	struct connection *c, *next;

	for (c = TAILQ_FIRST(&cs->list); c; c = next) {
		next = TAILQ_NEXT(c, entry);
		/* If the client has already sent a request, the request is still answered. */
		if (c->listed == CLIENT_ASKS && read_input(c) && c->listed == CLIENT_ASKS)
			close_one(c);
	}
}
