/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/target.h"
#include "iso/output/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NEW_MODE 0600

#define HEAD_SIZE \
	((off_t)64 << 10) /* its second half begins with the descriptors (ECMA-119, 6.2.1) */

/* What is written through the kernel an optical drive may take or lose, by its medium. */
static int open_device(struct target *t, const struct stat *st, struct fault *f)
{
	if (holder_optical(st))
		return fault_set(f, -ENOTSUP, "%s: an optical drive: seedrive build -o burns there",
			t->path);
	return holder_open(t->path, &t->fd, f);
}

/* No O_CREAT for what is there: in a sticky folder the kernel refuses that to all but the owner. */
static int open_path(struct target *t, struct fault *f)
{
	const int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC;
	struct stat st;

	if (stat(t->path, &st) == 0 && S_ISBLK(st.st_mode))
		return open_device(t, &st, f);
	t->fd = open(t->path, flags);
	if (t->fd < 0 && errno == ENOENT) {
		t->fd = open(t->path, flags | O_CREAT | O_EXCL, NEW_MODE);
		t->created = t->fd >= 0;
		/* A symbolic link to nothing yet: it is what it leads to that is made. */
		if (t->fd < 0 && errno == EEXIST)
			t->fd = open(t->path, flags | O_CREAT, NEW_MODE);
	}
	return t->fd < 0 ? fault_errno(f, -errno, t->path) : 0;
}

static int look(struct target *t)
{
	int flags;

	if (fstat(t->fd, &t->st) < 0)
		return -errno;
	if (t->created && (t->st.st_mode & 07777) != NEW_MODE && fchmod(t->fd, NEW_MODE) < 0)
		return -errno;
	t->placed = S_ISREG(t->st.st_mode) || S_ISBLK(t->st.st_mode);
	if (t->path || !t->placed)
		return 0;
	/* Somebody else's descriptor: what stands before its offset is not ours, and with O_APPEND there
	 * are no places. */
	flags = fcntl(t->fd, F_GETFL);
	t->placed = flags >= 0 && !(flags & O_APPEND) && lseek(t->fd, 0, SEEK_CUR) == 0;
	return 0;
}

int target_open(struct target *t, const char *path, struct fault *f)
{
	int r;

	*t = (struct target){ .fd = path ? -1 : STDOUT_FILENO, .path = path };
	r = path ? open_path(t, f) : 0;
	if (r < 0)
		return r;
	r = look(t);
	return r < 0 ? fault_errno(f, r, path ? path : "standard output") : 0;
}

/* The blocks of an old image are written over rather than freed and taken again, which for a large one is half of the
 * work. What makes an image of it goes first, all that could be a descriptor, in whole blocks. */
static bool renounce(struct target *t, uint64_t size)
{
	const int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	if (t->st.st_size == 0 || fallocate(t->fd, hole, 0, HEAD_SIZE) < 0)
		return false;
	t->begun = true;
	return ftruncate(t->fd, (off_t)size) == 0;
}

static int reserve(struct target *t, uint64_t size)
{
	if (!renounce(t, size) && ftruncate(t->fd, 0) < 0)
		return -errno;
	t->begun = true;
	if (fallocate(t->fd, 0, 0, (off_t)size) == 0)
		return 0;
	/* Some file systems cannot: then the writing will tell. */
	return errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL ? 0 : -errno;
}

int target_begin(struct target *t, uint64_t size)
{
	off_t room;

	if (S_ISREG(t->st.st_mode) && t->placed)
		return reserve(t, size);
	t->begun = true;
	if (!S_ISBLK(t->st.st_mode))
		return 0;
	room = lseek(t->fd, 0, SEEK_END);
	if (room < 0 || lseek(t->fd, 0, SEEK_SET) < 0)
		return -errno;
	return (uint64_t)room < size ? -ENOSPC : 0;
}

int target_end(struct target *t)
{
	const int fd = t->fd;

	if (S_ISBLK(t->st.st_mode) && fsync(fd) < 0)
		return -errno;
	if (t->path) {
		/* On a network file system this is where a full disk is told of. */
		t->fd = -1;
		if (close(fd) < 0 && errno != EINTR)
			return -errno;
	}
	t->begun = t->created = false;
	return 0;
}

void target_clear(struct target *t)
{
	if (!t)
		return;
	/* By its path where its descriptor is gone: close(2) has failed. */
	if (t->begun && t->placed && S_ISREG(t->st.st_mode))
		(void)!(t->fd >= 0 ? ftruncate(t->fd, 0) : truncate(t->path, 0));
	if (t->created)
		(void)unlink(t->path);
	if (t->path && t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->begun = t->created = false;
}
