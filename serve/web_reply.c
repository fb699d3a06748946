/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers to a client that speaks HTTP. */
#include "serve/web_client.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char *words_of(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 411:
		return "Length Required";
	case 413:
		return "Content Too Large";
	default:
		return "Service Unavailable";
	}
}

void web_refuse(struct web_answer *ret, unsigned status, const char *why)
{
	ret->status = status;
	ret->type = "text/plain; charset=utf-8";
	ret->len = (size_t)sprintf(ret->body, "%u %s: %s\n", status, words_of(status), why);
}

static void ask_site(struct web_client *c, int64_t now_ms, struct web_answer *ret)
{
	const struct web_site *site = c->options->protocol->site;
	const struct web_request *q = &c->request;

	if (q->status > 0)
		web_refuse(ret, q->status, q->why);
	else
		site->answer(c->all, q, now_ms, ret);
	if (ret->status == 405)
		ret->allow = site->posts ? "POST" : "GET, HEAD";
}

/* Writes the head directly before the body. Returns: where the head begins. */
static char *put_head(const struct web_client *c, const struct web_answer *a, char *body)
{
	char head[WEB_HEAD_ROOM];
	const int n = snprintf(head, sizeof(head),
		"HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n%s%s%s%s\r\n",
		a->status, words_of(a->status), a->type, a->len, a->allow ? "Allow: " : "",
		a->allow ? a->allow : "", a->allow ? "\r\n" : "",
		web_client_keeps(c) ? "" : "Connection: close\r\n");

	return memcpy(body - n, head, (size_t)n);
}

static void count(struct web_client *c, const struct web_answer *a)
{
	const unsigned kind = a->status < 400 ? WEB_DONE :
		a->status < 500               ? WEB_REFUSED :
						WEB_UNABLE;

	c->all->answers[kind]++;
	c->tally->answers++;
}

static void on_writable(evutil_socket_t fd, short what, void *client)
{
	struct web_client *c = client;
	const ssize_t n = send(fd, c->pending + c->pending_at, c->pending_len - c->pending_at,
		MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		web_client_close(c);
		return;
	}
	c->pending_at += (size_t)n;
	c->tally->sent += (uint64_t)n;
	if (c->pending_at == c->pending_len)
		web_client_next(c, clock_ms());
}

/* Keeps the bytes that did not fit into the socket, and stops reading from the client until they are sent. */
static void send_later(struct web_client *c, const char *out, size_t len, int64_t now_ms)
{
	c->pending = malloc(len);
	c->writable = event_new(c->all->base, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	if (c->pending)
		memcpy(c->pending, out, len);
	c->pending_len = c->pending ? len : 0;
	c->pending_at = 0;
	if (c->watched)
		event_del(&c->readable);
	c->watched = false;
	if (!c->pending || !c->writable || event_add(c->writable, NULL) < 0)
		web_client_close(c);
	else
		web_client_move(c, WEB_SENDING, now_ms + WEB_REQUEST_MS);
}

static void send_all(struct web_client *c, const char *out, size_t len, int64_t now_ms)
{
	const ssize_t n = send(c->fd, out, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	const size_t sent = n > 0 ? (size_t)n : 0;

	c->tally->sent += sent;
	if (n == (ssize_t)len)
		web_client_next(c, now_ms);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		web_client_close(c);
	else
		send_later(c, out + sent, len - sent, now_ms);
}

void web_client_reply(struct web_client *c, int64_t now_ms)
{
	char *body = (char *)c->all->out + WEB_HEAD_ROOM, *head;
	struct web_answer a = { .status = 200, .type = "text/plain; charset=utf-8", .body = body };
	size_t len;

	ask_site(c, now_ms, &a);
	count(c, &a);
	head = put_head(c, &a, body);
	len = (size_t)(body - head) + (c->request.method == WEB_HEAD ? 0 : a.len);
	send_all(c, head, len, now_ms);
	explicit_bzero(head, (size_t)(body - head) + a.len);
}
