/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is what firmware and kernel show of a machine: SMBIOS, the texts of sysfs and of the device tree, CPUID,
 * network cards, RDRAND and the paths to block devices (tests/fuzz/world.h). A UUID must be used if it is valid, and
 * SMBIOS's bit must be the one that a second parser finds. A device that sysfs does not show must not be trusted, and a
 * mapped device must not be persistent if its UUID is of no lasting kind. A word of RDRAND must be used only if the
 * instruction reports success.
 *
 * FUZZ_WITH: -DBUILD_TIME=0 guest/virt.c guest/block.c util/hex.c
 */
#include "tests/fuzz/world.h"

#include "guest/block.h"
#include "guest/virt.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>

static uint64_t draw(unsigned char *ret_done);
static void answer(uint32_t leaf, struct cpu_answer *ret);

/* CPUID and RDRAND get their answers from the input, not from this machine's CPU. */
#undef __cpuid_count
#define __cpuid_count(leaf, count, eax, ebx, ecx, edx)                  \
	do {                                                            \
		struct cpu_answer said;                                 \
		answer(leaf, &said);                                    \
		eax = said.a, ebx = said.b, ecx = said.c, edx = said.d; \
	} while (0)
#define __asm__             \
	word = draw(&done); \
	if (0)              \
	__asm__
#endif
#include "guest/machine.c"
#undef __asm__

#include <ctype.h>
#include <stdio.h>

#define UUID_FILE "/sys/class/dmi/id/product_uuid"
#define XEN_UUID  "/sys/hypervisor/uuid"
#define DMI_ONE   "/sys/firmware/dmi/entries/0-0/raw"
#define DMI_ALL   "/sys/firmware/dmi/tables/DMI"
#define DMI_KEPT  4095 /* how much of a table is read */
#define LEAVES    8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world_file world[WORLD_FILES] = { { .letter = 'u', .path = UUID_FILE },
	{ .letter = 'x', .path = XEN_UUID }, { .letter = '0', .path = DMI_ONE },
	{ .letter = 't', .path = DMI_ALL },
	{ .letter = 'v', .path = "/sys/class/dmi/id/sys_vendor" },
	{ .letter = 'p', .path = "/sys/class/dmi/id/product_name" },
	{ .letter = 'b', .path = "/sys/class/dmi/id/bios_vendor" },
	{ .letter = 'f', .path = "/sys/hypervisor/properties/features" },
	{ .letter = 'c', .path = "/proc/device-tree/compatible" },
	{ .letter = 'h', .path = "/proc/device-tree/hypervisor" },
	{ .letter = 'a', .path = "/sys/devices/platform/arm-cca-dev" },
	{ .letter = 'A', .path = "/sys/bus/auxiliary/devices/arm_cca_guest.arm-rsi-dev.0" },
	{ .letter = 'B', .path = "/proc/device-tree/chosen/avf,strict-boot" },
	{ .letter = 'm', .path = "/sys/bus/vmbus" }, { .letter = 'l', .path = "cpuid" },
	{ .letter = 'R', .path = "rdrand" }, { .letter = 'n', .path = "/sys/class/net/" },
	{ .letter = 'e', .path = "/sys/class/net/eth0/address" },
	{ .letter = 'd', .path = "/sys/class/block/sda" },
	{ .letter = 'D', .path = "/sys/class/block/vda" },
	{ .letter = 'M', .path = "/sys/class/block/mmcblk0" },
	{ .letter = '1', .path = "/sys/class/block/dm-0" },
	{ .letter = '2', .path = "/sys/class/block/dm-0/slaves" },
	{ .letter = '3', .path = "/sys/class/block/md0" },
	{ .letter = '4', .path = "/sys/class/block/md0/slaves" },
	{ .letter = '5', .path = "/sys/class/block/dm-0/dm/uuid" } };

int sys_fstatfs(int fd, struct statfs *ret)
{
	(void)fd, (void)ret;
	return -ENOSYS;
}

