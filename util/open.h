/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_OPEN_H
#define UTIL_OPEN_H

#include <sys/stat.h>

/* The kinds of file that open_kind() may open. */
enum open_kinds {
	OPEN_FILE = 1,      /* a regular file */
	OPEN_DISK = 2,      /* a block device */
	OPEN_FOLDER = 4,    /* a folder */
	OPEN_NULL = 8,      /* /dev/null, which counts as an empty file */
	OPEN_NO_LINKS = 16, /* no component of the path may be a symbolic link */
	OPEN_AT_ONCE = 32   /* do not wait for a lease, as open_nonblocking() does */
};

/**
 * open_kind - open @path if it is of one of @kinds; do not touch it otherwise
 * @at:     the folder that a relative @path begins in, or AT_FDCWD
 * @flags:  O_RDONLY or O_RDWR, with O_NOFOLLOW and O_DIRECTORY if needed
 * @ret_st: the file that was found; filled in also if it is of another kind
 *
 * Merely opening a device can wind a tape or start a watchdog, and opening a FIFO wakes a writer that waits for a
 * reader. So the path is first resolved with O_PATH, which does not open the file. Only if the kind is right, that very
 * file is opened, as open_nonblocking() opens it.
 * Returns: a descriptor, non-blocking and close-on-exec, which the caller closes; -EMEDIUMTYPE for another kind;
 * -ELOOP for a symbolic link that must not be followed; or another negative errno.
 */
int open_kind(int at, const char *path, int flags, unsigned kinds, struct stat *ret_st);

/**
 * open_nonblocking - openat(2), which waits neither for a FIFO nor for a device, but for a lease
 * @flags: as for openat(2), without O_CREAT; O_NONBLOCK, O_NOCTTY and O_CLOEXEC are added
 *
 * Samba and the kernel's NFS server hold leases on files that their clients have open (fcntl(2), F_SETLEASE). With
 * O_NONBLOCK the kernel then asks for the lease, but fails with EWOULDBLOCK at once. This tries again for two minutes:
 * the kernel breaks a lease after 45 s (/proc/sys/fs/lease-break-time), and the NFS server after 90 s. The wait ends
 * early if a signal that ends a program is blocked and pending. Returns: a descriptor, which the caller closes;
 * -EWOULDBLOCK if the lease was not given up; -EINTR; or another negative errno.
 */
int open_nonblocking(int at, const char *path, int flags);

/** open_text - the message for @err, an error of these functions: the system's, except for a lease. */
const char *open_text(int err);

#endif
