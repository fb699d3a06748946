/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/reader.h"
#include "util/clock.h"
#include "util/child.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIECE 512 /* bytes that are requested from a source at a time */
/* So large that no child has to wait until the parent reads its pipe; also the largest size that an unprivileged user
 * may set. */
#define PIPE_SIZE (1 << 20)
/* The child gets this much more time after the deadline, so that it can report -ETIMEDOUT itself. */
#define GRACE_MS 50

/* A child sends one hello, with the result of opening, and then pieces, each with its length or a negative errno. */
struct hello {
	int err;
	unsigned assessed_bits, per_bytes, test_mbit;
	char device[SOURCE_DEVICE_MAX], remark[SOURCE_REMARK_MAX];
};

struct piece {
	int32_t len; /* length of @raw, or a negative errno; @len and @raw are sent in one write */
	uint8_t raw[PIECE];
};

/* --- in the child --- */

/* The work of the child; fork() leaves it a copy. */
struct order {
	pid_t parent;
	const struct source_spec *spec;
	unsigned timeout_ms;
	reader_want *want;
	const void *ctx;
};

/* Closes every descriptor except two. closefrom(3) works even where close_range(2) is missing (before Linux 5.9) or
 * forbidden (by the seccomp filters of some containers). */
static void close_others(int a, int b)
{
	const int high = a > b ? a : b;
	int fd;

	for (fd = 0; fd < high; fd++)
		if (fd != a && fd != b)
			(void)close(fd);
	closefrom(high + 1);
}

static void isolate(pid_t parent, int out, int go)
{
	if (child_begin(parent) < 0)
		_exit(0);
	close_others(out, go);
}

static int send_bytes(int out, struct source_handle *h, uint64_t left)
{
	struct piece piece;
	int r = 0;

	(void)mlock(&piece, sizeof(piece));
	while (left > 0 && r == 0) {
		const size_t n = left < PIECE ? (size_t)left : PIECE;

		r = h->src->fill(h, piece.raw, n);
		piece.len = r < 0 ? r : (int32_t)n;
		if (io_write(out, &piece, sizeof(piece.len) + (r < 0 ? 0 : n)) < 0)
			break;
		left -= n;
	}
	explicit_bzero(&piece, sizeof(piece));
	return r;
}

static void serve(const struct order *o, int out)
{
	struct source_handle h;
	struct hello hello = { .err = source_open(o->spec, &h, clock_ms() + o->timeout_ms) };

	hello.assessed_bits = h.assessed_bits;
	hello.per_bytes = h.per_bytes;
	hello.test_mbit = h.test_mbit;
	memcpy(hello.device, h.device, sizeof(hello.device));
	memcpy(hello.remark, h.remark, sizeof(hello.remark));
	if (io_write(out, &hello, sizeof(hello)) < 0 || hello.err < 0)
		return;
	(void)send_bytes(out, &h, o->want(&h, o->ctx));
	h.src->close(&h);
}

static _Noreturn void run_child(const struct order *o, int out, int go)
{
	uint64_t word;

	isolate(o->parent, out, go);
	if (read(go, &word, sizeof(word)) == sizeof(word))
		serve(o, out);
	_exit(0);
}

/* --- in the parent --- */

/* Children that were killed but have not ended yet. A process reads few devices, so few children can hang at one
 * time. */
static struct {
	pthread_mutex_t lock;
	pid_t pid[64];
} abandoned = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* If a device hangs again and again, no new child is started while more than this many children hang. */
#define HANGING_MAX 48

/* Never waits for a child, because it may hang in its driver: each call only checks which of the children have ended.
 * @fresh: a child that was just killed, to add to them; 0: none. Returns: how many have not ended yet. */
static size_t reap(pid_t fresh)
{
	size_t i, living = 0;

	pthread_mutex_lock(&abandoned.lock);
	for (i = 0; i < sizeof(abandoned.pid) / sizeof(*abandoned.pid); i++) {
		pid_t *pid = abandoned.pid + i;

		if (*pid == 0 && fresh > 0) {
			*pid = fresh;
			fresh = 0;
		}
		if (*pid > 0 && waitpid(*pid, NULL, WNOHANG) != 0)
			*pid = 0;
		living += *pid > 0;
	}
	pthread_mutex_unlock(&abandoned.lock);
	return living;
}

