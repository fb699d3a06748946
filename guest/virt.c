/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/virt.h"

#include <string.h>

#include "util/hex.h"

/* Do these three registers together contain the text @name? */
static bool spells(uint32_t x, uint32_t y, uint32_t z, const char *name)
{
	const uint32_t said[3] = { x, y, z };

	return memcmp(said, name, sizeof(said)) == 0;
}

/* Is this Xen's dom0? It controls the devices of the machine. XENFEAT_dom0 is bit 11 of the features, which are a
 * hexadecimal number. */
static bool is_dom0(const struct virt_asks *ask)
{
	char text[24];
	uint32_t features = 0;
	int i, digit;

	ask->read_text("/sys/hypervisor/properties/features", text, sizeof(text));
	for (i = 0; (digit = hex_digit(text[i])) >= 0; i++)
		features = features << 4 | (uint32_t)digit;
	return features >> 11 & 1;
}

/*
 * On AMD and compatible CPUs, the bits 1, 3 and 4 of EAX in leaf 0x8000001f stand for SEV, SEV-ES and SEV-SNP (AMD's
 * manual, volume 3). Some CPUs that lack this leaf answer with another leaf. So a set bit counts only if the leaf
 * exists.
 */
static bool shows_sev(const struct virt_asks *ask)
{
	const uint32_t leaf = 0x8000001f, sev = 1 << 1 | 1 << 3 | 1 << 4;
	struct cpu_answer r;

	ask->cpuid(leaf, &r);
	if (!(r.a & sev))
		return false;
	ask->cpuid(0x80000000, &r);
	return r.a >= leaf;
}

/* Hyper-V hides SEV and TDX from its guest, and reports them in its own leaves (Microsoft's TLFS, feature
 * identification). A guest of Hyper-V has no disk without Hyper-V's bus. So a machine that lacks this bus is not
 * asked. */
static bool shows_hyperv_isolation(const struct virt_asks *ask)
{
	const uint32_t isolation = 0x4000000c, may_ask = 1u << 22, type = 0xf;
	struct cpu_answer r;

	if (!ask->exists("/sys/bus/vmbus"))
		return false;
	ask->cpuid(0x40000000, &r);
	if (r.a < isolation || !spells(r.b, r.c, r.d, "Microsoft Hv"))
		return false;
	ask->cpuid(0x40000003, &r);
	if (!(r.b & may_ask))
		return false;
	ask->cpuid(isolation, &r);
	return r.b & type;
}

/* CPUID.1:ECX[31] is 0 on hardware. Every hypervisor in use sets it, also for dom0. On Intel, leaf 0x21 contains the
 * name of TDX. If an ordinary guest is taken for a confidential one by mistake, it only loses the credit. */
void virt_x86(const struct virt_asks *ask, struct virt *ret)
{
	struct cpu_answer first, r;

	ask->cpuid(0, &first);
	ask->cpuid(1, &r);
	ret->hypervisor = r.c >> 31 && !is_dom0(ask);
	ret->rdrand = r.c >> 30 & 1;
	ret->confidential = false;
	if (!ret->hypervisor)
		return;
	if (!spells(first.b, first.d, first.c, "GenuineIntel")) {
		ret->confidential = shows_sev(ask);
	} else if (first.a >= 0x21) {
		ask->cpuid(0x21, &r);
		ret->confidential = spells(r.b, r.d, r.c, "IntelTDX    ");
	}
	if (!ret->confidential)
		ret->confidential = shows_hyperv_isolation(ask);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

enum vm_bit { VM_BIT_UNKNOWN, VM_BIT_CLEAR, VM_BIT_SET };

/* SMBIOS is a sequence of structures, each followed by its strings. The structure of type 0 is the BIOS information;
 * its byte 0x13 contains the bit. */
static enum vm_bit find_vm_bit(const uint8_t *s, size_t len)
{
	size_t at = 0, next;

	while (at + 4 <= len && s[at + 1] >= 4) {
		if (s[at] == 0)
			return s[at + 1] < 0x14 || at + 0x14 > len ? VM_BIT_UNKNOWN :
				s[at + 0x13] & 1 << 4              ? VM_BIT_SET :
								     VM_BIT_CLEAR;
		for (next = at + s[at + 1]; next + 1 < len && (s[next] || s[next + 1]); next++)
			;
		at = next + 2;
	}
	return VM_BIT_UNKNOWN;
}

/* The first of these files exists if the kernel has dmi-sysfs. Only root can read them. */
static enum vm_bit read_vm_bit(const struct virt_asks *ask)
{
	static const char *const files[] = { "/sys/firmware/dmi/entries/0-0/raw",
		"/sys/firmware/dmi/tables/DMI" };
	char raw[4096];
	enum vm_bit bit = VM_BIT_UNKNOWN;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files) && bit == VM_BIT_UNKNOWN; i++) {
		long n = ask->read_text(files[i], raw, sizeof(raw));

		bit = find_vm_bit((const uint8_t *)raw, n > 0 ? (size_t)n : 0);
	}
	return bit;
}

/* The beginnings of the vendor or product names that DMI shows for virtual machines. "Virtual Machine" is Azure's
 * product, "vServer" Hetzner's. */
static const char *const virtual_names[] = { "QEMU", "KVM", "OpenStack", "KubeVirt", "Amazon EC2",
	"Google Compute Engine", "VMware", "VMW", "Xen", "BHYVE", "Parallels",
	"Apple Virtualization", "Cloud Hypervisor", "Virtual Machine", "vServer", "Alibaba Cloud",
	"VirtualBox", "innotek GmbH", "oVirt", "RHEV", "Red Hat", NULL };

/* Clouds in which bare metal has the same vendor names as virtual machines. */
static const char *const rents_metal[] = { "Amazon EC2", "Google", NULL };

static bool begins_any(const char *text, const char *const *names)
{
	for (; *names; names++)
		if (begins(text, *names))
			return true;
	return false;
}

static bool virtual_by_dmi(const struct virt_asks *ask)
{
	static const char *const files[] = { "/sys/class/dmi/id/sys_vendor",
		"/sys/class/dmi/id/product_name", "/sys/class/dmi/id/bios_vendor" };
	const enum vm_bit bit = read_vm_bit(ask);
	bool metal = false, named = false;
	char text[64];
	size_t f;

	if (bit == VM_BIT_SET)
		return true;
	for (f = 0; f < sizeof(files) / sizeof(*files); f++) {
		ask->read_text(files[f], text, sizeof(text));
		named |= begins_any(text, virtual_names);
		metal |= bit == VM_BIT_CLEAR ? begins_any(text, rents_metal) :
					       strstr(text, ".metal") != NULL;
	}
	return named && !metal;
}

/* A realm of CCA has one of two devices; the kernel's version decides which. A protected guest of Android's pKVM has a
 * property in its device tree. */
void virt_arm(const struct virt_asks *ask, struct virt *ret)
{
	char text[32];

	ret->rdrand = false;
	ret->confidential = ask->exists("/sys/devices/platform/arm-cca-dev") ||
		ask->exists("/sys/bus/auxiliary/devices/arm_cca_guest.arm-rsi-dev.0") ||
		ask->exists("/proc/device-tree/chosen/avf,strict-boot");
	ask->read_text("/proc/device-tree/compatible", text, sizeof(text));
	ret->hypervisor = (ask->exists("/proc/device-tree/hypervisor") ||
				  begins(text, "linux,dummy-virt") || virtual_by_dmi(ask)) &&
		!is_dom0(ask);
}
