/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems, mounts and the devices below them, as the kernel, /proc and sysfs describe them. */
#include "tests/lib/unit.h"

#include "guest/block.c"
#include "guest/persistence.c"

#include <errno.h>

#define EXT4      0xef53
#define XFS       0x58465342
#define F2FS      0xf2f52010
#define BTRFS     0x9123683e
#define TMPFS     0x01021994
#define RAMFS     0x858458f6
#define OVERLAYFS 0x794c7630
#define NFS       0x6969
#define ZFS       0x2fc12fc1
#define BCACHEFS  0xca451a4e

#define PCI "../../devices/pci0000:00/0000:00:04.0/"
#define VMBUS \
	"../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/f8b3781a-1e82-4818-a1c3-63d806ec15bb/"

/* Devices as sysfs describes them: the name, the path, and the devices below it. */
static const struct device {
	const char *name, *way, *below[3];
	bool trusted, persistent;
} devices[] = {
	/* Disks that a hypervisor attaches, and a partition. */
	{ "vda1", PCI "virtio1/block/vda/vda1", { NULL }, true, true },
	{ "vdb", "../../devices/platform/a003e00.virtio_mmio/virtio3/block/vdb", { NULL }, true,
		true },
	{ "sda", PCI "virtio2/host0/target0:0:0/0:0:0:0/block/sda", { NULL }, true, true },
	{ "sdb2", VMBUS "host0/target0:0:0/0:0:0:0/block/sdb/sdb2", { NULL }, true, true },
	{ "sdc", PCI "host2/target2:0:0/2:0:0:0/block/sdc", { NULL }, true, true },
	{ "sr0", PCI "ata2/host1/target1:0:0/1:0:0:0/block/sr0", { NULL }, true, true },
	{ "nvme0n1p9", PCI "nvme/nvme0/nvme0n1/nvme0n1p9", { NULL }, true, true },
	{ "xvda", "../../devices/vbd-51712/block/xvda", { NULL }, true, true },
	{ "mmcblk0p2",
		"../../devices/platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0/mmcblk0p2",
		{ NULL }, false, true },
	/* Devices that a user can attach, or that are on a network. */
	{ "sdd", PCI "usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sdd", { NULL }, false,
		false },
	{ "sr1", PCI "usb2/2-1/2-1:1.0/host7/target7:0:0/7:0:0:0/block/sr1", { NULL }, false,
		false },
	{ "sde", "../../devices/platform/host2/session1/target2:0:0/2:0:0:1/block/sde", { NULL },
		false, false },
	{ "sdf", PCI "host3/rport-3:0-0/target3:0:0/3:0:0:0/block/sdf", { NULL }, false, false },
	{ "sdg", PCI "fw1/fw1.0/host8/target8:0:0/8:0:0:0/block/sdg", { NULL }, false, false },
	{ "vdc", "../../devices/virtual/vduse/disk/vdpa0/virtio9/block/vdc", { NULL }, false,
		false },
	{ "vdd", "../../devices/vdpasim_blk/vdpa1/virtio8/block/vdd", { NULL }, false, false },
	{ "nvme1n1", "../../devices/virtual/nvme-fabrics/ctl/nvme1/nvme1n1", { NULL }, false,
		false },
	{ "rbd0", "../../devices/rbd/0/block/rbd0", { NULL }, false, false },
	{ "zd0", "../../devices/virtual/block/zd0", { NULL }, false, false },
	{ "drbd0", "../../devices/virtual/block/drbd0", { NULL }, false, false },
	{ "nbd0", "../../devices/virtual/block/nbd0", { NULL }, false, false },
	{ "ublkb0", "../../devices/virtual/block/ublkb0", { NULL }, false, false },
	{ "bcache0", "../../devices/virtual/block/bcache0", { "vda1" }, false, false },
	/* Devices in memory. */
	{ "ram0", "../../devices/virtual/block/ram0", { NULL }, false, false },
	{ "zram0", "../../devices/virtual/block/zram0", { NULL }, false, false },
	{ "loop0", "../../devices/virtual/block/loop0", { NULL }, false, false },
	{ "nullb0", "../../devices/virtual/block/nullb0", { NULL }, false, false },
	{ "sdh", "../../devices/pseudo_0/adapter0/host4/target4:0:0/4:0:0:0/block/sdh", { NULL },
		false, false },
	{ "sdi", "../../devices/tcm_loop_0/tcm_loop_adapter_0/host5/target5:0:1/5:0:1:0/block/sdi",
		{ NULL }, false, false },
	{ "pmem0", "../../devices/platform/e820_pmem/ndbus0/region0/namespace0.0/block/pmem0",
		{ NULL }, false, false },
	{ "pmem1", PCI "virtio3/ndbus1/region1/namespace1.0/block/pmem1", { NULL }, false, false },
	{ "pmem2",
		"../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region2/namespace2.0/block/pmem2",
		{ NULL }, false, false },
	/* Layers, in this order: LUKS; LVM on LUKS and a disk; a live system's root, and a layer on it; layers in an
	 * endless loop; a layer on no device; RAID, a partition of it, a RAID that is half in memory, and a partition
	 * of it; LVM in memory. */
	{ "dm-0", "../../devices/virtual/block/dm-0", { "vda1" }, false, true },
	{ "dm-1", "../../devices/virtual/block/dm-1", { "dm-0", "vdb" }, false, true },
	{ "dm-2", "../../devices/virtual/block/dm-2", { "sr0", "loop0" }, false, false },
	{ "dm-3", "../../devices/virtual/block/dm-3", { "dm-2" }, false, false },
	{ "dm-4", "../../devices/virtual/block/dm-4", { "dm-4" }, false, false },
	{ "dm-5", "../../devices/virtual/block/dm-5", { NULL }, false, false },
	{ "md0", "../../devices/virtual/block/md0", { "vda1", "dm-1" }, false, true },
	{ "md0p1", "../../devices/virtual/block/md0/md0p1", { NULL }, false, true },
	{ "md1", "../../devices/virtual/block/md1", { "vda1", "ram0" }, false, false },
	{ "md1p1", "../../devices/virtual/block/md1/md1p1", { NULL }, false, false },
	{ "dm-6", "../../devices/virtual/block/dm-6", { "ram0" }, false, false },
	/* Mapped devices; `maps` has the UUIDs of some. */
	{ "dm-7", "../../devices/virtual/block/dm-7", { "vda1", "vdb" }, false, false },
	{ "dm-8", "../../devices/virtual/block/dm-8", { "vdb" }, false, false },
	{ "dm-9", "../../devices/virtual/block/dm-9", { "dm-8" }, false, false },
	{ "dm-10", "../../devices/virtual/block/dm-10", { "vdb" }, false, true },
	{ "dm-11", "../../devices/virtual/block/dm-11", { "vdb" }, false, true },
	{ "dm-12", "../../devices/virtual/block/dm-12", { "vdb" }, false, false },
	{ "dm-13", "../../devices/virtual/block/dm-13", { "vdb" }, false, false },
	/* Names that only begin like the name of a trusted device. */
	{ "vd", "../../devices/virtual/block/vd", { NULL }, false, false },
	{ "other", PCI "virtio1/block/other", { NULL }, false, false },
};

