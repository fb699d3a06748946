/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/identity.h"
#include "serve/web_client.h"
#include "util/clock.h"
#include "util/secret.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SWEEP_MS 100

static_assert(WEB_LINGERS == ACCOUNT_WEB_STATES - 1, "a list for each state");
static_assert(WEB_MAX <= CROWD_MAX, "a rank for each number");

/* Each list is sorted by the time at which its clients entered the state, so the time limit of the first client ends
 * first. */
static void on_sweep(evutil_socket_t fd, short what, void *web)
{
	const int64_t now_ms = clock_ms();
	struct web *w = web;
	struct web_client *c;
	unsigned i;

	(void)fd;
	(void)what;
	for (i = 0; i < ACCOUNT_WEB_STATES; i++) {
		while ((c = TAILQ_FIRST(w->list + i)) && c->until_ms <= now_ms) {
			w->timeouts += i == WEB_BUSY || i == WEB_SENDING;
			web_client_close(c);
		}
	}
	if (w->crowd.count == 0)
		event_del(w->sweep);
}

int web_init(struct web *w, struct event_base *base, struct generator *generator,
	struct tallies *tallies)
{
	unsigned i;

	*w = (struct web){ .base = base, .tallies = tallies };
	for (i = 0; i < ACCOUNT_WEB_STATES; i++)
		TAILQ_INIT(w->list + i);
	TAILQ_INIT(&w->due);
	crowd_init(&w->crowd);
	accounts_init(&w->accounts);
	w->sweep = event_new(base, -1, EV_PERSIST, on_sweep, w);
	w->in = secret_new(WEB_INPUT_MAX);
	w->out = secret_new(WEB_HEAD_ROOM + WEB_ANSWER_MAX);
	if (!w->sweep || !w->in || !w->out)
		return -ENOMEM;
	return vendordata_init(&w->vendordata, generator);
}

void web_clear(struct web *w)
{
	unsigned i;

	if (!w->base)
		return;
	for (i = 0; i < ACCOUNT_WEB_STATES; i++)
		while (!TAILQ_EMPTY(w->list + i))
			web_client_close(TAILQ_FIRST(w->list + i));
	vendordata_clear(&w->vendordata);
	if (w->sweep)
		event_free(w->sweep);
	secret_free(w->in);
	secret_free(w->out);
	*w = (struct web){ 0 };
}

bool web_answer(struct web *w, int64_t now_ms)
{
	struct account *a;
	unsigned n;

	for (n = 0; n < WEB_ANSWERS && !TAILQ_EMPTY(&w->due); n++) {
		/* First the request that has waited longest, so that an account with many requests does not wait for each
		 * of the others once for each of its requests. */
		a = n == 0 ? TAILQ_FIRST(w->list + WEB_DUE)->account : TAILQ_FIRST(&w->due);
		/* Its next turn comes after those of the others. The reply may free the account. */
		TAILQ_REMOVE(&w->due, a, due);
		TAILQ_INSERT_TAIL(&w->due, a, due);
		web_client_reply(TAILQ_FIRST(a->by_web + WEB_DUE), now_ms);
	}
	return !TAILQ_EMPTY(&w->due);
}

/* --- new connections --- */

/* Closes one connection of @a: the one whose request has been incomplete longest, but not if it is younger than
 * WEB_SPARE_MS; or else the one that has been idle longest; or else any other one, but none whose complete request is
 * not answered yet. Returns: whether there was one. */
static bool give_way(struct web *w, struct account *a, int64_t now_ms)
{
	struct web_client *busy = TAILQ_FIRST(a->by_web + WEB_BUSY), *c = busy;

	if (!c || c->until_ms - WEB_REQUEST_MS + WEB_SPARE_MS > now_ms)
		c = TAILQ_FIRST(a->by_web + WEB_IDLE);
	if (!c)
		c = TAILQ_FIRST(a->by_web + WEB_LINGERS);
	if (!c)
		c = busy;
	if (!c)
		c = TAILQ_FIRST(a->by_web + WEB_SENDING);
	w->refused++;
	if (c)
		web_client_close(c);
	return c != NULL;
}

static bool make_place(struct web *w, struct account *a, int64_t now_ms)
{
	if (a->connections >= WEB_CLIENT_MAX)
		return give_way(w, a, now_ms);
	return w->crowd.count < WEB_MAX || give_way(w, crowd_largest(&w->crowd), now_ms);
}

/* Adds a connection. Takes ownership of @fd and of the reference to @a, but only on success. */
static int add(
	struct web *w, int fd, const struct listen_options *o, struct account *a, int64_t now_ms)
{
	const struct timeval sweep = { 0, SWEEP_MS * 1000 };
	struct web_client *c;

	if (!make_place(w, a, now_ms))
		return -EBUSY;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->fd = fd;
	c->all = w;
	c->options = o;
	c->account = a;
	c->tally = tally_get(w->tallies, o->name);
	c->tally->clients++;
	c->state = WEB_BUSY;
	c->until_ms = now_ms + WEB_REQUEST_MS;
	web_client_list(c);
	if (w->crowd.count == 0)
		event_add(w->sweep, &sweep);
	crowd_enter(&w->crowd, a);
	/* Many clients have already sent their request, so read first, and wait only if that was not enough. */
	if (web_client_read(c, now_ms) && c->state == WEB_BUSY)
		(void)web_client_watch(c);
	return 0;
}

static int admit(struct web *w, int fd, const struct listener *l, int64_t now_ms)
{
	struct account *a = account_get(&w->accounts, identity_web_account(fd, (unsigned)l->fd));
	int r = a ? add(w, fd, l->options, a, now_ms) : -ENOMEM;

	if (r < 0 && a)
		account_release(&w->accounts, a);
	return r;
}

static bool has_no_descriptor(int err)
{
	return err == EMFILE || err == ENFILE;
}

int web_accept(struct web *w, const struct listener *l, unsigned max)
{
	const int64_t now_ms = clock_ms();
	int fd;

	while (max-- > 0) {
		/* cppcheck-suppress nullPointer ; accept4() needs no address */
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			if (admit(w, fd, l, now_ms) < 0)
				close(fd);
		} else if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
			return 0;
		} else if (!has_no_descriptor(errno) || w->crowd.count == 0 ||
			!give_way(w, crowd_largest(&w->crowd), now_ms)) {
			return -errno;
		}
	}
	return 0;
}

/* --- all --- */

/* A client of a listener that has no token any more may come from an address that needs one. */
static void update(struct web_client *c, const struct listen_options *o, size_t count)
{
	const struct listen_options *next = listen_find(o, count, c->options->name);

	if (next && next->protocol == c->options->protocol &&
		next->token.set >= c->options->token.set)
		c->options = next;
	else
		web_client_close(c);
}

void web_update(struct web *w, const struct listen_options *o, size_t count)
{
	struct web_client *c, *next;
	unsigned i;

	for (i = 0; i < ACCOUNT_WEB_STATES; i++) {
		for (c = TAILQ_FIRST(w->list + i); c; c = next) {
			next = TAILQ_NEXT(c, entry);
			update(c, o, count);
		}
	}
}

void web_drain(struct web *w)
{
	struct web_client *c;

	w->draining = true;
	while ((c = TAILQ_FIRST(w->list + WEB_IDLE)))
		web_client_close(c);
}
