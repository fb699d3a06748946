/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/identity.h"
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

static void on_pause_over(evutil_socket_t fd, short what, void *streams)
{
	(void)fd;
	(void)what;
	(void)streams; /* this only wakes the loop, which then calls streams_answer() */
}

/* Does the budget allow serving a stream now? If not, a timer wakes the loop once it does. */
static bool may_spend(struct streams *ss, int64_t now_ms)
{
	const int64_t wait = ss->draining ? 0 : budget_wait_ms(&ss->budget, now_ms);
	const struct timeval t = { wait / 1000, wait % 1000 * 1000 };

	if (wait > 0)
		event_add(ss->pause, &t);
	return wait == 0;
}

/* Chooses the round of the next visit. The two rounds alternate, so that neither delays the other. */
static struct round *next_round(struct streams *ss, unsigned n, int64_t now_ms)
{
	if (ss->boot.wanting > 0 && (n % 2 == 0 || ss->round.wanting == 0))
		return &ss->boot;
	if (ss->round.wanting > 0 && may_spend(ss, now_ms))
		return &ss->round;
	return ss->boot.wanting > 0 ? &ss->boot : NULL;
}

static void visit(struct round *round, int64_t now_ms)
{
	struct stream *s = (struct stream *)round_visit(round);
	int more = stream_serve(s, now_ms);

	if (s->rest && more >= 0)
		stream_take_in_rest(s);
	more = more < 0 ? more : !s->blocked && !s->waits && (more > 0 || !egd_is_idle(&s->egd));
	round_done(round, &s->place, more > 0);
	if (more < 0 || stream_is_over(s))
		s->kind->over(s);
	else if (more > 0 && round != stream_round(s))
		stream_move(s);
}

bool streams_answer(struct streams *ss)
{
	const int64_t now_ms = clock_ms();
	struct round *round;
	unsigned n;

	for (n = 0; n < STREAMS_VISITS; n++) {
		round = next_round(ss, n, now_ms);
		if (!round)
			break;
		visit(round, now_ms);
	}
	if (n > 0)
		explicit_bzero(ss->out, ROUND_QUANTUM);
	return n == STREAMS_VISITS;
}

/* --- framing = qemu --- */

/* QEMU never repeats a request that was lost with a connection, so its guest would wait for ever. If some bytes are in
 * the socket already, they end that wait. */
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
	if (!ss->draining && ss->looks++ % STREAMS_LOOKS == 0)
		streams_ask_again(ss);
	if (ss->ahead == 0 || ss->draining)
		return;
	TAILQ_FOREACH(s, &ss->list, entry)
	if (s->options->ahead)
		look_ahead(s);
}

/* --- new connections --- */

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

/* Adds a connection. Takes ownership of @fd and of the reference to @a, but only on success. */
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
	s->rule = o->rule;
	if (stream_start(s) < 0) {
		free(s);
		return -ENOMEM;
	}
	s->uid = s->pid = -1;
	identity_peer(fd, &s->uid, &s->pid);
	TAILQ_INSERT_TAIL(&ss->list, s, entry);
	TAILQ_INSERT_TAIL(&a->streams, s, account_entry);
	crowd_enter(&ss->crowd, a);
	ss->ahead += o->ahead;
	if (o->ahead)
		look_ahead(s);
	streams_ask(s);
	return 0;
}

static int admit(struct streams *ss, int fd, const struct listener *l)
{
	struct account *a = account_get(&ss->accounts, identity_account(fd, (unsigned)l->fd));
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
	round_init(&ss->boot);
	ss->pause = event_new(base, -1, 0, on_pause_over, ss);
	ss->out = secret_new(ROUND_QUANTUM);
	ss->look = event_new(base, -1, EV_PERSIST, on_look, ss);
	if (policy_init(&ss->policy, base, streams_policy_result, ss) < 0)
		return -ENOMEM;
	return ss->out && ss->pause && ss->look && event_add(ss->look, &look) == 0 ? 0 : -ENOMEM;
}

void streams_limit(struct streams *ss, uint32_t budget)
{
	budget_init(&ss->budget, budget, clock_ms());
	ss->round.quantum = budget_quantum(&ss->budget, ROUND_QUANTUM);
}

void streams_clear(struct streams *ss)
{
	if (!ss->base)
		return;
	while (!TAILQ_EMPTY(&ss->list))
		remove_one(TAILQ_FIRST(&ss->list));
	policy_clear(&ss->policy);
	if (ss->look)
		event_free(ss->look);
	if (ss->pause)
		event_free(ss->pause);
	secret_free(ss->out);
	*ss = (struct streams){ 0 };
}

/* Reads what the client has sent until now. It may send without end. */
static void read_up(struct stream *s)
{
	int unread = 0;

	(void)ioctl(s->fd, FIONREAD, &unread);
	while (!s->ended && !s->rest && stream_input(s) && unread > STREAM_INPUT)
		unread -= STREAM_INPUT;
}

void streams_drain(struct streams *ss)
{
	struct stream *s, *next;

	ss->draining = true;
	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		read_up(s);
		s->waits = false;
		stream_wake(s);
		if (stream_is_over(s))
			s->kind->over(s);
	}
}
