/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int machine_text(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;
	int r;

	out[0] = '\0';
	if (fd < 0)
		return -errno;
	n = read(fd, out, size - 1);
	r = n < 0 ? -errno : 0;
	close(fd);
	out[n < 0 ? 0 : n] = '\0';
	if (n > 0 && out[n - 1] == '\n')
		out[n - 1] = '\0';
	return r;
}

bool machine_made_up(const char *path)
{
	char to[256];
	const ssize_t n = readlink(path, to, sizeof(to) - 1);

	to[n < 0 ? 0 : n] = '\0';
	return strstr(to, "/devices/virtual/");
}

#if defined(__x86_64__)
#include <cpuid.h>

bool machine_is_virtual(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c >> 31 & 1;
}

bool machine_is_emulated(void)
{
	unsigned highest, name[3];

	if (!machine_is_virtual())
		return false;
	__cpuid(0x40000000, highest, name[0], name[1], name[2]);
	return memcmp(name, "TCGTCGTCGTCG", sizeof(name)) == 0;
}

#else

/* Is there a file, judging by the result of machine_text()? One that may not be read counts as there: to believe that a
 * virtual machine is a physical one would be the worse mistake. */
static bool is_there(int r)
{
	return r != -ENOENT && r != -ENOTDIR;
}

/* No instruction of these CPUs shows a hypervisor, so we look for files that exist only under one. All of them are in
 * /sys, because the daemon's unit hides all of /proc except processes. */
static bool known_by_file(void)
{
	static const char *const path[] = { "/sys/hypervisor/type",
		"/sys/firmware/devicetree/base/hypervisor/compatible",
		"/sys/firmware/qemu_fw_cfg/rev" };
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(path) / sizeof(*path); i++)
		if (is_there(machine_text(path[i], text, sizeof(text))))
			return true;
	return false;
}

static bool known_by_vendor(void)
{
	/* A bare-metal machine of a cloud counts as virtual too; its sources are then assessed at 0 unless the user
	 * states more. The opposite mistake would be worse: to believe that a virtual machine is a physical one. */
	static const char *const word[] = { "QEMU", "KVM", "VMware", "Virtual", "Xen", "Google",
		"OpenStack", "Amazon", "Alibaba", "Nutanix", "oVirt", "RHEV", "Parallels", "Bochs",
		"DigitalOcean", "Hetzner", "OracleCloud", "Huawei Cloud", "Tencent" };
	static const char *const path[] = { "/sys/class/dmi/id/sys_vendor",
		"/sys/class/dmi/id/product_name" };
	char text[128];
	size_t i, j;

	for (i = 0; i < sizeof(path) / sizeof(*path); i++) {
		const int r = machine_text(path[i], text, sizeof(text));

		if (r < 0 && is_there(r))
			return true;
		for (j = 0; r == 0 && j < sizeof(word) / sizeof(*word); j++)
			if (strstr(text, word[j]))
				return true;
	}
	return false;
}

bool machine_is_virtual(void)
{
	return known_by_file() || known_by_vendor();
}

/* QEMU's CPU model `max` has 0 in the vendor byte of MIDR_EL1, a value that Arm reserves for software. QEMU's models of
 * Arm's own CPUs, of which neoverse-v1 and neoverse-n2 have RNDRRS, cannot be told from those CPUs, so that no virtual
 * machine is believed. */
bool machine_is_emulated(void)
{
	char text[32];

	if (machine_is_virtual())
		return true;
	return machine_text("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", text,
		       sizeof(text)) == 0 &&
		text[0] != '\0' && (strtoull(text, NULL, 16) >> 24 & 0xff) == 0;
}
#endif
