/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image as it was laid out, in one pass from its first byte to its last. */
#include "iso/write.h"
#include "iso/read.h"
#include "util/io.h"

#include <errno.h>
#include <string.h>

#define SYSTEM_AREA ((size_t)16 * ISO_SECTOR) /* zeros, by what libisofs was asked for */

struct sink {
	int fd;
	uint8_t *buf;
	size_t len, room;
	uint64_t done, total;
	iso_progress *report;
	void *ctx;
};

static int flush(struct sink *s)
{
	int r = io_write(s->fd, s->buf, s->len);

	s->done += s->len;
	s->len = 0;
	if (s->report)
		s->report(s->ctx, s->done, s->total);
	return r;
}

/* A fault of the source has words of its own; of the target the caller knows the name. */
static int write_file(
	struct sink *s, const struct tree *t, const struct tree_node *node, struct fault *f)
{
	char path[PATH_MAX];
	uint64_t at = 0;
	int r = 0;

	f->text[0] = '\0';
	while (at < node->size) {
		size_t n = s->room - s->len, pad;

		if (n > node->size - at)
			n = (size_t)(node->size - at);
		if (node->bytes)
			memcpy(s->buf + s->len, node->bytes + at, n);
		else if ((r = io_pread(node->fd, s->buf + s->len, n, at)) < 0)
			return fault_set(f, r, "%s: %s", tree_name(t, node, path),
				r == -ENODATA ? "shrank while the image was made" : strerror(-r));
		at += n;
		s->len += n;
		pad = at < node->size ? 0 : (size_t)(iso_sectors(at) * ISO_SECTOR - at);
		memset(s->buf + s->len, 0, pad);
		s->len += pad;
		if (s->len == s->room && (r = flush(s)) < 0)
			return r;
	}
	return 0;
}

/* Those that make an image of it: from sector 16 on, up to the terminator (type 255). */
static size_t descriptors_end(const struct iso_layout *l)
{
	size_t at = SYSTEM_AREA;

	while (at + ISO_SECTOR < l->head_len && l->head[at] != 255)
		at += ISO_SECTOR;
	return at + ISO_SECTOR;
}

static int write_head(const struct iso_layout *l, struct sink *s, size_t end)
{
	const size_t len = end - SYSTEM_AREA;
	int r;

	if (!l->descriptors_last)
		return io_write(s->fd, l->head, l->head_len);
	if (len > s->room)
		return -EINVAL;
	memset(s->buf, 0, len);
	r = io_write(s->fd, l->head, SYSTEM_AREA);
	if (r == 0)
		r = io_write(s->fd, s->buf, len);
	return r < 0 ? r : io_write(s->fd, l->head + end, l->head_len - end);
}

int iso_layout_write(const struct iso_layout *l, const struct tree *t, int fd, uint8_t *buf,
	size_t buf_len, iso_progress *report, void *ctx, struct fault *f)
{
	struct sink s = { .fd = fd,
		.buf = buf,
		.room = buf_len,
		.done = l->head_len,
		.total = l->size,
		.report = report,
		.ctx = ctx };
	const size_t end = descriptors_end(l);
	size_t i;
	int r;

	f->text[0] = '\0';
	r = write_head(l, &s, end);
	for (i = 0; i < l->files && r == 0; i++)
		r = write_file(&s, t, l->file[i], f);
	if (r == 0)
		r = flush(&s);
	if (r == 0)
		r = tree_check(t, f);
	if (r == 0 && l->descriptors_last)
		r = io_pwrite(fd, l->head + SYSTEM_AREA, end - SYSTEM_AREA, SYSTEM_AREA);
	return r;
}
