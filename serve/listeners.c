/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/listeners.h"

#include <errno.h>

#define PAUSE_S   1    /* while the process or the system has no descriptor left */
#define DRAIN_MAX 4096 /* as many as can have connected: net.core.somaxconn */

int listeners_open(struct listeners *ls, const char *path, struct fault *f)
{
	struct listener *l = &ls->slot[0].listener;
	int r = listener_activated(l, &broker_protocol, f);

	if (r == -ENOENT)
		r = listener_open(l, &broker_protocol, path, f);
	if (r == 0)
		ls->count = 1;
	return r;
}

static void pause_all(struct listeners *ls)
{
	const struct timeval pause = { PAUSE_S, 0 };
	size_t i;

	for (i = 0; i < ls->count; i++)
		event_del(ls->slot[i].ready);
	event_add(ls->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *listeners)
{
	const struct listeners *ls = listeners;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < ls->count; i++)
		event_add(ls->slot[i].ready, NULL);
}

static void on_ready(evutil_socket_t fd, short what, void *slot)
{
	const struct listeners_slot *s = slot;

	(void)fd;
	(void)what;
	/* Without the pause this would be called again at once, and fail again. */
	if (connections_accept(s->all->connections, &s->listener, CONNECTIONS_ACCEPTS) < 0)
		pause_all(s->all);
}

int listeners_watch(struct listeners *ls, struct event_base *base, struct connections *cs)
{
	struct listeners_slot *s;

	ls->connections = cs;
	ls->resume = event_new(base, -1, 0, on_resume, ls);
	if (!ls->resume)
		return -ENOMEM;
	for (s = ls->slot; s < ls->slot + ls->count; s++) {
		s->all = ls;
		s->ready = event_new(base, s->listener.fd, EV_READ | EV_PERSIST, on_ready, s);
		if (!s->ready || event_add(s->ready, NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

void listeners_drain(struct listeners *ls)
{
	size_t i;

	for (i = 0; i < ls->count; i++)
		(void)connections_accept(ls->connections, &ls->slot[i].listener, DRAIN_MAX);
}

void listeners_close(struct listeners *ls)
{
	struct listeners_slot *s;

	for (s = ls->slot; s < ls->slot + ls->count; s++) {
		if (s->ready)
			event_free(s->ready);
		listener_close(&s->listener);
	}
	if (ls->resume)
		event_free(ls->resume);
	*ls = (struct listeners){ 0 };
}
