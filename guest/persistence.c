/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/persistence.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

#include "guest/block.h"
#include "guest/sys.h"
#include "util/hex.h"

#define DEVICES       "/sys/dev/block/"
#define BTRFS_FOLDERS "/sys/fs/btrfs/"
#define FDINFO        "/proc/self/fdinfo/"
#define MOUNTS        "/proc/self/mountinfo"
#define MOUNT         "mnt_id:\t"

/* This is from linux/btrfs.h. musl does not have this header unless the kernel's headers are installed. */
struct btrfs_info {
	uint64_t max_id, devices;
	uint8_t uuid[UUID_SIZE];
	uint8_t rest[1024 - 2 * sizeof(uint64_t) - UUID_SIZE];
};

#define BTRFS_INFO _IOR(0x94, 31, struct btrfs_info)

enum kind {
	KIND_UNKNOWN, /* a network, ZFS, bcachefs: its devices cannot be examined */
	KIND_FORGETS,
	KIND_ON_DEVICE,
	KIND_ON_DEVICES,
};

/* From linux/magic.h. */
static const struct {
	uint32_t magic;
	enum kind kind;
} kinds[] = {
	{ 0xef53, KIND_ON_DEVICE },      /* ext2, ext3, ext4 */
	{ 0x58465342, KIND_ON_DEVICE },  /* XFS */
	{ 0xf2f52010, KIND_ON_DEVICE },  /* F2FS */
	{ 0x9123683e, KIND_ON_DEVICES }, /* Btrfs */
	{ 0x01021994, KIND_FORGETS },    /* tmpfs */
	{ 0x858458f6, KIND_FORGETS },    /* ramfs */
	{ 0x794c7630, KIND_FORGETS },    /* an overlay */
};

/* Mount options with which a flush does not reach the medium, or a reboot undoes what was written. The first two are
 * names of the same option of ext4. The last one is the end of F2FS's "checkpoint=disable". */
static const char volatile_options[][11] = { "nobarrier", "barrier=0", "t=disable" };

static enum kind kind_of(uint32_t magic)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].magic == magic)
			return kinds[i].kind;
	return KIND_UNKNOWN;
}

/* Finds the kernel's name of the device with this number: it is the last part of the device's path in sysfs. */
static bool device_is_persistent(uint64_t number)
{
	const unsigned major = (unsigned)(number >> 8 & 0xfff);
	const unsigned minor = (unsigned)((number & 0xff) | (number >> 12 & 0xfff00));
	char path[64] = { 0 }, way[256], *at;
	long n;

	at = sys_number(path + sizeof(path) - 1, minor);
	*--at = ':';
	at = sys_number(at, major);
	at -= sizeof(DEVICES) - 1;
	memcpy(at, DEVICES, sizeof(DEVICES) - 1);
	n = sys_read_link(at, way, sizeof(way) - 1);
	if (n <= 0)
		return false;
	way[n] = '\0';
	while (n > 0 && way[n - 1] != '/')
		n--;
	return block_is_persistent(way + n);
}

/* A Btrfs may have several devices, and st_dev is not the number of any of them. sysfs lists the devices in a folder
 * that is named after the file system's UUID. */
static bool btrfs_is_persistent(int dir)
{
	struct btrfs_info info;
	char uuid[UUID_STRLEN + 1], path[sizeof(BTRFS_FOLDERS) + UUID_STRLEN + 8];

	if (sys_ioctl(dir, BTRFS_INFO, &info) < 0)
		return false;
	uuid_format(info.uuid, uuid);
	return sys_join(path, sizeof(path), BTRFS_FOLDERS, uuid, "/devices") &&
		block_all_persistent(path);
}

/* Finds the id of the mount that contains @dir. Writes to @key: a newline, the id, and a space; a line of mountinfo
 * begins in this way. */
static bool find_mount(int dir, char *key, size_t size)
{
	char digits[21] = { 0 }, path[sizeof(FDINFO) + sizeof(digits)], text[128];
	const char *at;
	size_t n = 1;

	if (!sys_join(path, sizeof(path), FDINFO,
		    sys_number(digits + sizeof(digits) - 1, (uint64_t)dir), "") ||
		sys_read_text(path, text, sizeof(text)) <= 0 || !(at = strstr(text, MOUNT)))
		return false;
	key[0] = '\n';
	for (at += strlen(MOUNT); *at > ' ' && n < size - 2; at++)
		key[n++] = *at;
	memcpy(key + n, " ", 2);
	return true;
}

/* Fills @text with a newline and as much of /proc/self/mountinfo as there is room for, and terminates it. */
static void read_mounts(char *text, size_t size)
{
	int fd = sys_open(MOUNTS, O_RDONLY);
	size_t len = 1;
	long n;

	text[0] = '\n';
	while (fd >= 0 && (n = sys_read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	if (fd >= 0)
		sys_close(fd);
}

/* If mountinfo does not show how the file system is mounted, the answer is no. */
static bool has_barriers(int dir)
{
	static char mounts[256 << 10];
	char key[24], *line = NULL, *end;
	size_t i;

	if (find_mount(dir, key, sizeof(key))) {
		read_mounts(mounts, sizeof(mounts));
		line = strstr(mounts, key);
	}
	if (!line)
		return false;
	for (end = ++line; *end && *end != '\n'; end++)
		;
	*end = '\0';
	for (i = 0; i < sizeof(volatile_options) / sizeof(*volatile_options); i++)
		if (strstr(line, volatile_options[i]))
			return false;
	return true;
}

enum persistence persistence_of(int dir, bool vouched)
{
	struct statfs fs;
	struct stat st;
	enum kind kind;

	if (sys_fstatfs(dir, &fs) < 0 || sys_fstat(dir, &st) < 0)
		return PERSISTENCE_NO;
	kind = kind_of((uint32_t)fs.f_type);
	if (kind == KIND_FORGETS || !has_barriers(dir))
		return PERSISTENCE_NO;
	if (!vouched && !(kind == KIND_ON_DEVICE && device_is_persistent(st.st_dev)) &&
		!(kind == KIND_ON_DEVICES && btrfs_is_persistent(dir)))
		return PERSISTENCE_NO;
	return fs.f_flags & ST_RDONLY ? PERSISTENCE_READ_ONLY : PERSISTENCE_YES;
}
