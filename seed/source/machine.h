/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_MACHINE_H
#define SEED_SOURCE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * machine_is_virtual - does this machine run under a hypervisor?
 * If so, its devices, such as a TPM, are made by the hypervisor, and are only as good as the hypervisor makes them.
 * x86: from CPUID. Other CPUs: from files in /sys that the hypervisor fills in: its type, the device tree, DMI.
 */
bool machine_is_virtual(void);

/**
 * machine_is_emulated - may the CPU be emulated in software?
 * If so, its random instructions return whatever that software draws, and its jitter is the jitter of that software.
 * x86: from CPUID, in which QEMU's TCG names itself. Arm: in every virtual machine, and if the vendor byte of
 * MIDR_EL1 is 0. Other CPUs: as Arm.
 */
bool machine_is_emulated(void);

/**
 * machine_made_up - is this device one without hardware, which a driver has made by itself?
 * @path: its symbolic link in sysfs, for example /sys/dev/char/10:224
 * The kernel puts a device without a parent below /sys/devices/virtual. A TPM of the driver tpm_vtpm_proxy, for example,
 * is a program such as swtpm. Returns: false also if the link cannot be read.
 */
bool machine_made_up(const char *path);

/** machine_text - read a small file of sysfs, without the newline at its end. Returns: 0; -errno, and @out is "". */
int machine_text(const char *path, char *out, size_t size);

#endif