/* Each leaf has four words in the input, in the order of the list here. */
static void answer(uint32_t leaf, struct cpu_answer *ret)
{
	static const uint32_t leaves[LEAVES] = { 0, 1, 0x21, 0x40000000, 0x40000003, 0x4000000c,
		0x80000000, 0x8000001f };
	const struct world_file *f = world_find("cpuid");
	size_t i = 0;

	while (i < LEAVES && leaves[i] != leaf)
		i++;
	assert(i < LEAVES);
	*ret = (struct cpu_answer){ 0 };
	if (f && (i + 1) * sizeof(*ret) <= f->len)
		memcpy(ret, f->text + i * sizeof(*ret), sizeof(*ret));
}

#if defined(__x86_64__)
/* Each try takes a byte of the input; the lowest bit says whether the instruction succeeds. At the end of the file each
 * try fails. A try that fails leaves a number, which must not be used. */
static uint64_t draw(unsigned char *ret_done)
{
	struct world_file *f = world_find("rdrand");

	*ret_done = f && f->at < f->len ? f->text[f->at++] & 1 : 0;
	return *ret_done ? f->at : UINT64_MAX;
}
#endif

/* Returns the number of the first try, from @from on, that succeeds; 0 if ten tries fail. Moves @from behind the last
 * try. */
static uint64_t draw_plainly(size_t *from)
{
	const struct world_file *f = world_find("rdrand");
	const size_t len = f ? f->len : 0;
	int i;

	for (i = 0; i < 10 && *from < len; i++)
		if (f->text[(*from)++] & 1)
			return *from;
	return 0;
}

static void check_uuid(void)
{
	static const char *const files[] = { UUID_FILE, XEN_UUID };
	uint8_t uuid[UUID_SIZE];
	bool expected = false;
	size_t i, k;

	for (i = 0; i < 2; i++) {
		const struct world_file *f = world_find(files[i]);
		bool good = f && f->len >= UUID_STRLEN;

		for (k = 0; good && k < UUID_STRLEN; k++)
			good = k == 8 || k == 13 || k == 18 || k == 23 ? f->text[k] == '-' :
									 isxdigit(f->text[k]);
		expected |= good;
	}
	assert(read_uuid(uuid) == expected);
}

/* Returns the bit, or -1 if the table does not have it. */
static int bit_of(const char *path)
{
	const struct world_file *f = world_find(path);
	const size_t len = !f ? 0 : f->len < DMI_KEPT ? f->len : DMI_KEPT;
	size_t at = 0;

	while (at + 4 <= len && f->text[at + 1] >= 4) {
		const size_t formatted = f->text[at + 1];

		if (f->text[at] == 0)
			return formatted < 0x14 || at + 0x14 > len ? -1 :
								     f->text[at + 0x13] >> 4 & 1;
		at += formatted;
		while (at + 2 <= len && (f->text[at] || f->text[at + 1]))
			at++;
		at += 2;
	}
	return -1;
}

static void check_arm(const struct virt_asks *ask)
{
	const int one = bit_of(DMI_ONE), bit = one >= 0 ? one : bit_of(DMI_ALL);
	struct virt v;

	virt_arm(ask, &v);
	if (bit == 1 && !world_find("/sys/hypervisor/properties/features"))
		assert(v.hypervisor);
	if (bit != 1 && !world_find("/sys/class/dmi/id/sys_vendor") &&
		!world_find("/sys/class/dmi/id/product_name") &&
		!world_find("/sys/class/dmi/id/bios_vendor") &&
		!world_find("/proc/device-tree/compatible") &&
		!world_find("/proc/device-tree/hypervisor"))
		assert(!v.hypervisor);
	assert(!v.rdrand &&
		v.confidential ==
			(world_find("/sys/devices/platform/arm-cca-dev") ||
				world_find(
					"/sys/bus/auxiliary/devices/arm_cca_guest.arm-rsi-dev.0") ||
				world_find("/proc/device-tree/chosen/avf,strict-boot")));
}

