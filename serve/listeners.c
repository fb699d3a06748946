/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/listeners.h"
#include "serve/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACTIVATED_FD 3    /* the first descriptor that systemd passes */
#define PAUSE_S      1    /* before accepting again, after descriptors ran out */
#define DRAIN_MAX    4096 /* most clients that can wait on one socket: net.core.somaxconn */

static bool is_number(const char *text, long number)
{
	char want[24];

	snprintf(want, sizeof(want), "%ld", number);
	return text && strcmp(text, want) == 0;
}

static struct listener *find(struct listeners *ls, const struct listen_options *o)
{
	size_t i;

	for (i = 0; i < ls->count; i++)
		if (ls->slot[i].listener.options == o)
			return &ls->slot[i].listener;
	return NULL;
}

/* Finds the listener for a socket that the service manager passed. A socket with an unknown name, or with none, is for
 * the broker. */
static const struct listen_options *find_named(struct listeners *ls, const char *name, size_t len,
	const struct listen_options *o, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(o[i].name) == len && memcmp(o[i].name, name, len) == 0)
			return o + i;
	return &ls->broker;
}

static int take(struct listeners *ls, const struct listen_options *o, int fd, const char *name,
	size_t len, struct fault *f)
{
	int r;

	if (find(ls, o) && len > 0)
		return fault_set(f, -EINVAL,
			"LISTEN_FDS: %.*s: there are two sockets with this name, or the configuration has no [listen %.*s]",
			(int)len, name, (int)len, name);
	if (ls->count == LISTENERS_MAX || find(ls, o))
		return fault_set(f, -EINVAL,
			"LISTEN_FDS: more than one socket has no name, but only the broker's may have none");
	r = listener_take(&ls->slot[ls->count].listener, o, fd, f);
	ls->count += r == 0;
	return r;
}

/* Follows the protocol of sd_listen_fds(3). */
static int take_all(struct listeners *ls, const struct listen_options *o, size_t count,
	const char *fds, const char *names, struct fault *f)
{
	const char *name = names ? names : "";
	unsigned n = 0, i;
	size_t len;
	int r = 0;

	while (n <= LISTENERS_MAX && !is_number(fds, n))
		n++;
	if (n == 0 || n > LISTENERS_MAX)
		return fault_set(
			f, -EINVAL, "LISTEN_FDS: must be a number from 1 to %d", LISTENERS_MAX);
	for (i = 0; i < n && r == 0; i++) {
		len = strcspn(name, ":");
		r = take(ls, find_named(ls, name, len, o, count), ACTIVATED_FD + (int)i, name, len,
			f);
		name += len + (name[len] == ':');
	}
	return r;
}

static int take_activated(
	struct listeners *ls, const struct listen_options *o, size_t count, struct fault *f)
{
	const char *fds = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
	int r = 0;

	if (!fds || !is_number(getenv("LISTEN_PID"), getpid()))
		return 0;
	r = take_all(ls, o, count, fds, names, f);
	/* Without this, a child process might believe that these sockets are meant for it. */
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	return r;
}

/* Returns: the slot of a closed listener, or a new slot; NULL: all slots are in use. */
static struct listeners_slot *free_slot(struct listeners *ls)
{
	struct listeners_slot *s;

	for (s = ls->slot; s < ls->slot + ls->count; s++)
		if (!s->listener.options)
			return s;
	return ls->count < LISTENERS_MAX ? ls->slot + ls->count++ : NULL;
}

static int open_one(struct listeners *ls, const struct listen_options *o, struct fault *f)
{
	struct listeners_slot *s;
	int r;

	/* A FIFO has no socket; serve/fifo.h opens it. */
	if (find(ls, o) || o->protocol->socket_type == 0)
		return 0;
	if (!o->path && !o->host) {
		log_no_address(o->name);
		return 0;
	}
	s = free_slot(ls);
	if (!s)
		return fault_set(f, -EMFILE, "%s: too many listeners", o->name);
	r = listener_open(&s->listener, o, f);
	if (r < 0)
		s->listener = (struct listener){ .fd = -1 };
	return r;
}

int listeners_open(struct listeners *ls, const char *path, const struct listen_options *o,
	size_t count, struct fault *f)
{
	size_t i;
	int r;

	/* A copy, because the configuration that has the path may be read again. */
	ls->path = strdup(path);
	if (!ls->path)
		return fault_errno(f, -ENOMEM, path);
	ls->broker = (struct listen_options){ .name = "broker",
		.protocol = &broker_protocol,
		.path = ls->path,
		.mode = 0666,
		.group = (gid_t)-1 };
	r = take_activated(ls, o, count, f);
	if (r == 0)
		r = open_one(ls, &ls->broker, f);
	for (i = 0; i < count && r == 0; i++)
		r = open_one(ls, o + i, f);
	return r;
}