static void close_ends(struct reader *r)
{
	close(r->fd);
	close(r->go);
	*r = (struct reader){ 0 };
}

void reader_reap(void)
{
	(void)reap(0);
}

int reader_start(struct reader *r, const struct source_spec *spec, unsigned timeout_ms,
	reader_want *want, const void *ctx)
{
	const struct order order = { getpid(), spec, timeout_ms, want, ctx };
	int out[2], go, err = 0;

	*r = (struct reader){ .timeout_ms = timeout_ms };
	if (reap(0) >= HANGING_MAX)
		return -EBUSY;
	go = eventfd(0, EFD_CLOEXEC);
	if (go < 0)
		return -errno;
	if (pipe2(out, O_CLOEXEC) < 0) {
		err = -errno;
		close(go);
		return err;
	}
	(void)fcntl(out[1], F_SETPIPE_SZ, PIPE_SIZE);
	r->pid = fork();
	if (r->pid == 0)
		run_child(&order, out[1], go);
	if (r->pid < 0)
		err = -errno;
	close(out[1]);
	r->fd = out[0];
	r->go = go;
	if (err < 0)
		close_ends(r);
	return err;
}

void reader_set_stop(struct reader *r, const int *stop)
{
	r->stop = stop;
}

void reader_go(struct reader *r)
{
	const uint64_t word = 1;

	r->deadline_ms = clock_ms() + r->timeout_ms + GRACE_MS;
	/* A write to an empty eventfd succeeds. If it ever failed, the child would not start, and would end at the
	 * deadline. */
	(void)!write(r->go, &word, sizeof(word));
}

/* Returns: 1 if there is something to read; 0 if a signal interrupted the wait; or -errno. */
static int wait_readable(const struct reader *r)
{
	struct pollfd wait[] = { { .fd = r->fd, .events = POLLIN },
		{ .fd = r->stop ? *r->stop : -1, .events = POLLIN } };
	const int64_t left = r->deadline_ms - clock_ms();
	const int n = poll(wait, 2, left > 0 ? (int)left : 0);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n == 0 ? -ETIMEDOUT : wait[1].revents ? -ECANCELED : 1;
}

static int read_whole(struct reader *r, void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len > 0) {
		const int n = wait_readable(r);
		ssize_t got;

		if (n < 0)
			return n;
		if (n == 0)
			continue;
		got = read(r->fd, p, len);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return -ECHILD; /* the child died */
		if (got > 0) {
			p += got;
			len -= (size_t)got;
		}
	}
	return 0;
}

int reader_open(struct reader *r, struct source_handle *ret)
{
	struct hello hello;
	int err = read_whole(r, &hello, sizeof(hello));

	if (err < 0)
		return err;
	*ret = (struct source_handle){ .fd = -1,
		.assessed_bits = hello.assessed_bits,
		.per_bytes = hello.per_bytes,
		.test_mbit = hello.test_mbit };
	memcpy(ret->device, hello.device, sizeof(ret->device));
	memcpy(ret->remark, hello.remark, sizeof(ret->remark));
	return hello.err;
}

int reader_read(struct reader *r, uint8_t *raw, size_t len)
{
	int err = 0;

	while (len > 0 && err == 0) {
		int32_t word = 0;
		size_t n;

		if (r->left == 0) {
			err = read_whole(r, &word, sizeof(word));
			if (err == 0 && (word < 1 || word > PIECE))
				err = word < 0 ? word : -EPROTO;
			if (err < 0)
				break;
			r->left = (size_t)word;
		}
		n = len < r->left ? len : r->left;
		err = read_whole(r, raw, n);
		r->left -= n;
		raw += n;
		len -= n;
	}
	return err;
}

void reader_end(struct reader *r)
{
	if (!reader_live(r))
		return;
	(void)kill(r->pid, SIGKILL);
	(void)reap(r->pid);
	close_ends(r);
}
