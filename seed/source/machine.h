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

/** machine_text - a small file of sysfs without its end of line; 0 or -errno, and then "". */
int machine_text(const char *path, char *out, size_t size);

#endif