/* The UUIDs of mapped devices; the others have one of LVM. */
static const struct {
	const char *device, *uuid;
} maps[] = {
	{ "dm-7", "" }, /* a snapshot made by dmsetup(8) */
	{ "dm-8", "CRYPT-PLAIN-tmp\n" },
	{ "dm-10", "CRYPT-LUKS2-3f0f4cbf5b5c4b7d8a0f4e1f5c1d2e3f-root\n" },
	{ "dm-11", "part12-mpath-3600508b400105e210000900000490000\n" },
	{ "dm-12", "part1-CRYPT-PLAIN-tmp\n" },
	{ "dm-13", "partLVM-1\n" },
};

/* For the UUID of each Btrfs, its folder in sysfs and the devices that are listed there. */
static const struct {
	const char *folder, *device[3];
} btrfs[] = {
	{ "/sys/fs/btrfs/01010101-0101-0101-0101-010101010101/devices", { "vda1", "dm-1" } },
	{ "/sys/fs/btrfs/02020202-0202-0202-0202-020202020202/devices", { "vda1", "loop0" } },
	{ "/sys/fs/btrfs/03030303-0303-0303-0303-030303030303/devices", { NULL } },
};

static struct {
	unsigned kind, flags;
	const char *on;     /* a device; NULL: an anonymous number */
	unsigned uuid;      /* of a Btrfs: each byte has this value; 0: unknown */
	const char *mounts; /* the content of /proc/self/mountinfo; NULL: /proc is not mounted */
	bool no_fdinfo;     /* /proc has no fdinfo */
	size_t read;
	int opened;
} fs;

