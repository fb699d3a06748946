/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists the block devices of sysfs. */
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

/* Is this a device that cannot be a config drive, and that would cost time to look at? A partition can be one: Ironic's
 * config drives are partitions. */
static bool cannot_be_one(const char *name)
{
	static const char kinds[][5] = { "loop", "ram", "zram", "dm-", "md", "fd", "nbd" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* Makes the path of the file @what in a device's folder in sysfs. If the device's name has a slash, sysfs writes it as
 * '!'. */
static bool sysfs_path(char *out, size_t size, const char *name, const char *what)
{
	size_t i;

	if (!sys_join(out, size, BLOCKS "/", name, what))
		return false;
	/* The static analyzer warns that @name may be NULL. It is not: only devices that sysfs lists come here, and
	 * they have a name. */
	for (i = 0; name[i]; i++)
		if (name[i] == '/')
			out[sizeof(BLOCKS) + i] = '!';
	return true;
}

/* Adds a device to the list. @listed: sysfs lists it as a block device with the name @name. */
static void note(struct drives *d, const char *path, const char *name, bool listed)
{
	struct drive *drive = d->drive + d->count;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (strcmp(d->drive[i].path, path) == 0)
			return;
	if (d->count == DRIVES_MAX) {
		d->left_out = true;
		return;
	}
	if (!sys_join(drive->path, sizeof(drive->path), path, "", ""))
		return;
	drive->is_block = drive->listed = listed;
	drive->trusted = listed && block_is_trusted(name);
	drive->persistent = listed && block_is_persistent(name);
	/* The kernel gives names that begin with "vd" only to virtio disks. */
	drive->maybe_cd = !listed || strncmp(name, "vd", 2) != 0;
	d->count++;
}

static uint64_t number(const char **text)
{
	uint64_t n = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		n = 10 * n + (uint64_t)(**text - '0');
	return n;
}

/* Devices are listed in three turns; each turn lists only devices of one kind. */
struct turn {
	struct drives *drives;
	int kind;
};

enum { TURN_CD, TURN_SMALL, TURN_OTHER, TURN_ALL };

#define SMALL_SECTORS (64 << 11) /* of 512 bytes: 64 MiB, the largest that Nova and Ironic make */

static uint64_t attribute(const char *name, const char *what)
{
	char path[96], text[24];
	const char *at = text;

	if (!sysfs_path(path, sizeof(path), name, what) ||
		sys_read_text(path, text, sizeof(text)) <= 0)
		return UINT64_MAX;
	return number(&at);
}

static int turn_of(const char *name)
{
	if (strncmp(name, "sr", 2) == 0)
		return TURN_CD;
	return attribute(name, "/ro") == 1 || attribute(name, "/size") <= SMALL_SECTORS ?
		TURN_SMALL :
		TURN_OTHER;
}

static bool note_name(void *ctx, const char *name)
{
	const struct turn *turn = ctx;
	char path[sizeof(((struct drive *)0)->path)];
	char *c;

	if (cannot_be_one(name) || !sys_join(path, sizeof(path), DEV, name, "") ||
		(turn->kind != TURN_ALL && turn_of(name) != turn->kind))
		return false;
	for (c = path + strlen(DEV); *c; c++)
		if (*c == '!')
			*c = '/';
	note(turn->drives, path, name, true);
	return false;
}

static void take_turn(struct drives *d, int kind)
{
	struct turn turn = { d, kind };

	sys_each_name(BLOCKS, note_name, &turn);
}

/* Returns: the part of the path after /dev/; NULL: the path does not begin with /dev/. */
static const char *name_of(const char *path)
{
	return strncmp(path, DEV, strlen(DEV)) == 0 ? path + strlen(DEV) : NULL;
}

void device_discover(struct drives *d)
{
	int kind;

	take_turn(d, TURN_ALL);
	if (!d->left_out)
		return;
	d->count = 0;
	for (kind = TURN_CD; kind < TURN_ALL; kind++)
		take_turn(d, kind);
}

void device_name(struct drives *d, const char *const *paths)
{
	for (; *paths; paths++) {
		const char *name = name_of(*paths);
		char path[96];
		const bool listed =
			name && sysfs_path(path, sizeof(path), name, "") && sys_exists(path);

		if (listed || sys_exists(*paths))
			note(d, *paths, name ? name : *paths, listed);
	}
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
	major = (unsigned)number(&at);
	at += *at == ':';
	minor = (unsigned)number(&at);
	return node_open(drive->path, flags, S_IFBLK, major, minor);
}

bool device_writable(const struct drive *drive)
{
	const char *name = name_of(drive->path);
	char path[96], text[4];

	/* The static analyzer warns that @name may be NULL. It is not: a listed device was found by its name below
	 * /dev. */
	return drive->listed && strncmp(name, "sr", 2) != 0 &&
		sysfs_path(path, sizeof(path), name, "/ro") &&
		sys_read_text(path, text, sizeof(text)) > 0 && text[0] == '0';
}
