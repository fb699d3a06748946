/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/fifo.h"
#include "serve/log.h"
#include "serve/stream.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static_assert(FIFO_SIZE % STREAM_PIECE == 0, "a full FIFO holds whole pieces");

struct fifo {
	struct stream stream; /* first, so that a pointer to it is a pointer to the FIFO */
	struct stat st;       /* of the open file; valid if @open */
	/* @reported: the journal has an entry which says that it cannot be opened. */
	bool open, reported;
};

/* --- writing --- */

static ssize_t write_parts(struct stream *s, struct iovec part[2])
{
	return writev(s->fd, part, 2);
}

static void owe(struct stream *s)
{
	egd_add_ahead(
		&s->egd, s->rule.rate > 0 || s->all->budget.rate > 0 ? STREAM_PIECE : FIFO_SIZE);
}

static void close_one(struct fifo *f)
{
	if (f->open)
		stream_end(&f->stream);
	f->open = false;
}

static void over(struct stream *s)
{
	close_one((struct fifo *)s);
}

static const struct stream_kind kind = {
	.least = STREAM_PIECE,
	.send = write_parts,
	.owe = owe,
	.over = over,
};

/* --- opening --- */

/* Refuses a FIFO to which another user may write: that user could choose what guests read. */
static int judge(const struct stat *st, struct fault *f, const char *path)
{
	if (!S_ISFIFO(st->st_mode))
		return fault_set(f, -EINVAL, "%s: not a FIFO", path);
	if ((st->st_uid != 0 && st->st_uid != geteuid()) || st->st_mode & (S_IWGRP | S_IWOTH))
		return fault_set(f, -EPERM,
			"%s: users other than root and the daemon's user may write to it", path);
	return 0;
}

static int open_path(const char *path, struct stat *st, struct fault *f)
{
	const int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return fault_errno(f, -errno, path);
	r = fstat(fd, st) < 0 ? fault_errno(f, -errno, path) : judge(st, f, path);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static void start(struct fifo *f, int fd)
{
	struct stream *s = &f->stream;

	/* If the FIFO holds more than FIFO_SIZE bytes, this fails, and the FIFO keeps its size. */
	(void)fcntl(fd, F_SETPIPE_SZ, FIFO_SIZE);
	*s = (struct stream){ .kind = s->kind,
		.all = s->all,
		.options = s->options,
		.rule = s->options->rule,
		.fd = fd };
	allowance_init(&s->allowance, &s->rule, clock_ms());
	f->open = true;
	stream_count(s);
	owe(s);
	stream_wake(s);
}

/* Opens the path if it leads to another file than before. The type is checked before, because merely opening a device,
 * for example, could have an effect. */
static void look_at(struct fifo *f)
{
	const char *path = f->stream.options->path;
	struct fault fault;
	struct stat st;
	int fd = -1, r = lstat(path, &st) < 0 ? fault_errno(&fault, -errno, path) : 0;

	if (r == 0 && f->open && st.st_dev == f->st.st_dev && st.st_ino == f->st.st_ino)
		return;
	close_one(f);
	if (r == 0)
		r = judge(&st, &fault, path);
	if (r == 0)
		r = fd = open_path(path, &f->st, &fault);
	if (r < 0 && !f->reported)
		log_fifo_missing(f->stream.options->name, fault.text);
	f->reported = r < 0;
	if (fd >= 0)
		start(f, fd);
}

static void on_look(evutil_socket_t fd, short what, void *fifos)
{
	const struct fifos *fs = fifos;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < fs->count; i++)
		look_at(fs->fifo[i]);
}

/* --- all --- */

static int add(struct fifos *fs, const struct listen_options *o)
{
	struct fifo *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->stream.kind = &kind;
	f->stream.all = fs->streams;
	f->stream.options = o;
	fs->fifo[fs->count++] = f;
	return 0;
}

static struct fifo *find(const struct fifos *fs, const struct listen_options *o)
{
	size_t i;

	for (i = 0; i < fs->count; i++)
		if (strcmp(fs->fifo[i]->stream.options->path, o->path) == 0)
			return fs->fifo[i];
	return NULL;
}

static int watch(struct fifos *fs)
{
	const struct timeval look = { FIFO_LOOK_MS / 1000, FIFO_LOOK_MS % 1000 * 1000 };

	if (fs->count == 0 || fs->look)
		return 0;
	fs->look = event_new(fs->base, -1, EV_PERSIST, on_look, fs);
	return fs->look && event_add(fs->look, &look) == 0 ? 0 : -ENOMEM;
}

/* Adds all FIFOs. If several sections name the same FIFO, it is added only once. */
static int add_all(struct fifos *fs, const struct listen_options *o, size_t count)
{
	size_t i;
	int r = 0;

	for (i = 0; i < count && r == 0 && fs->count < FIFO_MAX; i++)
		if (o[i].protocol == &fifo_protocol && !find(fs, o + i))
			r = add(fs, o + i);
	if (r == 0)
		r = watch(fs);
	on_look(-1, 0, fs);
	return r;
}

int fifos_init(struct fifos *fs, struct event_base *base, struct streams *ss,
	const struct listen_options *o, size_t count)
{
	*fs = (struct fifos){ .base = base, .streams = ss };
	return add_all(fs, o, count);
}

static const struct listen_options *find_path(
	const struct listen_options *o, size_t count, const char *path)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (o[i].protocol == &fifo_protocol && strcmp(o[i].path, path) == 0)
			return o + i;
	return NULL;
}

void fifos_update(struct fifos *fs, const struct listen_options *o, size_t count)
{
	const struct listen_options *next;
	size_t i, kept = 0;

	for (i = 0; i < fs->count; i++) {
		struct fifo *f = fs->fifo[i];

		next = find_path(o, count, f->stream.options->path);
		if (next) {
			f->stream.options = next;
			/* A stream that is not open takes its rule when it is opened. */
			if (f->open) {
				stream_set_rule(&f->stream, &next->rule);
				stream_count(&f->stream);
			}
			fs->fifo[kept++] = f;
		} else {
			close_one(f);
			free(f);
		}
	}
	fs->count = kept;
	if (add_all(fs, o, count) < 0)
		log_no_listeners("FIFOs", -ENOMEM);
}

void fifos_drop(struct fifos *fs)
{
	uint8_t gone[FIFO_SIZE];
	size_t i;

	for (i = 0; i < fs->count; i++)
		while (fs->fifo[i]->open && read(fs->fifo[i]->stream.fd, gone, sizeof(gone)) > 0)
			;
	explicit_bzero(gone, sizeof(gone));
}

void fifos_clear(struct fifos *fs)
{
	size_t i;

	for (i = 0; i < fs->count; i++) {
		close_one(fs->fifo[i]);
		free(fs->fifo[i]);
	}
	if (fs->look)
		event_free(fs->look);
	*fs = (struct fifos){ 0 };
}

const struct protocol fifo_protocol = {
	.name = "fifo",
};
