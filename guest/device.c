/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block devices there are, by sysfs. */
#include "guest/device.h"

#include <string.h>
#include <sys/stat.h>

#include "guest/sys.h"

#define BLOCKS "/sys/class/block"

struct dirent_raw {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* Call @each with every name in a folder of sysfs; opendir would want a heap. */
static bool each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	_Alignas(struct dirent_raw) char buf[2048];
	int fd = sys_open(folder, O_RDONLY | O_DIRECTORY);
	bool any = false;
	long n, at;

	if (fd < 0)
		return false;
	while ((n = sys_call(SYS_getdents64, fd, (long)buf, sizeof(buf), 0, 0, 0)) > 0) {
		const struct dirent_raw *e;

		for (at = 0; at < n; at += e->len) {
			e = (const struct dirent_raw *)(buf + at);
			if (e->name[0] != '.' && each(ctx, e->name))
				any = true;
		}
	}
	sys_close(fd);
	return any;
}

/* @folder and @name into a bounded path; false when it does not fit. */
static bool join(char *out, size_t size, const char *folder, const char *name)
{
	const size_t a = strlen(folder), b = strlen(name);

	if (a + b >= size)
		return false;
	memcpy(out, folder, a);
	memcpy(out + a, name, b + 1);
	return true;
}

bool device_exists(const char *path)
{
	return sys_call(SYS_faccessat, AT_FDCWD, (long)path, F_OK, 0, 0, 0) == 0;
}

bool device_is_file(const char *path)
{
	uint16_t st[128];                     /* struct statx of linux/stat.h, 256 bytes ... */
	const size_t mode = 28 / sizeof(*st); /* ... and where its stx_mode stands */
	const int type_only = 1;              /* STATX_TYPE */

	return sys_call(SYS_statx, AT_FDCWD, (long)path, 0, type_only, (long)st, 0) == 0 &&
		(st[mode] & S_IFMT) == S_IFREG;
}

/* Where no config drive can be, and asking would cost time. A partition can be one: Ironic's are. */
static bool cannot_be_one(const char *name)
{
	static const char *const kinds[] = { "loop", "ram", "zram", "dm-", "md", "fd", "nbd" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* What sysfs does not know may be anything. */
static bool on_usb(const char *name)
{
	char path[96], target[256];
	long n;

	if (!join(path, sizeof(path), BLOCKS "/", name))
		return true;
	n = sys_call(SYS_readlinkat, AT_FDCWD, (long)path, (long)target, sizeof(target), 0, 0);
	if (n < 0 || n == sizeof(target))
		return true;
	for (; n >= 4; n--)
		if (memcmp(target + n - 4, "/usb", 4) == 0)
			return true;
	return false;
}

/* @listed: by sysfs, as a block device of that name. */
static bool note(struct drives *d, const char *path, const char *name, bool listed)
{
	struct drive *drive = d->drive + d->count;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->drive[i].path, path) == 0)
			return false;
	if (d->count == DRIVES_MAX || !join(drive->path, sizeof(drive->path), "", path))
		return false;
	drive->on_usb = on_usb(name);
	drive->is_block = listed;
	drive->maybe_cd = !listed || strncmp(name, "vd", 2) != 0;
	d->count++;
	return true;
}

static bool note_name(void *drives, const char *name)
{
	char path[sizeof(((struct drive *)0)->path)];
	char *c;

	if (cannot_be_one(name) || !join(path, sizeof(path), "/dev/", name))
		return false;
	for (c = path + strlen("/dev/"); *c; c++)
		if (*c == '!')
			*c = '/'; /* so does sysfs write a slash in a device's name */
	return note(drives, path, name, true);
}

static bool any_name(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

bool device_hosts(void)
{
	return each_name("/sys/class/scsi_host", any_name, NULL);
}

bool device_discover(struct drives *d, const char *device)
{
	if (!device)
		return each_name(BLOCKS, note_name, d);
	if (!device_exists(device))
		return false;
	return note(d, device, strncmp(device, "/dev/", 5) == 0 ? device + 5 : device, false);
}