static int accept_on(struct listeners *ls, const struct listener *l, unsigned max)
{
	const struct protocol *protocol = l->options->protocol;

	if (protocol->site)
		return web_accept(ls->web, l, max);
	return protocol->socket_type == SOCK_STREAM ? streams_accept(ls->streams, l, max) :
						      connections_accept(ls->connections, l, max);
}

/* Stops accepting on this listener for PAUSE_S. All other listeners go on: they may have connections that can be closed
 * instead. */
static void suspend(struct listeners_slot *s)
{
	const struct timeval time = { PAUSE_S, 0 };

	event_del(s->ready);
	s->paused = true;
	s->all->pauses++;
	if (!event_pending(s->all->resume, EV_TIMEOUT, NULL))
		event_add(s->all->resume, &time);
}

static void on_resume(evutil_socket_t fd, short what, void *listeners)
{
	struct listeners *ls = listeners;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < ls->count; i++) {
		if (ls->slot[i].ready && ls->slot[i].paused)
			event_add(ls->slot[i].ready, NULL);
		ls->slot[i].paused = false;
	}
}

static void on_ready(evutil_socket_t fd, short what, void *slot)
{
	struct listeners_slot *s = slot;

	(void)fd;
	(void)what;
	/* Without the pause, the event loop would call this function again at once, and it would fail again. */
	if (accept_on(s->all, &s->listener, CONNECTIONS_ACCEPTS) < 0)
		suspend(s);
}

static int watch(struct listeners_slot *s, struct listeners *ls)
{
	s->all = ls;
	if (!s->listener.options || s->ready)
		return 0;
	s->ready = event_new(ls->base, s->listener.fd, EV_READ | EV_PERSIST, on_ready, s);
	return s->ready && event_add(s->ready, NULL) == 0 ? 0 : -ENOMEM;
}

static int watch_all(struct listeners *ls)
{
	struct listeners_slot *s;
	int r = 0;

	for (s = ls->slot; s < ls->slot + ls->count && r == 0; s++)
		r = watch(s, ls);
	return r;
}

int listeners_watch(struct listeners *ls, struct event_base *base, struct connections *cs,
	struct streams *ss, struct web *web)
{
	ls->base = base;
	ls->connections = cs;
	ls->streams = ss;
	ls->web = web;
	ls->resume = event_new(base, -1, 0, on_resume, ls);
	return ls->resume ? watch_all(ls) : -ENOMEM;
}

static void close_slot(struct listeners_slot *s)
{
	if (s->ready)
		event_free(s->ready);
	s->ready = NULL;
	if (s->listener.options)
		listener_close(&s->listener);
	s->listener = (struct listener){ .fd = -1 };
}

/* A listener whose address has changed is closed before any listener is opened: another section may now have its old
 * address. */
static void update_slot(struct listeners_slot *s, const struct listen_options *o, size_t count)
{
	const struct listen_options *next = listen_find(o, count, s->listener.options->name);

	if (next && listener_is_at(&s->listener, next))
		s->listener.options = next;
	else
		close_slot(s);
}

void listeners_update(struct listeners *ls, const struct listen_options *o, size_t count)
{
	struct listeners_slot *s;
	struct fault f;
	size_t i;

	for (s = ls->slot; s < ls->slot + ls->count; s++)
		if (s->listener.options && s->listener.options != &ls->broker)
			update_slot(s, o, count);
	for (i = 0; i < count; i++)
		if (open_one(ls, o + i, &f) < 0)
			log_not_listening(o[i].name, f.text);
	if (watch_all(ls) < 0)
		log_no_listeners("listeners", -ENOMEM);
}

void listeners_drain(struct listeners *ls)
{
	size_t i;

	for (i = 0; i < ls->count; i++)
		if (ls->slot[i].listener.options)
			(void)accept_on(ls, &ls->slot[i].listener, DRAIN_MAX);
}

void listeners_close(struct listeners *ls)
{
	struct listeners_slot *s;

	for (s = ls->slot; s < ls->slot + ls->count; s++)
		close_slot(s);
	if (ls->resume)
		event_free(ls->resume);
	free(ls->path);
	*ls = (struct listeners){ 0 };
}
