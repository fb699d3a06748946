/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_VIRT_H
#define GUEST_VIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is this a virtual machine, and does it trust its host? The functions ask the CPU and the firmware only through struct
 * virt_asks. guest/machine.c fills in this struct, or a test does.
 */
struct virt {
	/* There is a hypervisor, and this is not Xen's dom0, which controls the machine. */
	bool hypervisor;
	bool confidential; /* a guest that need not trust its host: SEV, TDX, CCA, pKVM */
	bool rdrand;       /* the CPU has the instruction RDRAND */
};

struct cpu_answer {
	uint32_t a, b, c, d;
};

struct virt_asks {
	void (*cpuid)(uint32_t leaf, struct cpu_answer *ret);
	bool (*exists)(const char *path);
	/* Reads the beginning of a file, and terminates it; if there is no file, the text is empty. Returns: its length
	 * or -errno. */
	long (*read_text)(const char *path, char *text, size_t size);
};

/**
 * virt_x86 - ask through CPUID. In a virtual machine each CPUID causes an exit to the host; most machines need three.
 */
void virt_x86(const struct virt_asks *ask, struct virt *ret);

/**
 * virt_arm - ask firmware tables, the device tree and devices, because on Arm a program may not ask the CPU
 *
 * SMBIOS has a bit for a virtual machine (DMTF's DSP0134, 7.1.2.2). In some clouds, machines without a hypervisor have
 * the same names as virtual ones. For these names the bit decides; if the bit cannot be read, the product names of EC2
 * decide.
 */
void virt_arm(const struct virt_asks *ask, struct virt *ret);

#endif
