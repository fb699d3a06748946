/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/streams.h"
#include "serve/egd.h"
#include "util/clock.h"
#include "util/secret.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define INPUT_MAX  4096
#define UNREADY_MS 100
#define PIECE      64 /* bytes for which a throttled client waits, if it wants as many */

static_assert(STREAMS_MAX <= CROWD_MAX, "a rank for each number");

struct stream {
	struct round_place place; /* first, so that round_visit() leads to its stream */
	struct egd_client egd;
	struct allowance allowance;
	struct streams *all;
	struct account *account;
	const struct listen_options *options;
	int fd;
	bool ended;                                /* nothing more is read from it */
	bool blocked;                              /* until its socket takes more */
	bool waits;                                /* until it is allowed more */
	struct event *readable, *writable, *later; /* the last two when first needed */
	uint8_t *rest;                             /* of its input, read and not taken in */
	size_t rest_len;
	TAILQ_ENTRY(stream) entry, account_entry;
};

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

static void close_one(struct stream *s)
{
	struct streams *ss = s->all;

	round_leave(&ss->round, &s->place);
	TAILQ_REMOVE(&ss->list, s, entry);
	TAILQ_REMOVE(&s->account->streams, s, account_entry);
	crowd_leave(&ss->crowd, s->account);
	account_release(&ss->accounts, s->account);
	ss->ahead -= s->options->ahead;
	free_event(s->readable);
	free_event(s->writable);
	free_event(s->later);
	close(s->fd);
	free(s->rest);
	free(s);
}

/* --- what it asks for --- */

static void offered(void *generator, const uint8_t *bytes, size_t len)
{
	generator_stir(generator, bytes, len);
}

/* Its turn comes, if it waits for nothing else. */
static void wake(struct stream *s)
{
	if (!s->blocked && !s->waits && !egd_is_idle(&s->egd))
		round_want(&s->all->round, &s->place);
}

static void end_input(struct stream *s)
{
	s->ended = true;
	event_del(s->readable);
}

/* What does not go in now is kept, and until then nothing more is read. */
static void keep(struct stream *s, const uint8_t *raw, size_t len)
{
	uint8_t *rest = malloc(len);

	if (!rest) {
		end_input(s);
		return;
	}
	memcpy(rest, raw, len);
	free(s->rest);
	s->rest = rest;
	s->rest_len = len;
	event_del(s->readable);
}

static void take_in(struct stream *s, const uint8_t *raw, size_t len)
{
	size_t used;

	if (egd_input(&s->egd, raw, len, &used, offered, s->all->generator) < 0)
		end_input(s);
	else if (used < len)
		keep(s, raw + used, len - used);
	wake(s);
}

static void take_in_rest(struct stream *s)
{
	uint8_t *rest = s->rest;

	s->rest = NULL;
	take_in(s, rest, s->rest_len);
	free(rest);
	if (!s->rest && !s->ended)
		event_add(s->readable, NULL);
}