#define MOUNTS_OF(options) "21 1 254:1 / / rw,noatime - ext4 /dev/vda1 rw\n" options

int sys_fstatfs(int fd, struct statfs *ret)
{
	assert_int_equal(fd, 3);
	memset(ret, 0, sizeof(*ret));
	ret->f_type = fs.kind;
	ret->f_flags = fs.flags;
	return 0;
}

static unsigned index_of(const char *name)
{
	unsigned i;

	for (i = 0; i < COUNT(devices); i++)
		if (strcmp(devices[i].name, name) == 0)
			return i;
	fail_msg("%s", name);
	return 0;
}

/* The number of a device is its row here, with a minor number of more than eight bits. */
int sys_fstat(int fd, struct stat *ret)
{
	assert_int_equal(fd, 3);
	memset(ret, 0, sizeof(*ret));
	ret->st_dev = fs.on ? (uint64_t)(index_of(fs.on) + 1) << 8 | 0x45 | 0x123ull << 20 : 40;
	return 0;
}

long sys_read_link(const char *path, char *text, size_t size)
{
	char want[64];
	size_t i;

	for (i = 0; i < COUNT(devices); i++) {
		snprintf(want, sizeof(want), "/sys/class/block/%s", devices[i].name);
		if (strcmp(want, path) == 0)
			break;
		snprintf(want, sizeof(want), "/sys/dev/block/%u:%u", (unsigned)i + 1, 0x12345);
		if (strcmp(want, path) == 0)
			break;
	}
	if (i == COUNT(devices))
		return -ENOENT;
	assert_true(strlen(devices[i].way) < size);
	memcpy(text, devices[i].way, strlen(devices[i].way));
	return (long)strlen(devices[i].way);
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	char want[64];
	bool any = false;
	size_t i, k;

	for (i = 0; i < COUNT(devices); i++) {
		snprintf(want, sizeof(want), "/sys/class/block/%s/slaves", devices[i].name);
		for (k = 0; strcmp(want, folder) == 0 && k < 3 && devices[i].below[k]; k++)
			any |= each(ctx, devices[i].below[k]);
	}
	for (i = 0; i < COUNT(btrfs); i++)
		for (k = 0; strcmp(btrfs[i].folder, folder) == 0 && k < 3 && btrfs[i].device[k];
			k++)
			any |= each(ctx, btrfs[i].device[k]);
	return any;
}

int sys_ioctl(int fd, unsigned long what, void *arg)
{
	struct btrfs_info *info = arg;

	assert_int_equal(fd, 3);
	assert_int_equal(what, 0x8400941f);
	assert_int_equal(sizeof(*info), 1024);
	memset(info->uuid, (int)fs.uuid, UUID_SIZE);
	return fs.uuid ? 0 : -ENOTTY;
}

static long uuid_of_map(const char *path, char *text, size_t size)
{
	char want[64];
	size_t i;

	for (i = 0; i < COUNT(maps); i++) {
		snprintf(want, sizeof(want), "/sys/class/block/%s/dm/uuid", maps[i].device);
		if (strcmp(want, path) == 0)
			return snprintf(text, size, "%s", maps[i].uuid);
	}
	return snprintf(text, size, "LVM-9pDyA2\n");
}

long sys_read_text(const char *path, char *text, size_t size)
{
	if (strncmp(path, "/sys/class/block/dm-", 20) == 0)
		return uuid_of_map(path, text, size);
	assert_string_equal(path, "/proc/self/fdinfo/3");
	if (!fs.mounts || fs.no_fdinfo)
		return -ENOENT;
	return snprintf(text, size, "pos:\t0\nflags:\t02300000\nmnt_id:\t29\nino:\t12\n");
}

