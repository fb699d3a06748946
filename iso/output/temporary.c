/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/temporary.h"
#include "iso/leftover.h"
#include "iso/output/access.h"
#include "iso/output/lock.h"
#include "util/hex.h"
#include "util/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The temporary name contains a hash of the file's name; the name itself could make it too long. */
static void set_name(struct replace *r)
{
	uint8_t digest[SHA256_SIZE];
	char hex[LEFTOVER_DIGITS + 1];

	sha256(r->place.name, strlen(r->place.name), digest);
	hex_encode(digest, LEFTOVER_DIGITS / 2, hex);
	snprintf(r->temp, sizeof(r->temp), LEFTOVER_BEGIN "%s" LEFTOVER_END, hex);
}

static int remove_temp(struct replace *r, struct fault *f)
{
	if (unlinkat(r->place.dirfd, r->temp, 0) < 0 && errno != ENOENT)
		return fault_set(f, -EPERM,
			"%s: cannot remove %s in its folder: that file belongs to another user",
			r->path, r->temp);
	return 0;
}

static int busy(const struct replace *r, struct fault *f)
{
	return fault_set(f, -EBUSY, "%s: another process is writing it", r->path);
}

/* Does the temporary name lead to the file that is open as @fd? */
static bool is_temp(const struct replace *r, int fd)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 &&
		fstatat(r->place.dirfd, r->temp, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		place_same_file(&held, &named);
}

/* Opens the file under the temporary name. One that may not be written is opened for reading only. This does not wait
 * for a lease: nobody can hold one while another run has the file open for writing. */
static int open_leftover(const struct replace *r)
{
	const int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	const int fd = openat(r->place.dirfd, r->temp, O_RDWR | flags);

	return fd >= 0 ? fd : openat(r->place.dirfd, r->temp, O_RDONLY | flags);
}

/* Removes a file that exists under the temporary name, such as one that a killed run has left. Other users can guess
 * the name, so we neither write to such a file nor use it. Only a locked file is left alone, because another run is
 * writing to it; and so is one that has taken the place of the file that we have locked. Owner and mode of the file do
 * not matter: the killed run may already have set them to those of the old output. */
static int remove_leftover(struct replace *r, struct fault *f)
{
	struct fault ignored;
	struct stat st;
	int fd, e = 0;

	if (fstatat(r->place.dirfd, r->temp, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fault_errno(f, -errno, r->path);
	fd = S_ISREG(st.st_mode) ? open_leftover(r) : -1;
	if (fd >= 0 && output_lock(fd, r->path, &ignored) == -EBUSY)
		e = busy(r, f);
	if (e == 0 && (fd < 0 || is_temp(r, fd)))
		e = remove_temp(r, f);
	if (fd >= 0)
		close(fd);
	return e;
}

/* Creates a file without a name. Returns: 1 if @r->fd is that file; 0 if this file system has no such files, or if
 * /proc is missing, which is needed to give the file a name later. */
static int open_anonymous(struct replace *r, struct fault *f)
{
	if (faccessat(AT_FDCWD, "/proc/self/fd", X_OK, 0) < 0)
		return 0;
	r->fd = openat(r->place.dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (r->fd >= 0)
		return 1;
	return errno == EACCES || errno == EROFS || errno == ENOSPC || errno == EDQUOT ?
		fault_errno(f, -errno, r->path) :
		0;
}

/* Creates the temporary file under its name. Returns: 1 if @r->fd is that file, locked and empty; 0 if the name was
 * taken, or if the file was renamed or removed before we locked it: then the caller must try again. */
static int open_named(struct replace *r, struct fault *f)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	struct fault ignored;
	struct stat held;
	int e;

	r->fd = openat(r->place.dirfd, r->temp, flags, 0600);
	if (r->fd < 0 && errno == EEXIST)
		return remove_leftover(r, f);
	if (r->fd < 0)
		return fault_errno(f, -errno, r->path);
	e = output_lock(r->fd, r->path, &ignored);
	if (e < 0)
		return e == -EBUSY ? busy(r, f) : fault_errno(f, e, r->path);
	if (fstat(r->fd, &held) < 0)
		return fault_errno(f, -errno, r->path);
	if (!is_temp(r, r->fd) || held.st_nlink > 1)
		return 0;
	r->owned = true;
	return 1;
}

int temporary_open(struct replace *r, struct fault *f)
{
	int e;

	set_name(r);
	e = remove_leftover(r, f);
	if (e < 0)
		return e;
	e = open_anonymous(r, f);
	r->anonymous = e > 0;
	while (e == 0) {
		if (r->fd >= 0)
			close(r->fd);
		e = open_named(r, f);
	}
	if (e < 0)
		return e;
	e = access_owner_only(r->fd);
	if (e < 0)
		return fault_errno(f, e, r->path);
	/* When the file gets a name, nobody who finds it there may write to it before we are done. */
	return r->anonymous ? output_lock(r->fd, r->path, f) : 0;
}

/* --- its names --- */

int temporary_link_as(const struct replace *r, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", r->fd);
	return linkat(AT_FDCWD, path, r->place.dirfd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int temporary_link(struct replace *r, struct fault *f)
{
	int e;

	/* A signal handler reads @owned. */
	r->owned = true;
	e = temporary_link_as(r, r->temp);
	if (e == -EEXIST) {
		r->owned = false;
		e = remove_leftover(r, f);
		if (e < 0)
			return e;
		r->owned = true;
		e = temporary_link_as(r, r->temp);
	}
	if (e == 0)
		return 0;
	r->owned = false;
	return e == -EEXIST ? busy(r, f) : fault_errno(f, e, r->path);
}

int temporary_check(struct replace *r, struct fault *f)
{
	if (is_temp(r, r->fd))
		return 0;
	r->owned = false;
	return busy(r, f);
}

void temporary_remove(struct replace *r)
{
	if (r->owned && is_temp(r, r->fd))
		unlinkat(r->place.dirfd, r->temp, 0);
	r->owned = false;
}
