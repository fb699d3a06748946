/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of a client that speaks HTTP. */
#include "serve/web_client.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Does the account have no request to answer? */
static bool has_none_due(const struct account *a)
{
	return TAILQ_EMPTY(a->by_web + WEB_DUE);
}

void web_client_list(struct web_client *c)
{
	struct account *a = c->account;

	if (c->state == WEB_DUE && has_none_due(a))
		TAILQ_INSERT_TAIL(&c->all->due, a, due);
	TAILQ_INSERT_TAIL(c->all->list + c->state, c, entry);
	TAILQ_INSERT_TAIL(a->by_web + c->state, c, account_entry);
}

static void unlist(struct web_client *c)
{
	struct account *a = c->account;

	TAILQ_REMOVE(c->all->list + c->state, c, entry);
	TAILQ_REMOVE(a->by_web + c->state, c, account_entry);
	if (c->state == WEB_DUE && has_none_due(a))
		TAILQ_REMOVE(&c->all->due, a, due);
}

void web_client_move(struct web_client *c, enum web_state state, int64_t until_ms)
{
	unlist(c);
	c->state = (uint8_t)state;
	c->until_ms = until_ms;
	web_client_list(c);
}

/* Wipes the line before it is freed, because a line of the head may contain a token. */
static void free_line(struct web_client *c)
{
	if (c->request.line.text)
		explicit_bzero(c->request.line.text, WEB_LINE_MAX + 1);
	free(c->request.line.text);
	c->request.line.text = NULL;
}

static void free_rest(struct web_client *c)
{
	if (c->rest)
		explicit_bzero(c->rest, c->rest_len);
	free(c->rest);
	c->rest = NULL;
}

static void free_pending(struct web_client *c)
{
	if (c->writable)
		event_free(c->writable);
	if (c->pending)
		explicit_bzero(c->pending, c->pending_len);
	free(c->pending);
	c->writable = NULL;
	c->pending = NULL;
}

void web_client_close(struct web_client *c)
{
	struct web *w = c->all;

	unlist(c);
	if (c->watched)
		event_del(&c->readable);
	free_line(c);
	free_rest(c);
	free_pending(c);
	close(c->fd);
	c->tally->clients--;
	crowd_leave(&w->crowd, c->account);
	account_release(&w->accounts, c->account);
	free(c);
}

static bool begin_request(struct web_client *c, int64_t now_ms)
{
	if (c->state == WEB_IDLE)
		web_client_move(c, WEB_BUSY, now_ms + WEB_REQUEST_MS);
	if (c->request.part != WEB_FIRST_LINE || c->request.line.text)
		return true;
	c->request.line.text = malloc(WEB_LINE_MAX + 1);
	c->request.line.size = WEB_LINE_MAX + 1;
	return c->request.line.text != NULL;
}

static bool keep_rest(struct web_client *c, const uint8_t *raw, size_t len)
{
	if (len == 0)
		return true;
	c->rest = malloc(len);
	if (!c->rest)
		return false;
	memcpy(c->rest, raw, len);
	c->rest_len = len;
	return true;
}

/* Tells the client to send the body. Otherwise a client that sent "Expect: 100-continue" usually waits a second
 * first. */
static bool invite_body(struct web_client *c)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const ssize_t len = sizeof(go_on) - 1;

	c->request.expects = false;
	return send(c->fd, go_on, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) == len;
}

static bool take_in(struct web_client *c, const uint8_t *raw, size_t len, int64_t now_ms)
{
	struct web_request *q = &c->request;
	size_t used;

	if (!begin_request(c, now_ms))
		return false;
	if (!web_request_take(q, c->options->protocol->site, c->options, raw, len, &used)) {
		if (q->part == WEB_BODY)
			free_line(c);
		return q->part != WEB_BODY || !q->expects || invite_body(c);
	}
	free_line(c);
	web_client_move(c, WEB_DUE, INT64_MAX);
	return q->over || keep_rest(c, raw + used, len - used);
}

static bool take_rest(struct web_client *c, int64_t now_ms)
{
	uint8_t *rest = c->rest;
	const size_t len = c->rest_len;
	bool alive;

	c->rest = NULL;
	alive = take_in(c, rest, len, now_ms);
	explicit_bzero(rest, len);
	free(rest);
	return alive;
}

bool web_client_read(struct web_client *c, int64_t now_ms)
{
	uint8_t *in = c->all->in;
	ssize_t n;
	bool alive = true;

	/* The next request is not read before this one is answered. */
	if (c->state == WEB_DUE || c->state == WEB_SENDING)
		return true;
	n = recv(c->fd, in, WEB_INPUT_MAX, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n > 0 && c->state != WEB_LINGERS)
		alive = take_in(c, in, (size_t)n, now_ms);
	if (n > 0)
		explicit_bzero(in, (size_t)n);
	if (n > 0 && alive)
		return true;
	web_client_close(c);
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *client)
{
	(void)fd;
	(void)what;
	(void)web_client_read(client, clock_ms());
}

bool web_client_watch(struct web_client *c)
{
	if (c->watched)
		return true;
	c->watched = event_assign(&c->readable, c->all->base, c->fd, EV_READ | EV_PERSIST,
			     on_readable, c) == 0 &&
		event_add(&c->readable, NULL) == 0;
	if (!c->watched)
		web_client_close(c);
	return c->watched;
}

bool web_client_keeps(const struct web_client *c)
{
	return web_request_keeps(&c->request) && !c->all->draining;
}

void web_client_next(struct web_client *c, int64_t now_ms)
{
	const bool keeps = web_client_keeps(c), over = c->request.over;

	free_pending(c);
	c->request = (struct web_request){ 0 };
	if (!keeps && !over) {
		web_client_close(c);
		return;
	}
	if (!keeps) {
		/* If a socket is closed while it has unread input, the kernel resets the connection, and the client may
		 * lose the answer. */
		shutdown(c->fd, SHUT_WR);
		web_client_move(c, WEB_LINGERS, now_ms + WEB_LINGER_MS);
	} else {
		web_client_move(c, WEB_IDLE, now_ms + WEB_IDLE_MS);
	}
	if (c->rest && keeps && !take_rest(c, now_ms)) {
		web_client_close(c);
		return;
	}
	(void)web_client_watch(c);
}