int sys_open(const char *path, int flags)
{
	assert_string_equal(path, "/proc/self/mountinfo");
	assert_int_equal(flags, O_RDONLY);
	fs.read = 0;
	fs.opened += fs.mounts != NULL;
	return fs.mounts ? 4 : -ENOENT;
}

/* Returns a few bytes at a time. */
long sys_read(int fd, void *buf, size_t len)
{
	size_t n = strlen(fs.mounts + fs.read);

	assert_int_equal(fd, 4);
	n = n > 7 ? 7 : n;
	n = n > len ? len : n;
	memcpy(buf, fs.mounts + fs.read, n);
	fs.read += n;
	return (long)n;
}

void sys_close(int fd)
{
	assert_int_equal(fd, 4);
	fs.opened--;
}

bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	return (size_t)snprintf(out, size, "%s%s%s", a, b, c) < size;
}

char *sys_number(char *end, uint64_t number)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	return memcpy(end - n, digits, (size_t)n);
}

static int start(void **state)
{
	(void)state;
	memset(&fs, 0, sizeof(fs));
	fs.mounts = MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw\n");
	return 0;
}

static enum persistence on(unsigned kind, const char *device)
{
	enum persistence persistence;

	fs.kind = kind;
	fs.on = device;
	persistence = persistence_of(3, false);
	assert_int_equal(fs.opened, 0);
	return persistence;
}

static void test_devices(void **state)
{
	static const char *const unknown[] = {
		"vdx", "disk/by-label/config-2",
		"vda1-a-name-that-is-longer-than-any-that-the-kernel-gives-and-does-not-fit-in-a-path-of-sysfs"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(devices); i++) {
		const struct device *d = devices + i;

		if (block_is_trusted(d->name) != d->trusted ||
			block_is_persistent(d->name) != d->persistent ||
			on(EXT4, d->name) != (d->persistent ? PERSISTENCE_YES : PERSISTENCE_NO))
			fail_msg("%s, %s", d->name, d->way);
	}
	/* A device that sysfs does not list must not get the path of the device before it. */
	for (i = 0; i < COUNT(unknown); i++) {
		assert_true(block_is_trusted("vda1"));
		assert_false(block_is_trusted(unknown[i]));
		assert_true(block_is_persistent("vda1"));
		assert_false(block_is_persistent(unknown[i]));
	}
}

static void test_kinds(void **state)
{
	static const unsigned unknown[] = { NFS, ZFS, BCACHEFS, 0 },
			      forget[] = { TMPFS, RAMFS, OVERLAYFS };
	size_t i;

	(void)state;
	assert_int_equal(on(EXT4, "vda1"), PERSISTENCE_YES);
	assert_int_equal(on(XFS, "vda1"), PERSISTENCE_YES);
	assert_int_equal(on(F2FS, "vda1"), PERSISTENCE_YES);
	fs.flags = ST_RDONLY;
	assert_int_equal(on(EXT4, "vda1"), PERSISTENCE_READ_ONLY);
	fs.flags = 0;
	for (i = 0; i < COUNT(unknown); i++) {
		assert_int_equal(on(unknown[i], NULL), PERSISTENCE_NO);
		assert_int_equal(on(unknown[i], "vda1"), PERSISTENCE_NO);
	}
	for (i = 0; i < COUNT(forget); i++) {
		assert_int_equal(on(forget[i], NULL), PERSISTENCE_NO);
		assert_int_equal(on(forget[i], "vda1"), PERSISTENCE_NO);
	}
	/* An ext4 with an anonymous device number cannot be examined. */
	assert_int_equal(on(EXT4, NULL), PERSISTENCE_NO);
}

