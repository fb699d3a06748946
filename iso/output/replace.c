/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/replace.h"
#include "iso/output/access.h"
#include "iso/output/lock.h"
#include "iso/output/room.h"
#include "iso/output/temporary.h"
#include "util/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- the old file --- */

static int check_kind(const struct replace *r, struct fault *f)
{
	const struct stat *st = &r->place.st;

	if (!r->place.exists)
		return place_check_new(&r->place, r->path, f);
	if (S_ISDIR(st->st_mode))
		return fault_errno(f, -EISDIR, r->path);
	if (!S_ISREG(st->st_mode))
		return fault_set(f, -EINVAL, "%s: not a regular file", r->path);
	return place_check_owner(&r->place, r->path, f);
}

static int open_old(const struct replace *r)
{
	int fd = open_nonblocking(r->place.dirfd, r->place.name, O_RDWR | O_NOFOLLOW);

	/* To wait for a lease a second time would be useless. */
	if (fd < 0 && fd != -EWOULDBLOCK)
		fd = open_nonblocking(r->place.dirfd, r->place.name, O_RDONLY | O_NOFOLLOW);
	return fd;
}

/* Locks the old file. Returns: 1 if it is locked, or cannot be opened; 0 if it was replaced meanwhile: then the caller
 * must try again. */
static int lock_old(struct replace *r, struct fault *f)
{
	struct stat st;
	int e;

	r->old_fd = open_old(r);
	if (r->old_fd == -ENOENT)
		return 0;
	if (r->old_fd < 0) {
		r->old_fd = -1;
		warning_send(r->warn,
			"%s: cannot be opened, so it is unknown whether another program uses it",
			r->path);
		return 1;
	}
	if (fstat(r->old_fd, &st) < 0)
		return fault_errno(f, -errno, r->path);
	if (!place_same_file(&st, &r->place.st))
		return 0;
	e = output_lock(r->old_fd, r->path, f);
	if (e < 0)
		return e;
	/* From now on the lock keeps other runs from writing to the file, so its present state is the one that
	 * counts. */
	r->place.st = st;
	return place_has(&r->place, &st);
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int find_place(struct replace *r, struct fault *f)
{
	int e;

	for (;;) {
		e = place_open(&r->place, r->path, f);
		if (e == 0)
			e = check_kind(r, f);
		if (e < 0 || !r->place.exists)
			return e;
		e = lock_old(r, f);
		if (e != 0)
			return e < 0 ? e : 0;
		drop(&r->old_fd);
		place_close(&r->place);
	}
}

int replace_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f)
{
	int e;

	*r = (struct replace)REPLACE_NONE;
	r->path = path;
	r->warn = warn;
	e = find_place(r, f);
	if (e < 0)
		return e;
	return temporary_open(r, f);
}

int replace_reserve(struct replace *r, uint64_t size)
{
	struct stat st;

	return fstat(r->fd, &st) < 0 ? -errno : room_reserve(r->fd, &st, size);
}

/* --- the commit --- */

/* Is the old file still the same, and is its content unchanged? If its mode or owner has changed, we take the new mode
 * and owner. */
static int check_old(struct replace *r, struct fault *f)
{
	const struct stat *old = &r->place.st;
	struct stat now;

	if (fstatat(r->place.dirfd, r->place.name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ?
			fault_set(f, -ESTALE,
				"%s: the old file was removed meanwhile; the new one is not written",
				r->path) :
			fault_errno(f, -errno, r->path);
	if (!place_same_file(&now, old) || now.st_size != old->st_size ||
		now.st_mtim.tv_sec != old->st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != old->st_mtim.tv_nsec)
		return fault_set(f, -ESTALE,
			"%s: the old file was changed or replaced meanwhile; the new one is not written",
			r->path);
	r->place.st = now;
	return 0;
}

static int taken(const struct replace *r, struct fault *f)
{
	return fault_set(f, -EEXIST, "%s: was made by another process meanwhile", r->path);
}

static int replace_old(struct replace *r, struct fault *f)
{
	int e = r->anonymous ? temporary_link(r, f) : 0;

	if (e == 0)
		e = check_old(r, f);
	if (e == 0)
		e = temporary_check(r, f);
	if (e == 0 && renameat(r->place.dirfd, r->temp, r->place.dirfd, r->place.name) < 0)
		e = fault_errno(f, -errno, r->path);
	return e;
}

/* Renames the file, but does not replace an existing one: with RENAME_NOREPLACE; if the file system does not support
 * that, with link(2) and unlink(2); if it does not support these either, after a check that the name is free. */
static int rename_new(const struct replace *r)
{
	const int dir = r->place.dirfd;
	struct stat st;

	if (renameat2(dir, r->temp, dir, r->place.name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(dir, r->temp, dir, r->place.name, 0) == 0)
		return unlinkat(dir, r->temp, 0) < 0 ? -errno : 0;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	if (fstatat(dir, r->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(dir, r->temp, dir, r->place.name) < 0 ? -errno : 0;
}

static int place_new(struct replace *r, struct fault *f)
{
	int e = r->anonymous ? 0 : temporary_check(r, f);

	if (e < 0)
		return e;
	e = r->anonymous ? temporary_link_as(r, r->place.name) : rename_new(r);
	if (e == -EEXIST)
		return taken(r, f);
	return e < 0 ? fault_errno(f, e, r->path) : 0;
}

/* A folder that may not be listed can be synced only together with everything else on its file system. EINVAL and EROFS
 * come from network file systems on which a folder cannot be synced. They cause no warning. */
static void sync_folder(const struct replace *r)
{
	const int e = r->place.unreadable ? syncfs(r->fd) : fsync(r->place.dirfd);

	if (e < 0 && errno != EINVAL && errno != EROFS)
		warning_send(r->warn,
			"%s: written, but a crash may undo it: its folder cannot be synced: %s",
			r->path, strerror(errno));
}

int replace_commit(struct replace *r, struct fault *f)
{
	int e = r->place.exists ? check_old(r, f) : 0;

	if (e == 0 && r->place.exists) {
		e = access_copy(r->fd, &r->place.st, r->old_fd, r->place.dirfd, r->place.name);
		if (e < 0)
			fault_errno(f, e, r->path);
	}
	if (e == 0 && fsync(r->fd) < 0)
		e = fault_errno(f, -errno, r->path);
	if (e == 0)
		e = r->place.exists ? replace_old(r, f) : place_new(r, f);
	if (e < 0)
		return e;
	r->owned = false;
	sync_folder(r);
	/* This releases the locks: another run may replace the file now. */
	drop(&r->fd);
	drop(&r->old_fd);
	return 0;
}

void replace_clear(struct replace *r)
{
	if (!r)
		return;
	temporary_remove(r);
	drop(&r->fd);
	drop(&r->old_fd);
	place_close(&r->place);
}
