/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the image that was laid out, in one pass from its first byte to its last. */
#include "iso/node.h"
#include "iso/reopen.h"
#include "iso/write.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define SEND_FROM    (256u << 10) /* smallest file that is worth a sendfile(2) */
#define SEND_AT_ONCE (4u << 20)   /* bytes of one sendfile(2), so that progress can be reported */

struct sink {
	int fd;
	bool copies; /* see keeps_copies() */
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

static int write_zeros(struct sink *s, uint64_t left)
{
	int r = 0;

	while (left > 0 && r == 0) {
		const size_t room = s->room - s->len, n = left < room ? (size_t)left : room;

		memset(s->buf + s->len, 0, n);
		s->len += n;
		left -= n;
		if (s->len == s->room)
			r = flush(s);
	}
	return r;
}

/* Fills the last sector of a file with zeros. */
static int pad(struct sink *s, uint64_t written)
{
	return write_zeros(s, iso_sectors(written) * ISO_SECTOR - written);
}

/* Fills the end of the image with zeros. */
static int pad_image(struct sink *s)
{
	return write_zeros(s, s->total - s->done - s->len);
}

/* Sets the message for a fault of the source file. A fault of the target gets no message here, because the caller knows
 * the target's name. */
static int source_fault(
	const struct tree *t, const struct tree_node *node, struct fault *f, int err)
{
	char path[PATH_MAX];

	return fault_set(f, err, "%s: %s", tree_name(t, node, path),
		err == -ENODATA ? "shrank while the image was made" : strerror(-err));
}

/* May sendfile(2) be used? Not if @fd is a pipe or socket: it gets references to the source's pages, and no copies. So
 * its reader could see data that somebody writes to the source later, after our check that the source has not
 * changed. */
static bool keeps_copies(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
}

/* Makes the kernel copy a large file directly to the target, if it can. @ret_at: how many bytes were copied; the caller
 * writes the rest. */
static int send_file(struct sink *s, const struct tree_node *node, int fd, uint64_t *ret_at)
{
	off_t at = 0;
	int r = flush(s);

	while (r == 0 && (uint64_t)at < node->size) {
		const uint64_t left = node->size - (uint64_t)at;
		ssize_t n = sendfile(s->fd, fd, &at, left < SEND_AT_ONCE ? left : SEND_AT_ONCE);

		if (n < 0 && errno == EINTR)
			continue;
		/* Either sendfile(2) is not supported, or the file has shrunk, or the target has failed. The caller
		 * then reads and writes, which will show the cause. */
		if (n <= 0)
			break;
		s->done += (uint64_t)n;
		if (s->report)
			s->report(s->ctx, s->done, s->total);
	}
	*ret_at = (uint64_t)at;
	return r;
}

/* Writes the content of a file. @bytes: the content; NULL: it is read from @fd. */
static int write_content(struct sink *s, const struct tree *t, const struct tree_node *node, int fd,
	const uint8_t *bytes, struct fault *f)
{
	uint64_t at = 0;
	int r = 0;

	f->text[0] = '\0';
	if (s->copies && !bytes && node->size >= SEND_FROM)
		r = send_file(s, node, fd, &at);
	while (r == 0 && at < node->size) {
		size_t n = s->room - s->len;

		if (n > node->size - at)
			n = (size_t)(node->size - at);
		if (bytes)
			memcpy(s->buf + s->len, bytes + at, n);
		else if ((r = io_pread(fd, s->buf + s->len, n, at)) < 0)
			return source_fault(t, node, f, r);
		at += n;
		s->len += n;
		if (s->len == s->room)
			r = flush(s);
	}
	return r < 0 ? r : pad(s, at);
}

/* Writes one file. @ahead: its content, if it has been read already; else NULL. */
static int write_file(struct sink *s, const struct tree *t, const struct tree_node *node,
	const uint8_t *ahead, struct fault *f)
{
	const uint8_t *bytes = node->bytes ? node->bytes : ahead;
	const bool read = !bytes && node->size > 0;
	const int fd = read ? reopen_file(t, node, f) : -1;
	int r;

	if (read && fd < 0)
		return fd;
	r = write_content(s, t, node, fd, bytes, f);
	if (read)
		reopen_close(node, fd);
	return r;
}

/* Compares a file with the image. This is needed if the file's ctime has changed but not its modification time:
 * somebody may have changed the content and then set the modification time back. */
static int compare_file(struct sink *s, const struct tree *t, const struct tree_node *node,
	int image, struct fault *f)
{
	const size_t half = s->room / 2;
	const int fd = reopen_file(t, node, f);
	uint64_t at = 0;
	int r = fd < 0 ? fd : 0;

	while (r == 0 && at < node->size) {
		const size_t n = node->size - at < half ? (size_t)(node->size - at) : half;

		r = io_pread(fd, s->buf, n, at);
		if (r == 0)
			r = io_pread(
				image, s->buf + half, n, (uint64_t)node->lba * ISO_SECTOR + at);
		if (r == 0 && memcmp(s->buf, s->buf + half, n) != 0)
			r = -ESTALE;
		at += n;
	}
	if (fd >= 0)
		reopen_close(node, fd);
	if (r == -ESTALE)
		node_fault(t, node, f, r, "changed while the image was made");
	return r;
}

static int write_files(
	const struct iso_layout *l, struct sink *s, const struct tree *t, struct fault *f)
{
	const uint8_t *ahead;
	size_t i, at = 0;
	int r = 0;

	for (i = 0; i < l->files && r == 0; i++) {
		ahead = l->ahead ? ahead_take(l->ahead, i, &at) : NULL;
		r = write_file(s, t, l->file[i], ahead, f);
	}
	return r;
}

static int check_files(
	const struct iso_layout *l, struct sink *s, const struct tree *t, struct fault *f)
{
	char path[64];
	int image = -1, r = 0;
	size_t i;

	for (i = 0; i < l->files && r >= 0; i++) {
		r = l->file[i]->kind == TREE_FILE ? reopen_check(t, l->file[i], f) : 0;
		if (r <= 0 || !s->copies || l->file[i]->bytes)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
		if (image < 0)
			image = open(path, O_RDONLY | O_CLOEXEC);
		r = image < 0 ? 0 : compare_file(s, t, l->file[i], image, f);
	}
	if (image >= 0)
		close(image);
	return r < 0 ? r : 0;
}

/* The descriptors begin at sector 16. They end with the terminator, a descriptor of type 255. */
size_t iso_descriptors_end(const uint8_t *image, size_t len)
{
	size_t at = ISO_SYSTEM_AREA;

	while (at + ISO_SECTOR < len && image[at] != 255)
		at += ISO_SECTOR;
	return at + ISO_SECTOR;
}

static int write_head(const struct iso_layout *l, struct sink *s, size_t end)
{
	const size_t len = end - ISO_SYSTEM_AREA;
	int r;

	if (!l->descriptors_last)
		return io_write(s->fd, l->head, l->head_len);
	if (len > s->room)
		return -EINVAL;
	memset(s->buf, 0, len);
	r = io_write(s->fd, l->head, ISO_SYSTEM_AREA);
	if (r == 0)
		r = io_write(s->fd, s->buf, len);
	return r < 0 ? r : io_write(s->fd, l->head + end, l->head_len - end);
}

int iso_layout_write(const struct iso_layout *l, const struct tree *t, int fd, uint8_t *buf,
	size_t buf_len, iso_progress *report, void *ctx, struct fault *f)
{
	struct sink s = { .fd = fd,
		.copies = keeps_copies(fd),
		.buf = buf,
		.room = buf_len,
		.done = l->head_len,
		.total = l->size,
		.report = report,
		.ctx = ctx };
	const size_t end = iso_descriptors_end(l->head, l->head_len);
	int r;

	f->text[0] = '\0';
	r = write_head(l, &s, end);
	if (r == 0)
		r = write_files(l, &s, t, f);
	if (r == 0)
		r = pad_image(&s);
	if (r == 0)
		r = flush(&s);
	if (r == 0)
		r = check_files(l, &s, t, f);
	/* After this flush the contents are on stable storage. So if a descriptor reaches it, the contents are there
	 * too. */
	if (r == 0 && l->descriptors_last && fdatasync(fd) < 0)
		r = -errno;
	if (r == 0 && l->descriptors_last)
		r = io_pwrite(
			fd, l->head + ISO_SYSTEM_AREA, end - ISO_SYSTEM_AREA, ISO_SYSTEM_AREA);
	return r;
}
