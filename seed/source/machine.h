/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_MACHINE_H
#define SEED_SOURCE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * machine_is_virtual - does a hypervisor run it? Its devices are then as good as that one cares to make
 * them. x86: by CPUID. Elsewhere by what the hypervisor tells: sysfs, the device tree, DMI.
 */
bool machine_is_virtual(void);

/**
 * machine_is_emulated - is its CPU software? An instruction then does what a program makes of it, with what that
 * program draws from; and how long one takes varies as that program does.
 * x86: QEMU's TCG says so in CPUID. Arm: by MIDR_EL1, where the CPU is none of a maker's; else not told.
 */
bool machine_is_emulated(void);

/** machine_text - a small file of sysfs without its end of line; 0 or -errno, and then "". */
int machine_text(const char *path, char *out, size_t size);

#endif
