/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_VIRT_H
#define GUEST_VIRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the machine shows of itself, and what follows from it. Nothing here asks by itself: the answers
 * come from guest/machine.c, and from the tests.
 */
struct virt {
	bool hypervisor;   /* and this is a guest of it, not the domain that drives its machine */
	bool confidential; /* a guest that need not trust its host: SEV, TDX, CCA, pKVM */
	bool rdrand;       /* the instruction is there */
};

struct cpu_answer {
	uint32_t a, b, c, d;
};

struct virt_asks {
	void (*cpuid)(uint32_t leaf, struct cpu_answer *ret);
	bool (*exists)(const char *path);
	/* The beginning of a file, terminated, empty where there is none; its length or -errno. */
	long (*read_text)(const char *path, char *text, size_t size);
};

/** virt_x86 - by CPUID, of which each costs a virtual machine an exit: three in most. */
void virt_x86(const struct virt_asks *ask, struct virt *ret);

/**
 * virt_arm - by firmware tables, device tree and devices: a program may not ask this CPU
 *
 * SMBIOS has a bit for a virtual machine (DMTF's DSP0134, 7.1.2.2). Clouds that rent machines without a hypervisor
 * put the same names into these as into their virtual ones: there the bit decides, or else EC2's names of products.
 */
void virt_arm(const struct virt_asks *ask, struct virt *ret);

#endif
