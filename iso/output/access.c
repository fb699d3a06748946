/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdbool.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL     "system.posix_acl_access"
#define ACL_MAX 65536 /* XATTR_SIZE_MAX */

static bool has_none(int err)
{
	return err == ENODATA || err == EOPNOTSUPP || err == ENOSYS;
}

static int drop_acl(int fd)
{
	return fremovexattr(fd, ACL) == 0 || has_none(errno) ? 0 : -errno;
}

int access_owner_only(int fd)
{
	struct stat st;
	int r = drop_acl(fd);

	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r == 0 && (st.st_mode & 07777) != 0600 && fchmod(fd, 0600) < 0)
		r = -errno;
	return r;
}

/* Reads the old file's ACL, through @old_fd or, if that is -1, through an O_PATH descriptor: opening that needs no
 * permission to read the file. Returns: its length; 0 if there is no ACL; or -errno. */
static ssize_t read_acl(int old_fd, int dirfd, const char *name, void *acl, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	if (old_fd >= 0) {
		n = fgetxattr(old_fd, ACL, acl, size);
		return n >= 0 ? n : has_none(errno) ? 0 : -errno;
	}
	fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = getxattr(path, ACL, acl, size);
	if (n < 0)
		n = has_none(errno) ? 0 : -errno;
	close(fd);
	return n;
}

int access_copy(int fd, const struct stat *old, int old_fd, int dirfd, const char *name)
{
	static char acl[ACL_MAX];
	const ssize_t n = read_acl(old_fd, dirfd, name, acl, sizeof(acl));
	mode_t mode = old->st_mode & 07777;

	/* Root can set owner and group. Other users can, at most, set a group of which they are a member. */
	if (fchown(fd, old->st_uid, old->st_gid) < 0) {
		mode &= 0777;
		if (fchown(fd, (uid_t)-1, old->st_gid) < 0)
			mode &= (mode_t)~070;
	}
	if (n < 0 || (n > 0 && fsetxattr(fd, ACL, acl, (size_t)n, 0) < 0))
		mode &= (mode_t)~070;
	/* If the file has an ACL, the group bits of the mode are the ACL's mask. */
	return fchmod(fd, mode) < 0 ? -errno : 0;
}
