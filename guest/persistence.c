/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/persistence.h"

#include <string.h>
#include <sys/statvfs.h>

#include "guest/sys.h"

#define BLOCK_NUMBERS "/sys/dev/block/"

#define LAYERS_MAX 8 /* LUKS on LVM on RAID has three */

/* File systems that outlive a boot (linux/magic.h; ZFS and bcachefs by their own headers). Of any other it
 * is not known: tmpfs and ramfs forget, an overlay may lie on one of them, a network may be away. */
static const uint32_t kinds[] = {
	0xef53,     /* ext2, ext3, ext4 */
	0x58465342, /* XFS */
	0x9123683e, /* Btrfs */
	0xf2f52010, /* F2FS */
	0x2fc12fc1, /* ZFS */
	0xca451a4e, /* bcachefs */
};

static bool is_persistent_kind(uint32_t kind)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kind == kinds[i])
			return true;
	return false;
}

static bool sits_on_memory(const char *name, unsigned layers);

static bool layer_sits_on_memory(void *layers, const char *name)
{
	return sits_on_memory(name, *(const unsigned *)layers);
}

/* A live system's root may be a snapshot whose changes go to a file in memory: so every layer below is
 * looked at. */
static bool sits_on_memory(const char *name, unsigned layers)
{
	static const char *const memory[] = { "ram", "zram", "loop" };
	char device[96], path[sizeof(device)];
	unsigned left = layers - 1;
	size_t i;

	for (i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		if (strncmp(name, memory[i], strlen(memory[i])) == 0)
			return true;
	if (layers == 0 || !sys_join(device, sizeof(device), "/sys/class/block/", name) ||
		!sys_join(path, sizeof(path), device, "/slaves"))
		return true;
	return sys_each_name(path, layer_sits_on_memory, &left);
}

/* The kernel's name of a device is the last one on its way through sysfs. */
static bool device_is_persistent(uint64_t number)
{
	const unsigned major = (unsigned)(number >> 8 & 0xfff);
	const unsigned minor = (unsigned)((number & 0xff) | (number >> 12 & 0xfff00));
	char path[64] = { 0 }, target[256], *at;
	long n;

	/* Btrfs, ZFS and bcachefs span devices, and have a number of no device. */
	if (major == 0)
		return true;
	at = sys_number(path + sizeof(path) - 1, minor);
	*--at = ':';
	at = sys_number(at, major);
	at -= sizeof(BLOCK_NUMBERS) - 1;
	memcpy(at, BLOCK_NUMBERS, sizeof(BLOCK_NUMBERS) - 1);
	n = sys_read_link(at, target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	while (n > 0 && target[n - 1] != '/')
		n--;
	return !sits_on_memory(target + n, LAYERS_MAX);
}

enum persistence persistence_of(int dir)
{
	struct statfs fs;
	struct stat st;

	if (sys_fstatfs(dir, &fs) < 0 || !is_persistent_kind((uint32_t)fs.f_type) ||
		sys_fstat(dir, &st) < 0 || !device_is_persistent(st.st_dev))
		return PERSISTENCE_NO;
	return fs.f_flags & ST_RDONLY ? PERSISTENCE_READ_ONLY : PERSISTENCE_YES;
}