/* Returns: whether there may be more. */
static bool read_input(struct stream *s)
{
	uint8_t raw[INPUT_MAX];
	const ssize_t n = recv(s->fd, raw, sizeof(raw), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		end_input(s);
	else
		take_in(s, raw, (size_t)n);
	return n == sizeof(raw) && !s->rest && !s->ended;
}

/* All that was asked for before it ended has been sent. */
static bool is_over(const struct stream *s)
{
	return egd_is_idle(&s->egd) && !s->rest && (s->ended || s->all->draining);
}

static void on_readable(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	(void)read_input(s);
	if (is_over(s))
		close_one(s);
}

/* --- what it is sent --- */

static void on_writable(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	s->blocked = false;
	wake(s);
}

static void on_later(evutil_socket_t fd, short what, void *stream)
{
	struct stream *s = stream;

	(void)fd;
	(void)what;
	s->waits = false;
	wake(s);
}

static int wait_writable(struct stream *s)
{
	if (!s->writable)
		s->writable = event_new(s->all->base, s->fd, EV_WRITE, on_writable, s);
	s->blocked = true;
	return s->writable && event_add(s->writable, NULL) == 0 ? 0 : -ENOMEM;
}

static int wait_ms(struct stream *s, int64_t ms)
{
	const struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	if (!s->later)
		s->later = event_new(s->all->base, -1, 0, on_later, s);
	s->waits = true;
	return s->later && event_add(s->later, &t) == 0 ? 0 : -ENOMEM;
}

static int wait_allowed(struct stream *s, int64_t now_ms)
{
	const uint64_t want = s->egd.owed < PIECE ? s->egd.owed : PIECE;

	return wait_ms(s, allowance_wait_ms(&s->allowance, &s->options->rule, want, now_ms));
}

static uint64_t allowed(struct stream *s, int64_t now_ms)
{
	return s->all->draining ? UINT64_MAX :
				  allowance_left(&s->allowance, &s->options->rule, now_ms);
}

/* Some clients take it for a signed number. */
static uint32_t bits_of(uint64_t bytes)
{
	return bytes < INT32_MAX / 8 ? (uint32_t)bytes * 8 : INT32_MAX / 8 * 8;
}

/* One piece of the answer. Returns: 1 if there may be more; 0 if not now; -errno if that is its end. */
static int send_piece(struct stream *s, uint64_t may, int64_t now_ms)
{
	const size_t head = s->egd.head_len - s->egd.head_sent;
	const uint64_t most = may < (uint64_t)s->place.credit ? may : (uint64_t)s->place.credit;
	const size_t n = s->egd.owed < most ? (size_t)s->egd.owed : (size_t)most;
	struct iovec part[2] = { { s->egd.head + s->egd.head_sent, head }, { s->all->out, n } };
	const struct msghdr message = { .msg_iov = part, .msg_iovlen = 2 };
	ssize_t sent;
	int r = generator_make(s->all->generator, s->all->out, n, now_ms);

	/* Until the kernel's generator is ready. */
	if (r < 0)
		return r == -EAGAIN ? wait_ms(s, UNREADY_MS) : r;
	sent = sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? wait_writable(s) : -errno;
	egd_sent(&s->egd, (size_t)sent);
	s->place.credit -= sent;
	s->all->bytes += (uint64_t)sent;
	if ((size_t)sent > head)
		allowance_spend(&s->allowance, &s->options->rule, (size_t)sent - head, now_ms);
	return (size_t)sent < head + n ? wait_writable(s) : 1;
}

/* What it may be sent in this visit. The same: 1 if it wants another visit. */
static int serve_one(struct stream *s, int64_t now_ms)
{
	uint64_t may;
	int r = 1;

	while (r > 0 && s->place.credit > 0) {
		may = allowed(s, now_ms);
		if (!egd_next(&s->egd, &(struct egd_now){ bits_of(may), (unsigned)getpid(), may }))
			return 0;
		if (may == 0 && s->egd.head_sent == s->egd.head_len)
			return wait_allowed(s, now_ms);
		r = send_piece(s, may, now_ms);
	}
	return r < 0 ? r : r > 0 || (!s->blocked && !s->waits);
}

bool streams_answer(struct streams *ss)
{
	struct stream *s;
	unsigned n;
	int more;

	for (n = 0; n < STREAMS_VISITS; n++) {
		s = (struct stream *)round_visit(&ss->round);
		if (!s)
			break;
		more = serve_one(s, clock_ms());
		if (s->rest && more >= 0)
			take_in_rest(s);
		round_done(&ss->round, &s->place,
			more > 0 ||
				(more == 0 && !s->blocked && !s->waits && !egd_is_idle(&s->egd)));
		if (more < 0 || is_over(s))
			close_one(s);
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
	wake(s);
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
	close_one(TAILQ_FIRST(&largest->streams));
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
	s->readable = event_new(ss->base, fd, EV_READ | EV_PERSIST, on_readable, s);
	if (!s->readable || event_add(s->readable, NULL) < 0) {
		free_event(s->readable);
		free(s);
		return -ENOMEM;
	}
	s->fd = fd;
	s->all = ss;
	s->account = a;
	s->options = o;
	allowance_init(&s->allowance, &o->rule, clock_ms());
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
		close_one(TAILQ_FIRST(&ss->list));
	free_event(ss->look);
	secret_free(ss->out);
	*ss = (struct streams){ 0 };
}

void streams_drain(struct streams *ss)
{
	struct stream *s, *next;

	ss->draining = true;
	for (s = TAILQ_FIRST(&ss->list); s; s = next) {
		next = TAILQ_NEXT(s, entry);
		while (!s->ended && !s->rest && read_input(s))
			;
		s->waits = false;
		wake(s);
		if (is_over(s))
			close_one(s);
	}
}
