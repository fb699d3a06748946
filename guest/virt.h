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
	bool hypervisor;
	bool confidential; /* a guest that need not trust its host: SEV, TDX, CCA */
	bool rdrand;       /* the instruction is there */
};

struct cpu_answer {
	uint32_t a, b, c, d;
};

struct virt_asks {
	void (*cpuid)(uint32_t leaf, struct cpu_answer *ret);
	bool (*exists)(const char *path);
	/* The beginning of a small file, terminated, empty where there is none. */
	long (*read_text)(const char *path, char *text, size_t size);
};

/** virt_x86 - by CPUID, of which each costs a virtual machine an exit: three in most. */
void virt_x86(const struct virt_asks *ask, struct virt *ret);

/** virt_arm - by device tree, firmware tables and devices: a program may not ask this CPU. */
void virt_arm(const struct virt_asks *ask, struct virt *ret);

#endif
