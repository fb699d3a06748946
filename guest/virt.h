/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_VIRT_H
#define GUEST_VIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is this a virtual machine, and does it trust its host? The functions ask CPU and firmware only by struct virt_asks, which
 * guest/machine.c fills, or a test.
 */
struct virt {
	bool hypervisor;   /* there is one, and this is not Xen's dom0, which drives the machine */
	bool confidential; /* a guest that need not trust its host: SEV, TDX, CCA, pKVM */
	bool rdrand;       /* the CPU has the instruction */
};

struct cpu_answer {
	uint32_t a, b, c, d;
};

struct virt_asks {
	void (*cpuid)(uint32_t leaf, struct cpu_answer *ret);
	bool (*exists)(const char *path);
	/* Reads the beginning of a file, terminated; empty if there is none. Returns its length or -errno. */
	long (*read_text)(const char *path, char *text, size_t size);
};

/** virt_x86 - ask by CPUID. Each CPUID makes a virtual machine exit to its host; most machines need three. */
void virt_x86(const struct virt_asks *ask, struct virt *ret);

/**
 * virt_arm - ask firmware tables, device tree and devices, because on Arm a program may not ask the CPU
 *
 * SMBIOS has a bit for a virtual machine (DMTF's DSP0134, 7.1.2.2). Some clouds use the same names for machines without a
 * hypervisor as for virtual ones: for these names the bit decides or, if it cannot be read, the product names of EC2.
 */
void virt_arm(const struct virt_asks *ask, struct virt *ret);

#endif
