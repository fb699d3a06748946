/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/target.h"
#include "iso/output/access.h"
#include "iso/output/lock.h"
#include "iso/output/invalidate.h"
#include "iso/output/room.h"
#include "util/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NEW_MODE 0600

/* For a file that does not exist yet, on which nobody can hold a lease. */
static const int new_flags = O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

/* --- opening --- */

static void remove_created(const struct target *t)
{
	if (place_has(&t->place, &t->st))
		(void)unlinkat(t->place.dirfd, t->place.name, 0);
}

/* Creates the file to which a dangling link points. The kernel resolves the link, so we can check only afterwards where
 * the file was created. If it is in /dev, we remove it. */
static int create_behind_link(struct target *t, struct fault *f)
{
	char link[64], made[PATH_MAX];
	struct stat st;
	ssize_t n;

	t->fd = open(t->path, new_flags, NEW_MODE);
	if (t->fd < 0 || fstat(t->fd, &st) < 0)
		return fault_errno(f, -errno, t->path);
	if (!place_is_devices(&st))
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", t->fd);
	n = readlink(link, made, sizeof(made) - 1);
	if (n > 0 && S_ISREG(st.st_mode) && st.st_size == 0) {
		made[n] = '\0';
		(void)unlink(made);
	}
	return fault_set(f, -ENODEV,
		"%s: no such device; a regular file is not created in its place", t->path);
}

static int create(struct target *t, struct fault *f)
{
	int r = place_open(&t->place, t->path, f);

	/* This is a symbolic link to a file that does not exist yet. */
	if (r == -EINVAL)
		return create_behind_link(t, f);
	if (r < 0)
		return r;
	r = place_check_new(&t->place, t->path, f);
	if (r < 0)
		return r;
	t->fd = openat(t->place.dirfd, t->place.name, new_flags | O_EXCL, NEW_MODE);
	t->created = t->fd >= 0;
	return t->created ? 0 : fault_errno(f, -errno, t->path);
}

/* Opens an existing file without O_CREAT, as a new one is created in another way. */
static int open_path(struct target *t, struct fault *f)
{
	t->fd = open_nonblocking(AT_FDCWD, t->path, O_WRONLY);
	if (t->fd >= 0)
		return 0;
	if (t->fd == -ENOENT && t->path[0])
		return create(t, f);
	return fault_set(f, t->fd, "%s: %s", t->path, open_text(t->fd));
}

static int look(struct target *t, const char *name, struct fault *f)
{
	int r = 0;

	if (fstat(t->fd, &t->st) < 0)
		return fault_errno(f, -errno, name);
	if (!S_ISREG(t->st.st_mode))
		return fault_set(f, -ESTALE, "%s: changed while it was being opened", name);
	if (t->created)
		r = access_owner_only(t->fd);
	return r < 0 ? fault_errno(f, r, name) : 0;
}

/* Does the path still lead to the file that we have locked? */
static bool is_there(const struct target *t)
{
	struct stat now;

	return stat(t->path, &now) == 0 && place_same_file(&now, &t->st);
}

/* Opens and locks the file. Another run may have created it, and may remove it, if that run fails, before we lock it:
 * then the path is opened again. */
static int open_locked(struct target *t, struct fault *f)
{
	int r;

	for (;;) {
		r = open_path(t, f);
		if (r == 0)
			r = look(t, t->path, f);
		if (r == 0 && !t->created)
			r = place_check_opened(&t->st, t->path, f);
		if (r == 0)
			r = output_lock(t->fd, t->path, f);
		/* Another run has opened the file that we created, and locked it first. It is that run's file now. */
		if (r == -EBUSY)
			t->created = false;
		if (r < 0 || is_there(t))
			return r;
		t->created = false;
		close(t->fd);
		t->fd = -1;
		place_close(&t->place);
	}
}

static int lock_output(struct target *t, struct fault *f)
{
	int r;

	t->fd = STDOUT_FILENO;
	r = look(t, "standard output", f);
	if (r == 0)
		r = output_lock(t->fd, "standard output", f);
	t->locked = r == 0;
	return r;
}

int target_open(struct target *t, const char *path, struct fault *f)
{
	*t = (struct target){ .fd = -1, .path = path, .place = { .dirfd = -1 } };
	return path ? open_locked(t, f) : lock_output(t, f);
}

/* --- writing --- */

int target_begin(struct target *t, uint64_t size)
{
	int r = room_reserve(t->fd, &t->st, size);

	if (r < 0)
		return r;
	t->begun = true;
	/* The blocks of an old image are overwritten: to free them and to allocate new ones would take half of the time
	 * that a large image needs. So the old content is still there, and must be invalidated before the size
	 * changes. */
	if (t->st.st_size > 0)
		r = invalidate_image(t->fd, size);
	if (r == 0 && ftruncate(t->fd, (off_t)size) < 0)
		r = -errno;
	return r;
}

int target_end(struct target *t)
{
	const int fd = t->fd;

	if (fdatasync(fd) < 0)
		return -errno;
	if (t->path) {
		/* On a network file system, only close(2) may report that the disk is full. */
		t->fd = -1;
		if (close(fd) < 0 && errno != EINTR)
			return -errno;
	}
	t->begun = t->created = false;
	return 0;
}

/* Called after close(2) has failed and has closed the descriptor: opens the file again, if the path still leads to the
 * same file. */
static void reopen(struct target *t)
{
	struct stat st;

	t->fd = open_nonblocking(AT_FDCWD, t->path, O_WRONLY);
	if (t->fd >= 0 && fstat(t->fd, &st) == 0 && place_same_file(&st, &t->st))
		return;
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

static void empty(const struct target *t)
{
	if (ftruncate(t->fd, 0) < 0)
		(void)invalidate_image(t->fd, UINT64_MAX);
}

void target_clear(struct target *t)
{
	if (!t)
		return;
	if (t->begun && t->fd < 0)
		reopen(t);
	if (t->begun && t->fd >= 0)
		empty(t);
	if (t->created)
		remove_created(t);
	if (t->locked)
		output_unlock(t->fd);
	if (t->path && t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	place_close(&t->place);
	t->begun = t->created = t->locked = false;
}
