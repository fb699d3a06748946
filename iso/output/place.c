/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/place.h"
#include "util/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Splits the text @path into its folder and its last component; neither needs to exist. */
static int split(struct place *p, const char *path, char folder[PATH_MAX])
{
	const char *name = path_last(path);
	const size_t len = name > path ? (size_t)(name - path) - 1 : 0;

	if (strlen(path) >= PATH_MAX || strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	strcpy(p->name, name);
	if (name == path)
		strcpy(folder, ".");
	else if (len == 0)
		strcpy(folder, "/");
	else
		snprintf(folder, PATH_MAX, "%.*s", (int)len, path);
	return 0;
}

static int open_folder(struct place *p, const char *path, struct fault *f)
{
	char folder[PATH_MAX];
	int r = split(p, path, folder);

	if (r < 0)
		return fault_errno(f, r, path);
	p->dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	p->unreadable = p->dirfd < 0 && errno == EACCES;
	if (p->unreadable)
		p->dirfd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return p->dirfd < 0 ? fault_errno(f, -errno, path) : 0;
}

static int look(struct place *p)
{
	if (fstatat(p->dirfd, p->name, &p->st, AT_SYMLINK_NOFOLLOW) == 0)
		p->exists = true;
	else if (errno != ENOENT)
		return -errno;
	return 0;
}

/* Examines the target of the link @path. If the kernel refuses to follow the link (EACCES), this fails. */
static int follow(const char *path, struct stat *st, struct fault *f)
{
	const int fd = open(path, O_PATH | O_CLOEXEC);
	int r = 0;

	if (fd < 0 && (errno == ENOENT || errno == ELOOP))
		return fault_set(
			f, -EINVAL, "%s: a symbolic link to a file that does not exist", path);
	if (fd < 0)
		return fault_errno(f, -errno, path);
	if (fstat(fd, st) < 0)
		r = fault_errno(f, -errno, path);
	else if (S_ISDIR(st->st_mode))
		r = fault_errno(f, -EISDIR, path);
	else if (!S_ISREG(st->st_mode))
		r = fault_set(f, -EINVAL, "%s: not a regular file", path);
	close(fd);
	return r;
}

/* Changes the place to that of the link's target. The kernel found the target in one step, but realpath(3) needs
 * several steps to find the target's path. So we check that both found the same file. */
static int take_target(struct place *p, const char *path, struct fault *f)
{
	char target[PATH_MAX];
	struct stat st = { 0 };
	int r = follow(path, &st, f);

	if (r < 0)
		return r;
	if (!realpath(path, target))
		return fault_errno(f, -errno, path);
	place_close(p);
	p->exists = false;
	r = open_folder(p, target, f);
	if (r < 0)
		return r;
	r = look(p);
	if (r == 0 && !place_has(p, &st))
		return fault_set(f, -ESTALE, "%s: changed while it was being opened", path);
	return r < 0 ? fault_errno(f, r, path) : 0;
}

int place_open(struct place *p, const char *path, struct fault *f)
{
	const size_t len = strlen(path);
	int r;

	*p = (struct place){ .dirfd = -1 };
	if (len == 0)
		return fault_set(f, -EINVAL, "the name of the output is empty");
	if (path[len - 1] == '/')
		return fault_errno(f, -EISDIR, path);
	r = open_folder(p, path, f);
	if (r < 0)
		return r;
	r = look(p);
	if (r < 0)
		return fault_errno(f, r, path);
	return p->exists && S_ISLNK(p->st.st_mode) ? take_target(p, path, f) : 0;
}

bool place_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool place_has(const struct place *p, const struct stat *st)
{
	struct stat now;

	return fstatat(p->dirfd, p->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		place_same_file(&now, st);
}

/* If /dev is a separate file system, it is recognized by its device number, whatever path led to @dir. /dev/shm is
 * another file system again, and is not meant. If /dev is not a separate file system, only the folder /dev itself is
 * recognized. */
bool place_is_devices(const struct stat *dir)
{
	struct stat dev, root;

	return stat("/dev", &dev) == 0 && dir->st_dev == dev.st_dev && stat("/", &root) == 0 &&
		(dev.st_dev != root.st_dev || dir->st_ino == dev.st_ino);
}

int place_check_new(const struct place *p, const char *path, struct fault *f)
{
	struct stat dir;

	if (fstat(p->dirfd, &dir) < 0 || !place_is_devices(&dir))
		return 0;
	return fault_set(
		f, -ENODEV, "%s: no such device; a regular file is not created in its place", path);
}

int place_check_owner(const struct place *p, const char *path, struct fault *f)
{
	struct stat dir;

	if (!p->exists || p->st.st_uid == geteuid())
		return 0;
	if (fstat(p->dirfd, &dir) < 0)
		return fault_errno(f, -errno, path);
	if (p->st.st_uid == dir.st_uid ||
		(dir.st_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH))
		return 0;
	return fault_set(f, -EACCES,
		"%s: another user made it in a folder to which all users may write", path);
}

int place_check_opened(const struct stat *st, const char *path, struct fault *f)
{
	struct place p = { .dirfd = -1 };
	int r = 0;

	if (st->st_uid == geteuid())
		return 0;
	if (place_open(&p, path, NULL) == 0 && place_same_file(&p.st, st))
		r = place_check_owner(&p, path, f);
	place_close(&p);
	return r;
}

void place_close(struct place *p)
{
	if (!p)
		return;
	if (p->dirfd >= 0)
		close(p->dirfd);
	p->dirfd = -1;
}
