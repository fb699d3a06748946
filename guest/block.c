/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/block.h"

#include <string.h>

#include "guest/sys.h"

#define BLOCKS     "/sys/class/block/"
#define MADE_HERE  "/virtual/block/" /* made by this kernel, from other devices or from memory */
#define LAYERS_MAX 8                 /* LUKS on LVM on RAID has three */

/* A bus: the beginning of the kernel's names for its devices, and a piece that the devices' paths in sysfs must
 * contain. */
static const struct bus {
	char name[7], piece[11];
	bool trusted;
} buses[] = {
	{ "vd", "/virtio", true },
	{ "sd", "/target", true },
	{ "sr", "/target", true },
	{ "nvme", "/nvme/", true },
	{ "xvd", "/vbd-", true },
	{ "mmcblk", "/mmc_host/", false },
};

/* Pieces of the paths of devices that somebody other than the hypervisor can attach, or that are in memory: USB, iSCSI,
 * Fibre Channel, FireWire, vDPA, devices that the kernel makes itself (including NVMe over a network), scsi_debug, and
 * LIO's loopback. */
static const char foreign[][10] = { "/usb", "/session", "/rport-", "/fw", "/vdpa", "/virtual/",
	"/pseudo_", "/tcm_loop" };

/* How the UUIDs of mapped devices begin that the same data has after a reboot: device mapper does not know whether the
 * device is set up alike each time, but those who set it up say who they are. Missing are what has no UUID, as the
 * snapshots on which live systems and "reset at reboot" images have their root, and CRYPT-PLAIN, which usually has a
 * random key. CRYPT-SUBDEV is below a LUKS device that has integrity. */
static const char lasting_maps[][17] = { "LVM-", "CRYPT-LUKS", "CRYPT-SUBDEV-", "CRYPT-INTEGRITY-",
	"CRYPT-VERITY-", "mpath-", "DMRAID-", "stratis-", "VDO-" };

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Reads the path of the device @name in sysfs into @way. Returns: false if sysfs does not list the device. */
static bool way_to(const char *name, char *way, size_t size)
{
	char path[96];
	long n;

	if (!sys_join(path, sizeof(path), BLOCKS, name, ""))
		return false;
	n = sys_read_link(path, way, size);
	if (n <= 0 || (size_t)n == size)
		return false;
	way[n] = '\0';
	return true;
}

static const struct bus *bus_of(const char *name, const char *way)
{
	size_t i;

	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (strstr(way, foreign[i]))
			return NULL;
	for (i = 0; i < sizeof(buses) / sizeof(*buses); i++)
		if (begins(name, buses[i].name) && strstr(way, buses[i].piece))
			return buses + i;
	return NULL;
}

bool block_is_trusted(const char *name)
{
	char way[256];
	const struct bus *bus = way_to(name, way, sizeof(way)) ? bus_of(name, way) : NULL;

	return bus && bus->trusted;
}

/* The result for all devices below a device. @left: how many more layers may follow. */
struct layer {
	unsigned left;
	bool any, forgets;
};

static bool is_persistent(const char *name, unsigned left);

static bool look_at_layer(void *ctx, const char *name)
{
	struct layer *l = ctx;

	l->any = true;
	l->forgets |= !is_persistent(name, l->left);
	return false;
}

static bool all_persistent(const char *folder, unsigned left)
{
	struct layer l = { .left = left };

	sys_each_name(folder, look_at_layer, &l);
	return l.any && !l.forgets;
}

/* kpartx(8) puts "partN-" before the UUID of the device of which it maps a partition. */
static const char *without_part(const char *uuid)
{
	const char *at = uuid + 4;

	if (!begins(uuid, "part"))
		return uuid;
	while (*at >= '0' && *at <= '9')
		at++;
	return *at == '-' ? at + 1 : uuid;
}

static bool map_is_lasting(const char *name)
{
	char path[96], text[136]; /* DM_UUID_LEN is 129 */
	const char *uuid;
	size_t i;

	if (!sys_join(path, sizeof(path), BLOCKS, name, "/dm/uuid") ||
		sys_read_text(path, text, sizeof(text)) <= 0)
		return false;
	uuid = without_part(text);
	for (i = 0; i < sizeof(lasting_maps) / sizeof(*lasting_maps); i++)
		if (begins(uuid, lasting_maps[i]))
			return true;
	return false;
}

/* The folder of a partition is in the folder of its disk. Only the disk's folder has a list of the devices below it. */
static bool is_persistent(const char *name, unsigned left)
{
	char way[256], path[96];
	char *disk, *end;

	if (left == 0 || !way_to(name, way, sizeof(way)))
		return false;
	disk = strstr(way, MADE_HERE);
	if (!disk)
		return bus_of(name, way) != NULL;
	disk += strlen(MADE_HERE);
	for (end = disk; *end && *end != '/'; end++)
		;
	*end = '\0';
	return (begins(disk, "dm-") ? map_is_lasting(disk) : begins(disk, "md")) &&
		sys_join(path, sizeof(path), BLOCKS, disk, "/slaves") &&
		all_persistent(path, left - 1);
}

bool block_is_persistent(const char *name)
{
	return is_persistent(name, LAYERS_MAX);
}

bool block_all_persistent(const char *folder)
{
	return all_persistent(folder, LAYERS_MAX);
}
