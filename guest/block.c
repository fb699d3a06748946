/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/block.h"

#include <string.h>

#include "guest/sys.h"

#define BLOCKS     "/sys/class/block/"
#define MADE_HERE  "/virtual/block/" /* by this kernel, of other devices or of memory */
#define LAYERS_MAX 8                 /* LUKS on LVM on RAID has three */

/* The way to a device through sysfs, by the kernel's name for its kind and a piece that the way must have. */
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

/* Pieces of a way that anybody else could attach a device by, or that leads to memory: USB, iSCSI, Fibre Channel,
 * FireWire, vDPA, what the kernel makes itself (NVMe over a network too), scsi_debug, and LIO's loopback. */
static const char foreign[][10] = { "/usb", "/session", "/rport-", "/fw", "/vdpa", "/virtual/",
	"/pseudo_", "/tcm_loop" };

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The way to @name, terminated; false where sysfs does not know it. */
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

/* The devices below one; @left: how many layers may still follow. */
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

/* A partition lies in the folder of its disk, and only that one has a list of what it is made of. */
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
	return (begins(disk, "dm-") || begins(disk, "md")) &&
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
