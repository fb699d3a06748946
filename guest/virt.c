/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/virt.h"

#include <string.h>

/* Three registers that spell a name. */
static bool spells(uint32_t x, uint32_t y, uint32_t z, const char *name)
{
	const uint32_t said[3] = { x, y, z };

	return memcmp(said, name, sizeof(said)) == 0;
}

/*
 * On AMD and its kin leaf 0x8000001f has SEV, SEV-ES and SEV-SNP in EAX bits 1, 3, 4 (AMD's manual, volume 3).
 * Where leaves do not go so far some answer with another leaf, which is looked into only if it matters.
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

/* Hyper-V hides SEV and TDX behind a supervisor of its own, and tells of them in its own leaves. Its guests
 * have no disk without its bus. (Microsoft's TLFS, feature identification.) */
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

/* CPUID.1:ECX[31] is 0 on hardware, and set by every hypervisor in use. On Intel leaf 0x21 spells TDX's
 * name. To take another guest for a confidential one only costs it the credit. */
void virt_x86(const struct virt_asks *ask, struct virt *ret)
{
	struct cpu_answer first, r;

	ask->cpuid(0, &first);
	ask->cpuid(1, &r);
	ret->hypervisor = r.c >> 31;
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

/* As SMBIOS names a virtual machine's maker or product. */
static bool virtual_by_dmi(const struct virt_asks *ask)
{
	static const char *const files[] = { "/sys/class/dmi/id/sys_vendor",
		"/sys/class/dmi/id/product_name", "/sys/class/dmi/id/bios_vendor" };
	static const char *const names[] = { "QEMU", "KVM", "OpenStack", "KubeVirt", "Amazon EC2",
		"Google Compute Engine", "VMware", "Xen", "BHYVE", "Parallels",
		"Apple Virtualization", "Cloud Hypervisor" };
	char text[64];
	size_t f, n;

	for (f = 0; f < sizeof(files) / sizeof(*files); f++) {
		ask->read_text(files[f], text, sizeof(text));
		for (n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (begins(text, names[n]))
				return true;
	}
	return false;
}

/* A realm of CCA has one of two devices, by the age of its kernel. */
void virt_arm(const struct virt_asks *ask, struct virt *ret)
{
	char text[32];

	ret->rdrand = false;
	ret->confidential = ask->exists("/sys/devices/platform/arm-cca-dev") ||
		ask->exists("/sys/bus/auxiliary/devices/arm_cca_guest.arm-rsi-dev.0");
	ask->read_text("/proc/device-tree/compatible", text, sizeof(text));
	ret->hypervisor = ask->exists("/proc/device-tree/hypervisor") ||
		begins(text, "linux,dummy-virt") || virtual_by_dmi(ask);
}
