/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block devices there are, by sysfs. */
#include "guest/device.h"

#include <errno.h>
#include <string.h>

#include "guest/block.h"
#include "guest/node.h"
#include "guest/sys.h"

#define BLOCKS "/sys/class/block"
#define DEV    "/dev/"

bool device_is_file(const char *path)
{
	struct stat st;

	return sys_stat_at(AT_FDCWD, path, 0, &st) == 0 && S_ISREG(st.st_mode);
}

/* Where no config drive can be, and asking would cost time. A partition can be one: Ironic's are. */
static bool cannot_be_one(const char *name)
{
	static const char kinds[][5] = { "loop", "ram", "zram", "dm-", "md", "fd", "nbd" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* What sysfs has below a device, by its name; where that has a slash, sysfs writes '!'. */
static bool sysfs_path(char *out, size_t size, const char *name, const char *what)
{
	size_t i;

	if (!sys_join(out, size, BLOCKS "/", name, what))
		return false;
	/* analyzer: only of devices that sysfs lists, which have a name */
	for (i = 0; name[i]; i++)
		if (name[i] == '/')
			out[sizeof(BLOCKS) + i] = '!';
	return true;
}

/* @listed: by sysfs, as a block device of that name. */
static bool note(struct drives *d, const char *path, const char *name, bool listed)
{
	struct drive *drive = d->drive + d->count;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->drive[i].path, path) == 0)
			return false;
	if (d->count == DRIVES_MAX) {
		d->left_out = true;
		return false;
	}
	if (!sys_join(drive->path, sizeof(drive->path), path, "", ""))
		return false;
	drive->is_block = drive->listed = listed;
	drive->trusted = listed && block_is_trusted(name);
	drive->persistent = listed && block_is_persistent(name);
	/* The kernel gives that name to virtio's disks alone. */
	drive->maybe_cd = !listed || strncmp(name, "vd", 2) != 0;
	d->count++;
	return true;
}

static bool note_name(void *drives, const char *name)
{
	char path[sizeof(((struct drive *)0)->path)];
	char *c;

	if (cannot_be_one(name) || !sys_join(path, sizeof(path), DEV, name, ""))
		return false;
	for (c = path + strlen(DEV); *c; c++)
		if (*c == '!')
			*c = '/';
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
	return sys_each_name("/sys/class/scsi_host", any_name, NULL);
}

/* The name behind /dev/, if there is one. */
static const char *name_of(const char *path)
{
	return strncmp(path, DEV, strlen(DEV)) == 0 ? path + strlen(DEV) : NULL;
}

bool device_discover(struct drives *d, const char *device)
{
	const char *name;
	char path[96];
	bool listed;

	if (!device)
		return sys_each_name(BLOCKS, note_name, d);
	name = name_of(device);
	listed = name && sysfs_path(path, sizeof(path), name, "") && sys_exists(path);
	if (!listed && !sys_exists(device))
		return false;
	return note(d, device, name ? name : device, listed);
}

static unsigned number(const char **text)
{
	unsigned n = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		n = 10 * n + (unsigned)(**text - '0');
	return n;
}

int device_open(const struct drive *drive, int flags)
{
	char path[96], text[24];
	const char *at = text;
	unsigned major, minor;
	int fd = sys_open(drive->path, flags);

	if (fd != -ENOENT || !drive->listed ||
		!sysfs_path(path, sizeof(path), name_of(drive->path), "/dev") ||
		sys_read_text(path, text, sizeof(text)) <= 0)
		return fd;
	major = number(&at);
	at += *at == ':';
	minor = number(&at);
	return node_open(drive->path, flags, S_IFBLK, major, minor);
}

bool device_writable(const struct drive *drive)
{
	const char *name = name_of(drive->path);
	char path[96], text[4];

	/* analyzer: a listed device has a name, as device_discover found it by that */
	return drive->listed && strncmp(name, "sr", 2) != 0 &&
		sysfs_path(path, sizeof(path), name, "/ro") &&
		sys_read_text(path, text, sizeof(text)) > 0 && text[0] == '0';
}
