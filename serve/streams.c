/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/stream.h"
#include "util/clock.h"
#include "util/secret.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static_assert(STREAMS_MAX <= CROWD_MAX, "a rank for each number");

static void remove_one(struct stream *s)
{
	struct streams *ss = s->all;

	stream_end(s);
	TAILQ_REMOVE(&ss->list, s, entry);
	TAILQ_REMOVE(&s->account->streams, s, account_entry);
	crowd_leave(&ss->crowd, s->account);
	account_release(&ss->accounts, s->account);
	ss->ahead -= s->options->ahead;
	free(s);
}

static ssize_t send_parts(struct stream *s, struct iovec part[2])
{
	const struct msghdr message = { .msg_iov = part, .msg_iovlen = 2 };

	return sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static const struct stream_kind connection = {
	.least = 1,
	.send = send_parts,
	.over = remove_one,
};

bool streams_answer(struct streams *ss)
{
	struct stream *s;
	unsigned n;
	int more;

	for (n = 0; n < STREAMS_VISITS; n++) {
		s = (struct stream *)round_visit(&ss->round);
		if (!s)
			break;
		more = stream_serve(s, clock_ms());
		if (s->rest && more >= 0)
			stream_take_in_rest(s);
		round_done(&ss->round, &s->place,
			more > 0 ||
				(more == 0 && !s->blocked && !s->waits && !egd_is_idle(&s->egd)));
		if (more < 0 || stream_is_over(s))
			s->kind->over(s);
	}
	if (n > 0)
		explicit_bzero(ss->out, ROUND_QUANTUM);
	return n == STREAMS_VISITS;
}

/* --- framing = qemu --- */

/* A request of QEMU's that was lost with a connection is never repeated, and its guest waits; bytes that lie there
 * already end that. */
static void look_ahead(struct stream *s)
{
	int unread = 0;

	if (s->ended || !egd_is_idle(&s->egd) || ioctl(s->fd, SIOCOUTQ, &unread) < 0 || unread > 0)
		return;
	egd_add_ahead(&s->egd, STREAMS_AHEAD);
	stream_wake(s);
}

static void on_look(evutil_socket_t fd, short what, void *streams)
{
	struct streams *ss = streams;
	struct stream *s;

	(void)fd;
	(void)what;
	if (ss->ahead == 0 || ss->draining)
		return;
	TAILQ_FOREACH(s, &ss->list, entry)
	if (s->options->ahead)
		look_ahead(s);
}

/* --- who is let in --- */

/* A process of a user, on one listener; TCP does not tell which. */
static account_id identify(int fd, const struct listener *l)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	const account_id listener = (account_id)l->fd << 56;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return listener;
	return listener | (account_id)(uint32_t)peer.pid << 32 | (uint32_t)peer.uid;
}

static bool make_place(struct streams *ss, const struct account *a)
{
	struct account *largest;

	if (ss->crowd.count < STREAMS_MAX)
		return true;
	ss->refused++;
	largest = crowd_largest(&ss->crowd);
	if (a->connections >= largest->connections)
		return false;
	remove_one(TAILQ_FIRST(&largest->streams));
	return true;
}

/* Owns @fd and the reference to @a after success only. */
static int add(struct streams *ss, int fd, const struct listen_options *o, struct account *a)
{
	struct stream *s;

	if (!make_place(ss, a))
		return -EBUSY;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->kind = &connection;
	s->fd = fd;
	s->all = ss;
	s->account = a;
	s->options = o;
	if (stream_start(s) < 0) {
		free(s);
		return -ENOMEM;
	}
	TAILQ_INSERT_TAIL(&ss->list, s, entry);
	TAILQ_INSERT_TAIL(&a->streams, s, account_entry);
	crowd_enter(&ss->crowd, a);
	ss->ahead += o->ahead;
	if (o->ahead)
		look_ahead(s);
	return 0;
}

static int admit(struct streams *ss, int fd, const struct listener *l)
{
	struct account *a = account_get(&ss->accounts, identify(fd, l));
	int r = a ? add(ss, fd, l->options, a) : -ENOMEM;

	if (r < 0 && a)
		account_release(&ss->accounts, a);
	return r;
}

int streams_accept(struct streams *ss, const struct listener *l, unsigned max)
{
	int fd;

	while (max-- > 0) {
		/* cppcheck-suppress nullPointer ; accept4() needs no address */
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			if (admit(ss, fd, l) < 0)
				close(fd);
		} else if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
			return 0;
		} else {
			return -errno;
		}
	}
	return 0;
}

/* --- all --- */

int streams_init(struct streams *ss, struct event_base *base, struct generator *generator)
{
	const struct timeval look = { 0, STREAMS_LOOK_MS * 1000 };

	*ss = (struct streams){ .base = base, .generator = generator };
	TAILQ_INIT(&ss->list);
	crowd_init(&ss->crowd);
	accounts_init(&ss->accounts);
	round_init(&ss->round);
	ss->out = secret_new(ROUND_QUANTUM);
	ss->look = event_new(base, -1, EV_PERSIST, on_look, ss);
	return ss->out && ss->look && event_add(ss->look, &look) == 0 ? 0 : -ENOMEM;
}

void streams_clear(struct streams *ss)
{
	if (!ss->base)
		return;
	while (!TAILQ_EMPTY(&ss->list))
		remove_one(TAILQ_FIRST(&ss->list));
	if (ss->look)
		event_free(ss->look);
	secret_free(ss->out);
	*ss = (struct streams){ 0 };
}

void streams_drain(struct streams *ss)
{
	struct stream *s, *next;

	ss->draining = true;
	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		while (!s->ended && !s->rest && stream_input(s))
			;
		s->waits = false;
		stream_wake(s);
		if (stream_is_over(s))
			s->kind->over(s);
	}
}
