/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output to a pipe, FIFO or character device. Bytes that were written cannot be taken back; so the reader must handle a
 * run that fails. */
#include "iso/output/output.h"
#include "iso/output/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* If the target is a FIFO, opening it waits until somebody opens it for reading. */
static int open_stream(struct output *o, struct fault *f)
{
	struct stream *s = o->state;
	struct stat st;

	s->fd = o->path ? open(o->path, O_WRONLY | O_NOCTTY | O_CLOEXEC) : STDOUT_FILENO;
	if (s->fd < 0 || fstat(s->fd, &st) < 0)
		return fault_errno(f, -errno, output_name(o));
	if (o->path && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return fault_set(f, -ESTALE, "%s: changed while it was being opened", o->path);
	if (o->path && S_ISFIFO(st.st_mode))
		return place_check_opened(&st, o->path, f);
	return 0;
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	(void)size;
	(void)f;
	*ret_fd = ((const struct stream *)o->state)->fd;
	*ret_placed = false;
	return 0;
}

/* Some file systems report a full disk only in close(2). */
static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	struct stream *s = o->state;
	const int fd = s->fd;

	(void)progress;
	(void)ctx;
	(void)f;
	if (!o->path)
		return 0;
	s->fd = -1;
	return close(fd) < 0 && errno != EINTR ? -errno : 0;
}

static int writes_to(const struct output *o)
{
	(void)o;
	return -1;
}

static void close_stream(struct output *o)
{
	struct stream *s = o->state;

	if (o->path && s->fd >= 0 && (!s->inherit || fcntl(s->fd, F_SETFD, 0) < 0))
		close(s->fd);
	s->fd = -1;
}

const struct output_kind output_stream = {
	.open = open_stream,
	.writes_to = writes_to,
	.begin = begin,
	.end = end,
	.close = close_stream,
};
