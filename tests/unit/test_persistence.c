/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems and what they lie on, as the kernel and sysfs would tell. */
#include "tests/unit/unit.h"

#include "guest/persistence.c"

#include <errno.h>

#define EXT4      0xef53
#define BTRFS     0x9123683e
#define TMPFS     0x01021994
#define OVERLAYFS 0x794c7630
#define NFS       0x6969

struct layer {
	const char *name, *below[3];
};

/* As sysfs has them: a device, and those that it is made of. */
static const struct layer layers[] = {
	{ "dm-0", { "vda2" } },         /* LUKS */
	{ "dm-1", { "dm-0", "vdb" } },  /* LVM on that and a disk */
	{ "dm-2", { "sr0", "loop1" } }, /* a live system's root */
	{ "dm-3", { "dm-2" } },
	{ "dm-4", { "dm-4" } }, /* no such thing */
	{ "md0", { "vda1", "vdb1" } },
	{ "md1", { "vda1", "ram3" } },
};

static const struct {
	unsigned major, minor;
	const char *link;
} devices[] = {
	{ 254, 1, "../../devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda1" },
	{ 253, 0, "../../devices/virtual/block/dm-0" },
	{ 253, 1, "../../devices/virtual/block/dm-1" },
	{ 253, 2, "../../devices/virtual/block/dm-2" },
	{ 253, 3, "../../devices/virtual/block/dm-3" },
	{ 253, 4, "../../devices/virtual/block/dm-4" },
	{ 9, 0, "../../devices/virtual/block/md0" },
	{ 9, 1, "../../devices/virtual/block/md1" },
	{ 7, 0, "../../devices/virtual/block/loop0" },
	{ 1, 0, "../../devices/virtual/block/ram0" },
	{ 252, 0, "../../devices/virtual/block/zram0" },
	{ 259, 0x12345, "../../devices/pci0000:00/nvme/nvme0/nvme0n1/nvme0n1p9" },
};

static struct statfs fs;
static uint64_t device;

int sys_fstatfs(int fd, struct statfs *ret)
{
	(void)fd;
	*ret = fs;
	return 0;
}

int sys_fstat(int fd, struct stat *ret)
{
	(void)fd;
	memset(ret, 0, sizeof(*ret));
	ret->st_dev = device;
	return 0;
}

long sys_read_link(const char *path, char *text, size_t size)
{
	char want[64];
	size_t i;

	for (i = 0; i < COUNT(devices); i++) {
		snprintf(want, sizeof(want), "/sys/dev/block/%u:%u", devices[i].major,
			devices[i].minor);
		if (strcmp(want, path) == 0)
			return snprintf(text, size, "%s", devices[i].link);
	}
	return -ENOENT;
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	char want[64];
	bool any = false;
	size_t i, k;

	for (i = 0; i < COUNT(layers); i++) {
		snprintf(want, sizeof(want), "/sys/class/block/%s/slaves", layers[i].name);
		for (k = 0; strcmp(want, folder) == 0 && k < 3 && layers[i].below[k]; k++)
			any |= each(ctx, layers[i].below[k]);
	}
	return any;
}

bool sys_join(char *out, size_t size, const char *folder, const char *name)
{
	return (size_t)snprintf(out, size, "%s%s", folder, name) < size;
}

char *sys_number(char *end, uint64_t number)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	return memcpy(end - n, digits, (size_t)n);
}

static enum persistence on(unsigned kind, unsigned major, unsigned minor)
{
	memset(&fs, 0, sizeof(fs));
	fs.f_type = kind;
	device = (minor & 0xff) | (uint64_t)major << 8 | (uint64_t)(minor & ~0xffu) << 12;
	return persistence_of(3);
}

static void test_kinds(void **state)
{
	(void)state;
	assert_int_equal(on(EXT4, 254, 1), PERSISTENCE_YES);
	assert_int_equal(on(BTRFS, 0, 40), PERSISTENCE_YES);
	assert_int_equal(on(TMPFS, 0, 22), PERSISTENCE_NO);
	assert_int_equal(on(OVERLAYFS, 0, 23), PERSISTENCE_NO);
	assert_int_equal(on(OVERLAYFS, 254, 1), PERSISTENCE_NO);
	assert_int_equal(on(NFS, 0, 50), PERSISTENCE_NO);
	fs.f_type = EXT4;
	fs.f_flags = ST_RDONLY;
	device = 254 << 8 | 1;
	assert_int_equal(persistence_of(3), PERSISTENCE_READ_ONLY);
}

static void test_layers(void **state)
{
	(void)state;
	assert_int_equal(on(EXT4, 259, 0x12345), PERSISTENCE_YES);
	assert_int_equal(on(EXT4, 253, 0), PERSISTENCE_YES);
	assert_int_equal(on(EXT4, 253, 1), PERSISTENCE_YES);
	assert_int_equal(on(EXT4, 9, 0), PERSISTENCE_YES);
	assert_int_equal(on(EXT4, 7, 0), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 1, 0), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 252, 0), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 253, 2), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 253, 3), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 9, 1), PERSISTENCE_NO);
	/* One without end, and one that sysfs does not know. */
	assert_int_equal(on(EXT4, 253, 4), PERSISTENCE_NO);
	assert_int_equal(on(EXT4, 254, 77), PERSISTENCE_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("persistence: only file systems that are known to outlive a boot do",
			test_kinds),
		TEST("persistence: nothing persists that lies on memory or in a file, however deep",
			test_layers),
	};

	return cmocka_run_group_tests_name("persistence", tests, NULL, NULL);
}