static void test_btrfs(void **state)
{
	static const enum persistence wanted[] = { PERSISTENCE_NO, PERSISTENCE_YES, PERSISTENCE_NO,
		PERSISTENCE_NO, PERSISTENCE_NO };
	unsigned i;

	(void)state;
	/* The rows of `wanted`: the UUID is unknown; the devices are disks; one device is in memory; no device is
	 * listed; sysfs does not know the UUID. */
	for (i = 0; i < COUNT(wanted); i++) {
		fs.uuid = i;
		assert_int_equal(on(BTRFS, NULL), wanted[i]);
	}
}

static void test_vouched(void **state)
{
	static const unsigned kinds_vouched[] = { EXT4, BTRFS, NFS, ZFS, BCACHEFS };
	static const unsigned never[] = { TMPFS, RAMFS, OVERLAYFS };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds_vouched); i++) {
		assert_int_equal(on(kinds_vouched[i], NULL), PERSISTENCE_NO);
		assert_int_equal(persistence_of(3, true), PERSISTENCE_YES);
		fs.flags = ST_RDONLY;
		assert_int_equal(persistence_of(3, true), PERSISTENCE_READ_ONLY);
		fs.flags = 0;
	}
	for (i = 0; i < COUNT(never); i++) {
		on(never[i], NULL);
		assert_int_equal(persistence_of(3, true), PERSISTENCE_NO);
	}
	fs.mounts = MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw,nobarrier\n");
	on(EXT4, "vda1");
	assert_int_equal(persistence_of(3, true), PERSISTENCE_NO);
}

static void test_barriers(void **state)
{
	static const struct {
		const char *mounts;
		bool has;
	} cases[] = {
		{ MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw,nobarrier\n"), false },
		{ MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw,barrier=0,data=ordered\n"),
			false },
		{ MOUNTS_OF(
			  "29 1 254:2 / /var rw - f2fs /dev/vda2 rw,fsync_mode=nobarrier,flush_merge\n"),
			false },
		{ MOUNTS_OF("29 1 254:2 / /var rw - f2fs /dev/vda2 rw,checkpoint=disable\n"),
			false },
		{ MOUNTS_OF(
			  "29 1 254:2 / /var rw - btrfs /dev/vda2 rw,nobarrier\n30 1 0:5 / /x rw - ext4 /dev/vdc rw\n"),
			false },
		{ MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw,barrier=1\n"), true },
		{ MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw"), true },
		/* Other mounts have the option: they come before and after ours, and our id is a part of their ids. */
		{ MOUNTS_OF(
			  "129 1 254:3 / /x rw - ext4 /dev/vdc rw,nobarrier\n29 1 254:2 / /var rw - ext4 /dev/vda2 rw\n"
			  "290 1 254:3 / /y rw - ext4 /dev/vdc rw,nobarrier\n28 29 254:4 / /z rw - ext4 /dev/vdd rw,nobarrier\n"),
			true },
		{ "29 1 254:2 / /var rw - ext4 /dev/vda2 rw,nobarrier\n", false },
		/* Our mount is missing, the table is empty, or /proc is not mounted. */
		{ MOUNTS_OF(""), false },
		{ "", false },
		{ NULL, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		fs.mounts = cases[i].mounts;
		if ((on(EXT4, "vda1") == PERSISTENCE_YES) != cases[i].has)
			fail_msg("%s", cases[i].mounts ? cases[i].mounts : "no /proc");
	}
	fs.mounts = MOUNTS_OF("29 1 254:2 / /var rw - ext4 /dev/vda2 rw\n");
	assert_int_equal(on(EXT4, "vda1"), PERSISTENCE_YES);
	fs.no_fdinfo = true;
	assert_int_equal(on(EXT4, "vda1"), PERSISTENCE_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "block: lists decide whether a device is trusted and persistent, through each layer below it",
			test_devices, start, NULL, NULL },
		{ "persistence: only file systems that are known to survive a reboot count",
			test_kinds, start, NULL, NULL },
		{ "persistence: Btrfs is as persistent as each of its devices", test_btrfs, start,
			NULL, NULL },
		{ "persistence: the administrator can vouch for all but memory, overlays and mounts without barriers",
			test_vouched, start, NULL, NULL },
		{ "persistence: a mount without barriers, or whose options are unknown, does not count",
			test_barriers, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("persistence", tests, NULL, NULL);
}