static void check_x86(const struct virt_asks *ask)
{
	struct cpu_answer one;
	struct virt v;

	answer(1, &one);
	virt_x86(ask, &v);
	assert(v.rdrand == (one.c >> 30 & 1));
	assert(!v.confidential || v.hypervisor);
	assert(!v.hypervisor || one.c >> 31);
}

/* The machine is the one that CPUID describes on x86, and the firmware on Arm. */
static void check_machine(const struct virt_asks *ask, struct situation *ret)
{
	uint8_t uuid[UUID_SIZE];
	struct virt v;

	machine_ask(ret);
#if defined(__x86_64__)
	virt_x86(ask, &v);
#else
	virt_arm(ask, &v);
#endif
	assert(ret->hypervisor == v.hypervisor && ret->confidential == v.confidential &&
		ret->rdrand == v.rdrand);
	assert(ret->has_uuid == read_uuid(uuid));
	assert(!ret->has_uuid || memcmp(ret->uuid, uuid, UUID_SIZE) == 0);
	assert(ret->built == BUILD_TIME);
}

static void check_diversifier(const struct situation *s)
{
	struct diversifier own = { 0 };
	size_t i, tries = 0;

	machine_diversify(s, &own);
	for (i = 0; i < sizeof(own.random) / sizeof(*own.random); i++)
		assert(own.random[i] == (s->rdrand ? draw_plainly(&tries) : 0));
	assert(memcmp(own.uuid, s->uuid, UUID_SIZE) == 0);
	for (i = 0; i < MACS_MAX; i++)
		assert(memchr(own.macs[i], '\0', sizeof(own.macs[i])));
}

/* Is the UUID of the mapped device of a kind that lasts? A partition of it has "partN-" before it. */
static bool map_lasts(void)
{
	static const char *const kinds[] = { "LVM-", "CRYPT-LUKS", "CRYPT-SUBDEV-",
		"CRYPT-INTEGRITY-", "CRYPT-VERITY-", "mpath-", "DMRAID-", "stratis-", "VDO-" };
	char text[136], *uuid = text;
	size_t digits, i;

	world_text("/sys/class/block/dm-0/dm/uuid", text, sizeof(text));
	if (memcmp(text, "part", 4) == 0) {
		digits = strspn(text + 4, "0123456789");
		if (text[4 + digits] == '-')
			uuid = text + 4 + digits + 1;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strstr(uuid, kinds[i]) == uuid)
			return true;
	return false;
}

/* Is dm-0 a mapped device in sysfs, and not another device under this name? */
static bool is_mapped(void)
{
	static const char mapped[] = "/virtual/block/dm-0";
	const size_t len = strlen(mapped);
	const char *disk;
	char way[256];

	world_text("/sys/class/block/dm-0", way, sizeof(way));
	disk = strstr(way, "/virtual/block/");
	return disk && strncmp(disk, mapped, len) == 0 && (disk[len] == '/' || disk[len] == '\0');
}

static void check_devices(void)
{
	static const char *const names[] = { "sda", "vda", "dm-0", "md0", "mmcblk0" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "/sys/class/block/%s", names[i]);
		assert(!block_is_trusted(names[i]) ||
			(world_find(path) && block_is_persistent(names[i])));
		assert(!block_is_persistent(names[i]) || world_find(path));
	}
	assert(!is_mapped() || !block_is_persistent("dm-0") || map_lasts());
	assert(!block_is_trusted("dm-0") && !block_is_trusted("md0") &&
		!block_is_trusted("mmcblk0"));
	(void)block_all_persistent("/sys/class/block/dm-0/slaves");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct virt_asks ask = { answer, sys_exists, sys_read_text };
	struct situation here = { 0 };

	world_begin(data, size);
	check_uuid();
	check_x86(&ask);
	check_arm(&ask);
	check_machine(&ask, &here);
	check_diversifier(&here);
	check_devices();
	return 0;
}
