/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/remount.h"

#include <errno.h>
#include <sys/mount.h>

#include "guest/sys.h"

/* From linux/mount.h and asm/unistd.h. Some C libraries are older than these. The numbers are the same on all
 * architectures. */
#define SYS_FSCONFIG       431
#define SYS_FSPICK         433
#define SYS_MOUNT_SETATTR  442
#define PICK_CLOEXEC       1
#define CONFIG_SET_FLAG    0
#define CONFIG_RECONFIGURE 7
#define ATTR_RDONLY        1
#define DETACH             2 /* MNT_DETACH of umount2(2) */

struct mount_attributes {
	uint64_t set, clear, propagation, userns;
};

static int mount_call(const char *source, const char *dir, const char *type, unsigned long flags)
{
	return (int)sys_call6(SYS_mount, (long)source, (long)dir, (long)type, (long)flags, 0, 0);
}

int remount_begin(void)
{
	int r = (int)sys_call(SYS_unshare, CLONE_NEWNS, 0, 0);

	return r < 0 ? r : mount_call("none", "/", NULL, MS_REC | MS_PRIVATE);
}

/* Clears the read-only flag of the mount; this has an effect only in our namespace. */
static int open_mount(const char *dir)
{
	const struct mount_attributes a = { .clear = ATTR_RDONLY };
	int r = (int)sys_call6(SYS_MOUNT_SETATTR, AT_FDCWD, (long)dir, 0, (long)&a, sizeof(a), 0);

	/* For kernels before Linux 5.12. This also clears the mount's other flags, but only in our namespace. */
	return r == -ENOSYS ? mount_call(NULL, dir, NULL, MS_REMOUNT | MS_BIND) : r;
}

/* Changes only the read-only flag of the file system, and no other flag. */
static int reconfigure(const char *dir, bool writable)
{
	int fd = (int)sys_call(SYS_FSPICK, AT_FDCWD, (long)dir, PICK_CLOEXEC);
	int r;

	if (fd < 0)
		return fd;
	r = (int)sys_call6(
		SYS_FSCONFIG, fd, CONFIG_SET_FLAG, (long)(writable ? "rw" : "ro"), 0, 0, 0);
	if (r == 0)
		r = (int)sys_call6(SYS_FSCONFIG, fd, CONFIG_RECONFIGURE, 0, 0, 0, 0);
	sys_close(fd);
	return r;
}

int remount_root(const char *dir, bool writable, unsigned long flags)
{
	int r = writable ? open_mount(dir) : 0;

	if (r == 0)
		r = reconfigure(dir, writable);
	/* For kernels before Linux 5.2. */
	if (r == -ENOSYS)
		r = mount_call(NULL, dir, NULL, MS_REMOUNT | flags | (writable ? 0 : MS_RDONLY));
	return r;
}

int remount_efivars(const char *dir)
{
	return mount_call("efivarfs", dir, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
}

void remount_hide_efivars(const char *dir)
{
	sys_call(SYS_umount2, (long)dir, DETACH, 0);
}
